"""HDF5 files of pulses, laid out as NeXus has it; the one module that knows h5py.

Row i of every dataset is pulse i (``docs/user-guide.md`` shows where each stands). A channel whose
type or shape changes continues in another dataset, ``name_2``; where a row has no value it holds
NaN, 0, false or an empty text, and ``name_valid`` says so as soon as there is such a row. Waveforms
whose length changes share one dataset, as wide as the longest; ``name_length`` has the length of
each row as soon as two differ. One that has more than MAX_WIDTH_CHUNKS chunks of that dataset
continues in another: each chunk has many rows, so that a single long one would take 128 times its
size. (Variable-length types would keep all that was written in memory: HDF5 counts their values as
metadata, which only a flush may write.)

A picture is written at once and never again. All else waits for :meth:`Recording.flush`, also what
HDF5 keeps about the file (its cache writes nothing in between): what was flushed survives a killed
process. Space is reserved ahead of HDF5, which leaves no readable file when it meets a full disk.
"""

import os
from collections.abc import Mapping
from contextlib import closing
from datetime import UTC, datetime
from typing import Any

import h5py
import numpy as np

from shared import envelope
from shared.file_lock import open_locked
from shared.row import COLUMN_BYTES, FILTERS, Chunk, Row, is_chunk, packed

CHUNK_ROWS = 512
HEADROOM_BYTES = 32 * 1024 * 1024
"""what a flush and the end of the file may take"""
MAX_DATASETS = 32
"""of one channel whose type or shape keeps changing"""
MAX_WAITING_BYTES = 16 * 1024 * 1024
"""of a waveform dataset, what its rows that wait for the next flush take there, filled up to the
longest; before more would wait they are written"""
MIN_CHUNK_ITEMS = 64
"""of a waveform: the first one may be much shorter than the rest"""
MAX_WIDTH_CHUNKS = 128
"""side by side in a dataset of waveforms"""
TEXT = h5py.string_dtype()
CannotWrite = OSError, RuntimeError
"""what h5py raises when it cannot write"""
Shape = tuple[int | None, ...]
"""of one row; None is a length that may change"""
VERSION = "0.1.0"
ID, UNIX = {"long_name": "pulse id"}, {"units": "s"}
HEAD = ("pulse_id", "i8", ID), ("global_timestamp", "f8", UNIX), ("receive_time", "f8", UNIX)
"""what each row has before its values: name, type, attributes"""


