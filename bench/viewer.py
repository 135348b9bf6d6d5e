"""A simulated viewer: it sends what a browser sends, and lets the kernel drop what it receives.

Only the first bytes of each message are read; the others are counted without a copy (tcp(7),
MSG_TRUNC). So one process can simulate hundreds of viewers beside the server.
"""

import json
import re
import socket
import time

HEAD_BYTES = 256
"""enough for a frame's event, the head of its attachment and the beginning of the envelope"""
ENVELOPE_BYTES = 128
"""of the envelope, enough for its ``epoch`` and ``seq``"""
NUMBER = re.compile(rb'"epoch":(\d+),"seq":(\d+)')
TEXT, BINARY, CLOSE, COMPRESSED = 1, 2, 8, 0x40
IMMEDIATE_REPORTS = 8
AGAIN_S, REPORT_EVERY_S = 0.15, 2.0
"""The page reports its first frames and those after a gap immediately, then at this interval."""
TIMEOUT_S = 20.0

_dropped = bytearray(1 << 20)  # never written to


class Viewer:
    """One WebSocket connection to a Socket.IO server.

    ``reports``: whether it reports drawn frames, as Beamcast's page does. ``offers_deflate``: as
    Chromium does. ``frame_bytes``: the smallest attachment that counts as a frame.
    """

    def __init__(
        self, port: int, frame_bytes: int = 0, reports: bool = False, offers_deflate: bool = True
    ) -> None:
        self.frames = 0
        self.bytes = 0
        self.lost = 0
        """gaps in ``seq``"""
        self.compressed = False
        self._frame_bytes = frame_bytes
        self._reports = reports
        self._seq = 0
        self._reported = 0
        self._report: tuple[int, int] | None = None
        self._report_at = 0.0
        self._settled = False
        self._head = bytearray(HEAD_BYTES)
        self._view = memoryview(self._head)
        self._have = 0
        self._left = 0
        self._is_frame = False
        self._texts: list[bytes] = []
        self.socket = socket.create_connection(("127.0.0.1", port), TIMEOUT_S)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket.sendall(_request(port, offers_deflate))

    def say_hello(self) -> None:
        """Complete the handshakes of WebSocket and engine.io, and connect the namespace."""
        answer = bytearray()
        while not answer.endswith(b"\r\n\r\n"):
            received = self.socket.recv(1)
            if not received:
                raise ConnectionError(f"refused: {bytes(answer)!r}")
            answer += received
        if not answer.startswith(b"HTTP/1.1 101"):
            raise ConnectionError(f"refused: {bytes(answer)!r}")
        self.compressed = b"permessage-deflate" in answer.lower()
        self._wait_for(b"0")
        self.send("40")

    def watch(self, stream: str) -> None:
        """Request frames, once the namespace is connected."""
        self._wait_for(b"40")
        if self._reports:
            self.send('42["drawn",{}]')
        self.send("420" + json.dumps(["watch", {"stream": stream}]))

    def settle(self) -> None:
        """Wait until ``watch`` is acknowledged; from then on nothing blocks."""
        self._wait_for(b"430")
        self._settled = True
        self.socket.setblocking(False)

    def send(self, text: str) -> None:
        """Send an engine.io packet, masked with zeros."""
        data = text.encode()
        self.socket.sendall(bytes([0x80 | TEXT, 0x80 | len(data), 0, 0, 0, 0]) + data)

    def read(self) -> int:
        """Read available data and return how many frames ended in it; raises ConnectionError."""
        try:
            if self._left:
                size = min(self._left, len(_dropped))
                received = self.socket.recv_into(_dropped, size, socket.MSG_TRUNC)
            else:
                received = self.socket.recv_into(self._view[self._have :])
        except BlockingIOError:
            return 0
        if not received:
            raise ConnectionError("the server closed the connection")
        self.bytes += received
        if not self._left:
            self._have += received
            return self._parse()
        self._left -= received
        return 0 if self._left else self._end()

    def _parse(self) -> int:
        """Parse the messages in the head; return how many frames ended in it."""
        ended = start = 0
        head, have = self._head, self._have
        while have - start >= 2:
            kind, length, body = head[start], head[start + 1] & 127, start + 2
            if length > 125:
                body += 2 if length == 126 else 8
                if have < body:
                    break
                length = int.from_bytes(head[start + 2 : body], "big")
            end = body + length
            if kind & 15 == BINARY:
                if self._reports and have < min(end, body + ENVELOPE_BYTES):
                    break
                self._is_frame = length >= self._frame_bytes
                if self._reports:
                    self._see(bytes(head[body : body + ENVELOPE_BYTES]))
            else:
                self._is_frame = False
                if kind & 15 == CLOSE:
                    raise ConnectionError("the server closed")
                if end > have and length < 8:
                    break
                self._listen(kind, bytes(head[body : min(end, have)]))
            if end > have:
                self._left = end - have
                self._have = 0
                return ended
            ended += self._end()
            start = end
        head[: have - start] = head[start:have]
        self._have = have - start
        return ended

    def _listen(self, kind: int, text: bytes) -> None:
        if not self._settled:
            self._texts.append(b"" if kind & COMPRESSED else text)
        elif text == b"2":
            self.send("3")

    def _wait_for(self, beginning: bytes) -> None:
        """Wait for a message with this beginning; a compressed message counts as it."""
        while True:
            while self._texts:
                text = self._texts.pop(0)
                if not text or text.startswith(beginning):
                    return
            self.read()

    def _see(self, envelope: bytes) -> None:
        found = NUMBER.search(envelope)
        if found:
            epoch, seq = int(found[1]), int(found[2])
            gap = seq - self._seq - 1 if self._seq else 0
            if gap < 0:
                raise AssertionError(f"frame {seq} came after frame {self._seq}")
            self.lost += gap
            self._seq = seq
            if gap and self._reported >= IMMEDIATE_REPORTS:
                self._reported = 0
                self._report_at -= REPORT_EVERY_S - AGAIN_S
            self._report = (epoch, seq) if self._due() else None

    def _due(self) -> bool:
        return time.monotonic() >= self._report_at

    def _end(self) -> int:
        """Return 1 if the message that ended was a frame, else 0."""
        if not self._is_frame:
            return 0
        self.frames += 1
        if self._reports and self._report:
            self._reported += 1
            patience_s = AGAIN_S if self._reported < IMMEDIATE_REPORTS else REPORT_EVERY_S
            self._report_at = time.monotonic() + patience_s
            epoch, seq = self._report
            self.send(f'42["drawn",{{"stream":"camera","epoch":{epoch},"seq":{seq}}}]')
        return 1


def _request(port: int, offers_deflate: bool) -> bytes:
    """Return the handshake as Chromium sends it."""
    lines = [
        "GET /socket.io/?EIO=4&transport=websocket HTTP/1.1",
        f"Host: 127.0.0.1:{port}",
        "Connection: Upgrade",
        "Pragma: no-cache",
        "Cache-Control: no-cache",
        "User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) "
        "Chrome/140.0.0.0 Safari/537.36",
        "Upgrade: websocket",
        f"Origin: http://127.0.0.1:{port}",
        "Sec-WebSocket-Version: 13",
        "Accept-Encoding: gzip, deflate, br, zstd",
        "Accept-Language: en-US,en;q=0.9",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
    ]
    if offers_deflate:
        lines.append("Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits")
    return ("\r\n".join(lines) + "\r\n\r\n").encode()
