"""An HDF5 file is intact, whatever happens to its writer; and files in memory."""

import errno
import fcntl
import io
import os
import resource
import signal
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from shared import hdf5_series
from shared.envelope import BadEnvelope
from shared.file_lock import is_being_written
from shared.hdf5 import HEADROOM_BYTES, Recording, snapshot
from shared.hdf5_row import pack_row
from shared.version import VERSION
from tests.support.hdf5 import PICTURE, entry, row, write
from tests.support.processes import Process

BODY = memoryview(np.arange(3.0).tobytes())


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "out.h5"


def test_the_entry_has_the_program_and_the_counters(path: Path) -> None:
    with closing(Recording(str(path), "A title", {"missed": 0})) as recording:
        recording.append(pack_row(row(1, x=1.0)))
        recording.about["missed"] = 3

    with entry(path) as file:
        assert file["title"].asstr()[()] == "A title"
        assert file["program_name"].attrs["version"] == VERSION
        assert file.attrs["missed"] == 3
        assert file["start_time"].asstr()[()] <= file["end_time"].asstr()[()]


def test_flushed_data_survives_a_killed_process(path: Path) -> None:
    program = f"""
import os, signal
import numpy as np
from shared.hdf5 import Recording
from shared.hdf5_row import Row, pack_row
recording = Recording({str(path)!r}, "A title", {{}})
for i in range(3000):
    values = {{"image": np.full((8, 8), i, np.uint16), "x": i, "name": str(i)}}
    recording.append(pack_row(Row(i, None, 0.0, values, {{}})))
    if i % 500 == 499 and i < 2500:
        recording.flush()
os.kill(os.getpid(), signal.SIGKILL)
"""
    assert Process(sys.executable, "-c", program).wait() == -signal.SIGKILL

    with entry(path) as file:
        assert list(file["pulses/pulse_id"]) == list(range(2500))
        assert list(file["channels/x"]) == list(range(2500))
        assert list(file["channels/name"].asstr()) == [str(i) for i in range(2500)]
        assert list(file["instrument/image/data"][:2500, 7, 7]) == list(range(2500))


