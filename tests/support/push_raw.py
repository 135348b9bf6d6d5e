"""Raw requests, many connections and large amounts of data for a board's ports, and the memory of
its process."""

import contextlib
import json
import socket
from collections.abc import Iterator
from typing import Any

from tests.support.push import Push

PASSWORD = "a-long-word-of-passage"
BEARER = {"Authorization": f"Bearer {PASSWORD}"}
MOST_GROWTH_KB = 24 * 1024


@contextlib.contextmanager
def flat(push: Push) -> Iterator[None]:
    """What the process has at most, grows by little."""
    push.post({"id": "a", "value": 1}, headers=BEARER).raise_for_status()
    before = push.peak_kb()
    yield
    assert push.peak_kb() - before < MOST_GROWTH_KB
    assert push.post({"id": "a", "value": 1}, headers=BEARER).status_code == 200


def http(push: Push, *headers: str, body: bytes = b"", source: str = "") -> socket.socket:
    """A request as it stands, sent."""
    line = socket.create_connection(("127.0.0.1", push.port), 20, (source, 0) if source else None)
    lines = ["POST /push HTTP/1.1", "Host: localhost", *headers, "", ""]
    line.sendall("\r\n".join(lines).encode() + body)
    return line


def answer(line: socket.socket) -> tuple[int, dict[str, Any]]:
    """The status and the words."""
    came = b""
    while b"\r\n\r\n" not in came or not came.endswith(b"}"):
        piece = line.recv(65536)
        if not piece:
            break
        came += piece
    head, _, body = came.partition(b"\r\n\r\n")
    return int(head.split()[1]), json.loads(body)


def pour(line: socket.socket, piece: bytes, most: int) -> int:
    """Sends that again and again until the other end has enough; how many bytes it took."""
    sent = 0
    with contextlib.suppress(OSError):
        while sent < most:
            line.sendall(piece)
            sent += len(piece)
    return sent


def opened(port: int, number: int, source: str) -> list[socket.socket]:
    return [socket.create_connection(("127.0.0.1", port), 20, (source, 0)) for _ in range(number)]
