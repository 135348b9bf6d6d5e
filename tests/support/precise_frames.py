"""Precise frames as ingest publishes them."""

from typing import Any

import numpy as np

from ingest.encoding.scaling import Facts
from ingest.encoding.tiles import encode_tiles
from shared import envelope
from shared.renditions import Region

WAVE = np.arange(5, dtype=np.float32)
FACTS = Facts("", 0, 255, 1.5, 4000, 0, 0, 7, 3)
EVERYWHERE = Region(0, 0, 9999, 9999)
ROOM = 1 << 30
"""Bytes; more than any of these images has."""


def noise(dtype: str, shape: tuple[int, ...]) -> np.ndarray:
    """Return random values over the whole range of a type, in its byte order."""
    kind = np.dtype(dtype)
    bits = np.random.default_rng(5).integers(0, 256, (*shape, kind.itemsize), np.uint8)
    return bits[..., 0] > 127 if kind.kind == "b" else bits.view(kind)[..., 0]


def message(
    pixels: np.ndarray | None, values: dict[str, Any] | None = None, **header: Any
) -> bytes:
    """Return the envelope of an image, a waveform and these values."""
    blobs = envelope.Blobs()
    wave = blobs.add_array(WAVE)
    image = None
    if pixels is not None:
        facts = FACTS._replace(dtype=pixels.dtype.name)
        tiles = encode_tiles(pixels, facts, [EVERYWHERE], ROOM)
        image = {"channel": "CAM", **tiles.add_to(blobs), "left_out": 4}
    whole = {
        "stream": "camera",
        "rendition": "precise",
        "epoch": 3,
        "seq": 17,
        "pulse_id": 1234,
        "t_source": 1_700_000_000.25,
        "t_received": 1_700_000_001.5,
        "values": {"wave": wave, **(values or {})},
        "image": image,
    }
    return envelope.pack(whole | header, blobs)
