"""Order among threads that work side by side: a line, as at a counter."""

import threading
from types import TracebackType


class Ticket:
    """One's place in a line; left at the end of ``with``, however that comes about."""

    def __init__(self, before: threading.Lock, left: threading.Lock) -> None:
        self._before: threading.Lock | None = before
        self._left = left

    def wait(self) -> None:
        """Until all before have left."""
        if self._before:
            self._before.acquire()
            self._before = None

    def __enter__(self) -> "Ticket":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.wait()  # one that gives up must not let others pass those who still stand before it
        self._left.release()


class Sequencer:
    """Whoever joins stands behind all who joined before; joined by one thread at a time."""

    def __init__(self) -> None:
        self._end = threading.Lock()

    def join(self) -> Ticket:
        """The place at the end, which must be left."""
        before, self._end = self._end, threading.Lock()
        self._end.acquire()
        return Ticket(before, self._end)
