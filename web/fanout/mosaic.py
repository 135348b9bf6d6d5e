"""The picture of a precise frame, put together from its tiles; the one module that decodes them."""

import os
from typing import Any

import numpy as np

from shared.compression import BadData, checked
from shared.envelope import TYPES, BadEnvelope, blob
from web.fanout.messages import Frame

# Set before bitshuffle loads OpenMP, whose threads would take the processor from the viewers.
os.environ.setdefault("OMP_NUM_THREADS", "1")
import bitshuffle

MOST_BYTES = 256 * 1024 * 1024
"""of a decoded picture, as ingest reads one"""
ENCODING = "bitshuffle_lz4"


class TileMosaic:
    """The tiles of a frame with a picture; raises BadEnvelope, for anyone may publish.

    ``count`` is how many tiles the whole picture has, ``left`` how many found no room in the
    message.
    """

    def __init__(self, frame: Frame) -> None:
        image = frame.header["image"]
        self.width, self.height = _number(image, "width"), _number(image, "height")
        self._side, self._samples = _number(image, "tile"), _number(image, "samples")
        self._kind = _kind(image.get("dtype"))
        if not isinstance(image.get("channel"), str) or image.get("encoding") != ENCODING:
            raise BadEnvelope(f"no channel's tiles of {ENCODING}")
        if self._samples not in (1, 3):
            raise BadEnvelope(f"{self._samples} numbers a pixel; it must be one or three")
        if self.width * self.height * self._samples * self._kind.itemsize > MOST_BYTES:
            raise BadEnvelope(f"a picture of {self.width} × {self.height} is too large")
        self.left = image.get("tiles_left", 0)
        if type(self.left) is not int:
            raise BadEnvelope("tiles_left must be an integer")
        self._columns, rows = -(-self.width // self._side), -(-self.height // self._side)
        self.count = self._columns * rows
        self._places = {(column, row): place for column, row, *place in image.get("tiles", ())}
        self._body = frame.body

    @property
    def is_whole(self) -> bool:
        """Whether every tile of the picture is there: right after it was asked for, some may not
        be."""
        return len(self._places) == self.count

    def pixels(self) -> np.ndarray:
        """The camera's own numbers, of its type: (rows, columns) or (rows, columns, 3)."""
        colours = () if self._samples == 1 else (self._samples,)
        stored = np.dtype(np.uint8) if self._kind.kind == "b" else self._kind.newbyteorder("<")
        pixels = np.empty((self.height, self.width, *colours), stored)
        for number in range(self.count):
            row, column = divmod(number, self._columns)
            top, left = row * self._side, column * self._side
            tile = pixels[top : top + self._side, left : left + self._side]
            if (column, row) not in self._places:
                raise BadEnvelope(f"tile {column}, {row} is missing")
            offset, length = self._places[column, row]
            data = blob({"offset": offset, "length": length}, self._body)
            tile[:] = decoded(data, tile.shape, stored)
        return pixels != 0 if self._kind.kind == "b" else pixels


def decoded(data: memoryview, shape: tuple[int, ...], dtype: np.dtype) -> np.ndarray:
    """An array from bytes as ``shared/compression.py`` describes; raises BadEnvelope."""
    size = int(np.prod(shape)) * dtype.itemsize
    try:
        checked(data, ENCODING, "little", dtype.itemsize, size, size)
        items, block = np.frombuffer(data[12:], np.uint8), int.from_bytes(data[8:12], "big")
        array: np.ndarray = bitshuffle.decompress_lz4(items, shape, dtype, block // dtype.itemsize)
    except (BadData, RuntimeError) as problem:
        raise BadEnvelope(f"a tile: {problem}") from problem
    return array


def _kind(name: Any) -> np.dtype:
    if not isinstance(name, str) or name not in TYPES:
        shown = name[:40] if isinstance(name, str) else type(name).__name__
        raise BadEnvelope(f"dtype {shown!r} is none of a picture")
    return np.dtype(name)


def _number(image: dict[str, Any], key: str) -> int:
    value = image.get(key)
    if type(value) is not int or value <= 0:
        raise BadEnvelope(f"the picture's {key} must be an integer from 1")
    return value