class Recording:
    """A file being written, by one thread at a time; methods raise CannotWrite.

    ``path`` None makes it in memory. ``about`` is what a flush writes as attributes of ``/entry``.
    """

    def __init__(
        self,
        path: str | None,
        title: str,
        about: Mapping[str, str | int],
        replace: bool = False,
        chunk_rows: int = CHUNK_ROWS,
    ) -> None:
        self.pulses = 0
        self.about = dict(about)
        self._path = path
        self._chunk_rows = chunk_rows
        in_memory = {"driver": "core", "backing_store": False}
        # Without HDF5's lock, so that the file can be read while it is written.
        where = {"rdcc_nbytes": COLUMN_BYTES, "locking": False} if path else in_memory
        name = path or f"in memory {os.urandom(8).hex()}"
        self._lock = open_locked(path, os.O_CREAT | (0 if replace else os.O_EXCL)) if path else -1
        try:
            self._file = h5py.File(name, "w", libver=("earliest", "v108"), **where)
        except CannotWrite:
            self._unlock()
            raise
        _hold_metadata(self._file)
        self._file.attrs.update(NX_class="NXroot", default="entry")
        self._entry = _group(self._file, "entry", "NXentry")
        self._entry["title"], self._entry["start_time"] = title, _now()
        self._entry["program_name"] = "Beamcast"
        self._entry["program_name"].attrs["version"] = VERSION
        self._instrument = _group(self._entry, "instrument", "NXinstrument")
        self._channels = _group(self._entry, "channels", "NXcollection")
        self._series: dict[tuple[str, str, Shape, int], _Series] = {}
        pulses = _group(self._entry, "pulses", "NXcollection")
        self._head = {
            name: _Series(pulses, name, np.dtype(kind), (), chunk_rows, attributes)
            for name, kind, attributes in HEAD
        }

    @property
    def n_bytes(self) -> int:
        """How large the file is."""
        return self._file.id.get_filesize()

    def append(self, row: Row) -> list[str]:
        """Adds a packed row; the channels for whose value there was no dataset any more."""
        chunks = [value for value in row.values.values() if isinstance(value, Chunk)]
        waiting = sum(series.waiting_bytes for series in self._series.values())
        self._reserve(waiting + sum(len(value.data) for value in chunks))
        left_out = []
        number, self.pulses = self.pulses, self.pulses + 1
        for series, value in zip(self._head.values(), row[: len(self._head)], strict=True):
            if value is not None:
                series.put(number, value)
        for name, value in row.values.items():
            if value is not None:
                found = self._series_of(name, value, row.attributes.get(name, {}))
                if found:
                    found.put(number, value)
                else:
                    left_out.append(name)
        return left_out

    def flush(self) -> None:
        """Brings to the disk what came since the last time."""
        for series in (*self._head.values(), *self._series.values()):
            series.write(self.pulses)
        if self._series and "data" not in self._entry:
            self._plot()
        self._entry.attrs.update({name: _text(fact) for name, fact in self.about.items()})
        self._file.flush()

    def close(self) -> int:
        """Ends the file; its size in bytes."""
        try:
            self._entry["end_time"] = _now()
            self.flush()
            size = self.n_bytes
        finally:
            self._file.close()
            self._unlock()
        if self._path and os.path.getsize(self._path) > size:
            os.truncate(self._path, size)  # the rest was reserved, and is empty
        return size

    def image(self) -> bytes:
        """The file as it would be on the disk, flushed."""
        self.flush()
        return self._file.id.get_file_image()

    def _unlock(self) -> None:
        if self._lock >= 0:
            os.close(self._lock)
            self._lock = -1

    def _reserve(self, more_bytes: int) -> None:
        """Has room for so much and HEADROOM_BYTES; raises OSError while the file is whole."""
        if not self._path:
            return
        file = self._file.id.get_vfd_handle()
        size = os.fstat(file).st_size
        wanted = self.n_bytes + more_bytes + HEADROOM_BYTES
        if size < wanted:
            os.posix_fallocate(file, size, wanted - size)

    def _series_of(self, name: str, value: Any, attributes: Mapping[str, Any]) -> "_Series | None":
        """The dataset for such a value, made when the first comes; None if it has too many."""
        array = value if isinstance(value, Chunk) else np.asarray(value)
        dtype = TEXT if isinstance(value, str) else array.dtype
        key = name, dtype.str, (None,) if len(array.shape) == 1 else array.shape, 0
        while key in self._series and not self._series[key].fits(array.shape):
            key = *key[:3], key[3] + 1
        if key not in self._series:
            if sum(other[0] == name for other in self._series) == MAX_DATASETS:
                return None
            about = {"channel": name, **attributes}
            if len(array.shape) > 1:
                about["interpretation"] = _interpretation(array.shape)
                group = _group(self._instrument, _free(self._instrument, name), "NXdetector")
                place = group, "data"
            else:
                place = self._channels, _free(self._channels, name)
            self._series[key] = _Series(*place, dtype, array.shape, self._chunk_rows, about)
        return self._series[key]

    def _plot(self) -> None:
        """What programs for NeXus files show first: the first picture, else the first number."""
        shown = max(
            (series.dataset for series in self._series.values()),
            key=lambda dataset: (dataset.ndim > 2, dataset.dtype.kind in "iuf"),
        )
        data = _group(self._entry, "data", "NXdata")
        for name, series in self._head.items():
            data[name] = series.dataset
        data["data"] = shown
        axes = ["pulse_id", *["."] * (shown.ndim - 1)]
        data.attrs.update(signal="data", axes=axes, pulse_id_indices=0)
        self._entry.attrs["default"] = "data"


