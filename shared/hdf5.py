"""HDF5 files of pulses, laid out as NeXus has it.

Row i of every dataset is pulse i (``docs/user-guide.md`` shows where each stands). A channel whose
type or shape changes continues in another dataset, ``name_2``; where a row has no value it holds
NaN, 0, false or an empty text, and ``name_valid`` says so as soon as there is such a row. Waveforms
whose length changes share one dataset (``shared/hdf5_series.py``).

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
from shared.hdf5_row import COLUMN_BYTES, Chunk, Row, pack_row
from shared.hdf5_series import CHUNK_ROWS, Series, as_text, free_name
from shared.version import VERSION

HEADROOM_BYTES = 32 * 1024 * 1024
"""what a flush and the end of the file may take"""
MAX_DATASETS = 32
"""of one channel whose type or shape keeps changing"""
TEXT = h5py.string_dtype()
CannotWrite = OSError, RuntimeError
"""what h5py raises when it cannot write"""
Shape = tuple[int | None, ...]
"""of one row; None is a length that may change"""
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
        self._series: dict[tuple[str, str, Shape, int], Series] = {}
        pulses = _group(self._entry, "pulses", "NXcollection")
        self._head = {
            name: Series(pulses, name, np.dtype(kind), (), chunk_rows, attributes)
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
        self._entry.attrs.update({name: as_text(fact) for name, fact in self.about.items()})
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

    def _series_of(self, name: str, value: Any, attributes: Mapping[str, Any]) -> Series | None:
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
                group = _group(self._instrument, free_name(self._instrument, name), "NXdetector")
                place = group, "data"
            else:
                place = self._channels, free_name(self._channels, name)
            self._series[key] = Series(*place, dtype, array.shape, self._chunk_rows, about)
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
    title = as_text(f"{header['stream']}, pulse {header['pulse_id']}")
    about = {name: header[name] for name in ("stream", "rendition", "epoch", "seq")}
    with closing(Recording(None, title, about, chunk_rows=1)) as recording:
        recording.append(pack_row(Row(header["pulse_id"], *times, values, attributes)))
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


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")
