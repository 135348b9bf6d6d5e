"""Precise tiles: the camera's own numbers, cut into squares, each compressed without loss."""

from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np
from bsread.data.compression import BitshuffleLZ4

from ingest.encoding.scaling import Facts
from shared.envelope import ALIGNMENT, Blobs
from shared.renditions import Region

SIDE_PX = 256
ENTRY_BYTES = len(",[9999,9999,999999999,999999999]") + ALIGNMENT
"""what a tile takes in a message besides its data"""


class Tiles(NamedTuple):
    """The encoded tiles of a picture. ``samples``: numbers a pixel, three in a colour picture."""

    data: dict[tuple[int, int], bytes]
    """(column, row) → [int64 decoded size][int32 block size][blocks], as bsread writes it"""
    width: int
    height: int
    samples: int
    facts: Facts
    left: int
    """asked tiles for which there was no room"""

    def put(self, blobs: Blobs) -> dict[str, Any]:
        """Adds the data to an envelope's blobs; its ``image``, but for the channel."""
        places = []
        for (column, row), data in self.data.items():
            place = blobs.add(data)
            places.append([column, row, place["offset"], place["length"]])
        size = {"width": self.width, "height": self.height, "reduced": 1}
        form = {"encoding": "bitshuffle_lz4", "samples": self.samples, "tile": SIDE_PX}
        came = {"tiles": places, "tiles_left": self.left}
        return {"format": "tiles", **size, **self.facts._asdict(), **form, **came}


def covered(regions: Iterable[Region], height: int, width: int) -> list[tuple[int, int]]:
    """(column, row) of each tile of a picture of so many pixels that a region covers, row by
    row."""
    tiles = np.zeros((-(-height // SIDE_PX), -(-width // SIDE_PX)), bool)
    for left, top, right, bottom in regions:
        tiles[top:bottom, left:right] = True
    return [(column, row) for row, column in np.argwhere(tiles).tolist()]


def encode(pixels: np.ndarray, facts: Facts, regions: Iterable[Region], room: int) -> Tiles:
    """The tiles that the regions cover, those at the right and at the bottom maybe smaller.

    ``pixels``: (rows, columns) or (rows, columns, 3) of any type. ``room``: how many bytes of a
    message they may take.
    """
    height, width = pixels.shape[:2]
    wanted, data = covered(regions, height, width), {}
    for column, row in wanted:
        tile = _encoded(
            pixels[row * SIDE_PX : (row + 1) * SIDE_PX, column * SIDE_PX : (column + 1) * SIDE_PX]
        )
        room -= len(tile) + ENTRY_BYTES
        if room < 0:
            break
        data[column, row] = tile
    samples = pixels[0, 0].size
    return Tiles(data, width, height, samples, facts, len(wanted) - len(data))


def _encoded(tile: np.ndarray) -> bytes:
    """Little-endian, rows first, bool as uint8."""
    plain = np.ascontiguousarray(tile, tile.dtype.newbyteorder("<"))
    plain = plain.view(np.uint8) if plain.dtype.kind == "b" else plain
    return BitshuffleLZ4.pack_data(plain, plain.dtype)
