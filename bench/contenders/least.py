"""The minimal work that shows the picture of a bsread message."""

import io
import json
from typing import Any

import numpy as np
import zmq
from bsread.data.helpers import get_channel_reader
from PIL import Image

from shared.settings import IngestSettings

QUEUE = 32
"""as in ingest"""
HEADER, PIXELS = 1, 2
"""the parts with the data header and the first channel"""


def connect(kind: int, address: str) -> zmq.Socket[bytes]:
    """Return a socket that reads from a bsread stream."""
    source: zmq.Socket[bytes] = zmq.Context.instance().socket(kind)
    source.setsockopt(zmq.RCVHWM, QUEUE)
    if kind == zmq.SUB:
        source.setsockopt(zmq.SUBSCRIBE, b"")
    source.connect(address)
    return source


class Decoder:
    """Decodes the first channel with bsread's own reader for the first message's header."""

    def __init__(self) -> None:
        self._read: Any = None

    def pixels(self, parts: list[zmq.Frame]) -> np.ndarray:
        """Return the picture, rows first."""
        if self._read is None:
            entry = json.loads(parts[HEADER].bytes)["channels"][0]
            self._read = get_channel_reader({**entry, "encoding": "<"})
        pixels: np.ndarray = self._read(parts[PIXELS].buffer)
        return pixels


def grey(pixels: np.ndarray) -> Image.Image:
    """Return the whole range of a picture as 8 bits."""
    low, high = float(pixels.min()), float(pixels.max())
    return Image.fromarray(((pixels - low) * (255 / (high - low))).astype(np.uint8))


def jpeg(image: Image.Image) -> bytes:
    """Encode with ingest's default quality."""
    out = io.BytesIO()
    image.save(out, "JPEG", quality=IngestSettings.quality)
    return out.getvalue()
