"""What a viewer gets of an image's precise tiles: those of its region."""

import os
from functools import cached_property
from typing import Any

import numpy as np

from shared.compression import BadData, checked
from shared.envelope import ALIGNMENT, TYPES, BadEnvelope, Blobs, blob, pack_header
from shared.renditions import Region
from web.fanout.messages import Buffer, Event, Frame

# Set before bitshuffle loads OpenMP, whose threads would take the processor from the viewers.
os.environ.setdefault("OMP_NUM_THREADS", "1")
import bitshuffle

MOST_BYTES = 256 * 1024 * 1024
"""of a decoded picture, as ingest reads one"""
ENCODING = "bitshuffle_lz4"
MAX_PARTS = 500
"""Buffers of one excerpt; sendmsg(2) takes 1024 at a time."""


Run = tuple[int, int, list[list[int]]]
"""bytes that lie together: their start, their end, and the tiles in them"""


class RegionFrame(Frame):
    """A frame with some of another one's tiles, whose message it shares: only its header is new."""

    def __init__(self, whole: Frame, header: dict[str, Any], parts: tuple[Buffer, ...]) -> None:
        self.stream, self.key = whole.stream, whole.key
        self.epoch, self.received = whole.epoch, whole.received
        if len(parts) > MAX_PARTS:
            parts = (b"".join(parts),)
        self.header, self.parts = header, parts
        self.source = whole.source if len(parts) > 1 else self.message
        self._whole = whole

    @cached_property
    def pulses(self) -> Event:
        """Those of the whole frame."""
        return self._whole.pulses


class RegionTiles:
    """What regions get of one frame: made when first asked for, and once for all regions with the
    same tiles, so also for all that have none."""

    def __init__(self, frame: Frame) -> None:
        self._frame = frame
        self._made: dict[tuple[int, ...], Frame] = {}

    def of(self, region: Region | None) -> Frame:
        """The frame with only those tiles that lie in the region, as they came; raises BadEnvelope.

        Without a region it is the frame itself. What stands before the first tile, the arrays of
        ``values``, keeps its place.
        """
        if region is None:
            return self._frame
        tiles = self._tiles
        wanted = tuple(n for n, tile in enumerate(tiles) if _is_in(region, *tile[:2]))
        if len(wanted) == len(tiles):
            return self._frame
        if wanted not in self._made:
            self._made[wanted] = self._cut([tiles[n] for n in wanted])
        return self._made[wanted]

    def _cut(self, wanted: list[list[int]]) -> Frame:
        frame, blobs = self._frame, Blobs()
        places: list[list[int]] = []
        values_end = min(tile[2] for tile in self._tiles)
        runs: list[Run] = [(0, values_end, []), *_runs(wanted)]
        for start, end, tiles in runs:
            place = blobs.add(frame.body[start:end])
            for column, row, offset, length in tiles:
                places.append([column, row, place["offset"] + offset - start, length])
        header = {**frame.header, "image": {**frame.header["image"], "tiles": places}}
        return RegionFrame(frame, header, (pack_header(header), *blobs.parts))

    @cached_property
    def _tiles(self) -> list[list[int]]:
        """``[column, row, offset, length]`` of each; checked, for anyone may publish."""
        tiles = (self._frame.header.get("image") or {}).get("tiles", [])
        if not isinstance(tiles, list) or not all(map(_is_place, tiles)):
            raise BadEnvelope("tiles must be a list of [column, row, offset, length]")
        for _, _, offset, length in tiles:
            blob({"offset": offset, "length": length}, self._frame.body)
        return tiles


def _runs(tiles: list[list[int]]) -> list[Run]:
    """Tiles that lie one after another, together."""
    runs: list[Run] = []
    for tile in tiles:
        offset, length = tile[2:]
        if runs and runs[-1][1] + -runs[-1][1] % ALIGNMENT == offset:
            start, _, before = runs.pop()
            runs.append((start, offset + length, [*before, tile]))
        else:
            runs.append((offset, offset + length, [tile]))
    return runs


def _is_place(tile: Any) -> bool:
    return isinstance(tile, list) and [type(number) for number in tile] == [int] * 4


def _is_in(region: Region, column: int, row: int) -> bool:
    return region.left <= column < region.right and region.top <= row < region.bottom


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
