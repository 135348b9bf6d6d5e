"""Write lines to a file descriptor without waiting for its reader.

A pipe that is not read is full after 64 kB, and writing to it then blocks for ever. Therefore a
separate thread writes, behind a bounded queue; lines that do not fit are dropped and counted.

``web`` must import this module before eventlet replaces ``os.write`` and the thread functions,
which are bound to names here: with a green thread the write would block the only thread of a
worker.
"""

import atexit
import functools
import io
import os
from _thread import LockType, allocate_lock, start_new_thread
from collections.abc import Callable
from itertools import count
from os import write
from queue import SimpleQueue
from time import sleep

MAX_LINES = 1000
RETRY_S = 0.02
"""pause between two writes to a descriptor that another program has made non-blocking"""
FLUSH_S = 1.0


class LineWriter:
    """A writer for any thread, also inside ``__del__``: no method takes a lock."""

    def __init__(self, fd: int, dropped_line: Callable[[int], str]) -> None:
        """``dropped_line`` returns the line that reports a number of dropped lines."""
        self._fd = fd
        self._dropped_line = dropped_line
        self._queue: SimpleQueue[bytes | LockType] = SimpleQueue()
        self._drops = count(1)
        self.dropped = 0
        """lines, since the start"""
        self._reported = 0
        start_new_thread(self._run, ())
        atexit.register(self.flush)

    def put(self, line: str) -> None:
        """Queue a text, which must end with a newline. If the queue is full, this text is dropped
        and not an earlier one, because the first lines of a disturbance explain it."""
        if self._queue.qsize() < MAX_LINES:
            self._queue.put(line.encode(errors="backslashreplace"))
        else:
            self.dropped = next(self._drops)

    def flush(self, timeout_s: float = FLUSH_S) -> None:
        """Wait until all queued lines are written, for at most ``timeout_s``."""
        written = allocate_lock()
        written.acquire()
        self._queue.put(written)
        written.acquire(timeout=timeout_s)

    def isatty(self) -> bool:
        """Whether the descriptor is a terminal."""
        return os.isatty(self._fd)

    def _run(self) -> None:
        written = 0
        while True:
            item = self._queue.get()
            if isinstance(item, bytes):
                self._write(item)
            if self.dropped > self._reported:
                written += 1
                # The gap comes after the lines that were in the queue when it began.
                if written >= MAX_LINES or self._queue.empty():
                    dropped, written = self.dropped, 0
                    self._write(self._dropped_line(dropped - self._reported).encode())
                    self._reported = dropped
            if isinstance(item, LockType):
                item.release()

    def _write(self, data: bytes) -> None:
        while data:
            try:
                data = data[write(self._fd, data) :]
            except BlockingIOError:
                sleep(RETRY_S)
            except OSError:  # the reader has closed the pipe, or the disk is full
                self.dropped = next(self._drops)
                return


class QueuedStream(io.TextIOBase):
    """A text stream that writes to a ``LineWriter``, for ``print``."""

    def __init__(self, writer: LineWriter) -> None:
        self._writer = writer

    def isatty(self) -> bool:
        return self._writer.isatty()

    def write(self, text: str) -> int:
        self._writer.put(text)
        return len(text)


@functools.cache
def standard_output() -> QueuedStream:
    """Return the stream that writes to standard output."""
    text = "%d lines were dropped: standard output was not read fast enough\n"
    return QueuedStream(LineWriter(1, lambda count: text % count))
