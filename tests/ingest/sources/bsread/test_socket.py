"""The state of a source that is connected but quiet, on a clock that the tests move."""

import logging
import time
from collections.abc import Iterator

import pytest
import zmq

from ingest.sources.bsread.socket import REOPEN_AFTER_S, BsreadSocket
from ingest.sources.silence import SILENT_AFTER_S
from tests.support.fake_servers import DamagedGreeting, DamagedPushSocket, SilentServer
from tests.support.processes import free_port
from tests.support.waiting import until


class Scene:
    """A PUSH socket and our end of it, connected."""

    def __init__(self) -> None:
        self.now = 0.0
        self.states: set[str] = set()
        self._context = zmq.Context()
        self.address = f"tcp://127.0.0.1:{free_port()}"
        self.bind()
        self.source = BsreadSocket(self.address, "pull", self.now, wait_s=0.001)
        self.connect()

    def bind(self) -> None:
        """Start the peer."""
        self._peer = self._context.socket(zmq.PUSH)
        self._peer.bind(self.address)

    def connect(self) -> None:
        """Complete the handshake at the present time of the clock."""
        until(lambda: self._receive() or self.source._handshake_done, "connected")

    def wait(self, seconds: float) -> set[str]:
        """Advance the clock, reconnecting reopened sockets; return all states seen."""
        self.states.clear()
        end = self.now + seconds
        while self.now < end:
            self.now += 0.1
            self._receive()
            self.connect()
        return self.states

    def send(self) -> None:
        """Send and receive a message now."""
        self._peer.send(b"message")
        until(self._receive, "it came")
        self.source.on_message(self.now)

    def lose(self) -> None:
        """The peer disconnects."""
        self._peer.close(0)
        until(lambda: self._receive() or not self.source._handshake_done, "disconnected")
        self._receive()

    def close(self) -> None:
        self.source.close()
        self._peer.close(0)
        self._context.term()

    def _receive(self) -> list[zmq.Frame] | None:
        parts = self.source.receive(self.now)
        self.states.add(self.source.state)
        return parts


@pytest.fixture
def scene() -> Iterator[Scene]:
    scene = Scene()
    yield scene
    scene.close()


def test_after_a_long_pause_and_three_messages_silence_is_soon_reported(scene: Scene) -> None:
    for pause_s in (0.1, 90, 0.1, 0.1, 0.1):
        scene.send()
        scene.wait(pause_s)
    scene.send()

    assert scene.wait(SILENT_AFTER_S - 0.2) == {"live"}
    assert "silent" in scene.wait(0.5)


def test_a_quiet_source_stays_waiting_however_often_it_is_reopened(
    scene: Scene, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    scene.wait(SILENT_AFTER_S + 0.2)
    assert scene.source.state == "waiting"
    caplog.clear()
    opened = scene.source._opened_at

    assert scene.wait(60) == {"waiting"}

    assert scene.source._opened_at > opened + REOPEN_AFTER_S
    assert caplog.records == []


def test_a_silent_source_stays_silent_however_often_it_is_reopened(
    scene: Scene, caplog: pytest.LogCaptureFixture
) -> None:
    scene.send()
    scene.wait(SILENT_AFTER_S + 0.2)
    caplog.set_level(logging.INFO)
    caplog.clear()

    assert scene.wait(60) == {"silent"}
    scene.send()

    assert [record.getMessage() for record in caplog.records] == [
        f"{scene.address}: messages are arriving"
    ]


def test_a_source_that_reconnects_after_it_was_lost_is_logged_again(
    scene: Scene, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    scene.send()

    scene.lose()
    assert scene.source.state == "lost"
    scene.bind()
    scene.connect()

    assert any(record.getMessage().startswith("connected to") for record in caplog.records)


def test_a_slow_source_is_not_reopened_between_its_messages(scene: Scene) -> None:
    scene.send()
    scene.wait(10)
    scene.send()
    opened = scene.source._opened_at

    for _ in range(3):
        assert scene.wait(10) == {"live"}
        scene.send()
    assert scene.source._opened_at == opened

    scene.wait(31)
    assert scene.source._opened_at > opened


# ZeroMQ never reopens a connection on which it read invalid data. It waits half a minute for a peer
# that does not continue its greeting, and forever for one with its oldest protocol.
@pytest.mark.parametrize("kind", [DamagedPushSocket, DamagedGreeting, SilentServer])
def test_a_damaged_connection_is_reopened(kind: type[SilentServer]) -> None:
    peer = kind()
    source = BsreadSocket(peer.address, "pull", time.monotonic(), wait_s=0.001)

    def comes_back() -> bool:
        source.receive(time.monotonic())
        return peer.connections > 1

    until(comes_back, "another connection", 10)
    source.close()
    peer.close()


def test_a_peer_that_sends_nothing_stays_a_mismatch() -> None:
    peer = SilentServer()
    start = time.monotonic()
    source = BsreadSocket(peer.address, "pull", start, wait_s=0.001)
    states: list[str] = []

    def has_tried_often() -> bool:
        source.receive(time.monotonic())
        if states[-1:] != [source.state]:
            states.append(source.state)
        return peer.connections > 3

    until(has_tried_often, "more connections")
    assert states == ["connecting", "mismatch"]
    source.close()
    peer.close()
