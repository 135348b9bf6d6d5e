"""HDF5 recordings written by Beamcast and read with plain h5py."""

import io
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from shared.hdf5 import Recording
from shared.hdf5_row import Row, pack_row
from tests.support.camera import RawSource
from tests.support.processes import Process, python

PICTURE = np.arange(35, dtype=np.uint16).reshape(5, 7)


def row(pulse_id: int, attributes: dict[str, Any] | None = None, /, **values: Any) -> Row:
    """Return a row as the recorder makes it."""
    return Row(pulse_id, pulse_id + 0.25, pulse_id + 0.5, values, attributes or {})


def write(path: Path, *rows: Row, compress: bool = True, **options: Any) -> Path:
    """Write a recording of these rows; return its path."""
    with closing(Recording(str(path), "A title", {"missed": 0}, **options)) as recording:
        for each in rows:
            recording.append(pack_row(each, compress))
    return path


@contextmanager
def entry(path: Path | io.BytesIO) -> Iterator[h5py.Group]:
    """Open a recording; return its group ``entry``."""
    with h5py.File(path) as file:
        yield file["entry"]


def record(path: Path, address: str, *options: str) -> Process:
    """Start ``ingest.record``."""
    return python("ingest.record", "--source", address, *options, str(path))


def recorded(
    path: Path, *messages: list[bytes], n_pulses: int | None = None, status: int = 0
) -> Process:
    """Record these messages, ``n_pulses`` of them pulses; return the process, which has ended."""
    with RawSource() as source:
        process = record(path, source.address, "-n", str(n_pulses or len(messages)))
        for parts in messages:
            source.send(*parts)
        assert process.wait() == status, process.output
    return process
