"""Precise tiles: the camera's values, cut into squares, each compressed without loss."""

from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np
from bsread.data.compression import BitshuffleLZ4

from ingest.encoding.scaling import Facts
from shared.envelope import ALIGNMENT, Blobs
from shared.renditions import Region

SIDE_PX = 256
ENTRY_BYTES = len(",[9999,9999,999999999,999999999]") + ALIGNMENT
"""size of a tile's entry in the message, besides its data"""


class Tiles(NamedTuple):
    """The encoded tiles of an image. ``samples``: values per pixel, 3 in a colour image."""

    data: dict[tuple[int, int], bytes]
    """(column, row) → [int64 decoded size][int32 block size][blocks], as bsread writes it"""
    width: int
    height: int
    samples: int
    facts: Facts
    tiles_left: int
    """requested tiles that did not fit into the message"""

    def add_to(self, blobs: Blobs) -> dict[str, Any]:
        """Add the data to an envelope's blobs; return its ``image`` without the channel."""
        entries = []
        for (column, row), data in self.data.items():
            blob = blobs.add(data)
            entries.append([column, row, blob["offset"], blob["length"]])
        return {
            "format": "tiles",
            "width": self.width,
            "height": self.height,
            "reduced": 1,
            **self.facts._asdict(),
            "encoding": "bitshuffle_lz4",
            "samples": self.samples,
            "tile": SIDE_PX,
            "tiles": entries,
            "tiles_left": self.tiles_left,
        }


def find_tiles(regions: Iterable[Region], height: int, width: int) -> list[tuple[int, int]]:
    """Return (column, row) of each tile that a region covers, row by row.

    ``height``, ``width``: of the image, in pixels.
    """
    is_covered = np.zeros((-(-height // SIDE_PX), -(-width // SIDE_PX)), bool)
    for left, top, right, bottom in regions:
        is_covered[top:bottom, left:right] = True
    return [(column, row) for row, column in np.argwhere(is_covered).tolist()]


def encode_tiles(
    pixels: np.ndarray, facts: Facts, regions: Iterable[Region], max_bytes: int
) -> Tiles:
    """Encode the tiles that the regions cover; those at the right and bottom may be smaller.

    ``pixels``: (rows, columns) or (rows, columns, 3) of any type. ``max_bytes``: the size that the
    tiles may have in a message.
    """
    height, width = pixels.shape[:2]
    places, data = find_tiles(regions, height, width), {}
    for column, row in places:
        tile = _encode(
            pixels[row * SIDE_PX : (row + 1) * SIDE_PX, column * SIDE_PX : (column + 1) * SIDE_PX]
        )
        max_bytes -= len(tile) + ENTRY_BYTES
        if max_bytes < 0:
            break
        data[column, row] = tile
    samples = pixels[0, 0].size
    return Tiles(data, width, height, samples, facts, len(places) - len(data))


def _encode(tile: np.ndarray) -> bytes:
    """Encode a tile: little-endian, rows first, bool as uint8."""
    plain = np.ascontiguousarray(tile, tile.dtype.newbyteorder("<"))
    plain = plain.view(np.uint8) if plain.dtype.kind == "b" else plain
    return BitshuffleLZ4.pack_data(plain, plain.dtype)