@contextmanager
def files_of_at_most(n_bytes: int) -> Iterator[None]:
    """Limit the size of files, like a full disk."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (n_bytes, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_full_disk_leaves_an_intact_file_of_earlier_pulses(path: Path) -> None:
    recording = Recording(str(path), "A title", {})
    picture = np.random.default_rng(1).integers(0, 2**16, (512, 512), np.uint16)

    def fill() -> None:
        while True:
            recording.append(pack_row(row(recording.pulses, image=picture, x=1.0)))

    with files_of_at_most(HEADROOM_BYTES + 5_000_000):
        with pytest.raises(OSError, match="large"):
            fill()
        recording.close()

    with entry(path) as file:
        assert recording.pulses > 3
        assert list(file["pulses/pulse_id"]) == list(range(recording.pulses))
        np.testing.assert_array_equal(file["instrument/image/data"][-1], picture)


def test_a_full_disk_leaves_a_whole_file_where_waveforms_wait(path: Path) -> None:
    recording = Recording(str(path), "A title", {})
    noise = np.random.default_rng(1).random(20_050)

    def fill() -> None:
        while True:
            n = recording.pulses
            waves = {f"w{i}": noise[: 20_000 + (7 * n + i) % 50] for i in range(4)}
            recording.append(pack_row(row(n, **waves)))

    with files_of_at_most(HEADROOM_BYTES + 5_000_000):
        with pytest.raises(OSError, match="large"):
            fill()
        recording.close()

    with entry(path) as file:
        assert recording.pulses > 3
        assert list(file["pulses/pulse_id"]) == list(range(recording.pulses))
        np.testing.assert_array_equal(file["channels/w0"][-1, :20_000], noise[:20_000])


def test_a_file_is_closed_after_a_value_could_not_be_written(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    recording = Recording(str(path), "A title", {})
    recording.append(pack_row(row(0, x=1.0, y=1.0)))
    with monkeypatch.context() as patch:
        put = hdf5_series.Series.put

        def fails(series: Any, number: int, value: Any) -> None:
            if value == 3.0:
                raise OSError("no more")
            put(series, number, value)

        patch.setattr(hdf5_series.Series, "put", fails)
        with pytest.raises(OSError, match="no more"):
            recording.append(pack_row(row(1, x=2.0, y=3.0)))

    recording.close()

    with entry(path) as file:
        assert list(file["channels/x"]) == [1.0, 2.0]
        assert list(file["channels/y_valid"]) == [True, False]


def test_reserved_space_is_released(path: Path) -> None:
    recording = Recording(str(path), "A title", {})
    recording.append(pack_row(row(1, image=PICTURE)))
    assert path.stat().st_size > HEADROOM_BYTES

    size = recording.close()

    assert path.stat().st_size == size < 100_000


def test_an_existing_file_is_not_overwritten(path: Path) -> None:
    path.write_text("precious")

    with pytest.raises(OSError, match="exists"):
        Recording(str(path), "A title", {})

    assert path.read_text() == "precious"


def test_an_existing_file_is_replaced_on_request(path: Path) -> None:
    write(path, row(1, x=1.0), row(2, x=2.0))

    write(path, row(9, x=3.0), replace=True)

    with entry(path) as file:
        assert list(file["pulses/pulse_id"]) == [9]


def test_a_file_that_another_records_into_is_not_emptied(path: Path) -> None:
    write(path, row(1, x=1.0))
    with closing(Recording(str(path), "The first", {}, replace=True)) as first:
        first.append(pack_row(row(2, x=2.0)))
        first.flush()
        assert is_being_written(path)

        with pytest.raises(BlockingIOError):
            Recording(str(path), "The second", {}, replace=True)

        first.append(pack_row(row(3, x=3.0)))
    assert not is_being_written(path)

    with entry(path) as file:
        assert file["title"].asstr()[()] == "The first"
        assert list(file["pulses/pulse_id"]) == [2, 3]


@pytest.mark.parametrize("number", [errno.ENOLCK, errno.ENOSYS])
def test_a_file_system_without_locks_can_be_used(
    path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    def has_none(*_: Any) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(fcntl, "fcntl", has_none)

    write(path, row(1, x=1.0))

    assert not is_being_written(path)
    with entry(path) as file:
        assert list(file["channels/x"]) == [1.0]


def header(**values: Any) -> dict[str, Any]:
    """Return the header of an envelope."""
    image = {"channel": "cam", "format": "jpeg", "width": 7, "min": 0, "max": 9.5, "data_min": None}
    return {
        "stream": "camera",
        "rendition": "full",
        "epoch": 5,
        "seq": 6,
        "pulse_id": 7,
        "t_source": None,
        "t_received": 8.5,
        "values": values,
        "image": image,
    }


def test_a_snapshot_contains_its_image_and_attributes() -> None:
    file = io.BytesIO(snapshot(header(), BODY, PICTURE, {"cam": "counts"}))

    with entry(file) as read:
        data = read["data/data"]
        np.testing.assert_array_equal(data, [PICTURE])
        assert data.attrs["units"] == "counts"
        assert data.attrs["max"] == 9.5
        assert "data_min" not in data.attrs


def test_a_snapshot_contains_every_value() -> None:
    place = {"offset": 0, "length": 24, "dtype": "float64", "shape": [3]}
    values = {"x": 1.5, "n": 3, "on": True, "name": "spot", "wave": place, "none": None}
    too_large = {"dtype": "uint16", "shape": [5000, 5000]}

    file = io.BytesIO(snapshot(header(**values, large=too_large), BODY, None, {"x": "mm"}))

    with entry(file) as read:
        channels = read["channels"]
        assert set(channels) == {"x", "n", "on", "name", "wave"}
        assert [channels[name][0] for name in ("x", "n", "on")] == [1.5, 3, True]
        assert channels["name"].asstr()[0] == "spot"
        assert list(channels["wave"][0]) == [0, 1, 2]
        assert channels["x"].attrs["units"] == "mm"


def test_a_snapshot_accepts_any_texts() -> None:
    frame = header(x=1.5)
    frame["stream"] = frame["rendition"] = frame["image"]["format"] = "a\0b"

    file = io.BytesIO(snapshot(frame, BODY, PICTURE, {"x": "mm\0", "cam": "counts\0"}))

    with entry(file) as read:
        data = read["instrument/cam/data"]
        assert read["channels/x"].attrs["units"] == "mm\ufffd"
        assert (data.attrs["units"], data.attrs["format"]) == ("counts\ufffd", "a\ufffdb")
        assert (read.attrs["stream"], read.attrs["rendition"]) == ("a\ufffdb", "a\ufffdb")
        assert read["title"].asstr()[()] == "a\ufffdb, pulse 7"


def test_a_snapshot_identifies_its_frame() -> None:
    with entry(io.BytesIO(snapshot(header(), BODY, None, {}))) as read:
        assert read.attrs["stream"] == "camera"
        assert [read.attrs[name] for name in ("epoch", "seq")] == [5, 6]
        assert list(read["pulses/pulse_id"]) == [7]
        assert np.isnan(read["pulses/global_timestamp"][0])
        assert list(read["pulses/receive_time"]) == [8.5]


def test_a_snapshot_of_a_broken_envelope_is_rejected() -> None:
    place = {"offset": 16, "length": 24, "dtype": "float64", "shape": [3]}

    with pytest.raises(BadEnvelope):
        snapshot(header(wave=place), BODY, None, {})
