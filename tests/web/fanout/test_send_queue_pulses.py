"""The pending pulses of frames that a viewer was not sent are bounded, and the newest."""

import math
from typing import Any

import orjson
import pytest

from shared.envelope import Blobs, pack
from web.fanout.messages import Frame
from web.fanout.send_queue import MAX_PULSES_BYTES, MIN_PULSES_BYTES, PendingPulses


def frame(seq: int, values: int = 1) -> Frame:
    """Return a frame of one pulse with this number of values."""
    pulses = {"pulse_id": [seq], "t_source": [1.5], "values": {f"v{n}": [n] for n in range(values)}}
    header: dict[str, Any] = {"epoch": 7, "seq": seq, "t_received": 2.5, "pulses": pulses}
    return Frame("camera", pack({**header, "values": {"big": 1}, "image": None}, Blobs()))


def test_pending_events_have_the_pulses_unchanged_and_nothing_else() -> None:
    pending = PendingPulses()

    pending.add(frame(1))

    (event,) = pending.take("camera")
    assert (event.name, event.payload) == (
        "pulses",
        {
            "stream": "camera",
            "epoch": 7,
            "seq": 1,
            "t_received": 2.5,
            "pulses": {"pulse_id": [1], "t_source": [1.5], "values": {"v0": [0]}},
        },
    )
    assert pending.take("camera") == [], "once"


@pytest.mark.parametrize(
    ("window", "limit"), [(0, MIN_PULSES_BYTES), (160_000, 80_000), (10_000_000, MAX_PULSES_BYTES)]
)
def test_the_oldest_are_dropped_when_more_wait_than_fit_beside_images(
    window: int, limit: int
) -> None:
    pending = PendingPulses()
    for seq in range(1000):
        pending.add(frame(seq, values=40), window)

    assert 0.9 * limit < pending.length("camera") <= limit
    seqs = [event.payload["seq"] for event in pending.take("camera")]
    assert seqs == list(range(1000 - len(seqs), 1000))


def test_an_event_that_is_too_long_by_itself_is_left_out() -> None:
    pending = PendingPulses()

    pending.add(frame(1, values=10_000))

    assert pending.take("camera") == []


def test_pulses_are_packed_once_for_all_viewers_and_nan_is_null() -> None:
    replaced = frame(1)
    replaced.header["pulses"]["values"]["v0"] = [math.nan]
    viewers = PendingPulses(), PendingPulses()

    for pending in viewers:
        pending.add(replaced)
    first, second = (event.packed() for pending in viewers for event in pending.take("camera"))

    assert first is second
    assert orjson.loads(first[first.index(b"42[") + 2 :])[1]["pulses"]["values"] == {"v0": [None]}
