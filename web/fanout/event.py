"""What goes to WebSockets besides frames: an event packed once for all viewers that it concerns."""

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
        self._packed: dict[tuple[tuple[str, Any], ...], bytes] = {}

    def packed(self, **own: Any) -> bytes:
        """The same with its WebSocket framing, made once for each ``own``."""
        packed = self._packed.get(key := tuple(own.items()))
        if packed is None:
            # engine.io message (4), Socket.IO event (2)
            text = b"42" + orjson.dumps([self.name, self.with_own(**own)])
            packed = self._packed[key] = websocket_head(TEXT, len(text)) + text
        return packed

    def with_own(self, **own: Any) -> dict[str, Any]:
        """The payload with what is one viewer's own."""
        return {**self.payload, **own}


def websocket_head(kind: int, length: int) -> bytes:
    """The head of a server's (unmasked) WebSocket frame; RFC 6455, 5.2."""
    if length < 126:
        return bytes([kind, length])
    if length < 1 << 16:
        return bytes([kind, 126]) + length.to_bytes(2, "big")
    return bytes([kind, 127]) + length.to_bytes(8, "big")
