"""Malformed HTTP over real connections: requests inside requests, truncated headers, manipulated
paths, and login forms."""

import contextlib
import re
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from random import Random
from urllib.parse import quote

from tests.fuzz.harness import RunInput
from tests.fuzz.mutate import NUMBERS, TEXTS, damage_bytes
from tests.fuzz.system import SystemUnderTest
from tests.support.beamcast import Worker

PATHS = (
    *("/", "/view/camera", "/view/a,b", "/healthz", "/readyz", "/metrics", "/status", "/login"),
    *("/account", "/logout", "/api/me", "/api/streams", "/api/streams/camera", "/api/openapi.json"),
    *("/api/streams/camera/frame.jpg", "/api/streams/camera/stream.mjpg"),
    *("/api/streams/camera/snapshot.npy", "/socket.io/?EIO=4&transport=polling", "/socket.io/"),
    *("/static/css/base.css", "/static/", "/lib/uplot/uPlot.esm.js", "/nowhere", "*", "//x", ""),
)
TRICKS = (
    *("..", "/../", "/..%2f", "%2e%2e/", "..%5c", "//", "%00", "%0d%0aX-Injected: 1", "%", "%zz"),
    *(
        ";x",
        "\\",
        "?",
        "#",
        "&sid=",
        "&sid=x",
        "/etc/passwd",
        "%ff",
        "\xff",
        "%ed%a0%80",
        "a" * 9000,
    ),
    *("@evil.example/", "http://evil.example/", "%c0%af", "&image=%0a", "&rendition=half@x"),
)
METHODS = (
    *("GET", "GET", "GET", "GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "TRACE", "CONNECT"),
    *("PATCH", "get", "G\0T", "M"),
)
VERSIONS = (
    "HTTP/1.1",
    "HTTP/1.1",
    "HTTP/1.1",
    "HTTP/1.0",
    "HTTP/2.0",
    "HTTP/0.9",
    "HTTP/1.1 x",
    "",
)
HEADERS = (
    *("Host", "Cookie", "Authorization", "Origin", "Referer", "Content-Length", "Content-Type"),
    *("Transfer-Encoding", "Connection", "Upgrade", "Expect", "Range", "If-Modified-Since"),
    *("X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Forwarded-User", "Forwarded"),
    *("Accept-Encoding", "Sec-WebSocket-Version", "Sec-WebSocket-Key", "X-HTTP-Method-Override"),
)
VALUES = (
    *(
        "",
        "localhost",
        "127.0.0.1",
        "evil.example",
        "[::1",
        "localhost:99999",
        "a b",
        "\t",
        "close",
    ),
    *("keep-alive", "upgrade", "websocket", "chunked", "identity, chunked", "xchunked", "0", "-1"),
    *(
        "5",
        "1_0",
        "+3",
        "99999999999999999999",
        "0x5",
        "5, 5",
        "100-continue",
        "bytes=0-",
        "bytes=-1",
    ),
    *(
        "Bearer x",
        "Basic !!!",
        "Basic eDp5",
        "Digest a=b",
        "beamcast_session=x.y.z",
        "session=\xff",
    ),
    *("https", "javascript", "10.0.0.1, 10.0.0.2", "::ffff:10.0.0.1", 'for="x', "13", "null"),
    *("application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/json"),
    *("Sat, 99 Foo 9999 99:99:99 GMT", "x" * 9000, "\x00", "a\x0bb"),
)
BODIES = (
    *(
        b"",
        b"x",
        b"0\r\n\r\n",
        b"5\r\nhello\r\n0\r\n\r\n",
        b"zz\r\n",
        b"-5\r\n",
        b"ffffffffffffffff\r\n",
    ),
    *(
        b"GET /api/me HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"name=a&password=b",
        b"name=%00&csrf_token=x",
    ),
    *(
        b'--x\r\nContent-Disposition: form-data; name="name"\r\n\r\na\r\n--x--',
        b"\xff" * 100,
        b"a" * 70000,
    ),
)
ALLOWED_SERVER_ERRORS = {501, 505}
SECRETS = b"root:x:", b"import os", b"scrypt:"


def random_path(rng: Random) -> str:
    path = rng.choice(PATHS)
    for _ in range(rng.choice((0, 0, 0, 1, 1, 3))):
        at = rng.choice((len(path), rng.randrange(len(path) + 1)))
        path = path[:at] + rng.choice(TRICKS) + path[at:]
    if rng.random() < 0.15:
        text = rng.choice((*TEXTS, *map(str, NUMBERS)))
        path += rng.choice(("?image=", "?rendition=", "?next=", "?sid=", "/")) + quote(text)
    return path


def random_request(rng: Random, cookie: str) -> bytes:
    """Return a request, usually malformed."""
    lines = [f"{rng.choice(METHODS)} {random_path(rng)} {rng.choice(VERSIONS)}"]
    if rng.random() < 0.9:
        lines.append("Host: localhost")
    if cookie and rng.random() < 0.5:
        lines.append(f"Cookie: {cookie}")
    for _ in range(rng.choice((0, 0, 1, 2, 4))):
        name = rng.choice(HEADERS)
        separator = rng.choice((": ", ": ", ": ", ":", " : ", "\r\n ", "\n", ""))
        lines.append(f"{name}{separator}{rng.choice(VALUES)}")
    if rng.random() < 0.02:
        lines += [f"X-{number}: 1" for number in range(rng.choice((100, 5000)))]
    body = rng.choice(BODIES) if rng.random() < 0.3 else b""
    if body and rng.random() < 0.7:
        lines.append(f"Content-Length: {len(body) + rng.choice((0, 0, 0, -1, 1, 1000))}")
    end = rng.choice(("\r\n", "\r\n", "\r\n", "\r\n", "\n", "\r"))
    data = end.join([*lines, "", ""]).encode("latin-1", "replace") + body
    return damage_bytes(rng, data) if rng.random() < 0.2 else data


def random_login(rng: Random, system: SystemUnderTest) -> bytes:
    """Return a login request."""
    fields = {"csrf_token": "x", "next": "/"}
    if rng.random() < 0.7:
        system.anonymous_form = system.anonymous_form or system.anonymous.form()
        fields = dict(system.anonymous_form)
    fields |= {"name": rng.choice(TEXTS), "password": rng.choice(TEXTS)}
    if rng.random() < 0.5:
        fields["next"] = rng.choice(TRICKS) + rng.choice(TEXTS)
    body = "&".join(f"{name}={quote(text)}" for name, text in fields.items()).encode()
    lines = [
        "POST /login HTTP/1.1",
        "Host: localhost",
        f"Cookie: {system.anonymous.cookie['Cookie']}",
        f"X-Forwarded-For: 10.0.{rng.randrange(256)}.{rng.randrange(256)}",
        "Content-Type: application/x-www-form-urlencoded",
        f"Content-Length: {len(body)}",
        "Connection: close",
    ]
    return "\r\n".join([*lines, "", ""]).encode() + body


def send_and_receive(worker: Worker, data: bytes, wait_s: float) -> bytes:
    """Send data, and return what is received within ``wait_s``."""
    received = b""
    connection = socket.create_connection(("127.0.0.1", worker.port), timeout=10)
    with connection, contextlib.suppress(OSError):
        connection.sendall(data)
        connection.settimeout(wait_s)
        while len(received) < 200_000 and (piece := connection.recv(65536)):
            received += piece
    return received


@contextmanager
def http_requests() -> Iterator[RunInput]:
    """Check that requests get an expected answer, or are disconnected."""
    system = SystemUnderTest()

    def run_input(rng: Random) -> int:
        if rng.random() < 0.01:
            inputs, worker, data = 1, system.guarded, random_login(rng, system)
        else:
            worker = rng.choice(system.workers)
            cookie = system.alice.cookie["Cookie"] if worker is system.guarded else ""
            inputs = rng.choice((1, 1, 1, 2, 5))
            data = b"".join(random_request(rng, cookie) for _ in range(inputs))
        closes = b"onnection: close" in data
        reply = send_and_receive(worker, data, 5.0 if closes else 0.03)
        for code in map(int, re.findall(rb"(?:^|\n)HTTP/1\.[01] (\d{3}) ", reply)):
            assert code < 500 or code in ALLOWED_SERVER_ERRORS, (data[:2000], reply[:500])
        head = reply.split(b"\r\n\r\n")[0]
        assert b"\nX-Injected" not in head, data[:2000]
        assert not any(secret in reply for secret in SECRETS), data[:2000]
        locations = re.findall(rb"\nLocation: ([^\r]*)", head)
        assert all(to.startswith(b"/") and not to.startswith(b"//") for to in locations), (
            data,
            locations,
        )
        if rng.random() < 0.2:
            system.check(5 * inputs)
        return inputs

    try:
        yield run_input
    finally:
        system.end()
