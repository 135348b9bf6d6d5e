"""HDF5 files of pulses, in the NeXus layout.

Row i of every dataset is pulse i (``docs/user-guide.md`` shows the layout). A channel whose type or
shape changes continues in another dataset, ``name_2``. A row without a value contains NaN, 0, false
or an empty text; as soon as there is one, ``name_valid`` tells which rows have values. Waveforms of
different lengths share one dataset (``shared/hdf5_series.py``).

An image is written immediately. All else waits for :meth:`Recording.flush`, including the metadata
of HDF5, whose cache writes nothing in between: what was flushed survives a killed process. Disk
space is reserved in advance, because HDF5 leaves an unreadable file when the disk is full.
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
"""reserved for a flush and for closing the file"""
MAX_DATASETS = 32
"""of one channel, if its type or shape keeps changing"""
TEXT = h5py.string_dtype()
CannotWrite = OSError, RuntimeError
"""the exceptions that h5py raises when it cannot write"""
Shape = tuple[int | None, ...]
"""of one row; None is a length that may change"""
ID, UNIX = {"long_name": "pulse id"}, {"units": "s"}
HEAD = ("pulse_id", "i8", ID), ("global_timestamp", "f8", UNIX), ("receive_time", "f8", UNIX)
"""the datasets that every row has: name, type, attributes"""


class Recording:
    """A file being written, by one thread at a time; methods raise CannotWrite.

    ``path`` is None for a file in memory. A flush writes ``about`` as attributes of ``/entry``.
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
        options = {"rdcc_nbytes": COLUMN_BYTES, "locking": False} if path else in_memory
        name = path or f"in memory {os.urandom(8).hex()}"
        self._lock = open_locked(path, os.O_CREAT | (0 if replace else os.O_EXCL)) if path else -1
        try:
            self._file = h5py.File(name, "w", libver=("earliest", "v108"), **options)
        except CannotWrite:
            self._unlock()
            raise
        _flush_metadata_explicitly(self._file)
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
        """The size of the file."""
        return self._file.id.get_filesize()

    def append(self, row: Row) -> list[str]:
        """Add a packed row; return the channels whose value was left out: MAX_DATASETS is
        reached."""
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
                column = self._get_series(name, value, row.attributes.get(name, {}))
                if column:
                    column.put(number, value)
                else:
                    left_out.append(name)
        return left_out

    def flush(self) -> None:
        """Write all rows to the disk that were added since the last flush."""
        for series in (*self._head.values(), *self._series.values()):
            series.write(self.pulses)
        if self._series and "data" not in self._entry:
            self._add_default_plot()
        self._entry.attrs.update({name: as_text(fact) for name, fact in self.about.items()})
        self._file.flush()

    def close(self) -> int:
        """Close the file and return its size in bytes."""
        try:
            self._entry["end_time"] = _now()
            self.flush()
            size = self.n_bytes
        finally:
            self._file.close()
            self._unlock()
        if self._path and os.path.getsize(self._path) > size:
            os.truncate(self._path, size)  # the rest was only reserved
        return size

    def image(self) -> bytes:
        """Flush and return the content of the file."""
        self.flush()
        return self._file.id.get_file_image()

    def _unlock(self) -> None:
        if self._lock >= 0:
            os.close(self._lock)
            self._lock = -1

    def _reserve(self, more_bytes: int) -> None:
        """Reserve space for these bytes and HEADROOM_BYTES; raises OSError while the file is
        intact."""
        if not self._path:
            return
        file = self._file.id.get_vfd_handle()
        size = os.fstat(file).st_size
        needed = self.n_bytes + more_bytes + HEADROOM_BYTES
        if size < needed:
            os.posix_fallocate(file, size, needed - size)

    def _get_series(self, name: str, value: Any, attributes: Mapping[str, Any]) -> Series | None:
        """Return the dataset for such a value, created if need be; None if there are too many."""
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
                dataset = "data"
            else:
                group, dataset = self._channels, free_name(self._channels, name)
            self._series[key] = Series(group, dataset, dtype, array.shape, self._chunk_rows, about)
        return self._series[key]

    def _add_default_plot(self) -> None:
        """Choose what NeXus viewers show first: the first image, otherwise the first number."""
        plotted = max(
            (series.dataset for series in self._series.values()),
            key=lambda dataset: (dataset.ndim > 2, dataset.dtype.kind in "iuf"),
        )
        data = _group(self._entry, "data", "NXdata")
        for name, series in self._head.items():
            data[name] = series.dataset
        data["data"] = plotted
        axes = ["pulse_id", *["."] * (plotted.ndim - 1)]
        data.attrs.update(signal="data", axes=axes, pulse_id_indices=0)
        self._entry.attrs["default"] = "data"


def snapshot(
    header: Mapping[str, Any], body: memoryview, image: np.ndarray | None, units: Mapping[str, str]
) -> bytes:
    """Return an HDF5 file of one frame, in the layout of a recording.

    The frame is an envelope's header and body with the pixels of its image; ``units``: channel →
    unit. Raises :class:`shared.envelope.BadEnvelope`.
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
    """Return a value of an envelope's header; None for an array that is absent or empty."""
    if not isinstance(value, dict):
        return value
    array = envelope.array(value, body) if "offset" in value else np.empty(0)
    return array if array.size else None


def _flush_metadata_explicitly(file: h5py.File) -> None:
    """Keep the file's metadata in memory until it is flushed."""
    cache = file.id.get_mdc_config()
    cache.evictions_enabled = False
    cache.incr_mode = cache.flash_incr_mode = cache.decr_mode = 0
    file.id.set_mdc_config(cache)


def _interpretation(shape: tuple[int, ...]) -> str:
    """Return the NeXus ``interpretation`` of images with this shape."""
    if len(shape) == 3 and shape[2] in (3, 4):
        return "rgb-image" if shape[2] == 3 else "rgba-image"
    return "image"


def _group(parent: h5py.Group, name: str, nx_class: str) -> h5py.Group:
    group = parent.create_group(name)
    group.attrs["NX_class"] = nx_class
    return group


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")
