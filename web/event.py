"""What goes to WebSockets besides frames: an event packed once for all viewers that it concerns."""

from functools import cache
from typing import Any

import orjson

TEXT = 0x81
BINARY = 0x82
"""RFC 6455, 5.2: a whole message in one frame, of text or of bytes"""


class Event:
    """A Socket.IO event of the namespace ``/``, without attachments."""

    def __init__(self, name: str, payload: dict[str, Any]) -> None:
        self.name = name
        self.payload = payload
        self.packed = cache(self._packed)
        """the same with its WebSocket framing, made once for each ``own``"""

    def with_own(self, **own: Any) -> dict[str, Any]:
        """The payload with what is one viewer's own."""
        return {**self.payload, **own}

    def _packed(self, **own: Any) -> bytes:
        # engine.io message (4), Socket.IO event (2)
        text = b"42" + orjson.dumps([self.name, self.with_own(**own)])
        return websocket_head(TEXT, len(text)) + text


def websocket_head(kind: int, length: int) -> bytes:
    """The head of a server's (unmasked) WebSocket frame; RFC 6455, 5.2."""
    if length < 126:
        return bytes([kind, length])
    if length < 1 << 16:
        return bytes([kind, 126]) + length.to_bytes(2, "big")
    return bytes([kind, 127]) + length.to_bytes(8, "big")
