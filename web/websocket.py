"""WebSocket framing (RFC 6455), both ways: the head of a frame that is sent, and short messages of
clients, which are frequent, read without a WebSocket library."""

import re
from collections.abc import Callable
from typing import Any

from web.metrics import REFUSED

TEXT = 0x81
BINARY = 0x82
"""RFC 6455, 5.2: a whole message in one frame, of text or of bytes"""
MASKED = 0x80
MAX_SHORT_BYTES = 125
"""the payload of a frame whose head has two bytes; RFC 6455, 5.2"""
HEAD_BYTES, MASK_BYTES = 2, 4
PACKET = re.compile("4[0-9]|[12356](probe)?$")
"""the beginnings of the texts that Socket.IO clients send over engine.io"""


def websocket_head(kind: int, length: int) -> bytes:
    """Return the head of a server's (unmasked) WebSocket frame; RFC 6455, 5.2."""
    if length < 126:
        return bytes([kind, length])
    if length < 1 << 16:
        return bytes([kind, 126]) + length.to_bytes(2, "big")
    return bytes([kind, 127]) + length.to_bytes(8, "big")


def handle_short_messages(data: bytes, on_message: Callable[[bytes], bool]) -> bytes:
    """Call ``on_message`` with each whole short text at the beginning of ``data``, until it returns
    False. Return the rest, from the first message on that was not handled.

    ``data`` was sent by a client and begins with a message.
    """
    while data:
        end = HEAD_BYTES + MASK_BYTES + (data[1] & ~MASKED) if len(data) > HEAD_BYTES else 0
        short = data[0] == TEXT and end and MASKED <= data[1] <= MASKED + MAX_SHORT_BYTES
        if not short or len(data) < end:
            break
        mask_end = HEAD_BYTES + MASK_BYTES
        if not on_message(unmask(data[mask_end:end], data[HEAD_BYTES:mask_end])):
            break
        data = data[end:]
    return data


def unmask(data: bytes, mask: bytes | tuple[int, ...], length: int = -1, offset: int = 0) -> bytes:
    """Unmask a client's payload (RFC 6455, 5.3). eventlet's function takes 15 µs for a report."""
    length = len(data) if length < 0 else length
    keys = bytes(mask[(offset + place) % 4] for place in range(4)) * (length // 4 + 1)
    clear = int.from_bytes(data, "little") ^ int.from_bytes(keys[:length], "little")
    return clear.to_bytes(length, "little")


def check_message(wait: Callable[[], Any]) -> Any:
    """Wait for the next message of a WebSocket. Return None, its end, for a message that engine.io
    cannot read, which would leave the session half open."""
    try:
        message = wait()
    except UnicodeDecodeError:
        message = ""
    if isinstance(message, str) and not PACKET.match(message):
        REFUSED.labels("packet").inc()
        return None
    return message
