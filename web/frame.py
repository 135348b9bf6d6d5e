"""One frame in a worker: the envelope as it came, and the same as it goes to WebSockets."""

from functools import cached_property
from typing import Any

from shared.envelope import read_header

EVENT = b'451-["frame",{"_placeholder":true,"num":0}]'
"""engine.io message (4), Socket.IO binary event (5) with one attachment (1-), which follows."""
TEXT = 0x81
BINARY = 0x82
"""RFC 6455, 5.2: a whole message in one frame, of text or of bytes"""


class Frame:
    """Shared by all viewers of a worker; raises BadEnvelope for bytes that are no frame."""

    def __init__(self, message: bytes) -> None:
        self.message = message
        self.header: dict[str, Any] = read_header(message)
        self.stream = str(self.header.get("stream"))

    @cached_property
    def packed(self) -> bytes:
        """The Socket.IO event with its WebSocket framing, made once for all viewers."""
        return b"".join(
            [
                websocket_head(TEXT, len(EVENT)),
                EVENT,
                websocket_head(BINARY, len(self.message)),
                self.message,
            ]
        )


def websocket_head(kind: int, length: int) -> bytes:
    """The head of a server's (unmasked) WebSocket frame; RFC 6455, 5.2."""
    if length < 126:
        return bytes([kind, length])
    if length < 1 << 16:
        return bytes([kind, 126]) + length.to_bytes(2, "big")
    return bytes([kind, 127]) + length.to_bytes(8, "big")
