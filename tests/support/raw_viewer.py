"""A cheap Socket.IO viewer on a plain socket, for tests with many viewers or with invalid data.

It reads only while :func:`pump` runs, so that one thread serves hundreds of viewers. A viewer that
is not pumped hangs: it neither reads nor answers pings, and its connection stays open.
"""

import json
import os
import re
import select
import socket
import struct
import time
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from typing import Any

from shared import envelope

TEXT, BINARY, CLOSE = 1, 2, 8


def websocket_message(data: bytes, kind: int = TEXT) -> bytes:
    """Return a message of at most 65,535 bytes as clients send it; RFC 6455, 5.2."""
    length = len(data)
    size = bytes([0x80 | length]) if length < 126 else b"\xfe" + struct.pack(">H", length)
    # A mask of zeros is valid, and changes nothing.
    return bytes([0x80 | kind]) + size + bytes(4) + data


class RawViewer:
    """A WebSocket connection; its lists fill while it is pumped."""

    def __init__(
        self,
        port: int,
        receive_buffer: int | None = None,
        host: str = "127.0.0.1",
        timeout_s: float = 20.0,
    ) -> None:
        self.frames: list[dict[str, Any]] = []
        """Headers of the received frames."""
        self.arrived: list[float] = []
        """Time of arrival of each frame (Unix seconds of this machine)."""
        self.events: list[tuple[str, Any]] = []
        """All other events with their payloads."""
        self.answers: dict[int, Any] = {}
        self.connected = False
        self.closed = False
        self.watched_at = 0.0
        self._attachment_for = ""
        self._buffer = bytearray()
        self._socket = socket.socket()
        if receive_buffer:
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self._socket.settimeout(timeout_s)
        with ExitStack() as on_error:
            on_error.callback(self._socket.close)
            self._open(host, port)
            on_error.pop_all()
        self.send("40")

    def _open(self, host: str, port: int) -> None:
        """Connect and upgrade to a WebSocket."""
        self._socket.connect((host, port))
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._socket.sendall(
            b"GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: localhost\r\n"
            b"Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
            b"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
        )
        while b"\r\n\r\n" not in self._buffer:
            data = self._socket.recv(65536)
            assert data, f"the worker refused the connection: {bytes(self._buffer)!r}"
            self._buffer += data
        answer, _, self._buffer = self._buffer.partition(b"\r\n\r\n")
        assert answer.startswith(b"HTTP/1.1 101"), bytes(answer)
        self.extensions = re.findall(rb"(?i)sec-websocket-extensions: (.*)", bytes(answer))

    def fileno(self) -> int:
        return self._socket.fileno()

    def send(self, text: str) -> None:
        """Send an engine.io packet; ``42[…]`` is an event."""
        self.send_bytes(websocket_message(text.encode()))

    def send_bytes(self, data: bytes) -> None:
        """Send raw bytes."""
        self._socket.sendall(data)

    def emit(self, event: str, *payload: Any) -> None:
        """Send an event without an acknowledgement."""
        self.send("42" + json.dumps([event, *payload]))

    def call(self, event: str, *payload: Any) -> Any:
        """Send an event; return its acknowledgement. Frames received meanwhile are kept."""
        number = len(self.answers)
        self.send(f"42{number}" + json.dumps([event, *payload]))
        pump([self], lambda: number in self.answers, f"the answer to {event}")
        return self.answers[number]

    def watch(self, stream: str = "camera") -> None:
        """Ask for frames."""
        self.watched_at = time.time()
        self.emit("watch", {"stream": stream})

    def unwatch(self, *payload: Any) -> None:
        """Ask for no more frames."""
        self.emit("unwatch", *payload)

    def last(self, event: str) -> Any:
        """Return the newest payload of an event; None before the first one."""
        return next((payload for name, payload in reversed(self.events) if name == event), None)

    @property
    def seqs(self) -> list[int]:
        return [header["seq"] for header in self.frames]

    def read(self) -> None:
        """Read the data that has arrived, and answer pings."""
        try:
            data = self._socket.recv(1 << 20, socket.MSG_DONTWAIT)
        except BlockingIOError:
            return
        except ConnectionError:
            data = b""
        if not data:
            self.closed = True
            return
        self._buffer += data
        while (message := self._next_message()) is not None:
            self._take(*message)

    def _next_message(self) -> tuple[int, bytes] | None:
        """Return the next WebSocket message; our servers do not fragment them."""
        buffer = self._buffer
        if len(buffer) < 2:
            return None
        length, start = buffer[1], 2
        if length == 126:
            start = 4
            length = int.from_bytes(buffer[2:4], "big")
        elif length == 127:
            start = 10
            length = int.from_bytes(buffer[2:10], "big")
        if len(buffer) < start + length:
            return None
        message = buffer[0] & 0x0F, bytes(buffer[start : start + length])
        del buffer[: start + length]
        return message

    def _take(self, kind: int, data: bytes) -> None:
        if kind == CLOSE:
            self.closed = True
        elif kind == BINARY:
            assert self._attachment_for == "frame", f"an attachment for {self._attachment_for!r}"
            self.frames.append(envelope.read_header(data))
            self.arrived.append(time.time())
            self._attachment_for = ""
        elif data == b"2":
            self.send("3")
        elif data.startswith(b"40"):
            self.connected = True
        elif data.startswith(b"42"):
            event, *payload = json.loads(data[2:])
            self.events.append((event, payload[0] if payload else None))
        elif data.startswith(b"43"):
            number, _, answer = data[2:].partition(b"[")
            self.answers[int(number)] = json.loads(b"[" + answer)[0]
        elif data.startswith(b"451-"):
            self._attachment_for = json.loads(data[4:])[0]

    def disconnect(self) -> None:
        """Send Socket.IO's disconnect packet and close the connection."""
        self.send("41")
        self.close()

    def close(self) -> None:
        """Close the TCP connection."""
        self._socket.close()
        self.closed = True

    def abort(self) -> None:
        """Reset the TCP connection, as a crash does."""
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close()


def pump(
    viewers: Iterable[RawViewer],
    condition: Callable[[], Any] = lambda: False,
    what: str = "",
    timeout_s: float = 20.0,
) -> None:
    """Let the viewers read until the condition holds; without ``what`` a time-out is no failure."""
    poller = select.poll()
    by_file = {viewer.fileno(): viewer for viewer in viewers if not viewer.closed}
    for file in by_file:
        poller.register(file, select.POLLIN)
    end = time.monotonic() + timeout_s
    while not condition():
        if time.monotonic() > end:
            assert not what, f"timed out after {timeout_s:g} s: {what}"
            return
        for file, _ in poller.poll(10):
            by_file[file].read()
            if by_file[file].closed:
                poller.unregister(file)


def more(viewer: RawViewer, count: int = 1) -> Callable[[], bool]:
    """Return a condition: the viewer has received ``count`` frames since this call."""
    enough = len(viewer.frames) + count
    return lambda: len(viewer.frames) >= enough


def memory_kb(pid: int) -> int:
    """Return the resident memory of a process."""
    with open(f"/proc/{pid}/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") // 1024
