"""One dataset of an HDF5 file, with a row for each pulse.

Waveforms of different lengths share one dataset, as wide as the longest; ``name_length`` has the
length of each row as soon as two differ. A waveform wider than MAX_WIDTH_CHUNKS chunks of that
dataset goes to another dataset: each chunk spans many rows, so that a single long waveform would
take 128 times its size. (Variable-length types would keep everything in memory until a flush: HDF5
treats their values as metadata.)
"""

from collections.abc import Mapping
from typing import Any

import h5py
import numpy as np

from shared.hdf5_row import COLUMN_BYTES, FILTERS, Chunk, is_chunk

CHUNK_ROWS = 512
MAX_WAITING_BYTES = 16 * 1024 * 1024
"""size of the rows of a waveform dataset that wait for the next flush, padded to the longest; they
are written before this is exceeded"""
MIN_CHUNK_ITEMS = 64
"""of a waveform; the first one may be much shorter than the others"""
MAX_WIDTH_CHUNKS = 128
"""beside each other in a dataset of waveforms"""


class Series:
    """One dataset with a row for each pulse; a one-dimensional ``shape`` is that of the first
    row."""

    def __init__(
        self,
        group: h5py.Group,
        name: str,
        dtype: np.dtype,
        shape: tuple[int, ...],
        chunk_rows: int,
        attributes: Mapping[str, Any],
    ) -> None:
        is_own_chunk = is_chunk(dtype, shape)
        is_waveform = len(shape) == 1
        min_items = MIN_CHUNK_ITEMS if chunk_rows > 1 else 1
        cell = (max(shape[0], min_items),) if is_waveform else shape
        cell_bytes = dtype.itemsize * int(np.prod(cell))
        rows = 1 if is_own_chunk else max(1, min(chunk_rows, COLUMN_BYTES // cell_bytes))
        self._chunk = rows, *cell
        self.dataset = group.create_dataset(
            name,
            (0, *shape),
            dtype,
            maxshape=(None, None) if is_waveform else (None, *shape),
            chunks=self._chunk,
            fillvalue=np.nan if dtype.kind == "f" else None,
            **(FILTERS if is_own_chunk else {}),
        )
        self.dataset.attrs.update({name: as_text(fact) for name, fact in attributes.items()})
        self._group = group
        self._name = name
        self._item_bytes = dtype.itemsize
        self._is_waveform = is_waveform
        self._first_length = shape[0] if is_waveform else 0
        self._valid: h5py.Dataset | None = None
        self._length: h5py.Dataset | None = None
        self._written = 0
        self._rows: list[int] = []  # with a value, since the last write
        self._lengths: list[int] = []  # of the waveforms in these rows
        self._waiting: list[tuple[int, Any]] = []  # rows and values to be written
        self._widest = 0  # of the waiting waveforms
        self.waiting_bytes = 0
        """size of the waiting rows in the file, padded to the longest"""

    def fits(self, shape: tuple[int, ...]) -> bool:
        """Whether a value of this shape fits the dataset, given that its type and dimensions do."""
        return not self._is_waveform or shape[0] <= MAX_WIDTH_CHUNKS * self._chunk[1]

    def put(self, row: int, value: Any) -> None:
        """Add a value: a chunk is written now, other values wait for ``write``."""
        is_after_others = self._is_waveform and bool(self._waiting)
        if is_after_others and self._filled_bytes(row, value.shape[0]) > MAX_WAITING_BYTES:
            self.write(row)
        self._rows.append(row)
        if self._is_waveform:
            self._lengths.append(value.shape[0])
        if isinstance(value, Chunk) and value.shape == self._chunk[1:]:
            self.dataset.id.set_extent((row + 1, *self.dataset.shape[1:]))
            corner = row, *[0] * len(value.shape)
            self.dataset.id.write_direct_chunk(corner, value.data, value.skipped_filters)
            return
        plain = value.array() if isinstance(value, Chunk) else as_text(value)
        if self._is_waveform:
            self.waiting_bytes = self._filled_bytes(row, value.shape[0])
            self._widest = max(self._widest, value.shape[0])
        self._waiting.append((row, plain))

    def _filled_bytes(self, row: int, length: int) -> int:
        """Return the size of the waiting rows if this one is added."""
        first = self._waiting[0][0] if self._waiting else row
        return (row + 1 - first) * max(self._widest, length) * self._item_bytes

    def write(self, rows: int) -> None:
        """Extend the dataset to this number of rows and write the waiting values."""
        cell = self.dataset.shape[1:]
        if self._is_waveform:
            cell = (max(*cell, *self._lengths, 0),)
        self.dataset.resize((rows, *cell))
        if self._chunk[0] == 1:  # rows between the waiting ones may be in the file
            for row, value in self._waiting:
                self.dataset[(row, *map(slice, np.shape(value)))] = value
        elif self._waiting:
            first, last = self._waiting[0][0], self._waiting[-1][0]
            self.dataset[first : last + 1] = self._block(first, last)
        self._write_valid(rows)
        self._write_lengths(rows)
        self._rows.clear()
        self._lengths.clear()
        self._waiting.clear()
        self._widest = self.waiting_bytes = 0
        self._written = rows

    def _block(self, first: int, last: int) -> np.ndarray:
        """Return the waiting values from the first to the last row as one array."""
        size = (last + 1 - first, *self.dataset.shape[1:])
        block = np.full(size, self.dataset.fillvalue, self.dataset.dtype)
        if self._is_waveform:
            for row, value in self._waiting:
                block[row - first, : len(value)] = value
        else:
            rows, values = zip(*self._waiting, strict=True)
            block[np.array(rows) - first] = values
        return block

    def _write_valid(self, rows: int) -> None:
        """Write which rows have a value, as soon as one has none."""
        valid = np.zeros(rows - self._written, bool)
        valid[np.array(self._rows, int) - self._written] = True
        if self._valid is None and not valid.all():
            self._valid = self._add_companion("valid", np.ones(self._written, bool))
        if self._valid is not None:
            _extend(self._valid, valid)

    def _write_lengths(self, rows: int) -> None:
        """Write the length of each waveform, as soon as two differ; 0 for a missing one."""
        if not self._is_waveform:
            return
        lengths = np.zeros(rows - self._written, np.int64)
        lengths[np.array(self._rows, int) - self._written] = self._lengths
        if self._length is None and set(self._lengths) - {self._first_length}:
            earlier = np.full(self._written, self._first_length, np.int64)
            if self._valid is not None:
                earlier[~self._valid[: self._written]] = 0
            self._length = self._add_companion("length", earlier)
        if self._length is not None:
            _extend(self._length, lengths)

    def _add_companion(self, suffix: str, earlier: np.ndarray) -> h5py.Dataset:
        """Add a dataset with one number for each row; an attribute of the main one names it."""
        name = free_name(self._group, f"{self._name}_{suffix}")
        self.dataset.attrs[suffix] = name
        return self._group.create_dataset(
            name, data=earlier, maxshape=(None,), chunks=(8 * CHUNK_ROWS,)
        )


def _extend(dataset: h5py.Dataset, more: np.ndarray) -> None:
    rows = len(dataset)
    dataset.resize(rows + len(more), 0)
    dataset[rows:] = more


def free_name(group: h5py.Group, preferred: str) -> str:
    """Return a name that the group does not have yet: the preferred one, or it with a number."""
    name = plain = "_" if preferred in (".", "") else as_text(preferred).replace("/", "_")
    number = 1
    while name in group:
        number += 1
        name = f"{plain}_{number}"
    return name


def as_text(value: Any) -> Any:
    """Return a text without NULs, which would end it in HDF5; other values unchanged."""
    return value.replace("\0", "\ufffd") if isinstance(value, str) else value
