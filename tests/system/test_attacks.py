"""What a stranger tried, and what it got: the attacks that fuzzing found a way for.

docs/operations.md has the list of all that were tried, and which test shows each.
"""

import contextlib
import json
import re
import socket
import struct
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import requests

from tests.support.accounts import PASSWORD, AccountsFile, Browser
from tests.support.beamcast import Beamcast, Worker
from tests.support.metrics import value
from tests.support.processes import Process, free_port
from tests.support.raw_viewer import RawViewer, memory_kb, pump
from tests.support.waiting import until

POLL = "/socket.io/?EIO=4&transport=polling"
SOCKET = "/socket.io/?EIO=4&transport=websocket"


@pytest.fixture(scope="module")
def beamcast_of_strangers() -> Iterator[Beamcast]:
    beamcast = Beamcast()
    yield beamcast
    beamcast.stop()


@pytest.fixture(scope="module")
def worker(beamcast_of_strangers: Beamcast) -> Worker:
    """Open to its own machine."""
    return beamcast_of_strangers.worker()


@pytest.fixture(scope="module")
def accounts(tmp_path_factory: pytest.TempPathFactory) -> AccountsFile:
    return AccountsFile(tmp_path_factory.mktemp("accounts"))


@pytest.fixture(scope="module")
def guarded(beamcast_of_strangers: Beamcast, accounts: AccountsFile) -> Worker:
    """One that wants to know who asks."""
    return accounts.worker(beamcast_of_strangers)


def raw(worker: Worker, line: str, *headers: str, host: str = "Host: localhost") -> bytes:
    """The whole answer to a request as it stands."""
    with socket.create_connection(("127.0.0.1", worker.port), timeout=20) as connection:
        request = "\r\n".join((line, host, "Connection: close", *headers, "", ""))
        connection.sendall(request.encode("latin-1"))
        came = b""
        while piece := connection.recv(65536):
            came += piece
    return came


def status(answer: bytes) -> int:
    return int(answer.split()[1])


def session(get: Callable[..., requests.Response], url: str) -> str:
    """A new one of engine.io's."""
    opened = get(url + POLL, timeout=20).text
    return re.findall(r'"sid":"([^"]+)"', opened)[0]


@pytest.mark.parametrize("before", ["sid=&", "sid&", "sid=%20&", "sid=x&", "sid=&sid=&"])
def test_somebody_elses_session_is_not_had_by_naming_two(
    guarded: Worker, accounts: AccountsFile, before: str
) -> None:
    accounts.run("add", "carol", said=PASSWORD)
    alice, carol = Browser(guarded.url), Browser(guarded.url)
    for browser, name in ((alice, "alice"), (carol, "carol")):
        assert browser.log_in(name).status_code == 303
    query = f"{guarded.url}{POLL}&{before}sid={session(alice.get, alice.url)}"

    assert carol.get(query, timeout=20).status_code in (400, 403)
    assert carol.post(query, "40", timeout=20).status_code in (400, 403)


@pytest.mark.parametrize("more", ["&sid=", "&sid", "&sid=&sid="])
def test_no_viewer_comes_in_beside_the_limit_with_an_empty_session(
    beamcast: Beamcast, more: str
) -> None:
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
def test_a_websocket_of_another_kind_is_refused(worker: Worker, headers: tuple[str, ...]) -> None:
    upgrade = "Upgrade: websocket", "Connection: Upgrade"

    assert status(raw(worker, f"GET {SOCKET} HTTP/1.1", *upgrade, *headers)) in (400, 426)
    assert faults(worker) == 0


def test_half_an_upgrade_is_none(worker: Worker) -> None:
    assert status(raw(worker, f"GET {SOCKET} HTTP/1.1", "Upgrade: websocket")) == 400
    assert faults(worker) == 0


def test_events_that_make_no_sense_do_not_fill_the_log(beamcast: Beamcast) -> None:
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


@pytest.mark.parametrize(
    "path",
    [
        "/?\xff",
        "/view/camera?\xff\xfe=1",
        "/api/streams/camera/frame.jpg?image=\xff",
        "/api/streams/camera/stream.mjpg?rendition=\xe4",
        "/api/streams/camera/snapshot.h5?image=\xc3",
        "/socket.io/?EIO=4&transport=polling&x=\xff",
        "/login?next=/\xff",
    ],
)
def test_bytes_that_are_no_text_in_an_address_are_no_fault(
    worker: Worker, guarded: Worker, path: str
) -> None:
    for asked in (worker, guarded):
        assert status(raw(asked, f"GET {path} HTTP/1.1")) != 500
    for asked in (worker, guarded):
        assert faults(asked) == 0


@pytest.mark.parametrize("path", ["/view//camera", "/api//streams", "?///x", "/static//css/x"])
def test_no_answer_leads_to_the_host_that_a_request_made_up(
    beamcast_of_strangers: Beamcast, path: str
) -> None:
    anyones = beamcast_of_strangers.worker("--allow-anyone", "1")
    answer = raw(anyones, f"GET {path} HTTP/1.1", host="Host: evil.example")

    assert b"evil.example" not in answer


HIDDEN = "GET /api/openapi.json HTTP/1.1\r\nHost: localhost\r\n\r\n"


