"""Socket.IO over real connections: WebSocket frames, engine.io's packets and Socket.IO's events,
each right but for something, and polling."""

import base64
import contextlib
import os
import re
import socket
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from random import Random
from typing import Any

import requests

from tests.fuzz.harness import One
from tests.fuzz.mutate import NUMBERS, TEXTS, damaged, json_bytes, value
from tests.fuzz.scene import Scene
from tests.support.beamcast import Worker

EVENTS = ("watch", "unwatch", "drawn", "connect", "disconnect", "frame", "message", "", "__init__")
FIELDS = ("stream", "rendition", "image", "epoch", "seq", "ago", "x")
MOST = 25
"""inputs over one connection"""
POLL = "/socket.io/?EIO=4&transport=polling"


def payload(chance: Random) -> list[Any]:
    """What goes with an event."""
    if chance.random() < 0.2:
        return [value(chance) for _ in range(chance.randrange(4))]
    given: dict[str, Any] = {"stream": chance.choice(("camera", "camera", chance.choice(TEXTS)))}
    for _ in range(chance.randrange(3)):
        given[chance.choice(FIELDS)] = value(chance)
    if chance.random() < 0.3:
        given |= {"epoch": chance.choice(NUMBERS), "seq": chance.choice(NUMBERS)}
    return [given]


def packet(chance: Random) -> bytes:
    """One of engine.io's, with one of Socket.IO's in it, or garbage."""
    kind = chance.random()
    if kind < 0.6:
        event = chance.choice(EVENTS[:3]) if chance.random() < 0.8 else chance.choice(EVENTS)
        text = json_bytes(chance, [event, *payload(chance)])
        namespace = chance.choice((b"", b"", b"", b"/,", b"/admin,", b"/" + b"n" * 200 + b","))
        number = chance.choice((b"", b"", b"1", b"0", b"9" * 30, b"-1", b"9" * 5000, b"\xd9\xa3"))
        start = chance.choice((b"42", b"42", b"42", b"43", b"451-", b"452-", b"4599999-", b"46"))
        return start + namespace + number + text
    if kind < 0.8:
        beginning = chance.choice(
            (
                b"0",
                b"1",
                b"2",
                b"2probe",
                b"3",
                b"4",
                b"5",
                b"6",
                b"7",
                b"40",
                b"41",
                b"44",
                b"45-",
                b"49",
                b"9",
                b"b4",
                b"\xc2\xb2",
                b"",
            )
        )
        return beginning + chance.choice((b"", b"", json_bytes(chance, value(chance))))
    if kind < 0.9:
        return b"4" + json_bytes(chance, value(chance))
    return chance.randbytes(chance.randrange(100))


def frame(chance: Random, data: bytes) -> bytes:
    """A WebSocket frame; RFC 6455, 5.2. One in five is none."""
    kind, final, masked = 1, 0x80, 0x80
    length = len(data)
    if chance.random() < 0.2:
        kind = chance.choice((0, 1, 2, 2, 3, 7, 8, 9, 10, 11, 15))
        final = chance.choice((0, 0x80, 0x80, 0xC0, 0x90))
        masked = chance.choice((0x80, 0x80, 0))
        length = chance.choice((length, length, length, 0, length + 5, 2**31, 2**63, 2**64 - 1))
    size = (
        bytes([masked | length])
        if length < 126
        else bytes([masked | 126]) + struct.pack(">H", length & 0xFFFF)
    )
    if length > 0xFFFF or chance.random() < 0.02:
        size = bytes([masked | 127]) + struct.pack(">Q", length)
    mask = chance.randbytes(4)
    clear = bytes(byte ^ mask[place % 4] for place, byte in enumerate(data))
    return bytes([final | kind]) + size + ((mask + clear) if masked else data)


