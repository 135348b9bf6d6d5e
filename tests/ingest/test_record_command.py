"""The command ``python -m ingest.record``: how it ends, and its output."""

import contextlib
import itertools
import signal
import sys
import threading
from collections.abc import Callable
from contextlib import closing
from io import StringIO
from pathlib import Path

import h5py
import numpy as np
import pytest

from ingest.record import Progress
from ingest.recorder import Recorder, RecordQueue
from ingest.sources.bsread.socket import BsreadSocket
from shared.hdf5 import Recording
from tests.support.camera import PUB, Camera, RawSource, spot
from tests.support.hdf5 import entry, record
from tests.support.messages import good
from tests.support.processes import Process, free_port, python
from tests.support.waiting import until


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "out.h5"


def check_images(file: h5py.Group) -> None:
    """Each image is that of its pulse."""
    ids = file["pulses/pulse_id"]
    for pulse_id, image in zip(ids, file["instrument/image/data"], strict=True):
        np.testing.assert_array_equal(image, spot(int(pulse_id))["image"])


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_it_with_a_whole_file(path: Path, number: signal.Signals) -> None:
    with Camera(rate_hz=100, mode=PUB, describe_once=True) as camera:
        process = record(path, camera.address, "-n", "1000000")
        until(path.exists, "pulses come")
        process.send(number)
        assert process.wait() == 0, process.output

    with entry(path) as file:
        assert len(file["pulses/pulse_id"]) > 0
        check_images(file)
        assert f"{len(file['pulses/pulse_id'])} of 1000000 pulses" in process.output


def test_a_killed_recording_is_readable(path: Path) -> None:
    with Camera(rate_hz=100, mode=PUB, describe_once=True) as camera:
        process = record(path, camera.address)
        until(lambda: "pulses," in process.output, "it was flushed")
        process.kill()

    with entry(path) as file:
        assert len(file["pulses/pulse_id"]) > 0
        check_images(file)


def test_a_recording_in_progress_can_be_read(path: Path) -> None:
    with Camera(rate_hz=100, mode=PUB, describe_once=True) as camera:
        process = record(path, camera.address)
        until(lambda: "pulses," in process.output, "it was flushed")
        read: set[int] = set()

        def read_again() -> bool:
            with contextlib.suppress(OSError), entry(path) as file:  # in the middle of a flush
                check_images(file)
                read.add(len(file["pulses/pulse_id"]))
            return len(read) == 3

        until(read_again, "a reader sees it grow")
        process.send(signal.SIGTERM)
        assert process.wait() == 0, process.output

    with entry(path) as file:
        assert len(file["pulses/pulse_id"]) >= max(read)
        check_images(file)


def test_a_recording_in_progress_is_not_overwritten_by_another(path: Path) -> None:
    with Camera(rate_hz=100, mode=PUB, describe_once=True) as camera:
        process = record(path, camera.address)
        until(path.exists, "pulses come")
        other = record(path, camera.address, "--force")

        assert other.wait() == 1
        assert "Another recording is writing" in other.output
        process.send(signal.SIGTERM)
        assert process.wait() == 0, process.output

    with entry(path) as file:
        check_images(file)


def test_it_ends_after_the_seconds_it_was_given(path: Path) -> None:
    with RawSource() as source:
        process = record(path, source.address, "--seconds", "0.1")

        assert process.wait() == 1, process.output


def test_a_push_source_causes_a_warning_that_it_splits_its_messages(path: Path) -> None:
    with RawSource() as source:
        process = record(path, source.address)
        try:
            until(lambda: "any other reader takes messages away" in process.output, "the warning")
        finally:
            process.stop()


def test_an_existing_file_is_not_touched(path: Path) -> None:
    path.write_text("precious")
    process = record(path, "tcp://127.0.0.1:1")

    assert process.wait() == 1

    assert "exists" in process.output
    assert "--force" in process.output
    assert path.read_text() == "precious"


def test_force_replaces_an_existing_file(path: Path) -> None:
    path.write_text("old")
    with RawSource() as source:
        process = record(path, source.address, "-n", "1", "--force")
        source.send(*good(1))
        assert process.wait() == 0, process.output

    with entry(path) as file:
        assert list(file["pulses/pulse_id"]) == [1]


def test_where_no_source_answers_nothing_is_written_and_nothing_replaced(path: Path) -> None:
    path.write_text("precious")
    process = record(path, f"tcp://127.0.0.1:{free_port()}", "--force")

    assert process.wait() == 1

    assert "Nothing answers at tcp://127.0.0.1:" in process.output
    assert "Nothing was written" in process.output
    assert path.read_text() == "precious"


