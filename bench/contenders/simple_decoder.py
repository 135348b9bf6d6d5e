"""The minimal steps to convert a bsread message to a JPEG, with bsread's reader and Pillow."""

import io
import json
from typing import Any

import numpy as np
import zmq
from bsread.data.helpers import get_channel_reader
from PIL import Image

from shared.settings import IngestSettings

RECEIVE_QUEUE_MESSAGES = 32
"""The same as ingest's."""
HEADER, PIXELS = 1, 2
"""Indices of the parts with the data header and with the first channel."""


def connect(kind: int, address: str) -> zmq.Socket[bytes]:
    """Return a socket that reads from a bsread stream."""
    source: zmq.Socket[bytes] = zmq.Context.instance().socket(kind)
    source.setsockopt(zmq.RCVHWM, RECEIVE_QUEUE_MESSAGES)
    if kind == zmq.SUB:
        source.setsockopt(zmq.SUBSCRIBE, b"")
    source.connect(address)
    return source


class Decoder:
    """Reads the first channel with bsread's own reader, created from the first data header."""

    def __init__(self) -> None:
        self._read: Any = None

    def decode(self, parts: list[zmq.Frame]) -> np.ndarray:
        """Return the picture as an array of rows."""
        if self._read is None:
            entry = json.loads(parts[HEADER].bytes)["channels"][0]
            self._read = get_channel_reader({**entry, "encoding": "<"})
        pixels: np.ndarray = self._read(parts[PIXELS].buffer)
        return pixels


def to_grey(pixels: np.ndarray) -> Image.Image:
    """Scale the whole range of a picture to 8 bits."""
    low, high = float(pixels.min()), float(pixels.max())
    return Image.fromarray(((pixels - low) * (255 / (high - low))).astype(np.uint8))


def to_jpeg(image: Image.Image) -> bytes:
    """Encode with ingest's default quality."""
    out = io.BytesIO()
    image.save(out, "JPEG", quality=IngestSettings.quality)
    return out.getvalue()
