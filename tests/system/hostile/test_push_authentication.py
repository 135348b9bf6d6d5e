"""Clients without a password and requests of gigabytes: both are rejected early, with a reason, and
other clients are not affected."""

import contextlib
import json
import socket
import struct
import time

import pytest
import requests

from ingest.push.limits import SMALL_MESSAGE_BYTES
from tests.support.beamcast import Beamcast
from tests.support.push import Push
from tests.support.push_requests import (
    BEARER,
    MAX_GROWTH_KB,
    PASSWORD,
    bounded_memory,
    read_answer,
    send_repeatedly,
    send_request,
)
from tests.support.waiting import until

GIGABYTE = 10**9


@pytest.fixture
def guarded(beamcast: Beamcast) -> Push:
    made = Push(beamcast.redis, "--push-passwords", PASSWORD)
    beamcast.add(made.process)
    return made


@pytest.fixture(params=["guarded", "open"])
def either(request: pytest.FixtureRequest, beamcast: Beamcast) -> Push:
    """A board that needs a password, and one that does not."""
    options = ("--push-passwords", PASSWORD) if request.param == "guarded" else ()
    made = Push(beamcast.redis, *options)
    beamcast.add(made.process)
    return made


# ---- passwords before bytes ----


def test_without_a_login_only_small_messages_with_the_password_are_accepted(
    guarded: Push,
) -> None:
    small = {"id": "a", "type": "text", "value": "x" * 10_000, "api_crypt": PASSWORD}
    large = [small] * 7

    assert guarded.post(small).status_code == 200
    reply = guarded.post(*large)
    assert reply.status_code == 401
    assert str(SMALL_MESSAGE_BYTES) in reply.json()["hint"]
    assert "Bearer" in reply.json()["hint"]
    assert guarded.post(*large, headers=BEARER).status_code == 200
    assert guarded.post(*large, headers={"Authorization": "Bearer no"}).status_code == 401


def test_the_body_of_an_unauthenticated_request_is_not_read(guarded: Push) -> None:
    with bounded_memory(guarded):
        for kind in ("application/json", "application/octet-stream", "multipart/form-data"):
            headers = f"Content-Type: {kind}", f"Content-Length: {GIGABYTE}"
            with send_request(guarded, *headers) as connection:
                assert read_answer(connection)[0] == 401


def test_bytes_announced_over_tcp_are_read_only_after_the_password(guarded: Push) -> None:
    picture = {"id": "cam", "type": "image", "length": 5_000_000}

    with socket.create_connection(("127.0.0.1", guarded.tcp_port), 20) as connection:
        connection.sendall(json.dumps(picture).encode() + b"\n")
        reply = json.loads(connection.makefile("rb").readline())

    assert reply["error"] == "authentication required"
    assert "api_crypt" in reply["hint"]


@pytest.mark.parametrize("text", [b"\n", b"[]\n", b"no JSON\n", b"1\n"])
def test_a_line_without_a_message_holds_no_connection(guarded: Push, text: bytes) -> None:
    with socket.create_connection(("127.0.0.1", guarded.tcp_port), 20) as connection:
        connection.sendall(text)
        answer_lines = connection.makefile("rb").read()

    assert b"authentication required" in answer_lines.splitlines()[-1]


def test_an_invalid_message_with_the_password_authenticates(guarded: Push) -> None:
    wrong, right = {"id": "a", "valu": 1}, {"id": "a", "value": 1}

    replies = guarded.send(
        b"".join(json.dumps(m | {"api_crypt": PASSWORD}).encode() + b"\n" for m in (wrong, right))
    )

    assert [one["accepted"] for one in replies] == [0, 1]


def test_a_long_line_is_accepted_only_after_the_password(guarded: Push) -> None:
    text = {"id": "a", "type": "text", "value": "x" * 10_000, "api_crypt": PASSWORD}
    short, long = json.dumps(text).encode(), json.dumps([text] * 10).encode()

    (refused,) = guarded.send(long + b"\n")
    assert "too long" in refused["error"]
    assert "password" in refused["hint"]
    assert guarded.send(short + b"\n" + long + b"\n") == [{"accepted": 11, "refused": 0}]


# ---- a gigabyte ----


