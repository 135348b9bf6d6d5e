"""Precise tiles of an image: those of a viewer's region, and the whole image decoded from them."""

import os
from functools import cached_property
from typing import Any

import numpy as np

from shared.compression import BadData, check_compressed
from shared.envelope import ALIGNMENT, TYPES, BadEnvelope, Blobs, blob, pack_header
from shared.renditions import Region
from web.fanout.messages import Buffer, Event, Frame

# Set before bitshuffle loads OpenMP, whose threads would take the processor from the viewers.
os.environ.setdefault("OMP_NUM_THREADS", "1")
import bitshuffle

MAX_IMAGE_BYTES = 256 * 1024 * 1024
"""of a decoded image, as in ingest"""
ENCODING = "bitshuffle_lz4"
MAX_PARTS = 500
"""Buffers of one frame; sendmsg(2) takes 1024 at a time."""

Run = tuple[int, int, list[list[int]]]
"""adjacent tiles: the start and end of their bytes, and the tiles"""


class RegionFrame(Frame):
    """A frame with some tiles of another one, whose message it shares: only its header is new."""

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
        """The event of the whole frame."""
        return self._whole.pulses


class RegionTiles:
    """The tiles of one frame by region. A region's frame is made when it is first requested, and
    once for all regions with the same tiles, also for those that have none."""

    def __init__(self, frame: Frame) -> None:
        self._frame = frame
        self._frames: dict[tuple[int, ...], Frame] = {}

    def select(self, region: Region | None) -> Frame:
        """Return the frame with only the tiles of the region, unchanged; raises BadEnvelope.

        Without a region it is the frame itself. The bytes before the first tile, the arrays of
        ``values``, are kept.
        """
        if region is None:
            return self._frame
        tiles = self._tiles
        selected = tuple(n for n, tile in enumerate(tiles) if _is_in(region, *tile[:2]))
        if len(selected) == len(tiles):
            return self._frame
        if selected not in self._frames:
            self._frames[selected] = self._with_tiles([tiles[n] for n in selected])
        return self._frames[selected]

    def _with_tiles(self, selected: list[list[int]]) -> Frame:
        frame, blobs = self._frame, Blobs()
        new_tiles: list[list[int]] = []
        values_end = min(tile[2] for tile in self._tiles)
        runs: list[Run] = [(0, values_end, []), *_runs(selected)]
        for start, end, tiles in runs:
            place = blobs.add(frame.body[start:end])
            for column, row, offset, length in tiles:
                new_tiles.append([column, row, place["offset"] + offset - start, length])
        header = {**frame.header, "image": {**frame.header["image"], "tiles": new_tiles}}
        return RegionFrame(frame, header, (pack_header(header), *blobs.parts))

    @cached_property
    def _tiles(self) -> list[list[int]]:
        """``[column, row, offset, length]`` of each; checked, since anyone may publish."""
        tiles = (self._frame.header.get("image") or {}).get("tiles", [])
        if not isinstance(tiles, list) or not all(map(_is_tile, tiles)):
            raise BadEnvelope("tiles must be a list of [column, row, offset, length]")
        for _, _, offset, length in tiles:
            blob({"offset": offset, "length": length}, self._frame.body)
        return tiles


def _runs(tiles: list[list[int]]) -> list[Run]:
    """Group tiles whose bytes are adjacent."""
    runs: list[Run] = []
    for tile in tiles:
        offset, length = tile[2:]
        if runs and runs[-1][1] + -runs[-1][1] % ALIGNMENT == offset:
            start, _, before = runs.pop()
            runs.append((start, offset + length, [*before, tile]))
        else:
            runs.append((offset, offset + length, [tile]))
    return runs


def _is_tile(tile: Any) -> bool:
    return isinstance(tile, list) and [type(number) for number in tile] == [int] * 4


def _is_in(region: Region, column: int, row: int) -> bool:
    return region.left <= column < region.right and region.top <= row < region.bottom


class TileMosaic:
    """The image of a frame, decoded from its tiles; raises BadEnvelope, since anyone may publish.

    ``count`` is the number of tiles of the whole image, ``left`` how many of them did not fit into
    the message.
    """

    def __init__(self, frame: Frame) -> None:
        image = frame.header["image"]
        self.width, self.height = _positive(image, "width"), _positive(image, "height")
        self._side, self._samples = _positive(image, "tile"), _positive(image, "samples")
        self._dtype = _parse_dtype(image.get("dtype"))
        if not isinstance(image.get("channel"), str) or image.get("encoding") != ENCODING:
            raise BadEnvelope(f"tiles need a channel, and the encoding {ENCODING}")
        if self._samples not in (1, 3):
            raise BadEnvelope(f"samples must be 1 or 3, not {self._samples}")
        if self.width * self.height * self._samples * self._dtype.itemsize > MAX_IMAGE_BYTES:
            raise BadEnvelope(f"an image of {self.width} × {self.height} pixels is too large")
        self.left = image.get("tiles_left", 0)
        if type(self.left) is not int:
            raise BadEnvelope("tiles_left must be an integer")
        self._columns, rows = -(-self.width // self._side), -(-self.height // self._side)
        self.count = self._columns * rows
        self._places = {(column, row): place for column, row, *place in image.get("tiles", ())}
        self._body = frame.body

    @property
    def is_whole(self) -> bool:
        """Whether all tiles of the image are there: just after a viewer requested them, some may
        be missing."""
        return len(self._places) == self.count

    def pixels(self) -> np.ndarray:
        """Return the camera's own values in their type: (rows, columns) or (rows, columns, 3)."""
        colours = () if self._samples == 1 else (self._samples,)
        stored = np.dtype(np.uint8) if self._dtype.kind == "b" else self._dtype.newbyteorder("<")
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
        return pixels != 0 if self._dtype.kind == "b" else pixels


def decoded(data: memoryview, shape: tuple[int, ...], dtype: np.dtype) -> np.ndarray:
    """Decode an array as ``shared/compression.py`` describes; raises BadEnvelope."""
    size = int(np.prod(shape)) * dtype.itemsize
    try:
        check_compressed(data, ENCODING, "little", dtype.itemsize, size, size)
        items, block = np.frombuffer(data[12:], np.uint8), int.from_bytes(data[8:12], "big")
        array: np.ndarray = bitshuffle.decompress_lz4(items, shape, dtype, block // dtype.itemsize)
    except (BadData, RuntimeError) as error:
        raise BadEnvelope(f"cannot decode a tile: {error}") from error
    return array


def _parse_dtype(name: Any) -> np.dtype:
    if not isinstance(name, str) or name not in TYPES:
        label = name[:40] if isinstance(name, str) else type(name).__name__
        raise BadEnvelope(f"{label!r} is not a dtype of images")
    return np.dtype(name)


def _positive(image: dict[str, Any], key: str) -> int:
    value = image.get(key)
    if type(value) is not int or value <= 0:
        raise BadEnvelope(f"the image's {key} must be an integer of at least 1")
    return value