class _Series:
    """One dataset, a row for each pulse; a one-dimensional ``shape`` is that of the first row."""

    def __init__(
        self,
        group: h5py.Group,
        name: str,
        dtype: np.dtype,
        shape: tuple[int, ...],
        chunk_rows: int,
        attributes: Mapping[str, Any],
    ) -> None:
        own = is_chunk(dtype, shape)
        is_waveform = len(shape) == 1
        least = MIN_CHUNK_ITEMS if chunk_rows > 1 else 1
        cell = (max(shape[0], least),) if is_waveform else shape
        cell_bytes = dtype.itemsize * int(np.prod(cell))
        rows = 1 if own else max(1, min(chunk_rows, COLUMN_BYTES // cell_bytes))
        self._chunk = rows, *cell
        self.dataset = group.create_dataset(
            name,
            (0, *shape),
            dtype,
            maxshape=(None, None) if is_waveform else (None, *shape),
            chunks=self._chunk,
            fillvalue=np.nan if dtype.kind == "f" else None,
            **(FILTERS if own else {}),
        )
        self.dataset.attrs.update({name: _text(fact) for name, fact in attributes.items()})
        self._group = group
        self._name = name
        self._item_bytes = dtype.itemsize
        self._is_waveform = is_waveform
        self._first_length = shape[0] if is_waveform else 0
        self._valid: h5py.Dataset | None = None
        self._length: h5py.Dataset | None = None
        self._written = 0
        self._rows: list[int] = []  # since the last write, with a value
        self._lengths: list[int] = []  # of these rows, where they are waveforms
        self._waiting: list[tuple[int, Any]] = []  # rows and values that are not in the file yet
        self._widest = 0  # of them
        self.waiting_bytes = 0
        """what they take in the file, filled up to the longest"""

    def fits(self, shape: tuple[int, ...]) -> bool:
        """Whether such a value belongs here, of a type and number of dimensions that do."""
        return not self._is_waveform or shape[0] <= MAX_WIDTH_CHUNKS * self._chunk[1]

    def put(self, row: int, value: Any) -> None:
        """Takes a value: a chunk goes to the file, others wait."""
        is_after_others = self._is_waveform and bool(self._waiting)
        if is_after_others and self._filled_bytes(row, value.shape[0]) > MAX_WAITING_BYTES:
            self.write(row)
        self._rows.append(row)
        if self._is_waveform:
            self._lengths.append(value.shape[0])
        if isinstance(value, Chunk) and value.shape == self._chunk[1:]:
            self.dataset.id.set_extent((row + 1, *self.dataset.shape[1:]))
            corner = row, *[0] * len(value.shape)
            self.dataset.id.write_direct_chunk(corner, value.data, value.left_out)
            return
        plain = value.array() if isinstance(value, Chunk) else _text(value)
        if self._is_waveform:
            self.waiting_bytes = self._filled_bytes(row, value.shape[0])
            self._widest = max(self._widest, value.shape[0])
        self._waiting.append((row, plain))

    def _filled_bytes(self, row: int, length: int) -> int:
        """What would wait with such a row."""
        first = self._waiting[0][0] if self._waiting else row
        return (row + 1 - first) * max(self._widest, length) * self._item_bytes

    def write(self, rows: int) -> None:
        """Makes it so many rows long, with all that came."""
        cell = self.dataset.shape[1:]
        if self._is_waveform:
            cell = (max(*cell, *self._lengths, 0),)
        self.dataset.resize((rows, *cell))
        if self._chunk[0] == 1:  # between those that wait others may be in the file
            for row, value in self._waiting:
                self.dataset[(row, *map(slice, np.shape(value)))] = value
        elif self._waiting:
            first, last = self._waiting[0][0], self._waiting[-1][0]
            self.dataset[first : last + 1] = self._block(first, last)
        self._mark(rows)
        self._measure(rows)
        self._rows.clear()
        self._lengths.clear()
        self._waiting.clear()
        self._widest = self.waiting_bytes = 0
        self._written = rows

    def _block(self, first: int, last: int) -> np.ndarray:
        """The values that wait, from the first to the last row."""
        size = (last + 1 - first, *self.dataset.shape[1:])
        block = np.full(size, self.dataset.fillvalue, self.dataset.dtype)
        if self._is_waveform:
            for row, value in self._waiting:
                block[row - first, : len(value)] = value
        else:
            rows, values = zip(*self._waiting, strict=True)
            block[np.array(rows) - first] = values
        return block

    def _mark(self, rows: int) -> None:
        """Says which rows have a value, as soon as one has none."""
        there = np.zeros(rows - self._written, bool)
        there[np.array(self._rows, int) - self._written] = True
        if self._valid is None and not there.all():
            self._valid = self._beside("valid", np.ones(self._written, bool))
        if self._valid is not None:
            _extend(self._valid, there)

    def _measure(self, rows: int) -> None:
        """Says how long each waveform is, as soon as two lengths differ; 0 where there is none."""
        if not self._is_waveform:
            return
        lengths = np.zeros(rows - self._written, np.int64)
        lengths[np.array(self._rows, int) - self._written] = self._lengths
        if self._length is None and set(self._lengths) - {self._first_length}:
            earlier = np.full(self._written, self._first_length, np.int64)
            if self._valid is not None:
                earlier[~self._valid[: self._written]] = 0
            self._length = self._beside("length", earlier)
        if self._length is not None:
            _extend(self._length, lengths)

    def _beside(self, what: str, earlier: np.ndarray) -> h5py.Dataset:
        """A dataset of one number for each row, named in an attribute of the first."""
        name = _free(self._group, f"{self._name}_{what}")
        self.dataset.attrs[what] = name
        return self._group.create_dataset(
            name, data=earlier, maxshape=(None,), chunks=(8 * CHUNK_ROWS,)
        )


def _extend(dataset: h5py.Dataset, more: np.ndarray) -> None:
    rows = len(dataset)
    dataset.resize(rows + len(more), 0)
    dataset[rows:] = more


def snapshot(
    header: Mapping[str, Any], body: memoryview, image: np.ndarray | None, units: Mapping[str, str]
) -> bytes:
    """A file of one frame, laid out as a recording: of an envelope, and its picture's pixels.

    ``units``: channel → unit. Raises :class:`shared.envelope.BadEnvelope`.
    """
    values = {name: _value(value, body) for name, value in header["values"].items()}
    attributes: dict[str, dict[str, Any]] = {name: {"units": unit} for name, unit in units.items()}
    if image is not None:
        about = header["image"]
        values[about["channel"]] = image
        facts = {name: fact for name, fact in about.items() if isinstance(fact, int | float | str)}
        attributes.setdefault(about["channel"], {}).update(facts)
    times = header["t_source"], header["t_received"]
    title = _text(f"{header['stream']}, pulse {header['pulse_id']}")
    about = {name: header[name] for name in ("stream", "rendition", "epoch", "seq")}
    with closing(Recording(None, title, about, chunk_rows=1)) as recording:
        recording.append(packed(Row(header["pulse_id"], *times, values, attributes)))
        return recording.image()


def _value(value: Any, body: memoryview) -> Any:
    """A value of an envelope's header; None for an array that did not travel, or is empty."""
    if not isinstance(value, dict):
        return value
    array = envelope.array(value, body) if "offset" in value else np.empty(0)
    return array if array.size else None


def _hold_metadata(file: h5py.File) -> None:
    """Has the file's metadata written by a flush alone."""
    cache = file.id.get_mdc_config()
    cache.evictions_enabled = False
    cache.incr_mode = cache.flash_incr_mode = cache.decr_mode = 0
    file.id.set_mdc_config(cache)


def _interpretation(shape: tuple[int, ...]) -> str:
    """What NeXus' viewers make of such arrays."""
    if len(shape) == 3 and shape[2] in (3, 4):
        return "rgb-image" if shape[2] == 3 else "rgba-image"
    return "image"


def _group(parent: h5py.Group, name: str, nexus: str) -> h5py.Group:
    group = parent.create_group(name)
    group.attrs["NX_class"] = nexus
    return group


def _free(group: h5py.Group, wanted: str) -> str:
    """A name that the group does not have yet: the one wanted, or that with a number."""
    name = plain = "_" if wanted in (".", "") else _text(wanted).replace("/", "_")
    number = 1
    while name in group:
        number += 1
        name = f"{plain}_{number}"
    return name


def _text(value: Any) -> Any:
    """A text as HDF5 has it, where it ends at a NUL; anything else as it is."""
    return value.replace("\0", "\ufffd") if isinstance(value, str) else value


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")
