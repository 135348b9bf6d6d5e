"""What comes too late to be shown: frames of an epoch that is over, frames that come after newer
ones, and those that were held up on their way."""

import time
from typing import Any

from shared.broker_clock import BrokerClock
from web.fanout.messages import Frame
from web.metrics import FRAMES_FENCED

HELD_UP_S = 1.0
"""A frame is here milliseconds after it was published, unless a line was cut or a worker hung: then
those that wait in between come all at once. So much more than the usual time is too late."""
ADAPTS = 0.2
"""Seconds by which the usual time grows in a second of later frames: over a way that has become
slow for good they come again, each with its age, which the page says."""
LONGEST_GAP_S = 0.5
"""What a gap between two frames may count for in that."""


class StaleFrameFilter:
    """Of one relay, used by its thread; ``clock`` is Redis'."""

    def __init__(self, stream: str, clock: BrokerClock) -> None:
        self._epoch = 0
        self._seq: Any = None
        self._passed = True
        """whether a frame did since the ingest was last heard of"""
        self._clock = clock
        self._usual_s = 0.0
        """from being published to being here"""
        self._came = time.monotonic()
        self._count = FRAMES_FENCED.labels(stream).inc

    def told(self, status: dict[str, Any]) -> None:
        """The word of the ingest that has the name counts, for an older epoch too: Redis may have
        forgotten the last one, with its clock set back, and nothing else would ever come. So does
        any number of a frame while nothing passes: the last one may have been anybody's."""
        epoch = status.get("epoch")
        if type(epoch) is int and (epoch != self._epoch or not self._passed):
            self._epoch, self._seq = epoch, None
        self._passed = False

    def stops(self, frame: Frame) -> bool:
        """Whether the frame comes too late, and then counts it."""
        if self.is_old(frame) or self._is_overtaken(frame) or self._was_held_up(frame):
            self._count()
            return True
        self._epoch, self._seq = frame.epoch, frame.header.get("seq")
        self._passed = True
        return False

    def is_old(self, frame: Frame) -> bool:
        """Whether a newer epoch has begun."""
        return frame.epoch < self._epoch

    def _is_overtaken(self, frame: Frame) -> bool:
        seq, last = frame.header.get("seq"), self._seq
        return frame.epoch == self._epoch and type(seq) is type(last) is int and seq < last

    def _was_held_up(self, frame: Frame) -> bool:
        published = frame.header.get("t_published")
        if not isinstance(published, float) or not self._clock.is_known:  # anyone may publish
            return False
        now = time.monotonic()
        # A time to come says that Redis' clock was set, and that not both of us have seen it: taken
        # for the usual time, it would hold up every frame once both have.
        took_s = max(0.0, self._clock.at(now) - published)
        more_s = ADAPTS * min(now - self._came, LONGEST_GAP_S)
        self._came, self._usual_s = now, min(took_s, self._usual_s + more_s)
        return took_s > self._usual_s + HELD_UP_S
