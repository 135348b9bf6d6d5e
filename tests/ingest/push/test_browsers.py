"""A page of another site, in a browser on this machine, cannot write to a board, neither over TCP
nor over HTTP."""

import json
from typing import Any

import pytest
import requests

from tests.support.push_server import PushServer, Serve

MESSAGE = b'{"id": "a", "value": 1}'


@pytest.fixture
def served(serve: Serve) -> PushServer:
    return serve(origins=("https://elog.example",))


# ---- the TCP port ----


def fetched(method: str, kind: str, body: bytes) -> bytes:
    """Return what a browser sends for a simple request, which needs no CORS preflight."""
    head = [
        f"{method} / HTTP/1.1",
        "Host: 127.0.0.1:8801",
        f"Content-Length: {len(body)}",
        f"Content-Type: {kind}",
        "Origin: http://evil.example",
        "Sec-Fetch-Mode: no-cors",
        "",
        "",
    ]
    return "\r\n".join(head).encode() + body


FORM = b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n' + MESSAGE + b"\n\r\n--x--\r\n"
NOT_JSON = {
    "fetch": fetched("POST", "text/plain;charset=UTF-8", MESSAGE + b"\n" + MESSAGE + b"\n"),
    "a form": fetched("POST", "multipart/form-data; boundary=x", FORM),
    "many lines": fetched("POST", "text/plain", (MESSAGE + b"\n") * 10_000),
    "a header is JSON": b"GET / HTTP/1.1\r\n" + MESSAGE + b"\r\n\r\n",
    "TLS": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\n" + MESSAGE + b"\n",
    "STUN, as WebRTC sends": b"\x00\x01\x00\x08\x21\x12\xa4\x42\n" + MESSAGE + b"\n",
    "FTP": b"USER " + MESSAGE + b"\r\n" + MESSAGE + b"\r\n",
    "cut off": MESSAGE[:-1] + b"\n" + MESSAGE + b"\n",
    "a length that is cut off": b'{"id": "i", "length": 24\n' + MESSAGE + b"\n",
}


def answers_to(served: PushServer, text: bytes) -> list[Any]:
    """Return the lines of answer until the board closes; our half stays open."""
    with served.tcp() as connection:
        connection.sendall(text)
        answer = connection.makefile("rb").read()
    return [json.loads(each) for each in answer.splitlines()]


@pytest.mark.parametrize("case", NOT_JSON)
def test_the_first_line_that_is_no_json_ends_the_connection(served: PushServer, case: str) -> None:
    (answer,) = answers_to(served, NOT_JSON[case])

    assert answer["error"].startswith("invalid JSON at line 1, column ")
    assert "one JSON message per line" in answer["hint"]
    assert (answer["accepted"], answer["refused"]) == (0, 1)
    assert served.board.cards == {}
    assert served.counts["refused"] == 1


def test_what_came_before_it_is_taken_and_counted_and_nothing_after_it(served: PushServer) -> None:
    lines = MESSAGE, b"", b'{"id": "b"}', b"[1]", MESSAGE, b"value=3", MESSAGE
    answers = answers_to(served, b"\n".join(lines))

    assert [answer.get("error", "").split(":")[0] for answer in answers] == [
        "message 0",
        "message 0",
        "invalid JSON at line 6, column 1",
    ]
    assert (answers[-1]["accepted"], answers[-1]["refused"]) == (2, 3)
    assert served.board.cards["a"].count == 2


def test_it_ends_for_a_sender_that_is_too_fast_as_well(served: PushServer) -> None:
    """Other programs on this machine may have used up the rate limit of its address."""
    while served.receiver.limits.may_send("127.0.0.1"):
        pass

    assert "invalid JSON at line 1" in answers_to(served, NOT_JSON["fetch"])[-1]["error"]
    assert served.board.cards == {}


# ---- the HTTP port ----

SITES: dict[str, dict[str, str]] = {
    "its origin": {"Origin": "http://evil.example"},
    "a page that hides its origin": {"Origin": "null"},
    "another port of this machine": {"Origin": "http://127.0.0.1:5000"},
    "its fetch, without an origin": {"Sec-Fetch-Site": "cross-site"},
    "another name of its domain": {"Sec-Fetch-Site": "same-site"},
    "a name that points here": {"Host": "evil.example:8800", "Sec-Fetch-Site": "same-origin"},
    "an origin that points here": {"Host": "evil.example", "Origin": "http://evil.example"},
    "a name like ours": {"Host": "localhost.evil.example"},
    "a name that is no name": {"Host": "evil.example@127.0.0.1"},
    "a name after a name": {"Host": "127.0.0.1, evil.example"},
}
CONTENT_TYPES = (
    "text/plain;charset=UTF-8",
    "application/x-www-form-urlencoded",
    "application/json",
)


@pytest.mark.parametrize("kind", CONTENT_TYPES)
@pytest.mark.parametrize("site", SITES)
def test_a_page_of_another_site_does_not_push(served: PushServer, site: str, kind: str) -> None:
    headers = {"Content-Type": kind, **SITES[site]}
    answer = requests.post(f"{served.url}/push", MESSAGE, headers=headers, timeout=10)

    assert answer.status_code in (403, 421)
    assert answer.json()["hint"]
    assert "Access-Control-Allow-Origin" not in answer.headers
    assert served.board.cards == {}
    assert served.counts["strangers"] == 1


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "OPTIONS", "DELETE"])
def test_no_other_method_pushes_or_lets_a_page_push(served: PushServer, method: str) -> None:
    headers = {"Origin": "http://evil.example", "Access-Control-Request-Method": "POST"}
    answer = requests.request(method, f"{served.url}/push", headers=headers, timeout=10)

    assert answer.status_code == 403
    assert not [name for name in answer.headers if name.startswith("Access-Control")]


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Host": "localhost:8800"},
        {"Host": "[::1]:8800"},
        {"Host": "127.0.0.2"},
        {"Host": "192.0.2.1:80"},
        {"Sec-Fetch-Site": "none"},
        {"Origin": "https://elog.example", "Sec-Fetch-Site": "cross-site"},
    ],
)
def test_programs_and_the_pages_that_are_named_push(
    served: PushServer, headers: dict[str, str]
) -> None:
    answer = requests.post(f"{served.url}/push", MESSAGE, headers=headers, timeout=10)

    assert answer.json() == {"accepted": 1}


def test_a_request_without_a_host_is_a_program_s(served: PushServer) -> None:
    with served.http() as connection:
        head = b"POST /push HTTP/1.0\r\nContent-Length: %d\r\n\r\n" % len(MESSAGE)
        connection.sendall(head + MESSAGE)
        assert connection.makefile("rb").read().endswith(b'{"accepted": 1}')


def test_a_board_with_a_password_has_any_name(serve: Serve) -> None:
    served = serve("password-1")
    headers = {"Host": "beamcast.example", "Authorization": "Bearer password-1"}

    answer = requests.post(f"{served.url}/push", MESSAGE, headers=headers, timeout=10)

    assert answer.json() == {"accepted": 1}
