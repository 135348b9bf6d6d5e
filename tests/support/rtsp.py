"""A small RTSP server (RFC 2326) that plays the pattern as H.264 over its own connections."""

import base64
import contextlib
import re
import socket
import struct
import threading
import time
from collections.abc import Iterator

from tests.support.processes import free_port
from tests.support.video import access_units

RATE_HZ = 25
PIECE = 1400
SDP = """v=0
o=- 0 0 IN IP4 127.0.0.1
s=pattern
t=0 0
m=video 0 RTP/AVP 96
c=IN IP4 0.0.0.0
a=rtpmap:96 H264/90000
a=fmtp:96 packetization-mode=1
a=control:track0
"""


class RtspServer:
    """An RTSP server; ``login`` is NAME:PASSWORD, ``moved_to`` redirects clients."""

    def __init__(self, port: int | None = None, login: str = "", moved_to: str = "") -> None:
        self.port = port or free_port()
        self.address = f"rtsp://127.0.0.1:{self.port}/pattern"
        self.connections = 0
        """Number of connections so far."""
        self.requests = 0
        self.playing = 0
        """Number of clients being played to."""
        self.paused = threading.Event()
        """While it is set nothing is sent, though all connections stay open."""
        self._login, self._moved_to = login, moved_to
        self._units = access_units()
        self._stop = threading.Event()
        self._lock = threading.Lock()
        self._open: set[socket.socket] = set()
        self._listener = socket.create_server(("127.0.0.1", self.port))
        self._threads = [threading.Thread(target=self._listen)]
        self._threads[0].start()

    def close(self) -> None:
        """Close the server and all its connections."""
        self._stop.set()
        for end in (self._listener, *self._open):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join()
        self._listener.close()

    def __enter__(self) -> "RtspServer":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _listen(self) -> None:
        while not self._stop.is_set():
            try:
                connection, _ = self._listener.accept()
            except OSError:  # closed
                return
            self.connections += 1
            self._open.add(connection)
            thread = threading.Thread(target=self._serve, args=(connection,))
            self._threads.append(thread)
            thread.start()

    def _serve(self, connection: socket.socket) -> None:
        ended = threading.Event()
        player = threading.Thread(target=self._play, args=(connection, ended))
        with connection, contextlib.suppress(OSError):
            for request in _requests(connection):
                self.requests += 1
                answer, plays = self._answer(request)
                connection.sendall(answer)
                if plays and not player.is_alive():
                    player.start()
        ended.set()
        if player.ident:
            player.join()
        self._open.discard(connection)

    def _answer(self, request: str) -> tuple[bytes, bool]:
        method, url, _ = request.split(" ", 2)
        number = re.search(r"(?i)^cseq: *(\d+)", request, re.M)[1]
        code, more, body = "200 OK", "Session: 1\r\n", ""
        basic = f"Basic {base64.b64encode(self._login.encode()).decode()}"
        if method == "OPTIONS":
            more = "Public: OPTIONS, DESCRIBE, SETUP, PLAY, TEARDOWN\r\n"
        elif self._moved_to:
            code, more = "302 Found", f"Location: {self._moved_to}\r\n"
        elif self._login and f"Authorization: {basic}" not in request:
            code, more = "401 Unauthorized", 'WWW-Authenticate: Basic realm="camera"\r\n'
        elif "/pattern" not in url:
            code = "404 Not Found"
        elif method == "DESCRIBE":
            body = SDP.replace("\n", "\r\n")
            more = f"Content-Base: {url}/\r\nContent-Type: application/sdp\r\n"
        elif method == "SETUP":
            more += "Transport: RTP/AVP/TCP;unicast;interleaved=0-1\r\n"
        head = f"RTSP/1.0 {code}\r\nCSeq: {number}\r\n{more}Content-Length: {len(body)}\r\n\r\n"
        return (head + body).encode(), code == "200 OK" and method == "PLAY"

    def _play(self, connection: socket.socket, ended: threading.Event) -> None:
        with self._lock:
            self.playing += 1
        number, sequence, due = 0, 0, time.monotonic()
        with contextlib.suppress(OSError):
            while not ended.wait(max(0.0, due - time.monotonic())) and not self._stop.is_set():
                due = max(due + 1 / RATE_HZ, time.monotonic() - 1)
                if not self.paused.is_set():
                    for payload, last in _payloads(self._units[number % len(self._units)]):
                        kind, stamp = 96 | last << 7, number * 90000 // RATE_HZ
                        rtp = struct.pack(">BBHII", 0x80, kind, sequence % 65536, stamp, 7)
                        size = len(rtp) + len(payload)
                        connection.sendall(struct.pack(">cBH", b"$", 0, size) + rtp + payload)
                        sequence += 1
                number += 1
        with self._lock:
            self.playing -= 1


def _requests(connection: socket.socket) -> Iterator[str]:
    """Yield the requests, without the receiver's reports."""
    received = b""
    while more := connection.recv(65536):
        received += more
        while True:
            if received[:1] == b"$" and len(received) >= 4:
                end = 4 + int.from_bytes(received[2:4], "big")
                if len(received) < end:
                    break
            elif received[:1] == b"$" or (end := received.find(b"\r\n\r\n") + 4) < 4:
                break
            else:
                yield received[:end].decode()
            received = received[end:]


def _payloads(unit: bytes) -> Iterator[tuple[bytes, bool]]:
    """Yield the RTP payloads of a picture (RFC 6184), and whether each is the last."""
    nals = [nal for nal in re.split(rb"\x00\x00\x00?\x01", unit) if nal]
    for index, nal in enumerate(nals):
        is_last = index == len(nals) - 1
        if len(nal) <= PIECE:
            yield nal, is_last
            continue
        starts = range(1, len(nal), PIECE)
        for start in starts:
            ends = start + PIECE >= len(nal)
            flags = (start == 1) << 7 | ends << 6 | nal[0] & 0x1F
            head = bytes([nal[0] & 0xE0 | 28, flags])
            yield head + nal[start : start + PIECE], is_last and ends
