"""The server's side of a WebSocket and Socket.IO handshake, as far as a bare loop needs it."""

import base64
import hashlib
import re
import socket

from web.websocket import TEXT, websocket_head

GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
"""RFC 6455, 1.3."""
OPEN = b'0{"sid":"x","upgrades":[],"pingTimeout":20000,"pingInterval":25000,"maxPayload":1000000}'


def accept(connection: socket.socket, request: bytes) -> None:
    """Accept a WebSocket without extensions."""
    found = re.search(rb"(?i)sec-websocket-key: *(\S+)", request)
    if not found:
        raise ConnectionError("the request is not a WebSocket handshake")
    proof = base64.b64encode(hashlib.sha1(found[1] + GUID, usedforsecurity=False).digest())
    connection.sendall(
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Accept: " + proof + b"\r\n\r\n"
    )


def read_request(connection: socket.socket) -> bytes:
    """Read the head of an HTTP request."""
    request = b""
    while b"\r\n\r\n" not in request:
        received = connection.recv(4096)
        if not received:
            raise ConnectionError("the client disconnected before its request was complete")
        request += received
    return request


def accept_viewer(connection: socket.socket) -> socket.socket:
    """Accept a viewer: send all answers to its handshake and watch request at once."""
    accept(connection, read_request(connection))
    for message in OPEN, b'40{"sid":"x"}', b"430[{}]":
        connection.sendall(websocket_head(TEXT, len(message)) + message)
    return connection
