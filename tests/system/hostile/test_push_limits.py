"""Floods of connections and messages, and invalid messages: all are rejected with a reason, and
other clients are not affected."""

import base64
import contextlib
import json
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from ingest.push import image_streams, tcp_server
from ingest.push.limits import FLOOD_CONNECTIONS, MAX_CONNECTIONS, MAX_CONNECTIONS_PER_ADDRESS
from tests.fuzz.pushed import bomb
from tests.support.beamcast import Beamcast
from tests.support.push import Push
from tests.support.push_requests import (
    BEARER,
    PASSWORD,
    bounded_memory,
    open_connections,
    read_answer,
    send_request,
)
from tests.support.waiting import until

# ---- connections ----


def test_one_address_cannot_use_all_connections(push: Push) -> None:
    over_http = open_connections(push.port, MAX_CONNECTIONS_PER_ADDRESS - 5, "127.0.0.2")
    over_tcp = open_connections(push.tcp_port, 5, "127.0.0.2")
    with contextlib.ExitStack() as connections:
        for connection in over_http + over_tcp:
            connections.enter_context(connection)
        (more,) = open_connections(push.tcp_port, 1, "127.0.0.2")
        with more:
            reply = json.loads(more.makefile("rb").readline())
        body = b'{"id": "a", "value": 1}'
        length = f"Content-Length: {len(body)}"
        with send_request(push, length, body=body, source="127.0.0.2") as connection:
            status, http_reply = read_answer(connection)

        are_open = f"{MAX_CONNECTIONS_PER_ADDRESS} are open"
        assert reply["error"] == f"too many connections from 127.0.0.2: {are_open}"
        assert (status, http_reply["error"]) == (503, reply["error"])
        assert http_reply["hint"]
        assert push.post({"id": "a", "value": 1}).status_code == 200
        assert push.send(b'{"id": "a", "value": 1}\n') == [{"accepted": 1, "refused": 0}]

    def again() -> bool:
        with send_request(push, length, body=body, source="127.0.0.2") as connection:
            return read_answer(connection)[0] == 200

    until(again, "another viewer is admitted")


def test_connections_beyond_the_limit_are_rejected_until_others_close(
    beamcast: Beamcast, push: Push
) -> None:
    connections = [
        connection
        for number in range(3)
        for connection in open_connections(
            push.tcp_port, MAX_CONNECTIONS_PER_ADDRESS, f"127.0.0.{number + 2}"
        )
    ]
    assert MAX_CONNECTIONS < len(connections) < FLOOD_CONNECTIONS

    reply = push.post({"id": "a", "value": 1})
    assert reply.status_code == 503
    assert "too many connections" in reply.json()["error"]
    assert int(reply.headers["Retry-After"]) > 0
    for connection in connections:
        connection.close()

    until(lambda: push.post({"id": "a", "value": 1}).ok, "another viewer is admitted")
    until(lambda: int(beamcast.status("board")["too_many_connections"]) > 0, "they are counted")


def test_an_unauthenticated_client_is_disconnected_in_time(beamcast: Beamcast) -> None:
    guarded = Push(beamcast.redis, "--push-passwords", PASSWORD)
    beamcast.add(guarded.process)
    for status, method, path in ((401, "POST", "/push"), (404, "GET", "/"), (405, "GET", "/push")):
        reply = requests.request(method, guarded.url[:-5] + path, json={}, timeout=20)
        assert (reply.status_code, reply.headers["Connection"]) == (status, "close")
    kept = guarded.post({"id": "a", "value": 1}, headers=BEARER)
    assert kept.headers.get("Connection") != "close"


# ---- floods of messages ----


@pytest.fixture
def slow(beamcast: Beamcast) -> Push:
    """A board that takes 5 messages per second from an address, after a burst of 20."""
    made = Push(beamcast.redis, "--push-max-per-s", "5")
    beamcast.add(made.process)
    return made


def test_too_many_messages_are_rejected_with_the_number_accepted(
    beamcast: Beamcast, slow: Push
) -> None:
    reply = slow.post(*[{"id": "a", "value": n} for n in range(1000)])

    assert reply.status_code == 429
    assert int(reply.headers["Retry-After"]) > 0
    counts = reply.json()
    assert 20 <= counts["accepted"] < 100
    assert counts["accepted"] + counts["refused"] == 1000
    assert "more than 5 messages per second from 127.0.0.1" in counts["error"]
    assert "BEAMCAST_PUSH_MAX_PER_S" in counts["hint"]
    until(
        lambda: beamcast.status("board").get("too_fast") == str(counts["refused"]), "it is counted"
    )
    until(lambda: slow.post({"id": "a", "value": 1}).ok, "it may send again")


def test_a_tcp_client_that_sends_too_fast_is_informed_periodically(slow: Push) -> None:
    began = time.monotonic()
    *errors, last = slow.send(b'{"id": "a", "value": 1}\n' * 20_000)
    took_s = time.monotonic() - began

    assert last["accepted"] >= 20
    assert last["accepted"] + last["refused"] == 20_000
    assert 1 <= len(errors) <= 1 + took_s / tcp_server.RATE_ERROR_PERIOD_S
    assert "more than 5 messages per second" in errors[0]["error"]


