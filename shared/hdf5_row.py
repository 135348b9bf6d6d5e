"""One pulse as a row of an HDF5 file: its values, and its images as chunks.

Chunks are compressed with filters that every HDF5 library has, so that all can read them.
"""

import math
import zlib
from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

FILTERS = {"shuffle": True, "compression": "gzip", "compression_opts": 1}
"""the options of a dataset of chunks"""
BOTH_SKIPPED = 0b11
"""HDF5's mask of the filters that a chunk has skipped: both"""
COLUMN_BYTES = 64 * 1024
"""a larger array is a chunk of its own, as every image is"""


class Row(NamedTuple):
    """A pulse. ``values``: channel → number, array (rows first), text, or None if it is missing.

    ``attributes``: channel → attributes of its dataset, such as ``units``. Times are in Unix
    seconds.
    """

    pulse_id: int | None
    t_source: float | None
    t_received: float
    values: Mapping[str, Any]
    attributes: Mapping[str, Mapping[str, Any]]


class Chunk(NamedTuple):
    """The bytes of an array as stored in the file; ``shape`` has the rows first."""

    dtype: np.dtype
    shape: tuple[int, ...]
    data: bytes
    skipped_filters: int
    """HDF5's mask"""

    def array(self) -> np.ndarray:
        """Decode the array, in its own byte order."""
        if self.skipped_filters == BOTH_SKIPPED:
            return np.frombuffer(self.data, self.dtype).reshape(self.shape)
        items = np.frombuffer(zlib.decompress(self.data), np.uint8)
        shuffled = items.reshape(self.dtype.itemsize, -1).T
        return np.ascontiguousarray(shuffled).reshape(-1).view(self.dtype).reshape(self.shape)


def pack_row(row: Row, compress: bool = True) -> Row:
    """Return the row with its images packed into chunks, in any thread."""
    values = {
        name: _chunk(value, compress)
        if isinstance(value, np.ndarray) and is_chunk(value.dtype, value.shape)
        else value
        for name, value in row.values.items()
    }
    return row._replace(values=values)


def is_chunk(dtype: np.dtype, shape: tuple[int, ...]) -> bool:
    """Whether such an array is a chunk of its own, not one of many in a column."""
    return len(shape) > 1 or dtype.itemsize * math.prod(shape) > COLUMN_BYTES


def _chunk(array: np.ndarray, compress: bool) -> Chunk:
    """Pack an array bit for bit, in its own byte order."""
    if not compress:
        return Chunk(array.dtype, array.shape, array.tobytes(), BOTH_SKIPPED)
    items = np.ascontiguousarray(array).reshape(-1).view(np.uint8).reshape(-1, array.itemsize)
    # Run lengths only: twice as fast as the default search, and no larger for shuffled bytes.
    deflate = zlib.compressobj(1, strategy=zlib.Z_RLE)
    data = deflate.compress(items.T.tobytes()) + deflate.flush()
    return Chunk(array.dtype, array.shape, data, 0)
