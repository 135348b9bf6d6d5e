"""HTTP as no browser speaks it, over real connections: requests in requests, headers that end too
early, paths with tricks, and forms to log in."""

import contextlib
import re
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from random import Random
from urllib.parse import quote

from tests.fuzz.harness import One
from tests.fuzz.mutate import NUMBERS, TEXTS, damaged
from tests.fuzz.scene import Scene
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
ALLOWED = {501, 505}
"""of 500 and more"""
SECRETS = b"root:x:", b"import os", b"scrypt:"


def path(chance: Random) -> str:
    made = chance.choice(PATHS)
    for _ in range(chance.choice((0, 0, 0, 1, 1, 3))):
        at = chance.choice((len(made), chance.randrange(len(made) + 1)))
        made = made[:at] + chance.choice(TRICKS) + made[at:]
    if chance.random() < 0.15:
        text = chance.choice((*TEXTS, *map(str, NUMBERS)))
        made += chance.choice(("?image=", "?rendition=", "?next=", "?sid=", "/")) + quote(text)
    return made


def request(chance: Random, cookie: str) -> bytes:
    """Nearly one."""
    lines = [f"{chance.choice(METHODS)} {path(chance)} {chance.choice(VERSIONS)}"]
    if chance.random() < 0.9:
        lines.append("Host: localhost")
    if cookie and chance.random() < 0.5:
        lines.append(f"Cookie: {cookie}")
    for _ in range(chance.choice((0, 0, 1, 2, 4))):
        name = chance.choice(HEADERS)
        parting = chance.choice((": ", ": ", ": ", ":", " : ", "\r\n ", "\n", ""))
        lines.append(f"{name}{parting}{chance.choice(VALUES)}")
    if chance.random() < 0.02:
        lines += [f"X-{number}: 1" for number in range(chance.choice((100, 5000)))]
    body = chance.choice(BODIES) if chance.random() < 0.3 else b""
    if body and chance.random() < 0.7:
        lines.append(f"Content-Length: {len(body) + chance.choice((0, 0, 0, -1, 1, 1000))}")
    end = chance.choice(("\r\n", "\r\n", "\r\n", "\r\n", "\n", "\r"))
    data = end.join([*lines, "", ""]).encode("latin-1", "replace") + body
    return damaged(chance, data) if chance.random() < 0.2 else data


def form(chance: Random, scene: Scene) -> bytes:
    """An attempt to log in."""
    fields = {"csrf_token": "x", "next": "/"}
    if chance.random() < 0.7:
        scene.stranger_form = scene.stranger_form or scene.stranger.form()
        fields = dict(scene.stranger_form)
    fields |= {"name": chance.choice(TEXTS), "password": chance.choice(TEXTS)}
    if chance.random() < 0.5:
        fields["next"] = chance.choice(TRICKS) + chance.choice(TEXTS)
    body = "&".join(f"{name}={quote(text)}" for name, text in fields.items()).encode()
    lines = [
        "POST /login HTTP/1.1",
        "Host: localhost",
        f"Cookie: {scene.stranger.cookie['Cookie']}",
        f"X-Forwarded-For: 10.0.{chance.randrange(256)}.{chance.randrange(256)}",
        "Content-Type: application/x-www-form-urlencoded",
        f"Content-Length: {len(body)}",
        "Connection: close",
    ]
    return "\r\n".join([*lines, "", ""]).encode() + body


def answers(worker: Worker, data: bytes, wait_s: float) -> bytes:
    """All that comes, for a moment."""
    data_received = b""
    line = socket.create_connection(("127.0.0.1", worker.port), timeout=10)
    with line, contextlib.suppress(OSError):
        line.sendall(data)
        line.settimeout(wait_s)
        while len(data_received) < 200_000 and (piece := line.recv(65536)):
            data_received += piece
    return data_received


@contextmanager
def requests_of_all_kinds() -> Iterator[One]:
    """Each is answered with what it deserves, or cut off."""
    scene = Scene()

    def one(chance: Random) -> int:
        if chance.random() < 0.01:
            inputs, worker, data = 1, scene.guarded, form(chance, scene)
        else:
            worker = chance.choice(scene.workers)
            cookie = scene.alice.cookie["Cookie"] if worker is scene.guarded else ""
            inputs = chance.choice((1, 1, 1, 2, 5))
            data = b"".join(request(chance, cookie) for _ in range(inputs))
        closes = b"onnection: close" in data
        reply = answers(worker, data, 5.0 if closes else 0.03)
        for code in map(int, re.findall(rb"(?:^|\n)HTTP/1\.[01] (\d{3}) ", reply)):
            assert code < 500 or code in ALLOWED, (data[:2000], reply[:500])
        head = reply.split(b"\r\n\r\n")[0]
        assert b"\nX-Injected" not in head, data[:2000]
        assert not any(secret in reply for secret in SECRETS), data[:2000]
        where = re.findall(rb"\nLocation: ([^\r]*)", head)
        assert all(to.startswith(b"/") and not to.startswith(b"//") for to in where), (data, where)
        if chance.random() < 0.2:
            scene.check(5 * inputs)
        return inputs

    try:
        yield one
    finally:
        scene.end()