def test_a_client_that_floods_does_not_block_others(push: Push) -> None:
    stop = threading.Event()
    many = b"\n" * 2_000_000 + b'{"id": "a", "value": 1}\n' * 100_000 + b"{\n" * 100_000

    def flood() -> None:
        while not stop.is_set():
            requests.post(
                push.url, many, headers={"Content-Type": "application/x-ndjson"}, timeout=60
            )

    with ThreadPoolExecutor(2) as floods:
        for _ in range(2):
            floods.submit(flood)
        try:
            for _ in range(10):
                assert push.post({"id": "b", "value": 1}).status_code in (200, 429)
        finally:
            stop.set()
    until(lambda: push.post({"id": "b", "value": 1}).ok, "all is as before")


def test_large_lists_of_tiny_messages_are_processed_one_at_a_time(push: Push) -> None:
    text = b"[" + b"{}," * 2_000_000 + b"{}]"  # 160 MB, read
    push.post({"id": "a", "value": 1}).raise_for_status()
    before = push.peak_kb()

    def post(_: int) -> int:
        return requests.post(push.url, text, timeout=60).status_code

    with ThreadPoolExecutor(4) as several:
        assert set(several.map(post, range(4))) == {429}

    assert push.peak_kb() - before < 400_000


# ---- forms and frames that are none ----


def test_a_body_of_no_kind_is_json(push: Push) -> None:
    body = b'{"id": "a", "value": 1}'

    with send_request(push, f"Content-Length: {len(body)}", body=body) as connection:
        assert read_answer(connection) == (200, {"accepted": 1})


def test_a_message_too_deep_that_announces_bytes_is_refused(push: Push) -> None:
    deep = b'{"id": "a", "type": "image", "value": ' + b"[" * 1000 + b"]" * 1000

    (refused, end) = push.send(deep + b', "length": 1}\nx')

    assert refused["error"].startswith("message 0: ")
    assert end == {"accepted": 0, "refused": 1}


@pytest.mark.parametrize(
    ("kind", "body", "text"),
    [
        ("multipart/form-data", b"x", "invalid form (Missing boundary)"),
        ("multipart/form-data; boundary=x", b"x", "invalid form ("),
        ("multipart/form-data; boundary=x", b"--x\r\n\r\n", "invalid form ("),
        ("multipart/form-data; boundary=x", b"--x--", "invalid JSON at line 1, column 1"),
        (
            "multipart/form-data; boundary=x",
            b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n' * 50 + b"--x--",
            "too many parts",
        ),
        (
            "application/octet-stream",
            b'{"id": "a", "type": "image"}',
            "0 bytes are not an image file",
        ),
        (
            "multipart/form-data; boundary=x",
            b'--x\r\nContent-Disposition: form-data; name="data"\r\n\r\n1\r\n--x--',
            "data has no filename",
        ),
        (
            "application/octet-stream",
            b'[{"id": "a", "value": 1}, {"id": "a", "value": 2}]\n',
            "not to 2",
        ),
        ("application/octet-stream", b"[]\n1234", "not to 0"),
        ("application/octet-stream", b"\n", "invalid JSON at line 1, column 1"),
        ("application/octet-stream", b"", "invalid JSON at line 1, column 1"),
    ],
)
def test_a_body_that_does_not_match_its_content_type_is_rejected_with_the_reason(
    push: Push, kind: str, body: bytes, text: str
) -> None:
    reply = requests.post(push.url, body, headers={"Content-Type": kind}, timeout=20)

    assert reply.status_code == 400
    assert text in reply.json()["error"]
    assert reply.json()["hint"]


def test_forty_thousand_form_parts_open_no_files(push: Push) -> None:
    part = b'--x\r\nContent-Disposition: form-data; name="a"; filename="b"\r\n\r\n1\r\n'

    with bounded_memory(push):
        reply = requests.post(
            push.url,
            part * 40_000 + b"--x--",
            headers={"Content-Type": "multipart/form-data; boundary=x"},
            timeout=20,
        )
        assert reply.status_code == 400


@pytest.mark.parametrize(
    "text",
    [
        b"\x16\x03\x01 this is TLS",
        b"GET / HTTP/1.1\r\nHost: a\r\n" + b"X: 1\r\n" * 500 + b"\r\n",
        b"POST /push HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"POST /push HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nhalf",
        b"POST /push HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n",
        b"\0" * 100_000,
    ],
)
def test_invalid_http_leaves_no_traceback_in_the_log(push: Push, text: bytes) -> None:
    with socket.create_connection(("127.0.0.1", push.port), 20) as connection:
        connection.sendall(text)
        connection.shutdown(socket.SHUT_WR)
        with contextlib.suppress(OSError):
            while connection.recv(65536):
                pass

    assert push.post({"id": "a", "value": 1}).ok
    assert "Traceback" not in push.process.output


def test_images_are_limited_by_their_decoded_size(push: Push) -> None:
    large = {"type": "image", "value": base64.b64encode(bomb(8000, 8000)).decode()}

    assert push.post({"id": "first", **large}).ok
    reply = push.post({"id": "second", **large})
    assert reply.status_code == 400
    assert f"at most {image_streams.MAX_IMAGES_BYTES}" in reply.json()["hint"]
    assert push.post({"id": "first", **large}).ok
    assert push.post({"id": "first", "type": "image", "value": [[1]]}).ok
    assert push.post({"id": "second", **large}).ok


def test_a_process_that_ends_under_open_connections_leaves_no_traceback(push: Push) -> None:
    with contextlib.ExitStack() as connections:
        for port in (push.port, push.tcp_port):
            for connection in open_connections(port, 3, "127.0.0.1"):
                connections.enter_context(connection)
                connection.sendall(b"half")
        push.post({"id": "a", "value": 1}).raise_for_status()

        assert push.process.stop() == 0

    assert "Traceback" not in push.process.output
