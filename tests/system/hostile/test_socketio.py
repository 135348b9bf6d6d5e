"""Hostile Socket.IO clients, among them those for which fuzzing found an error.

docs/testing.md lists every attack that was tried, with the test that shows its outcome.
"""

import re
import socket
import struct
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import requests

from tests.support.accounts import PASSWORD, AccountsFile, Browser
from tests.support.beamcast import Beamcast, Worker
from tests.support.metrics import value
from tests.support.processes import Process, free_port
from tests.support.raw_http import faults, raw, status
from tests.support.raw_viewer import BINARY, RawViewer, memory_kb, pump, websocket_message
from tests.support.waiting import until
from web.server.connect_timeout import CONNECT_TIMEOUT_S

POLL = "/socket.io/?EIO=4&transport=polling"
SOCKET = "/socket.io/?EIO=4&transport=websocket"


def session(get: Callable[..., requests.Response], url: str) -> str:
    """Open an engine.io session; return its id."""
    opened = get(url + POLL, timeout=20).text
    return re.findall(r'"sid":"([^"]+)"', opened)[0]


@pytest.mark.parametrize("before", ["sid=&", "sid&", "sid=%20&", "sid=x&", "sid=&sid=&"])
def test_naming_two_sessions_does_not_give_access_to_another_users_session(
    guarded: Worker, accounts: AccountsFile, before: str
) -> None:
    accounts.run("add", "carol", typed=PASSWORD)
    alice, carol = Browser(guarded.url), Browser(guarded.url)
    for browser, name in ((alice, "alice"), (carol, "carol")):
        assert browser.log_in(name).status_code == 303
    query = f"{guarded.url}{POLL}&{before}sid={session(alice.get, alice.url)}"

    assert carol.get(query, timeout=20).status_code in (400, 403)
    assert carol.post(query, "40", timeout=20).status_code in (400, 403)


@pytest.mark.parametrize("more", ["&sid=", "&sid", "&sid=&sid="])
def test_an_empty_session_does_not_bypass_the_viewer_limit(beamcast: Beamcast, more: str) -> None:
    worker = beamcast.worker("--max-viewers", "1")
    beamcast.viewer(worker)

    assert requests.get(worker.url + POLL + more, timeout=20).status_code == 429


@pytest.mark.parametrize(
    "headers",
    [
        (),
        ("Origin: http://localhost",),
        ("Origin: http://localhost", "Sec-WebSocket-Key1: 1 2", "Sec-WebSocket-Key2: 1"),
        ("Sec-WebSocket-Version: 0",),
        ("Sec-WebSocket-Version: x", "Sec-WebSocket-Key: x"),
        ("Sec-WebSocket-Version: 13",),
    ],
    ids=str,
)
def test_an_unsupported_websocket_upgrade_is_rejected(
    worker: Worker, headers: tuple[str, ...]
) -> None:
    upgrade = "Upgrade: websocket", "Connection: Upgrade"

    assert status(raw(worker, f"GET {SOCKET} HTTP/1.1", *upgrade, *headers)) in (400, 426)
    assert faults(worker) == 0


@pytest.mark.parametrize("version", ["", "Sec-WebSocket-Version: 8", "Sec-WebSocket-Version: 13"])
def test_an_unsupported_upgrade_of_a_polling_session_is_rejected(
    beamcast: Beamcast, async_mode: str, version: str
) -> None:
    worker = beamcast.worker()
    path = f"{SOCKET}&sid={session(requests.get, worker.url)}"
    requests.post(worker.url + path.replace("websocket", "polling"), "40", timeout=20)
    headers = "Upgrade: websocket", "Connection: Upgrade", *filter(None, [version])

    assert status(raw(worker, f"GET {path} HTTP/1.1", *headers)) in (400, 426)
    assert faults(worker) == 0


def test_an_incomplete_upgrade_is_rejected(worker: Worker) -> None:
    assert status(raw(worker, f"GET {SOCKET} HTTP/1.1", "Upgrade: websocket")) == 400
    assert faults(worker) == 0


FIRST_MESSAGES = {
    "nothing": b"",
    "a pong": websocket_message(b"3"),
    "a binary message": websocket_message(b"40", BINARY),
    "an event": websocket_message(b"42"),
    "another namespace": websocket_message(b"40/nowhere"),
    "a disconnect packet afterwards": websocket_message(b"40") + websocket_message(b"41"),
}


class UnconnectedViewer(RawViewer):
    """A WebSocket that answers pings, but sends something else than ``40``."""

    def __init__(self, port: int, message: bytes) -> None:
        self._message = message
        super().__init__(port)

    def send(self, text: str) -> None:
        if text == "40":
            self.send_bytes(self._message)
        else:
            super().send(text)


def test_a_session_that_is_not_connected_to_socketio_is_closed(
    beamcast: Beamcast, async_mode: str
) -> None:
    worker = beamcast.worker()
    connected = RawViewer(worker.port)
    viewers = [UnconnectedViewer(worker.port, message) for message in FIRST_MESSAGES.values()]

    pump([connected, *viewers], lambda: all(viewer.closed for viewer in viewers), "all are closed")

    pump([connected], timeout_s=CONNECT_TIMEOUT_S)
    assert not connected.closed
    assert faults(worker) == 0


