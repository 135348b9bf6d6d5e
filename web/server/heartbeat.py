"""The pings to all WebSockets of a worker, and the end of every connection that answers none.

engine.io has a green thread for each ping and a wake-up for each look at a connection. Here one
thread pings all, and one looks after all.
"""

import contextlib
import time
from collections import deque
from collections.abc import Callable
from typing import Any

from web.websocket import TEXT, websocket_head

BEAT_S = 0.25
"""between two calls of :meth:`Heartbeat.ping`"""
LOOK_S = 1.0
"""between two of :func:`close_unresponsive`"""
LONG_AGO = 1.0
"""as time.time() never is"""
PING = websocket_head(TEXT, 1) + b"2"
"""engine.io's packet"""


class Heartbeat:
    """Whom to ping when; used from one thread.

    A connection is engine.io's, and its ``last_ping`` the time.time() of a ping that is not
    answered yet, or None.
    """

    def __init__(self, interval_s: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._interval_s = interval_s
        self._clock = clock
        self._due: deque[tuple[float, Any]] = deque()

    def answered(self, connection: Any) -> None:
        """A pong has come: the next ping is due in a while."""
        if connection.last_ping:
            connection.last_ping = None
            self._due.append((self._clock() + self._interval_s, connection))

    def ping(self) -> None:
        """Pings whom it is due; never waits."""
        now = self._clock()
        while self._due and self._due[0][0] <= now:
            _, connection = self._due.popleft()
            if connection.closing or connection.closed:
                continue
            connection.last_ping = time.time()
            with contextlib.suppress(OSError):  # it takes nothing, so it will answer nothing
                connection.outbox.put(PING)


def close_unresponsive(
    connections: dict[str, Any], clock: Callable[[], float] = time.monotonic
) -> None:
    """Closes each connection whose pong is overdue, and forgets the closed ones; may wait, since
    those who left are counted off in Redis. engine.io itself goes by the wall clock, which may be
    set: then it would end everybody, or nobody for hours."""
    for connection in tuple(connections.values()):
        if connection.closed:
            connections.pop(connection.sid, None)
        elif connection.last_ping and not connection.closing:
            ping, since = getattr(connection, "unanswered", (None, 0.0))
            if ping != connection.last_ping:
                connection.unanswered = connection.last_ping, clock()
            elif clock() - since > connection.server.ping_timeout:
                connection.last_ping = LONG_AGO
                connection.check_ping_timeout()
