"""The end of sessions without a Socket.IO connection.

Socket.IO runs over an engine.io session, which stays open without it as long as pings are answered.
A client whose connect packet was lost or damaged on the way waits for the answer for ever. Such
sessions are closed, and the client connects again.
"""

import time
from collections.abc import Callable
from typing import Any

from web.background import run_periodically

CONNECT_TIMEOUT_S = 10.0
CHECK_S = 1.0
NAMESPACE = "/"


class ConnectTimeout:
    """Closes the sessions of a Socket.IO server that have had no connection for
    ``CONNECT_TIMEOUT_S``; used by one thread."""

    def __init__(self, server: Any, clock: Callable[[], float] = time.monotonic) -> None:
        self._server = server
        self._clock = clock
        self._unconnected_since: dict[str, float] = {}
        """session id → time"""

    def start(self) -> None:
        """Check all sessions from now on, in a thread."""
        run_periodically(self.check, CHECK_S, "connections")

    def check(self) -> None:
        """Close the sessions whose time is over. May wait, since that counts viewers in Redis."""
        sid_of, sessions = self._server.manager.sid_from_eio_sid, self._server.eio.sockets
        now = self._clock()
        unconnected = {
            sid: self._unconnected_since.get(sid, now)
            for sid in tuple(sessions)
            if sid_of(sid, NAMESPACE) is None
        }
        self._unconnected_since = unconnected
        for sid, since in unconnected.items():
            session = sessions.get(sid)
            if session and not session.closed and now - since > CONNECT_TIMEOUT_S:
                session.close(wait=False, reason=self._server.eio.reason.SERVER_DISCONNECT)