@pytest.mark.parametrize(
    "headers",
    [
        (f"Content-Length: {len(HIDDEN)}", "Transfer-Encoding: chunked"),
        (f"Content-Length: {len(HIDDEN)}", "Content-Length: 0"),
        ("Content-Length: 0", f"Content-Length: {len(HIDDEN)}"),
        ("Content-Length: +0",),
        ("Content-Length: 0_0",),
        ("Content-Length: 0, 0",),
        ("Transfer-Encoding: xchunked",),
        ("Transfer-Encoding: identity",),
        ("Transfer-Encoding: gzip, chunked",),
        ("Transfer-Encoding: chunked", "Transfer-Encoding: identity"),
        ("Content-Length : 5",),
    ],
    ids=str,
)
def test_a_request_in_the_body_of_another_is_not_heard(
    worker: Worker, headers: tuple[str, ...]
) -> None:
    """Where a server before this one sees another end of the body."""
    with socket.create_connection(("127.0.0.1", worker.port), timeout=20) as line:
        lines = "POST /healthz HTTP/1.1", "Host: localhost", *headers, "", HIDDEN
        line.sendall("\r\n".join(lines).encode())
        came = b""
        with contextlib.suppress(ConnectionError):
            while piece := line.recv(65536):
                came += piece

    assert status(came) == 400
    assert b"openapi" not in came


@pytest.mark.parametrize(
    "path",
    [
        "/view/x%0d%0aX-Injected:%20y",
        "/login?next=/%0d%0aX-Injected:%20y",
        "/api/streams/camera/snapshot.npy?image=%0d%0aX-Injected:%20y",
        "/x?next=%0d%0aSet-Cookie:%20beamcast_session=y",
    ],
)
def test_no_header_is_added_to_an_answer(worker: Worker, guarded: Worker, path: str) -> None:
    for asked in (worker, guarded):
        head = raw(asked, f"GET {path} HTTP/1.1").split(b"\r\n\r\n")[0]
        assert b"\nX-Injected" not in head
        assert b"\nSet-Cookie: beamcast_session=y" not in head


def faults(worker: Worker) -> float:
    return value(worker.url, "beamcast_web_faults_total")


def fragment(data: bytes, is_first: bool) -> bytes:
    """A part of a WebSocket message that never ends; RFC 6455, 5.2."""
    short = len(data) < 126
    length = bytes([0x80 | len(data)]) if short else b"\xfe" + struct.pack(">H", len(data))
    return bytes([2 if is_first else 0]) + length + bytes(4) + data


@pytest.mark.parametrize("size", [0, 60_000])
def test_a_message_in_pieces_without_end_is_cut_off_before_it_fills_the_memory(
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
def test_who_is_cut_off_while_polling_leaves_no_connection_behind(
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
def test_a_viewer_that_claims_to_connect_or_to_leave_is_counted_right(
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
    until(lambda: beamcast.viewers() == 0, "nobody is counted")
    until(lambda: value(worker.url, "beamcast_web_viewers") == 0, "nor here")


def test_a_flood_of_connections_does_not_end_a_worker(beamcast: Beamcast) -> None:
    port = free_port()
    command = f"{sys.executable} -m web -P {port} --redis {beamcast.redis.url}"
    process = beamcast.add(Process("sh", "-c", f"ulimit -n 100; exec {command}"))
    until(lambda: "serving on" in process.output, "it serves")

    flood = [socket.create_connection(("127.0.0.1", port), timeout=20) for _ in range(150)]
    until(lambda: "Too many open files" in process.output, "it says so")
    for connection in flood:
        connection.close()

    assert requests.get(f"http://127.0.0.1:{port}/healthz", timeout=20).ok
    assert process.returncode is None
    assert process.output.count("Too many open files") == 1


@pytest.mark.parametrize(
    "piece",
    [lambda: b"1\r\nx\r\n", lambda: b"1;"],
    ids=["chunks", "a chunk's head"],
)
def test_a_body_that_never_ends_is_let_go(beamcast: Beamcast, piece: Callable[[], bytes]) -> None:
    worker = beamcast.worker("--request-seconds", "2")
    with socket.create_connection(("127.0.0.1", worker.port), timeout=0.1) as line:
        line.sendall(
            b"POST /healthz HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
        )

        def let_go() -> bool:
            try:
                line.sendall(piece())  # so that no single wait is long
                return line.recv(65536) == b""
            except TimeoutError:
                return False
            except OSError:
                return True

        until(let_go, "it is let go")


def test_a_malformed_request_is_a_line_of_the_log_like_others(
    beamcast: Beamcast,
) -> None:
    worker = beamcast.worker("--log-format", "json", "--log-level", "debug")

    assert b"Error code: 400" in raw(worker, "GET /\x1b[31m\rFORGED HTTP/1.1")

    until(lambda: "FORGED" in worker.process.output, "it is in the log")
    for line in worker.process.output.splitlines():
        assert json.loads(line)["level"]


BROKEN = """
import os, sys
from web import __main__ as web, async_mode

prepare = async_mode.prepare

def and_break(mode):
    prepare(mode)
    from web.access.guard import Guard
    sound = Guard._refusal
    Guard._refusal = lambda self, asked: asked.path == "/broken" and 1 / 0 or sound(self, asked)

async_mode.prepare = and_break
sys.exit(web.main(sys.argv[1:], os.environ))
"""


def test_a_fault_outside_the_pages_is_logged_and_counted(
    beamcast: Beamcast, tmp_path: Path
) -> None:
    port = free_port()
    options = "-P", str(port), "--redis", beamcast.redis.url
    process = Process(sys.executable, "-c", BROKEN, *options)
    try:
        until(lambda: "serving on" in process.output, "it serves")
        url = f"http://127.0.0.1:{port}"

        assert requests.get(f"{url}/nothing", timeout=20).status_code == 404
        assert "Traceback" not in process.output
        assert requests.get(f"{url}/broken", timeout=20).status_code == 500

        until(lambda: "ZeroDivisionError" in process.output, "the log has it")
        assert value(url, "beamcast_web_faults_total", part="requests") == 1
    finally:
        process.stop()
