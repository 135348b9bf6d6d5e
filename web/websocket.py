"""What viewers send: short messages come often, and are told apart and read without a WebSocket
library; what nobody could read ends the connection."""

import re
from collections.abc import Callable
from typing import Any

from web.metrics import REFUSED

TEXT = 0x81
BINARY = 0x82
"""RFC 6455, 5.2: a whole message in one frame, of text or of bytes"""
MASKED = 0x80
LONGEST = 125
"""the bytes that a short message has at most; RFC 6455, 5.2"""
HEAD, MASK = 2, 4
PACKET = re.compile("4[0-9]|[12356](probe)?$")
"""how the texts begin that Socket.IO's clients send over engine.io, or what they are"""


def websocket_head(kind: int, length: int) -> bytes:
    """The head of a server's (unmasked) WebSocket frame; RFC 6455, 5.2."""
    if length < 126:
        return bytes([kind, length])
    if length < 1 << 16:
        return bytes([kind, 126]) + length.to_bytes(2, "big")
    return bytes([kind, 127]) + length.to_bytes(8, "big")


def handle_short_messages(data: bytes, hear: Callable[[bytes], bool]) -> bytes:
    """Offers what begins with whole short texts to ``hear``, one after the other; what is left,
    from the first on that it does not take.

    ``data`` is what a viewer sent, from the beginning of a message on.
    """
    while data:
        end = HEAD + MASK + (data[1] & ~MASKED) if len(data) > HEAD else 0
        short = data[0] == TEXT and end and MASKED <= data[1] <= MASKED + LONGEST
        if not short or len(data) < end:
            break
        if not hear(unmask(data[HEAD + MASK : end], data[HEAD : HEAD + MASK])):
            break
        data = data[end:]
    return data


def unmask(data: bytes, mask: bytes | tuple[int, ...], length: int = -1, offset: int = 0) -> bytes:
    """What a viewer sent, in the clear (RFC 6455, 5.3). eventlet's own takes 15 µs for a report."""
    length = len(data) if length < 0 else length
    keys = bytes(mask[(offset + place) % 4] for place in range(4)) * (length // 4 + 1)
    clear = int.from_bytes(data, "little") ^ int.from_bytes(keys[:length], "little")
    return clear.to_bytes(length, "little")


def checked_message(wait: Callable[[], Any]) -> Any:
    """The next message of a WebSocket, and its end instead of one that engine.io cannot read: that
    would leave the session half open."""
    try:
        message = wait()
    except UnicodeDecodeError:
        message = ""
    if isinstance(message, str) and not PACKET.match(message):
        REFUSED.labels("packet").inc()
        return None
    return message