def handshake(worker: Worker, cookie: str, chance: Random, sid: str = "") -> socket.socket:
    """A WebSocket, opened; with something odd in its request now and then."""
    key = base64.b64encode(os.urandom(16)).decode()
    lines = [
        f"GET /socket.io/?EIO=4&transport=websocket{sid and '&sid=' + sid} HTTP/1.1",
        f"Host: 127.0.0.1:{worker.port}",
        "Upgrade: websocket",
        "Connection: Upgrade",
        "Sec-WebSocket-Version: 13",
        f"Sec-WebSocket-Key: {key}",
        *([f"Cookie: {cookie}"] if cookie else []),
    ]
    if chance.random() < 0.05:
        at = chance.randrange(len(lines))
        lines[at] = damaged(chance, lines[at].encode()).decode("latin-1")
    if chance.random() < 0.1:
        lines.append("Sec-WebSocket-Extensions: permessage-deflate; " + chance.choice(TEXTS[:9]))
    line = socket.create_connection(("127.0.0.1", worker.port), timeout=10)
    line.sendall("\r\n".join([*lines, "", ""]).encode("utf-8", "replace"))
    return line


def read_answer(line: socket.socket) -> bytes:
    """What has come, waited for a moment."""
    with contextlib.suppress(OSError):
        line.settimeout(5)
        return line.recv(65536)
    return b""


def over_websocket(chance: Random, worker: Worker, cookie: str, sid: str = "") -> int:
    """So many inputs over one connection, which ends in some way."""
    sent = 0
    with contextlib.suppress(ConnectionError), handshake(worker, cookie, chance, sid) as line:
        answer = read_answer(line)
        assert not answer.startswith(b"HTTP/1.1 5"), answer[:300]
        if chance.random() < 0.9:
            line.sendall(frame(Random(1), b"2probe" if sid else b"40"))
            read_answer(line)
            if sid:
                line.sendall(frame(Random(1), b"5"))
        for _ in range(chance.randrange(1, MOST)):
            data = frame(chance, packet(chance))
            sent += 1
            line.sendall(data)
            if chance.random() < 0.1:
                line.settimeout(0)
                with contextlib.suppress(BlockingIOError):
                    line.recv(65536)
                line.settimeout(10)
        match chance.randrange(4):
            case 0:  # in the middle of a frame
                data = frame(chance, packet(chance))
                line.sendall(data[: chance.randrange(len(data) + 1)])
            case 1:  # as a crash does
                line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            case 2:
                line.sendall(frame(Random(1), b"41"))
            case _:
                line.sendall(b"\x88\x82\0\0\0\0\x03\xe8")
    return max(1, sent)


def over_polling(chance: Random, worker: Worker, session: requests.Session) -> int:
    """So many inputs as bodies of POST."""
    opened = session.get(worker.url + POLL, timeout=20)
    assert opened.status_code == 200, opened.text
    sid = re.findall(r'"sid":"([^"]+)"', opened.text)[0]
    url, sent = f"{worker.url}{POLL}&sid={sid}", 0
    session.post(url, "40", timeout=20)
    if chance.random() < 0.2:
        cookie = "; ".join(f"{c.name}={c.value}" for c in session.cookies)
        return 1 + over_websocket(chance, worker, cookie, sid)
    for _ in range(chance.randrange(1, 8)):
        body = b"\x1e".join(packet(chance) for _ in range(chance.choice((1, 1, 2, 17))))
        if chance.random() < 0.1:
            body = b"b" + base64.b64encode(body)[: chance.choice((3, 5, 1000))]
        sent += 1
        answer = session.post(url, body, timeout=20)
        assert answer.status_code in (200, 400, 413), (answer.status_code, answer.text[:200])
        if answer.status_code != 200:
            return sent
    session.post(url, "1", timeout=20)
    return sent


@contextmanager
def sockets() -> Iterator[One]:
    """Whoever sends garbage harms himself at most."""
    scene = Scene()
    with requests.Session() as anybody:

        def one(chance: Random) -> int:
            worker = chance.choice(scene.workers)
            guarded = worker is scene.guarded
            if chance.random() < 0.75:
                cookie = scene.alice.cookie["Cookie"] if guarded else ""
                inputs = over_websocket(chance, worker, cookie)
            else:
                inputs = over_polling(chance, worker, scene.alice if guarded else anybody)
            scene.check(inputs)
            return inputs

        try:
            yield one
        finally:
            scene.end()
