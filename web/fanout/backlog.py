"""The frames that connections have begun to take and not finished: bounded in bytes for a whole
worker, since each slow connection may be in the middle of another one."""

import threading
from collections.abc import Callable, Hashable

from web.metrics import REFUSED

MAX_BYTES = 128 * 1024 * 1024
"""At least five of the largest frames. A frame counts once, however many connections take it."""


class Backlog:
    """Any thread. Beyond the bound those are cut off that began first: they are the slowest."""

    def __init__(self, max_bytes: int = MAX_BYTES) -> None:
        self.bytes = 0
        self._max = max_bytes
        self._held: dict[Hashable, tuple[bytes, Callable[[], None]]] = {}  # the oldest first
        self._users: dict[int, int] = {}
        self._lock = threading.Lock()

    def hold(self, holder: Hashable, message: bytes, cut: Callable[[], None]) -> None:
        """Notes that ``holder`` keeps a message, instead of the one before; ``cut`` ends the holder
        without waiting."""
        ended = []
        with self._lock:
            self._release(holder)
            self._held[holder] = message, cut
            users = self._users.get(id(message), 0)
            self._users[id(message)] = users + 1
            self.bytes += 0 if users else len(message)
            while self.bytes > self._max:
                oldest, (_, end) = next(iter(self._held.items()))
                self._release(oldest)
                ended.append(end)
        for end in ended:
            REFUSED.labels("backlog").inc()
            end()

    def release(self, holder: Hashable) -> None:
        """Notes that it keeps none."""
        if holder in self._held:
            with self._lock:
                self._release(holder)

    def _release(self, holder: Hashable) -> None:
        held = self._held.pop(holder, None)
        if held is None:
            return
        message, _ = held
        users = self._users.pop(id(message)) - 1
        if users:
            self._users[id(message)] = users
        else:
            self.bytes -= len(message)


BACKLOG = Backlog()
"""the worker's"""
