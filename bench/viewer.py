"""A simulated viewer that sends what a browser sends, and discards most of what it receives.

Only the first bytes of each message are parsed; the kernel discards the rest, which is counted
without a copy (tcp(7), MSG_TRUNC). So one process can simulate hundreds of viewers.
"""

import json
import re
import socket
import time

HEAD_BYTES = 256
"""Enough for a frame's event, its attachment's head and the start of the envelope."""
ENVELOPE_BYTES = 128
"""Enough of the envelope for its ``epoch`` and ``seq``."""
NUMBER = re.compile(rb'"epoch":(\d+),"seq":(\d+)')
TEXT, BINARY, CLOSE, COMPRESSED = 1, 2, 8, 0x40
FREQUENT_REPORTS = 8
FREQUENT_REPORT_INTERVAL_S, REPORT_INTERVAL_S = 0.15, 2.0
"""Like the page, viewers report more often after the start and after a gap."""
TIMEOUT_S = 20.0

_discarded = bytearray(1 << 20)  # MSG_TRUNC writes nothing to it


class Viewer:
    """One WebSocket connection to a Socket.IO server.

    ``reports``: report drawn frames, as Beamcast's page does. ``offers_deflate``: offer
    compression, as Chromium does. ``frame_bytes``: the minimum size of an attachment that counts
    as a frame.
    """

    def __init__(
        self, port: int, frame_bytes: int = 0, reports: bool = False, offers_deflate: bool = True
    ) -> None:
        self.frames = 0
        self.bytes = 0
        self.lost = 0
        """Number of frames missing between the received ones, by ``seq``."""
        self.compressed = False
        self._frame_bytes = frame_bytes
        self._reports = reports
        self._seq = 0
        self._reported = 0
        self._report: tuple[int, int] | None = None
        self._report_at = 0.0
        self._is_watching = False
        self._head = bytearray(HEAD_BYTES)
        self._view = memoryview(self._head)
        self._head_bytes = 0
        self._bytes_to_discard = 0
        self._is_frame = False
        self._texts: list[bytes] = []
        self.socket = socket.create_connection(("127.0.0.1", port), TIMEOUT_S)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket.sendall(_request(port, offers_deflate))

    def open_session(self) -> None:
        """Read the handshake and engine.io's open packet; connect the namespace."""
        answer = bytearray()
        while not answer.endswith(b"\r\n\r\n"):
            received = self.socket.recv(1)
            if not received:
                raise ConnectionError(f"refused: {bytes(answer)!r}")
            answer += received
        if not answer.startswith(b"HTTP/1.1 101"):
            raise ConnectionError(f"refused: {bytes(answer)!r}")
        self.compressed = b"permessage-deflate" in answer.lower()
        self._wait_for_text(b"0")
        self.send("40")

    def watch(self, stream: str) -> None:
        """Wait for the namespace, and send a watch request."""
        self._wait_for_text(b"40")
        if self._reports:
            self.send('42["drawn",{}]')
        self.send("420" + json.dumps(["watch", {"stream": stream}]))

    def finish_watch(self) -> None:
        """Wait for the acknowledgement of ``watch``, and make the socket non-blocking."""
        self._wait_for_text(b"430")
        self._is_watching = True
        self.socket.setblocking(False)

    def send(self, text: str) -> None:
        """Send one engine.io packet, masked with zeros."""
        data = text.encode()
        self.socket.sendall(bytes([0x80 | TEXT, 0x80 | len(data), 0, 0, 0, 0]) + data)

    def read(self) -> int:
        """Receive available data once and return the number of completed frames.

        Raise ConnectionError when the server closes the connection.
        """
        try:
            if self._bytes_to_discard:
                size = min(self._bytes_to_discard, len(_discarded))
                received = self.socket.recv_into(_discarded, size, socket.MSG_TRUNC)
            else:
                received = self.socket.recv_into(self._view[self._head_bytes :])
        except BlockingIOError:
            return 0
        if not received:
            raise ConnectionError("the server closed the connection")
        self.bytes += received
        if not self._bytes_to_discard:
            self._head_bytes += received
            return self._parse()
        self._bytes_to_discard -= received
        return 0 if self._bytes_to_discard else self._end_message()

    def _parse(self) -> int:
        """Parse the messages in the buffer and return the number of completed frames."""
        completed = start = 0
        head, size = self._head, self._head_bytes
        while size - start >= 2:
            kind, length, body = head[start], head[start + 1] & 127, start + 2
            if length > 125:
                body += 2 if length == 126 else 8
                if size < body:
                    break
                length = int.from_bytes(head[start + 2 : body], "big")
            end = body + length
            if kind & 15 == BINARY:
                if self._reports and size < min(end, body + ENVELOPE_BYTES):
                    break
                self._is_frame = length >= self._frame_bytes
                if self._reports:
                    self._read_numbers(bytes(head[body : body + ENVELOPE_BYTES]))
            else:
                self._is_frame = False
                if kind & 15 == CLOSE:
                    raise ConnectionError("the server sent a close frame")
                if end > size and length < 8:
                    break
                self._on_text(kind, bytes(head[body : min(end, size)]))
            if end > size:
                self._bytes_to_discard = end - size
                self._head_bytes = 0
                return completed
            completed += self._end_message()
            start = end
        head[: size - start] = head[start:size]
        self._head_bytes = size - start
        return completed

    def _on_text(self, kind: int, text: bytes) -> None:
        if not self._is_watching:
            self._texts.append(b"" if kind & COMPRESSED else text)
        elif text == b"2":
            self.send("3")

    def _wait_for_text(self, beginning: bytes) -> None:
        """Wait for a text with this beginning; a compressed one is assumed to be it."""
        while True:
            while self._texts:
                text = self._texts.pop(0)
                if not text or text.startswith(beginning):
                    return
            self.read()

    def _read_numbers(self, envelope: bytes) -> None:
        found = NUMBER.search(envelope)
        if found:
            epoch, seq = int(found[1]), int(found[2])
            gap = seq - self._seq - 1 if self._seq else 0
            if gap < 0:
                raise AssertionError(f"frame {seq} received after frame {self._seq}")
            self.lost += gap
            self._seq = seq
            if gap and self._reported >= FREQUENT_REPORTS:
                self._reported = 0
                self._report_at -= REPORT_INTERVAL_S - FREQUENT_REPORT_INTERVAL_S
            self._report = (epoch, seq) if self._is_report_due() else None

    def _is_report_due(self) -> bool:
        return time.monotonic() >= self._report_at

    def _end_message(self) -> int:
        """End a message, and return 1 if it was a frame, else 0."""
        if not self._is_frame:
            return 0
        self.frames += 1
        if self._reports and self._report:
            self._reported += 1
            interval_s = (
                FREQUENT_REPORT_INTERVAL_S
                if self._reported < FREQUENT_REPORTS
                else REPORT_INTERVAL_S
            )
            self._report_at = time.monotonic() + interval_s
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
