"""A picture is put together from all its tiles, and from nothing that is none; ``test_snapshot.py``
has its numbers."""

from typing import Any

import numpy as np
import pytest

from shared.envelope import BadEnvelope
from tests.support.precise import message, noise
from web.fanout.messages import Frame
from web.fanout.mosaic import TileMosaic

NOISE = noise("uint8", (300, 300))


def frame_of(pixels: np.ndarray) -> Frame:
    """A frame of this picture."""
    return Frame("camera", message(pixels))


def test_a_picture_with_a_tile_missing_is_not_whole() -> None:
    frame = frame_of(NOISE)
    assert TileMosaic(frame).is_whole

    frame.header["image"]["tiles"].pop()

    assert not TileMosaic(frame).is_whole


def test_a_picture_says_how_many_of_its_tiles_found_no_room() -> None:
    frame = frame_of(NOISE)
    frame.header["image"]["tiles_left"] = 3

    assert (TileMosaic(frame).left, TileMosaic(frame).count) == (3, 4)


@pytest.mark.parametrize(
    "wrong",
    [
        {"width": 0},
        {"width": True},
        {"width": "300"},
        {"width": 299},
        {"height": -1},
        {"height": 10**12},
        {"tile": 0},
        {"tile": None},
        {"samples": 2},
        {"samples": 3},
        {"dtype": "object"},
        {"dtype": "uint16"},
        {"dtype": ["uint8"]},
        {"encoding": "jpeg"},
        {"channel": None},
        {"tiles": [[0, 0, 0, 8], [1, 0, 0, 8], [0, 1, 0, 8], [1, 1, 0, 8]]},
        {"tiles": [[0, 0, 0, 9**9], [1, 0, 0, 8], [0, 1, 0, 8], [1, 1, 0, 8]]},
        {"tiles": [[0, 0, 0, 8], [1, 0, 0, 8], [0, 1, 0, 8], [7, 7, 0, 8]]},
    ],
)
def test_a_picture_that_is_none_is_refused(wrong: dict[str, Any]) -> None:
    frame = frame_of(NOISE)
    frame.header["image"] |= wrong

    with pytest.raises(BadEnvelope):
        TileMosaic(frame).pixels()


def test_a_changed_byte_of_a_tile_gives_another_picture_or_is_refused() -> None:
    frame = frame_of(np.arange(500, dtype=np.uint16).reshape(20, 25))
    _, _, offset, length = frame.header["image"]["tiles"][0]
    good = bytearray(frame.body)
    for at in range(offset, offset + length):
        for byte in (0, 1, 127, 255):
            frame.body = memoryview(bytes(good[:at] + bytes([byte]) + good[at + 1 :]))
            try:
                assert TileMosaic(frame).pixels().shape == (20, 25)
            except BadEnvelope:
                continue
