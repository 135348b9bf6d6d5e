"""One pulse as a row of an HDF5 file: its values, and its pictures as chunks.

Chunks are compressed by filters that every HDF5 library has, so that all can read them.
"""

import math
import zlib
from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

FILTERS = {"shuffle": True, "compression": "gzip", "compression_opts": 1}
"""what a dataset of chunks is made with"""
NO_FILTER = 0b11
"""HDF5's mask of the filters that a chunk has not gone through: both"""
COLUMN_BYTES = 64 * 1024
"""a larger array is a chunk of its own, as every picture is"""


class Row(NamedTuple):
    """``values``: channel → number, array (rows first), text, or None where it is missing.

    ``attributes``: channel → what stands beside its dataset, such as ``units``. Times in Unix
    seconds.
    """

    pulse_id: int | None
    t_source: float | None
    t_received: float
    values: Mapping[str, Any]
    attributes: Mapping[str, Mapping[str, Any]]


class Chunk(NamedTuple):
    """An array's bytes as they stand in the file; ``shape`` rows first."""

    dtype: np.dtype
    shape: tuple[int, ...]
    data: bytes
    left_out: int
    """mask of the filters that were left out"""

    def array(self) -> np.ndarray:
        """The array again, in its own byte order."""
        if self.left_out == NO_FILTER:
            return np.frombuffer(self.data, self.dtype).reshape(self.shape)
        items = np.frombuffer(zlib.decompress(self.data), np.uint8)
        shuffled = items.reshape(self.dtype.itemsize, -1).T
        return np.ascontiguousarray(shuffled).reshape(-1).view(self.dtype).reshape(self.shape)


def pack_row(row: Row, compress: bool = True) -> Row:
    """The same, ready for the file: pictures as their chunks. Any thread may do this."""
    values = {
        name: _chunk(value, compress)
        if isinstance(value, np.ndarray) and is_chunk(value.dtype, value.shape)
        else value
        for name, value in row.values.items()
    }
    return row._replace(values=values)


def is_chunk(dtype: np.dtype, shape: tuple[int, ...]) -> bool:
    """Whether such an array is a chunk of its own, rather than one of many in a column."""
    return len(shape) > 1 or dtype.itemsize * math.prod(shape) > COLUMN_BYTES


def _chunk(array: np.ndarray, compress: bool) -> Chunk:
    """The array bit for bit, in its own byte order."""
    if not compress:
        return Chunk(array.dtype, array.shape, array.tobytes(), NO_FILTER)
    items = np.ascontiguousarray(array).reshape(-1).view(np.uint8).reshape(-1, array.itemsize)
    # Runs alone: twice as fast as gzip's usual search, and no larger once the bytes are shuffled.
    deflate = zlib.compressobj(1, strategy=zlib.Z_RLE)
    data = deflate.compress(items.T.tobytes()) + deflate.flush()
    return Chunk(array.dtype, array.shape, data, 0)