def test_an_announced_gigabyte_is_rejected_immediately(either: Push) -> None:
    with bounded_memory(either):
        with send_request(
            either, f"Content-Length: {GIGABYTE}", f"Authorization: Bearer {PASSWORD}"
        ) as connection:
            status, reply = read_answer(connection)
            assert status == 413
            assert "BEAMCAST_PUSH_MAX_BYTES" in reply["hint"]
        message = {"id": "a", "type": "image", "api_crypt": PASSWORD, "length": GIGABYTE}
        (refused,) = either.send(json.dumps(message).encode() + b"\n")
        assert refused["error"] == f"length is {GIGABYTE}"


@pytest.mark.parametrize("kind", ["application/json", "multipart/form-data; boundary=x"])
def test_a_body_in_chunks_without_an_end_is_refused(either: Push, kind: str) -> None:
    head = f"Authorization: Bearer {PASSWORD}", f"Content-Type: {kind}"
    before = either.peak_kb()

    with send_request(either, *head, "Transfer-Encoding: chunked") as connection:
        send_repeatedly(connection, b"10000\r\n" + b"[" * 0x10000 + b"\r\n", GIGABYTE)
        with contextlib.suppress(OSError):
            assert read_answer(connection)[0] == 413

    assert either.peak_kb() - before < 3 * 16 * 1024 + MAX_GROWTH_KB
    assert either.post({"id": "a", "value": 1}, headers=BEARER).status_code == 200


def test_a_line_without_an_end_is_refused(either: Push) -> None:
    before = either.peak_kb()

    with socket.create_connection(("127.0.0.1", either.tcp_port), 20) as connection:
        send_repeatedly(connection, b"x" * 65536, GIGABYTE)
        with contextlib.suppress(OSError):
            assert "too long" in json.loads(connection.makefile("rb").readline())["error"]

    assert either.peak_kb() - before < 3 * 16 * 1024 + MAX_GROWTH_KB
    assert either.post({"id": "a", "value": 1}, headers=BEARER).status_code == 200


def test_a_body_that_is_packed_is_refused(push: Push) -> None:
    reply = requests.post(push.url, b"x", headers={"Content-Encoding": "gzip"}, timeout=20)

    assert reply.status_code == 415
    assert "gzip" in reply.json()["error"]


# ---- guessing ----


def test_a_wrong_password_delays_and_disconnects_the_client(
    beamcast: Beamcast, guarded: Push
) -> None:
    def try_one(number: int) -> float:
        began = time.monotonic()
        if number % 2:
            guess = {"id": "a", "value": 1, "api_crypt": f"guess {number}"}
            reply = guarded.post(guess)
        else:
            reply = guarded.post({}, headers={"Authorization": f"Bearer guess{number}"})
        assert (reply.status_code, reply.headers["Connection"]) == (401, "close")
        return time.monotonic() - began

    waits = [try_one(number) for number in range(5)]

    assert sum(waits) > 0.1 + 0.2 + 0.4 + 0.8 + 1.6
    assert guarded.post({"id": "a", "value": 1}, headers=BEARER).ok
    assert guarded.post({"id": "a", "value": 1}).status_code == 401
    until(lambda: int(beamcast.status("board")["strangers"]) >= 6, "they are counted")
    assert "wrong password from 127.0.0.1" in guarded.process.output


def test_a_client_that_disconnects_before_its_rejection_leaves_no_traceback(
    beamcast: Beamcast, guarded: Push
) -> None:
    with socket.create_connection(("127.0.0.1", guarded.tcp_port), 20) as connection:
        connection.sendall(b'{"id": "a", "value": 1, "api_crypt": "no"}\n')
        until(lambda: "wrong password from 127.0.0.1" in guarded.process.output, "it was heard")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    until(lambda: beamcast.status("board").get("strangers") == "1", "it is counted")
    assert "Traceback" not in guarded.process.output


def test_a_wrong_bearer_token_is_rejected_whatever_the_body(guarded: Push) -> None:
    for body in (b"", b"{", b"[]", json.dumps({"api_crypt": PASSWORD}).encode()):
        wrong = {"Authorization": "Bearer no"}
        assert requests.post(guarded.url, body, headers=wrong, timeout=20).status_code == 401


def test_a_password_in_one_message_does_not_authenticate_later_ones(guarded: Push) -> None:
    good = {"id": "a", "value": 1, "api_crypt": PASSWORD}

    assert guarded.post(good, {"id": "b", "value": 1}).status_code == 401
    (reply,) = guarded.send(json.dumps(good).encode() + b'\n{"id": "b", "value": 1}\n')
    assert reply["error"] == "authentication required"
