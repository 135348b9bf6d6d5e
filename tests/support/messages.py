"""bsread messages made with bsread's own compressors."""

import json
from typing import Any, NamedTuple

import numpy as np
from bsread.data.helpers import get_value_bytes

GOOD_IMAGE = np.arange(48, dtype=np.uint16).reshape(6, 8) * 10
"""6 rows of 8 pixels, brighter from left to right and from top to bottom."""


class Wired(NamedTuple):
    """An encoded channel: its entry in the data header, and its data part."""

    entry: dict[str, Any]
    data: bytes


def channel(
    name: str, value: Any, encoding: str = "little", compression: str = "none", **entry: Any
) -> Wired:
    """Encode a numpy value (rows first) or a text; ``entry`` overwrites its description."""
    order = "<" if encoding == "little" else ">"
    described = {"name": name, "encoding": encoding, "compression": compression}
    if isinstance(value, str):
        described |= {"type": "string", "shape": [1]}
        data = get_value_bytes(value, compression)
    else:
        value = np.atleast_1d(np.asarray(value))
        described |= {"type": value.dtype.name, "shape": list(value.shape[::-1])}
        value = np.ascontiguousarray(value, value.dtype.newbyteorder(order))
        data = get_value_bytes(value, compression)
    return Wired(described | entry, data)


def main_header(pulse_id: Any, **more: Any) -> bytes:
    """Return the first part of a message."""
    stamp = {"sec": 1_700_000_000, "ns": 500_000_000}
    header = {"htype": "bsr_m-1.1", "pulse_id": pulse_id, "global_timestamp": stamp}
    return json.dumps(header | {"hash": "claimed"} | more).encode()


def data_header(*entries: Any) -> bytes:
    """Return the second part of a message."""
    return json.dumps({"htype": "bsr_d-1.1", "channels": list(entries)}).encode()


def message(pulse_id: Any, *channels: Wired) -> list[bytes]:
    """Return the parts of a well-formed message."""
    parts = [main_header(pulse_id), data_header(*(wired.entry for wired in channels))]
    for wired in channels:
        parts += [wired.data, bytes(16) if wired.data else b""]
    return parts


def good(pulse_id: int) -> list[bytes]:
    """Return a valid message with a small image, a waveform, a number and a text."""
    return message(
        pulse_id,
        channel("image", GOOD_IMAGE),
        channel("profile", GOOD_IMAGE.sum(axis=0).astype(float)),
        channel("energy", np.float64(5.25)),
        channel("name", "spot"),
    )
