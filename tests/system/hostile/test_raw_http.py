"""Hostile HTTP requests, among them those for which fuzzing found an error.

docs/testing.md lists every attack that was tried, with the test that shows its outcome.
"""

import contextlib
import json
import socket
import sys
from collections.abc import Callable

import pytest
import requests

from tests.support.beamcast import Beamcast, Worker
from tests.support.metrics import value
from tests.support.processes import Process, free_port
from tests.support.raw_http import faults, raw, status
from tests.support.waiting import until


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
def test_invalid_utf8_in_a_path_is_not_a_fault(worker: Worker, guarded: Worker, path: str) -> None:
    for server in (worker, guarded):
        assert status(raw(server, f"GET {path} HTTP/1.1")) != 500
    for server in (worker, guarded):
        assert faults(server) == 0


@pytest.mark.parametrize("path", ["/view//camera", "/api//streams", "?///x", "/static//css/x"])
def test_no_response_redirects_to_a_host_invented_by_a_request(
    shared_beamcast: Beamcast, path: str
) -> None:
    anyones = shared_beamcast.worker("--allow-anyone", "1", "--allowed-hosts", "evil.example")
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
def test_a_request_in_the_body_of_another_is_not_processed(
    worker: Worker, headers: tuple[str, ...]
) -> None:
    """A server in front sees another end of the body."""
    with socket.create_connection(("127.0.0.1", worker.port), timeout=20) as connection:
        lines = "POST /healthz HTTP/1.1", "Host: localhost", *headers, "", HIDDEN
        connection.sendall("\r\n".join(lines).encode())
        answer = b""
        with contextlib.suppress(ConnectionError):
            while piece := connection.recv(65536):
                answer += piece

    assert status(answer) == 400
    assert b"openapi" not in answer


@pytest.mark.parametrize(
    "path",
    [
        "/view/x%0d%0aX-Injected:%20y",
        "/login?next=/%0d%0aX-Injected:%20y",
        "/api/streams/camera/snapshot.npy?image=%0d%0aX-Injected:%20y",
        "/x?next=%0d%0aSet-Cookie:%20beamcast_session=y",
    ],
)
def test_no_header_can_be_injected_into_a_response(
    worker: Worker, guarded: Worker, path: str
) -> None:
    for server in (worker, guarded):
        head = raw(server, f"GET {path} HTTP/1.1").split(b"\r\n\r\n")[0]
        assert b"\nX-Injected" not in head
        assert b"\nSet-Cookie: beamcast_session=y" not in head


@pytest.mark.parametrize(
    "piece",
    [lambda: b"1\r\nx\r\n", lambda: b"1;"],
    ids=["chunks", "a chunk's head"],
)
def test_a_body_that_never_ends_is_disconnected(
    beamcast: Beamcast, piece: Callable[[], bytes]
) -> None:
    worker = beamcast.worker("--request-seconds", "2")
    with socket.create_connection(("127.0.0.1", worker.port), timeout=0.1) as connection:
        connection.sendall(
            b"POST /healthz HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
        )

        def let_go() -> bool:
            try:
                connection.sendall(piece())  # so that no single wait is long
                return connection.recv(65536) == b""
            except TimeoutError:
                return False
            except OSError:
                return True

        until(let_go, "it is disconnected")


def test_a_malformed_request_is_logged_as_a_regular_line(
    beamcast: Beamcast,
) -> None:
    worker = beamcast.worker("--log-format", "json", "--log-level", "debug")

    assert b"Error code: 400" in raw(worker, "GET /\x1b[31m\rFORGED HTTP/1.1")

    until(lambda: "FORGED" in worker.process.output, "it is in the log")
    for line in worker.process.output.splitlines():
        assert json.loads(line)["level"]


BROKEN = """
import os, sys
from web import __main__ as web
from web.server import eventlet_setup

prepare = eventlet_setup.prepare

def and_break(mode):
    prepare(mode)
    from web.access.middleware import AccessMiddleware
    check = AccessMiddleware._check
    AccessMiddleware._check = lambda self, request: (
        request.path == "/broken" and 1 / 0 or check(self, request)
    )

eventlet_setup.prepare = and_break
sys.exit(web.main(sys.argv[1:], os.environ))
"""


def test_a_fault_outside_the_pages_is_logged_and_counted(beamcast: Beamcast) -> None:
    port = free_port()
    options = "-P", str(port), "--redis", beamcast.redis.url_of("web")
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