def test_a_recording_without_a_pulse_reports_that(path: Path) -> None:
    with RawSource() as source:
        process = record(path, source.address)
        until(lambda: "connected" in process.output, "it is connected")
        process.send(signal.SIGINT)
        assert process.wait() == 1

    assert "No pulse arrived" in process.output
    assert not path.exists()


@pytest.mark.parametrize(
    ("name", "words"), [("missing/out.h5", "There is no folder"), (".", "is a folder")]
)
def test_a_path_where_no_file_can_be_is_reported(tmp_path: Path, name: str, words: str) -> None:
    process = record(tmp_path / name, "tcp://127.0.0.1:1")

    assert process.wait() == 1

    (line,) = process.output.splitlines()
    assert words in line


def test_a_full_disk_is_reported_and_leaves_a_complete_file(path: Path) -> None:
    noise = np.random.default_rng(1).integers(0, 2**16, (1000, 1000), np.uint16)
    limited = f"ulimit -f $((40 * 1024)); exec {sys.executable} -m ingest.record {path}"
    with Camera(content=lambda _: {"image": noise}, mode=PUB, describe_once=True) as camera:
        process = Process("bash", "-c", f"{limited} --source {camera.address}")
        assert process.wait() == 1, process.output

    assert "File too large" in process.output
    assert "Traceback" not in process.output
    with entry(path) as file:
        assert f"The file contains {len(file['pulses/pulse_id'])} pulses" in process.output
        np.testing.assert_array_equal(file["instrument/image/data"][-1], noise)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("-n", "0"), "--n-pulses is '0'; allowed is an integer from 1"),
        (("-n", "-2"), "--n-pulses is '-2'"),
        (("-n", "many"), "--n-pulses is 'many'"),
        (("--seconds", "0"), "--seconds is '0'; allowed is a number from 0.1"),
        (("--source", "8888"), "--source is '8888'; allowed is tcp://HOST:PORT"),
        (("--mode", "push"), "--mode is 'push'; allowed is auto, sub or pull"),
    ],
)
def test_a_bad_option_stops_the_start_with_one_line(
    path: Path, options: tuple[str, ...], words: str
) -> None:
    process = python("ingest.record", str(path), *options)

    assert process.wait() == 2

    (line,) = process.output.splitlines()
    assert words in line


def test_the_source_may_come_from_the_environment(path: Path) -> None:
    with RawSource() as source:
        environ = {"BEAMCAST_SOURCE": source.address}
        process = python("ingest.record", str(path), "-n", "1", environ=environ)
        source.send(*good(1))
        assert process.wait() == 0, process.output


def test_help_warns_of_push_sources() -> None:
    process = python("ingest.record", "--help")

    assert process.wait() == 0
    assert "A PUSH source splits its messages" in " ".join(process.output.split())


class Terminal(StringIO):
    """A terminal that keeps its output."""

    def isatty(self) -> bool:
        return True


def test_on_a_terminal_progress_is_one_line_rewritten(path: Path) -> None:
    terminal = Terminal()
    with closing(BsreadSocket("tcp://127.0.0.1:1", "pull", 0.0)) as source:
        recorder = Recorder(source, lambda: Recording(str(path), "", {}), 100, RecordQueue(1))
        progress = Progress(recorder, 100, terminal)
        for _ in range(3):
            progress.update()

    text = terminal.getvalue()
    assert "\n" not in text
    assert text.count("0 of 100 pulses") == text.count("\r") == 3


def test_pulses_are_dropped_and_counted_when_the_disk_is_too_slow(path: Path) -> None:
    ready = threading.Event()

    def create() -> Recording:
        ready.wait(20)
        return Recording(str(path), "A title", {})

    with RawSource() as sender:
        source = BsreadSocket(sender.address, "pull", 0.0)
        size = sum(map(len, good(1)))
        recorder = Recorder(source, create, -1, RecordQueue(4 * size))
        threads = run(lambda: recorder.receive(1e9), recorder.write)
        numbers = itertools.count(1)

        def send() -> bool:
            sender.send(*good(next(numbers)))
            return recorder.received.counts["dropped"] > 2

        until(send, "pulses are dropped")
        recorder.stop.set()
        receiving, writing = threads
        receiving.join(20)  # else it takes messages that are still in transit, once there is room
        ready.set()
        writing.join(20)
        recorder.close()

    counts = recorder.received.counts
    with entry(path) as file:
        assert file.attrs["dropped"] == counts["dropped"]
        ids = list(file["pulses/pulse_id"])
        assert ids == list(range(ids[0], ids[0] + counts["accepted"]))


def run(*works: Callable[[], None]) -> list[threading.Thread]:
    """A thread for each."""
    threads = [threading.Thread(target=work) for work in works]
    for thread in threads:
        thread.start()
    return threads
