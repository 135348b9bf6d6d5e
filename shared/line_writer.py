"""Writes lines to a file descriptor without ever waiting for whoever reads them.

A pipe that nobody reads is full after 64 kB, and a write to it then waits for ever. So a thread of
its own writes, behind a bounded queue; what does not fit is dropped and counted.

The names below are bound when this module is imported. ``web`` imports it before eventlet replaces
``os.write`` and the threads by green ones, which the lock and the thread here must not be: the only
thread of a worker would wait in the write.
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
"""between two writes to a descriptor that somebody has made non-blocking"""
FLUSH_S = 1.0


class LineWriter:
    """Used by any thread, also inside ``__del__``: nothing here takes a lock."""

    def __init__(self, fd: int, dropped_line: Callable[[int], str]) -> None:
        """``dropped_line`` words the line that reports how many lines were dropped."""
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
        """Queues a text, which ends with its own newline. When the queue is full the text is
        dropped, and not an earlier one: the first lines of a disturbance explain it."""
        if self._queue.qsize() < MAX_LINES:
            self._queue.put(line.encode(errors="backslashreplace"))
        else:
            self.dropped = next(self._drops)

    def flush(self, timeout_s: float = FLUSH_S) -> None:
        """Waits until all that was queued is written, but no longer than the time given."""
        written = allocate_lock()
        written.acquire()
        self._queue.put(written)
        written.acquire(timeout=timeout_s)

    def isatty(self) -> bool:
        """Whether a terminal shows what is written."""
        return os.isatty(self._fd)

    def _run(self) -> None:
        written = 0
        while True:
            item = self._queue.get()
            if isinstance(item, bytes):
                self._write(item)
            if self.dropped > self._reported:
                written += 1
                # The gap in the log is behind the lines that were queued when it began.
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
            except OSError:  # the reader has gone, or the disk is full
                self.dropped = next(self._drops)
                return


class QueuedStream(io.TextIOBase):
    """A text stream into a ``LineWriter``, for ``print``."""

    def __init__(self, writer: LineWriter) -> None:
        self._writer = writer

    def isatty(self) -> bool:
        return self._writer.isatty()

    def write(self, text: str) -> int:
        self._writer.put(text)
        return len(text)


@functools.cache
def standard_output() -> QueuedStream:
    """What writes to standard output, in the same way."""
    text = "%d lines were dropped: standard output was not read fast enough\n"
    return QueuedStream(LineWriter(1, lambda count: text % count))
