"""Short texts are distinguished from everything else that a client may send, in any pieces."""

import os

import pytest
from eventlet import websocket
from hypothesis import given
from hypothesis import strategies as st

from web.websocket import handle_short_messages, unmask


def sent(text: bytes, first: int = 0x81, mask: bytes = b"\x01\x00\xfe\xff") -> bytes:
    """Return a WebSocket message as a browser sends it; RFC 6455, 5.2."""
    length = bytes([0x80 | len(text)])
    if len(text) > 125:
        length = bytes([0x80 | 126]) + len(text).to_bytes(2, "big")
    return bytes([first]) + length + mask + unmask(text, mask)


def test_short_texts_are_handled_in_their_order_and_nothing_is_left() -> None:
    handled: list[bytes] = []

    rest = handle_short_messages(
        sent(b"3") + sent(b'42["drawn",{}]') + sent(b""), lambda x: not handled.append(x)
    )

    assert handled == [b"3", b'42["drawn",{}]', b""]
    assert rest == b""


def test_the_rest_begins_with_the_first_message_that_is_not_handled() -> None:
    others = sent(b'420["watch"]') + sent(b"3")

    assert handle_short_messages(sent(b"3") + others, lambda text: text == b"3") == others


@pytest.mark.parametrize(
    "message",
    [
        sent(b"x" * 126),
        sent(b"3", first=0x82),  # bytes
        sent(b"3", first=0x01),  # the first fragment
        sent(b"3", first=0x80),  # a later one
        sent(b"3", first=0xC1),  # compressed
        sent(b"3", first=0x88),  # close
        sent(b"3", first=0x89),  # ping
        b"\x81\x01" + b"3",  # not masked
    ],
)
def test_every_other_message_is_left_to_the_library(message: bytes) -> None:
    assert handle_short_messages(message, lambda _: pytest.fail("it was handled")) == message


@given(st.integers(0, 12))
def test_an_incomplete_message_is_left_to_the_library(cut: int) -> None:
    message = sent(b"3 and so on")[:cut]

    assert handle_short_messages(message, lambda _: pytest.fail("it was handled")) == message


@given(st.binary(max_size=300))
def test_no_bytes_are_lost_or_made_up(data: bytes) -> None:
    handled: list[bytes] = []

    rest = handle_short_messages(data, lambda text: not handled.append(text))

    assert data.endswith(rest)
    assert len(data) - len(rest) == sum(6 + len(text) for text in handled)


@pytest.mark.parametrize("offset", range(5))
@pytest.mark.parametrize("length", [0, 1, 3, 4, 5, 62, 1000])
def test_our_unmasking_equals_eventlets(length: int, offset: int) -> None:
    data, mask = os.urandom(length), (1, 0, 254, 255)

    clear = websocket.RFC6455WebSocket._apply_mask(data, mask, length=length, offset=offset)

    assert unmask(data, mask, length=length, offset=offset) == clear
