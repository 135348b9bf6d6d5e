"""Frames rejected while Redis' clock is set, and ingest and the worker notice it in turn."""

import itertools
import time

import pytest

from shared import envelope
from shared.broker_clock import BrokerClock
from web.fanout.messages import Frame
from web.fanout.stale_frames import MAX_DELAY_S, StaleFrameFilter

HOUR_S = 3600.0
STEPS = [-HOUR_S, HOUR_S, -5.0, 5.0, -1.5, 1.5]


class Scene:
    """Ingest and a worker, each with its own view of Redis' clock."""

    def __init__(self) -> None:
        self._seq = itertools.count()
        self._redis_s = 1e6
        self._ingest, self._worker = BrokerClock(), BrokerClock()
        self._filter = StaleFrameFilter("camera", self._worker)
        self.learn("ingest", "worker")

    def set_clock(self, step_s: float) -> None:
        """Set Redis' clock, which nobody has noticed yet."""
        self._redis_s += step_s

    def learn(self, *roles: str) -> None:
        """Read Redis' time as ingest, as the worker or both."""
        now = time.monotonic()
        for role in roles:
            clock = self._ingest if role == "ingest" else self._worker
            clock.observe(self._redis_s + now, now)

    def rejects(self, held_up_s: float = 0.0) -> bool:
        """Return whether a frame is rejected that was published ``held_up_s`` ago."""
        published = self._ingest.at(time.monotonic() - held_up_s)
        header = {"epoch": 1, "seq": next(self._seq), "t_published": published}
        header |= {"t_received": published, "stream": "camera"}
        return self._filter.rejects(Frame("camera", envelope.pack(header, envelope.Blobs())))


@pytest.mark.parametrize("order", [("ingest", "worker"), ("worker", "ingest")], ids="-".join)
@pytest.mark.parametrize("steps", list(itertools.permutations(STEPS, 2)), ids=str)
def test_frames_pass_again_as_soon_as_both_have_noticed_that_redis_clock_was_set(
    order: tuple[str, str], steps: tuple[float, float]
) -> None:
    scene = Scene()
    for step_s in steps:
        assert not scene.rejects()
        scene.set_clock(step_s)
        for role in order:
            scene.rejects()  # it may, until both have noticed the change
            scene.learn(role)

        assert not scene.rejects()
        assert scene.rejects(held_up_s=MAX_DELAY_S + 0.5)
        assert not scene.rejects()


def test_frames_published_after_the_clock_was_set_pass() -> None:
    scene = Scene()
    assert not scene.rejects()

    scene.set_clock(HOUR_S)
    scene.learn("ingest")

    assert not any(scene.rejects() for _ in range(5))