UNREADABLE = [b"", b"x", b"9", b"\xff"]


def test_an_unreadable_message_ends_the_connection_without_a_traceback(
    beamcast: Beamcast, async_mode: str
) -> None:
    worker = beamcast.worker()
    viewers = [RawViewer(worker.port) for _ in UNREADABLE]
    pump(viewers, lambda: all(viewer.connected for viewer in viewers), "connected")

    for viewer, message in zip(viewers, UNREADABLE, strict=True):
        viewer.send_bytes(websocket_message(message))

    pump(viewers, lambda: all(viewer.closed for viewer in viewers), "all are closed")
    assert "Traceback" not in worker.process.output
    assert faults(worker) == 0


def test_invalid_events_do_not_fill_the_log(beamcast: Beamcast) -> None:
    worker = beamcast.worker()
    viewer = RawViewer(worker.port)
    pump([viewer], lambda: viewer.connected, "connected")
    before = value(worker.url, "beamcast_web_refused_total", kind="packet")

    for _ in range(50):
        viewer.send('42/nowhere,["watch",{}]')
        requests.put(worker.url + POLL, timeout=20)

    def refused() -> float:
        return value(worker.url, "beamcast_web_refused_total", kind="packet") - before

    until(lambda: refused() == 100, "they are counted")
    assert len(worker.process.output.splitlines()) < 5


def fragment(data: bytes, is_first: bool) -> bytes:
    """Return a fragment of a WebSocket message that never ends; RFC 6455, 5.2."""
    short = len(data) < 126
    length = bytes([0x80 | len(data)]) if short else b"\xfe" + struct.pack(">H", len(data))
    return bytes([2 if is_first else 0]) + length + bytes(4) + data


@pytest.mark.parametrize("size", [0, 60_000])
def test_an_endless_fragmented_message_is_disconnected_before_it_fills_the_memory(
    worker: Worker, size: int
) -> None:
    viewer = RawViewer(worker.port)
    pump([viewer], lambda: viewer.connected, "connected")
    before = memory_kb(worker.process.pid)

    def cut_off() -> bool:
        try:
            for _ in range(50):
                viewer.send_bytes(fragment(bytes(size), is_first=False))
        except OSError:
            return True
        pump([viewer], lambda: viewer.closed, timeout_s=0)
        return viewer.closed

    viewer.send_bytes(fragment(b"42", is_first=True))
    until(cut_off, "it is cut off", 5)  # a ping without an answer would end it after seven
    assert memory_kb(worker.process.pid) - before < 30_000


@pytest.mark.parametrize("body", [b"99", bytes(100_000)], ids=["no packet", "too long"])
def test_a_polling_client_that_is_disconnected_leaves_no_connection(
    beamcast: Beamcast, async_mode: str, body: bytes
) -> None:
    worker = beamcast.worker()
    before = descriptors(worker)
    for _ in range(5):
        polled = f"{worker.url}{POLL}&sid={session(requests.get, worker.url)}"
        assert requests.post(polled, "40", timeout=20).ok

        assert requests.post(polled, body, timeout=20).status_code == 400

    until(lambda: descriptors(worker) <= before + 1, "all are closed")


def test_a_session_that_has_ended_takes_nothing_more(worker: Worker) -> None:
    polled = f"{worker.url}{POLL}&sid={session(requests.get, worker.url)}"

    codes = [requests.post(polled, body, timeout=20).status_code for body in ("40", "1", "1")]

    assert codes == [200, 200, 400]
    assert faults(worker) == 0


def descriptors(worker: Worker) -> int:
    return len(list(Path(f"/proc/{worker.process.pid}/fd").iterdir()))


@pytest.mark.parametrize("event", ["connect", "disconnect"])
def test_invented_connect_and_disconnect_events_do_not_change_the_count(
    beamcast: Beamcast, event: str
) -> None:
    worker = beamcast.worker()
    viewer = RawViewer(worker.port)
    pump([viewer], lambda: viewer.connected, "connected")
    assert viewer.call("watch", {"stream": "camera"})["stream"] == "camera"

    viewer.emit(event)
    viewer.emit(event, {"stream": "camera"})

    assert viewer.call("watch", {"stream": "camera"})["stream"] == "camera"
    assert (beamcast.viewers(), value(worker.url, "beamcast_web_viewers")) == (1, 1)
    viewer.close()
    until(lambda: beamcast.viewers() == 0, "no viewer is counted")
    until(lambda: value(worker.url, "beamcast_web_viewers") == 0, "nor here")


def test_a_worker_survives_many_concurrent_connections(beamcast: Beamcast) -> None:
    port = free_port()
    command = f"{sys.executable} -m web -P {port} --redis {beamcast.redis.url_of('web')}"
    process = beamcast.add(Process("sh", "-c", f"ulimit -n 100; exec {command}"))
    until(lambda: "serving on" in process.output, "it serves")

    flood = [socket.create_connection(("127.0.0.1", port), timeout=20) for _ in range(150)]
    until(lambda: "limit of connections reached" in process.output, "it logs this")
    for connection in flood:
        connection.close()

    assert requests.get(f"http://127.0.0.1:{port}/healthz", timeout=20).ok
    assert process.returncode is None
    assert process.output.count("limit of connections reached") == 1
