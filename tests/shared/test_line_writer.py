"""Lines are written to a descriptor without waiting for its reader."""

import os
import threading
from collections.abc import Iterator

import pytest

from shared.line_writer import MAX_LINES, LineWriter
from tests.support.waiting import until


def dropped_line(count: int) -> str:
    return f"{count} dropped\n"


@pytest.fixture
def pipe() -> Iterator[tuple[int, int]]:
    """Yield the reading and the writing end."""
    ends = os.pipe()
    yield ends
    for end in ends:
        os.close(end)


def read_until(fd: int, last: bytes) -> bytes:
    """Read until the data ends with these bytes."""
    found = b""
    while not found.endswith(last):
        found += os.read(fd, 65536)
    return found


def test_lines_are_written_in_order(pipe: tuple[int, int]) -> None:
    writer = LineWriter(pipe[1], dropped_line)

    for number in range(100):
        writer.put(f"line {number} –\n")
    writer.flush()

    assert os.read(pipe[0], 65536).decode() == "".join(f"line {n} –\n" for n in range(100))


def test_what_does_not_fit_is_dropped_counted_and_reported(pipe: tuple[int, int]) -> None:
    writer, line = LineWriter(pipe[1], dropped_line), "x" * 1023 + "\n"

    for _ in range(10 * MAX_LINES):
        writer.put(line)
    dropped = writer.dropped
    text = read_until(pipe[0], b" dropped\n")
    writer.put("after\n")

    *lines, report, _ = text.decode().split("\n")
    assert 9 * MAX_LINES - 100 < dropped <= 9 * MAX_LINES
    assert report == f"{dropped} dropped"
    assert set(lines) == {line[:-1]}
    assert len(lines) + dropped == 10 * MAX_LINES
    assert read_until(pipe[0], b"\n") == b"after\n"


def test_drops_of_many_threads_are_all_counted(pipe: tuple[int, int]) -> None:
    writer, written = LineWriter(pipe[1], dropped_line), []
    taking = threading.Thread(target=lambda: written.append(read_until(pipe[0], b"end\n")))

    def put() -> None:
        for _ in range(5000):
            writer.put("line\n")

    threads = [threading.Thread(target=put) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    taking.start()
    writer.flush(20)
    writer.put("end\n")
    taking.join()

    assert written[0].count(b"line\n") + writer.dropped == 8 * 5000


def test_a_flush_ends_without_a_reader(pipe: tuple[int, int]) -> None:
    writer = LineWriter(pipe[1], dropped_line)
    writer.put("x" * 200_000 + "\n")

    writer.flush(0.05)

    assert len(read_until(pipe[0], b"\n")) == 200_001


def test_a_non_blocking_descriptor_gets_all_lines(pipe: tuple[int, int]) -> None:
    os.set_blocking(pipe[1], False)
    writer = LineWriter(pipe[1], dropped_line)

    writer.put("x" * 300_000 + "\n")

    assert len(read_until(pipe[0], b"\n")) == 300_001


def test_a_closed_reader_only_loses_lines() -> None:
    reading, writing = os.pipe()
    writer = LineWriter(writing, dropped_line)
    os.close(reading)

    writer.put("nobody reads this\n")

    until(lambda: writer.dropped >= 1, "it is counted")
    writer.flush()
    os.close(writing)
