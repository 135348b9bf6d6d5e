"""A reader of precise tiles that uses bsread's own decompressor."""

from typing import Any

import numpy as np
from bsread.data.compression import BitshuffleLZ4

from shared import envelope


def read_tiles(header: dict[str, Any], body: memoryview) -> dict[tuple[int, int], np.ndarray]:
    """Return (column, row) → the tile's values, rows first, little-endian."""
    image = header["image"]
    side, colours = image["tile"], () if image["samples"] == 1 else (image["samples"],)
    dtype = np.dtype("uint8" if image["dtype"] == "bool" else image["dtype"]).newbyteorder("<")
    tiles = {}
    for column, row, offset, length in image["tiles"]:
        rows = min(side, image["height"] - row * side)
        columns = min(side, image["width"] - column * side)
        data = bytes(envelope.blob({"offset": offset, "length": length}, body))
        shape = [rows, columns, *colours]
        tiles[column, row] = BitshuffleLZ4.unpack_data(data, dtype, shape[::-1])
    return tiles


def cut(pixels: np.ndarray, column: int, row: int, side: int = 256) -> np.ndarray:
    """Return the values that a tile of this image should have."""
    tile = pixels[row * side : (row + 1) * side, column * side : (column + 1) * side]
    plain = np.ascontiguousarray(tile, tile.dtype.newbyteorder("<"))
    return plain.view(np.uint8) if plain.dtype.kind == "b" else plain


def is_same(tile: np.ndarray, pixels: np.ndarray, column: int, row: int) -> bool:
    """Return whether a tile has exactly the image's bits."""
    expected = cut(pixels, column, row)
    same_kind = (tile.shape, tile.dtype) == (expected.shape, expected.dtype)
    return same_kind and tile.tobytes() == expected.tobytes()
