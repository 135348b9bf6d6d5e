"""The filter for stale frames survives every step of Redis' clock, whichever side learns first."""

import itertools

import pytest

from shared import envelope
from shared.broker_clock import BrokerClock
from web import fence
from web.fence import Fence
from web.frame import Frame

PERIOD_S = 0.04
HEALS_WITHIN_S = 5.0
HOUR_S = 3600.0
STEPS = [
    steps
    for size in (1, 2)
    for steps in itertools.product((HOUR_S, -HOUR_S, 3.0, -3.0), repeat=size)
]


class Time:
    """A steady clock that the test moves on, in place of ``time.monotonic``."""

    now = 1000.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def time(monkeypatch: pytest.MonkeyPatch) -> Time:
    steady = Time()
    monkeypatch.setattr(fence, "time", steady)
    return steady


@pytest.mark.parametrize("ingest_learns_after_s", [0.0, 0.5])
@pytest.mark.parametrize("worker_learns_after_s", [0.0, 1.0])
@pytest.mark.parametrize("steps", STEPS, ids=str)
def test_frames_come_again_after_steps_of_the_clock(
    time: Time, steps: tuple[float, ...], ingest_learns_after_s: float, worker_learns_after_s: float
) -> None:
    ingest, worker, redis = BrokerClock(), BrokerClock(), 1.8e9
    stale = Fence("camera", worker)
    numbers = itertools.count(1)

    def passes() -> bool:
        """Whether a frame passes that is published now."""
        header = {
            "seq": next(numbers),
            "t_received": ingest.at(time.now),
            "t_published": ingest.at(time.now),
        }
        return not stale.stops(Frame("camera", envelope.pack(header, envelope.Blobs())))

    def run(seconds: float, ingest_from: float, worker_from: float) -> list[bool]:
        """Whether each frame passes, while both sides ask Redis from some moment on."""
        passed, began = [], time.now
        while time.now < began + seconds:
            since = time.now - began
            if since >= ingest_from:
                ingest.observe(redis + time.now, time.now)
            if since >= worker_from:
                worker.observe(redis + time.now, time.now)
            passed.append(passes())
            time.now += PERIOD_S
        return passed

    assert all(run(2, 0, 0))
    for step in steps:
        redis += step
        passed = run(HEALS_WITHIN_S, ingest_learns_after_s, worker_learns_after_s)
        assert all(passed[-25:]), f"stopped after a step of {step:+g} s"
