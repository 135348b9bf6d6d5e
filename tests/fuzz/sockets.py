"""Socket.IO over real connections: damaged WebSocket frames, engine.io packets and Socket.IO
events, and polling."""

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

from tests.fuzz.harness import RunInput
from tests.fuzz.mutate import NUMBERS, TEXTS, damage_bytes, random_value, to_damaged_json
from tests.fuzz.system import SystemUnderTest
from tests.support.beamcast import Worker

EVENTS = ("watch", "unwatch", "drawn", "connect", "disconnect", "frame", "message", "", "__init__")
FIELDS = ("stream", "rendition", "image", "epoch", "seq", "ago", "x")
MAX_INPUTS_PER_CONNECTION = 25
"""Not reached: the number of inputs is smaller."""
POLL = "/socket.io/?EIO=4&transport=polling"


def random_payload(rng: Random) -> list[Any]:
    """Return a random payload of an event."""
    if rng.random() < 0.2:
        return [random_value(rng) for _ in range(rng.randrange(4))]
    message: dict[str, Any] = {"stream": rng.choice(("camera", "camera", rng.choice(TEXTS)))}
    for _ in range(rng.randrange(3)):
        message[rng.choice(FIELDS)] = random_value(rng)
    if rng.random() < 0.3:
        message |= {"epoch": rng.choice(NUMBERS), "seq": rng.choice(NUMBERS)}
    return [message]


