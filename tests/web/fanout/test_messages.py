"""A frame is valid or rejected; nothing in it can harm the worker."""

import orjson
import pytest

from shared.envelope import BadEnvelope, Blobs, pack
from web.fanout.messages import Frame

DEEP = b"[" * 500 + b"]" * 500
"""JSON that can be read, but is nested too deeply to be written"""


def test_pulses_that_cannot_be_written_are_left_out() -> None:
    message = pack({"t_received": 1.5, "seq": 3, "pulses": orjson.Fragment(DEEP)}, Blobs())

    event = Frame("camera", message).pulses

    assert event.packed().endswith(b'"seq":3,"t_received":1.5,"pulses":null}]')


@pytest.mark.parametrize("seq", [b"[]", b'"3"', b"3.5", b"{}", b"true", DEEP])
def test_a_frame_needs_an_integer_as_its_seq(seq: bytes) -> None:
    message = pack({"t_received": 1.5, "seq": orjson.Fragment(seq)}, Blobs())

    with pytest.raises(BadEnvelope, match="seq"):
        Frame("camera", message)
