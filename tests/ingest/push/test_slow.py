"""Clients that send slowly, or nothing, are disconnected with an error; with shortened timeouts."""

import contextlib
import json
import socket
import threading
from collections.abc import Callable
from types import ModuleType

import pytest

from ingest.push import http_server, tcp_server
from ingest.push.limits import MAX_CONCURRENT_LARGE, SMALL_MESSAGE_BYTES, Limits
from tests.support.push_server import MAX_BYTES, Serve
from tests.support.waiting import until

PASSWORD = "a-long-word-of-passage"
GOOD = b'{"id": "a", "value": 1}'
HEAD = b"POST /push HTTP/1.1\r\nHost: localhost\r\n"


Shorten = Callable[..., None]


@pytest.fixture
def shorten(monkeypatch: pytest.MonkeyPatch) -> Shorten:
    """Shortens a timeout of a module."""

    def set_timeout(module: ModuleType, name: str, seconds: float = 0.3) -> None:
        monkeypatch.setattr(module, name, seconds)

    return set_timeout


def read_all(connection: socket.socket) -> bytes:
    """Read until the board closes the connection."""
    with connection, contextlib.suppress(ConnectionError):
        return b"".join(iter(lambda: connection.recv(65536), b""))
    return b""


def drip(connection: socket.socket, first: bytes, piece: bytes) -> bytes:
    """Send ``piece`` repeatedly until the board closes the connection; return its answer."""
    connection.sendall(first)
    connection.settimeout(0.05)
    received = b""
    while True:
        with contextlib.suppress(TimeoutError):
            try:
                connection.sendall(piece)
                answer = connection.recv(65536)
            except ConnectionError:
                return received
            if not answer:
                return received
            received += answer


@pytest.mark.parametrize("first", [b"", b"POST /push HT", HEAD])
def test_a_request_that_does_not_come_is_let_go(
    serve: Serve, shorten: Shorten, first: bytes
) -> None:
    shorten(http_server, "REQUEST_S")

    connection = serve().http()
    connection.sendall(first)

    assert read_all(connection) == b""


def test_headers_that_drip_are_let_go(serve: Serve, shorten: Shorten) -> None:
    shorten(http_server, "REQUEST_S")

    assert drip(serve().http(), HEAD, b"X: 1\r\n") == b""


@pytest.mark.parametrize("head", [b"Content-Length: 10000", b"Transfer-Encoding: chunked"])
def test_a_body_that_drips_is_refused(serve: Serve, shorten: Shorten, head: bytes) -> None:
    shorten(http_server, "BODY_S")

    served = serve()
    piece = b"1\r\n[\r\n" if b"chunked" in head else b"["

    answer = drip(served.http(), HEAD + head + b"\r\n\r\n", piece)

    assert answer.startswith(b"HTTP/1.1 408 ")
    assert b"the body took more than 0.3 s" in answer
    assert served.counts["too_slow"] == 1


def test_a_connection_that_has_sent_a_request_may_wait_with_the_next(
    serve: Serve, shorten: Shorten
) -> None:
    shorten(http_server, "REQUEST_S", 1.0)

    connection = serve().http()
    request = HEAD + b"Content-Length: %d\r\n\r\n" % len(GOOD) + GOOD
    slept = threading.Event()
    with connection:
        for _ in range(2):
            connection.sendall(request)
            assert connection.recv(65536).startswith(b"HTTP/1.1 200 ")
            slept.wait(1.5)


@pytest.mark.parametrize("first", [b"", b'{"id"'])
def test_a_stranger_that_falls_silent_is_let_go_with_a_word(
    serve: Serve, shorten: Shorten, first: bytes
) -> None:
    shorten(tcp_server, "UNAUTHENTICATED_IDLE_S")
    shorten(tcp_server, "MESSAGE_S")

    served = serve(PASSWORD)
    connection = served.tcp()
    connection.sendall(first)

    assert b"timed out before a line was complete" in read_all(connection)
    assert served.counts["too_slow"] == 1


def test_who_is_known_may_be_silent_between_two_lines_but_not_within_one(
    serve: Serve, shorten: Shorten
) -> None:
    shorten(tcp_server, "MESSAGE_S")

    connection = serve().tcp()
    connection.sendall(GOOD + b"\n")
    threading.Event().wait(0.7)
    connection.sendall(GOOD + b"\n")
    threading.Event().wait(0.7)

    answer = drip(connection, b'{"id', b" ")

    assert b"timed out before a line was complete" in answer


def test_half_of_the_bytes_and_then_silence_is_let_go_with_a_word(
    serve: Serve, shorten: Shorten
) -> None:
    shorten(tcp_server, "MESSAGE_S")

    connection = serve().tcp()
    connection.sendall(b'{"id": "cam", "type": "image", "length": 1000}\nhalf')

    assert b"timed out before 1000 bytes were received" in read_all(connection)


def test_what_is_on_its_way_is_bounded_for_all_together_and_the_refusal_says_so(
    serve: Serve,
) -> None:
    served = serve()
    unfinished = HEAD + b"Content-Length: %d\r\n\r\n" % MAX_BYTES + b" " * (MAX_BYTES - 1000)
    with contextlib.ExitStack() as connections:
        for _ in range(MAX_CONCURRENT_LARGE):
            connections.enter_context(connection := served.http())
            connection.sendall(unfinished)
        until(
            lambda: served.receiver.limits._pending_bytes > (MAX_CONCURRENT_LARGE - 1) * MAX_BYTES,
            "they are there",
        )

        last = served.http()
        last.sendall(unfinished)
        answer = read_answer(last)
        assert answer.startswith(b"HTTP/1.1 503 ")
        assert b"other clients are sending" in answer
        assert b"Retry-After: " in answer
        with served.tcp() as connection:
            connection.sendall(GOOD + b"\n")
            connection.shutdown(socket.SHUT_WR)
            assert json.loads(read_all(connection)) == {"accepted": 1, "refused": 0}

    until(lambda: served.receiver.limits._pending_bytes == 0, "all is free again")
    assert served.counts["too_many_bytes"] == 1


def read_answer(connection: socket.socket) -> bytes:
    received = b""
    with connection:
        while not received.endswith(b"}"):
            received += connection.recv(65536)
    return received


def test_so_small_that_it_needs_no_share() -> None:
    limits = Limits(MAX_BYTES, 1)
    with limits.receiving() as keep:
        keep(SMALL_MESSAGE_BYTES)
        assert limits._pending_bytes == 0
