"""The backlog of a worker: frames that connections have taken in part. It is bounded in bytes,
since each slow connection may be in the middle of another frame."""

import threading
from collections.abc import Callable, Hashable

from web.metrics import REFUSED

MAX_BYTES = 128 * 1024 * 1024
"""At least five of the largest frames. A frame counts once, however many connections take it."""


class Backlog:
    """The messages that connections hold; used from any thread. Beyond the limit the connections
    that began first are cut off: they are the slowest."""

    def __init__(self, max_bytes: int = MAX_BYTES) -> None:
        self.bytes = 0
        self._max_bytes = max_bytes
        self._messages: dict[Hashable, tuple[bytes, Callable[[], None]]] = {}  # the oldest first
        self._users: dict[int, int] = {}
        self._lock = threading.Lock()

    def hold(self, holder: Hashable, message: bytes, cut: Callable[[], None]) -> None:
        """Record that ``holder`` holds a message instead of its last one; ``cut`` ends the holder
        without waiting."""
        ended = []
        with self._lock:
            self._release(holder)
            self._messages[holder] = message, cut
            users = self._users.get(id(message), 0)
            self._users[id(message)] = users + 1
            self.bytes += 0 if users else len(message)
            while self.bytes > self._max_bytes:
                oldest, (_, end) = next(iter(self._messages.items()))
                self._release(oldest)
                ended.append(end)
        for end in ended:
            REFUSED.labels("backlog").inc()
            end()

    def release(self, holder: Hashable) -> None:
        """Record that ``holder`` holds no message."""
        if holder in self._messages:
            with self._lock:
                self._release(holder)

    def _release(self, holder: Hashable) -> None:
        entry = self._messages.pop(holder, None)
        if entry is None:
            return
        message, _ = entry
        users = self._users.pop(id(message)) - 1
        if users:
            self._users[id(message)] = users
        else:
            self.bytes -= len(message)


BACKLOG = Backlog()
"""the worker's"""
