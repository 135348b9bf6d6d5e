"""A connection that answers is pinged again after the interval; others are closed and removed."""

import time
from typing import Any

import pytest
import socketio
from engineio.socket import Socket

from web.server.heartbeat import PING, Heartbeat, close_unresponsive

INTERVAL_S, TIMEOUT_S = 3.0, 4.0


class Queue:
    """A send queue that keeps its packets."""

    def __init__(self) -> None:
        self.packets: list[bytes] = []

    def put(self, packet: bytes) -> None:
        self.packets.append(packet)


class Blocked(Queue):
    def put(self, packet: bytes) -> None:
        raise BrokenPipeError("blocked")


@pytest.fixture
def connections() -> dict[str, Any]:
    """Return engine.io's connections of two viewers."""
    server = socketio.Server(
        async_mode="threading", ping_interval=INTERVAL_S, ping_timeout=TIMEOUT_S
    )
    connections = {sid: Socket(server.eio, sid) for sid in ("a", "b")}
    for connection in connections.values():
        connection.connected = connection.upgraded = True
        connection.send_queue = Queue()
    return connections


def test_the_next_ping_comes_after_the_interval(connections: dict[str, Any]) -> None:
    now, viewer = 100.0, connections["a"]
    heartbeat = Heartbeat(INTERVAL_S, lambda: now)

    heartbeat.on_pong(viewer)
    now += INTERVAL_S - 0.01
    heartbeat.send_pings()
    assert viewer.send_queue.packets == []
    now += 0.02
    heartbeat.send_pings()
    heartbeat.send_pings()

    assert viewer.send_queue.packets == [PING]
    assert viewer.last_ping == pytest.approx(time.time(), abs=5)


def test_a_viewer_that_answers_twice_is_pinged_once(connections: dict[str, Any]) -> None:
    now, viewer = 100.0, connections["a"]
    heartbeat = Heartbeat(INTERVAL_S, lambda: now)

    heartbeat.on_pong(viewer)
    heartbeat.on_pong(viewer)
    now += INTERVAL_S
    heartbeat.send_pings()

    assert viewer.send_queue.packets == [PING]


def test_a_blocked_connection_does_not_keep_others_from_their_ping(
    connections: dict[str, Any],
) -> None:
    now = 100.0
    heartbeat = Heartbeat(INTERVAL_S, lambda: now)
    connections["a"].send_queue = Blocked()

    for viewer in connections.values():
        heartbeat.on_pong(viewer)
    now += INTERVAL_S
    heartbeat.send_pings()

    assert connections["b"].send_queue.packets == [PING]


def test_a_closed_connection_is_not_pinged(connections: dict[str, Any]) -> None:
    now, viewer = 100.0, connections["a"]
    heartbeat = Heartbeat(INTERVAL_S, lambda: now)

    heartbeat.on_pong(viewer)
    viewer.close(wait=False)
    now += INTERVAL_S
    heartbeat.send_pings()

    assert viewer.send_queue.packets == []


@pytest.mark.parametrize("set_by_s", [0, 3600, -3600])
def test_an_unresponsive_connection_is_closed_and_removed_whatever_the_wall_clock(
    connections: dict[str, Any], set_by_s: float
) -> None:
    now, (silent, other) = 100.0, connections.values()
    silent.last_ping = time.time() - set_by_s
    other.last_ping = None

    close_unresponsive(connections, lambda: now)
    now += TIMEOUT_S
    close_unresponsive(connections, lambda: now)
    assert (silent.closed, other.closed) == (False, False)
    now += 0.1
    close_unresponsive(connections, lambda: now)
    assert (silent.closed, other.closed) == (True, False)
    close_unresponsive(connections, lambda: now)

    assert connections == {"b": other}


def test_an_answer_restarts_the_timeout(connections: dict[str, Any]) -> None:
    viewer = connections["a"]
    close_unresponsive(connections, lambda: 100.0)
    viewer.last_ping = time.time()  # of the next ping
    close_unresponsive(connections, lambda: 103.9)
    close_unresponsive(connections, lambda: 107.8)
    assert not viewer.closed
