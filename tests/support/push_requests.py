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
MAX_GROWTH_KB = 24 * 1024


@contextlib.contextmanager
def bounded_memory(push: Push) -> Iterator[None]:
    """Check that the peak memory of the process grows by less than ``MAX_GROWTH_KB``."""
    push.post({"id": "a", "value": 1}, headers=BEARER).raise_for_status()
    before = push.peak_kb()
    yield
    assert push.peak_kb() - before < MAX_GROWTH_KB
    assert push.post({"id": "a", "value": 1}, headers=BEARER).status_code == 200


def send_request(push: Push, *headers: str, body: bytes = b"", source: str = "") -> socket.socket:
    """Send a raw request; return its connection."""
    source_address = (source, 0) if source else None
    connection = socket.create_connection(("127.0.0.1", push.port), 20, source_address)
    lines = ["POST /push HTTP/1.1", "Host: localhost", *headers, "", ""]
    connection.sendall("\r\n".join(lines).encode() + body)
    return connection


def read_answer(connection: socket.socket) -> tuple[int, dict[str, Any]]:
    """Read a response; return its status and JSON."""
    received = b""
    while b"\r\n\r\n" not in received or not received.endswith(b"}"):
        piece = connection.recv(65536)
        if not piece:
            break
        received += piece
    head, _, body = received.partition(b"\r\n\r\n")
    return int(head.split()[1]), json.loads(body)


def send_repeatedly(connection: socket.socket, piece: bytes, max_bytes: int) -> int:
    """Send a piece repeatedly until the peer disconnects; return the number of bytes sent."""
    sent = 0
    with contextlib.suppress(OSError):
        while sent < max_bytes:
            connection.sendall(piece)
            sent += len(piece)
    return sent


def open_connections(port: int, number: int, source: str) -> list[socket.socket]:
    return [socket.create_connection(("127.0.0.1", port), 20, (source, 0)) for _ in range(number)]
