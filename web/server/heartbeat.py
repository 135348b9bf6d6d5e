"""The pings to all WebSockets of a worker, and the end of connections that do not answer.

engine.io starts a green thread for each ping and wakes up for each connection that it checks. Here
one thread pings all connections, and another one checks all.
"""

import contextlib
import time
from collections import deque
from collections.abc import Callable
from typing import Any

from web.websocket import TEXT, websocket_head

PING_CHECK_S = 0.25
"""between two calls of :meth:`Heartbeat.send_pings`"""
TIMEOUT_CHECK_S = 1.0
"""between two calls of :func:`close_unresponsive`"""
LONG_AGO = 1.0
"""a value of time.time() that any time-out has passed"""
PING = websocket_head(TEXT, 1) + b"2"
"""engine.io's packet"""


class Heartbeat:
    """The schedule of pings; used from one thread.

    A connection is engine.io's. Its ``last_ping`` is the time.time() of a ping that is not answered
    yet, or None.
    """

    def __init__(self, interval_s: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._interval_s = interval_s
        self._clock = clock
        self._due: deque[tuple[float, Any]] = deque()

    def on_pong(self, connection: Any) -> None:
        """Schedule the connection's next ping."""
        if connection.last_ping:
            connection.last_ping = None
            self._due.append((self._clock() + self._interval_s, connection))

    def send_pings(self) -> None:
        """Send the pings that are due; never waits."""
        now = self._clock()
        while self._due and self._due[0][0] <= now:
            _, connection = self._due.popleft()
            if connection.closing or connection.closed:
                continue
            connection.last_ping = time.time()
            with contextlib.suppress(OSError):  # a blocked connection will not answer either
                connection.send_queue.put(PING)


def close_unresponsive(
    connections: dict[str, Any], clock: Callable[[], float] = time.monotonic
) -> None:
    """Close each connection whose pong is overdue, and remove the closed ones. May wait, since the
    viewers that leave are counted off in Redis. engine.io itself uses the wall clock; when that is
    set, it would close all connections, or none for hours."""
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
