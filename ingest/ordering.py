"""Keeps order among threads that work in parallel."""

import threading
from types import TracebackType


class Ticket:
    """A place in the order of a :class:`Sequencer`.

    Leaving its ``with`` block, also by an exception, lets the next ticket proceed.
    """

    def __init__(self, previous: threading.Lock, done: threading.Lock) -> None:
        self._previous: threading.Lock | None = previous
        self._done = done

    def wait(self) -> None:
        """Block until all earlier tickets are done."""
        if self._previous:
            self._previous.acquire()
            self._previous = None

    def __enter__(self) -> "Ticket":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.wait()  # else, after an exception, later tickets would overtake earlier ones
        self._done.release()


class Sequencer:
    """Hands out tickets in order, to one thread at a time."""

    def __init__(self) -> None:
        self._last = threading.Lock()

    def ticket(self) -> Ticket:
        """Return the next ticket, which must be used in a ``with`` block."""
        previous, self._last = self._last, threading.Lock()
        self._last.acquire()
        return Ticket(previous, self._last)