def random_packet(rng: Random) -> bytes:
    """Return an engine.io packet with a Socket.IO packet in it, or random data."""
    kind = rng.random()
    if kind < 0.6:
        event = rng.choice(EVENTS[:3]) if rng.random() < 0.8 else rng.choice(EVENTS)
        text = to_damaged_json(rng, [event, *random_payload(rng)])
        namespace = rng.choice((b"", b"", b"", b"/,", b"/admin,", b"/" + b"n" * 200 + b","))
        number = rng.choice((b"", b"", b"1", b"0", b"9" * 30, b"-1", b"9" * 5000, b"\xd9\xa3"))
        start = rng.choice((b"42", b"42", b"42", b"43", b"451-", b"452-", b"4599999-", b"46"))
        return start + namespace + number + text
    if kind < 0.8:
        beginning = rng.choice(
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
        return beginning + rng.choice((b"", b"", to_damaged_json(rng, random_value(rng))))
    if kind < 0.9:
        return b"4" + to_damaged_json(rng, random_value(rng))
    return rng.randbytes(rng.randrange(100))


def random_frame(rng: Random, data: bytes) -> bytes:
    """Return a WebSocket frame (RFC 6455, 5.2); one in five is invalid."""
    kind, final, masked = 1, 0x80, 0x80
    length = len(data)
    if rng.random() < 0.2:
        kind = rng.choice((0, 1, 2, 2, 3, 7, 8, 9, 10, 11, 15))
        final = rng.choice((0, 0x80, 0x80, 0xC0, 0x90))
        masked = rng.choice((0x80, 0x80, 0))
        length = rng.choice((length, length, length, 0, length + 5, 2**31, 2**63, 2**64 - 1))
    size = (
        bytes([masked | length])
        if length < 126
        else bytes([masked | 126]) + struct.pack(">H", length & 0xFFFF)
    )
    if length > 0xFFFF or rng.random() < 0.02:
        size = bytes([masked | 127]) + struct.pack(">Q", length)
    mask = rng.randbytes(4)
    clear = bytes(byte ^ mask[index % 4] for index, byte in enumerate(data))
    return bytes([final | kind]) + size + ((mask + clear) if masked else data)


def open_websocket(worker: Worker, cookie: str, rng: Random, sid: str = "") -> socket.socket:
    """Connect and send a WebSocket handshake, which is sometimes malformed."""
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
    if rng.random() < 0.05:
        at = rng.randrange(len(lines))
        lines[at] = damage_bytes(rng, lines[at].encode()).decode("latin-1")
    if rng.random() < 0.1:
        lines.append("Sec-WebSocket-Extensions: permessage-deflate; " + rng.choice(TEXTS[:9]))
    connection = socket.create_connection(("127.0.0.1", worker.port), timeout=10)
    connection.sendall("\r\n".join([*lines, "", ""]).encode("utf-8", "replace"))
    return connection


def read_answer(connection: socket.socket) -> bytes:
    """Receive once, with a time-out of 5 s."""
    with contextlib.suppress(OSError):
        connection.settimeout(5)
        return connection.recv(65536)
    return b""


def send_over_websocket(rng: Random, worker: Worker, cookie: str, sid: str = "") -> int:
    """Send inputs over one connection, close it in some way, and return their number."""
    sent = 0
    with (
        contextlib.suppress(ConnectionError),
        open_websocket(worker, cookie, rng, sid) as connection,
    ):
        answer = read_answer(connection)
        assert not answer.startswith(b"HTTP/1.1 5"), answer[:300]
        if rng.random() < 0.9:
            connection.sendall(random_frame(Random(1), b"2probe" if sid else b"40"))
            read_answer(connection)
            if sid:
                connection.sendall(random_frame(Random(1), b"5"))
        for _ in range(rng.randrange(1, MAX_INPUTS_PER_CONNECTION)):
            data = random_frame(rng, random_packet(rng))
            sent += 1
            connection.sendall(data)
            if rng.random() < 0.1:
                connection.settimeout(0)
                with contextlib.suppress(BlockingIOError):
                    connection.recv(65536)
                connection.settimeout(10)
        match rng.randrange(4):
            case 0:  # in the middle of a frame
                data = random_frame(rng, random_packet(rng))
                connection.sendall(data[: rng.randrange(len(data) + 1)])
            case 1:  # as a crash does
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            case 2:
                connection.sendall(random_frame(Random(1), b"41"))
            case _:
                connection.sendall(b"\x88\x82\0\0\0\0\x03\xe8")
    return max(1, sent)


def send_over_polling(rng: Random, worker: Worker, session: requests.Session) -> int:
    """Send inputs as bodies of POST requests, and return their number."""
    opened = session.get(worker.url + POLL, timeout=20)
    assert opened.status_code == 200, opened.text
    sid = re.findall(r'"sid":"([^"]+)"', opened.text)[0]
    url, sent = f"{worker.url}{POLL}&sid={sid}", 0
    session.post(url, "40", timeout=20)
    if rng.random() < 0.2:
        cookie = "; ".join(f"{c.name}={c.value}" for c in session.cookies)
        return 1 + send_over_websocket(rng, worker, cookie, sid)
    for _ in range(rng.randrange(1, 8)):
        body = b"\x1e".join(random_packet(rng) for _ in range(rng.choice((1, 1, 2, 17))))
        if rng.random() < 0.1:
            body = b"b" + base64.b64encode(body)[: rng.choice((3, 5, 1000))]
        sent += 1
        answer = session.post(url, body, timeout=20)
        assert answer.status_code in (200, 400, 413), (answer.status_code, answer.text[:200])
        if answer.status_code != 200:
            return sent
    session.post(url, "1", timeout=20)
    return sent


@contextmanager
def sockets() -> Iterator[RunInput]:
    """Check that invalid data affects only the connection that sends it."""
    system = SystemUnderTest()
    with requests.Session() as anonymous:

        def run_input(rng: Random) -> int:
            worker = rng.choice(system.workers)
            guarded = worker is system.guarded
            if rng.random() < 0.75:
                cookie = system.alice.cookie["Cookie"] if guarded else ""
                inputs = send_over_websocket(rng, worker, cookie)
            else:
                inputs = send_over_polling(rng, worker, system.alice if guarded else anonymous)
            system.check(inputs)
            return inputs

        try:
            yield run_input
        finally:
            system.end()
