"""A session without a Socket.IO connection is closed after a time."""

import pytest
import socketio
from engineio.socket import Socket

from web.server.connect_timeout import CONNECT_TIMEOUT_S, ConnectTimeout


class Sessions:
    """A Socket.IO server with engine.io sessions, and a clock to set."""

    def __init__(self) -> None:
        self.server = socketio.Server(async_mode="threading")
        self.server.eio.start_service_task = False
        self.now = 100.0
        self._timeout = ConnectTimeout(self.server, lambda: self.now)

    def open(self, sid: str) -> Socket:
        session = Socket(self.server.eio, sid)
        session.connected = True
        self.server.eio.sockets[sid] = session
        self.server._handle_eio_connect(sid, {})
        return session

    def connect(self, sid: str) -> None:
        self.server._handle_eio_message(sid, "0")  # Socket.IO's connect packet

    def disconnect(self, sid: str) -> None:
        self.server._handle_eio_message(sid, "1")

    def check_for(self, seconds: float) -> None:
        """Check once a second."""
        for _ in range(round(seconds)):
            self.now += 1
            self._timeout.check()


@pytest.fixture
def sessions() -> Sessions:
    return Sessions()


def test_a_session_without_a_connection_is_closed_after_the_time(sessions: Sessions) -> None:
    waiting = sessions.open("waiting")

    sessions.check_for(CONNECT_TIMEOUT_S)
    assert not waiting.closed
    sessions.check_for(2)
    assert waiting.closed


def test_a_connected_session_is_not_closed(sessions: Sessions) -> None:
    viewer = sessions.open("viewer")
    sessions.check_for(CONNECT_TIMEOUT_S - 1)
    sessions.connect("viewer")

    sessions.check_for(5 * CONNECT_TIMEOUT_S)

    assert not viewer.closed


def test_the_time_begins_when_the_connection_ends(sessions: Sessions) -> None:
    viewer = sessions.open("viewer")
    sessions.connect("viewer")
    sessions.check_for(5 * CONNECT_TIMEOUT_S)
    sessions.disconnect("viewer")

    sessions.check_for(CONNECT_TIMEOUT_S)
    assert not viewer.closed
    sessions.check_for(2)
    assert viewer.closed


def test_a_session_that_ended_leaves_nothing(sessions: Sessions) -> None:
    sessions.open("gone")
    sessions.check_for(1)
    del sessions.server.eio.sockets["gone"]
    sessions.check_for(1)

    assert sessions._timeout._unconnected_since == {}
