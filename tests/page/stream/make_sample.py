"""Pack frame.bin, the envelope that the page's tests read. Run this after changing it."""

import pathlib
import sys

import numpy as np

ROOT = pathlib.Path(__file__).parents[3]
sys.path.insert(0, str(ROOT))

from shared import envelope  # noqa: E402

NUMBERS = ("int8", "uint8", "int16", "uint16", "int32", "uint32", "float32", "float64")


def sample() -> bytes:
    """Return a frame with every type of array, a text, a null, a special name and a picture."""
    blobs = envelope.Blobs()
    values: dict[str, object] = {
        name: blobs.add_array(np.array([1, 2, 3], np.dtype(name).newbyteorder(">")))
        for name in NUMBERS
    }
    values["int64"] = blobs.add_array(np.array([-1, 2**62], np.int64))
    values["uint64"] = blobs.add_array(np.array([1, 2**63], np.uint64))
    values["bool"] = blobs.add_array(np.array([True, False, True]))
    values |= {"name": "Strahlgröße", "lost": None, "__proto__": 5}
    image = {"channel": "image", "format": "jpeg", **blobs.add(b"the picture")}
    header = {"stream": "camera", "epoch": 1, "seq": 42, "values": values, "image": image}
    return envelope.pack(header, blobs)


if __name__ == "__main__":
    pathlib.Path(__file__).with_name("frame.bin").write_bytes(sample())
