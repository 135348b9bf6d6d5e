"""The filter for frames that arrive too late to be shown: frames of an epoch that is over, frames
that arrive after newer ones, and frames that were delayed on their way."""

import time
from typing import Any

from shared.broker_clock import BrokerClock
from web.fanout.messages import Frame
from web.metrics import FRAMES_FENCED

MAX_DELAY_S = 1.0
"""A frame arrives milliseconds after it was published, unless a connection was interrupted or a
worker hung: then those that waited arrive all together. A frame is stale when its delay exceeds
the usual one by this."""
DELAY_GROWTH = 0.2
"""Seconds by which the usual delay grows in a second of later frames: over a path that has become
slow for good they are shown again, each with its age, which the page displays."""
MAX_GAP_S = 0.5
"""The longest gap between two frames that this growth counts."""


class StaleFrameFilter:
    """The filter of one relay, used by its thread; ``clock`` is Redis'."""

    def __init__(self, stream: str, clock: BrokerClock) -> None:
        self._epoch = 0
        self._seq: Any = None
        self._passed = True
        """whether a frame has passed since the last status"""
        self._clock = clock
        self._usual_delay_s = 0.0
        """from a frame's publication until its arrival"""
        self._last_arrival = time.monotonic()
        self._count = FRAMES_FENCED.labels(stream).inc

    def on_status(self, status: dict[str, Any]) -> None:
        """Take the epoch of the ingest that has the stream's name, also an older one: Redis may
        have lost the last one, with its clock set back, and no frame would pass any more. For the
        same reason any seq counts while no frame passes: anybody may have published the last
        one."""
        epoch = status.get("epoch")
        if type(epoch) is int and (epoch != self._epoch or not self._passed):
            self._epoch, self._seq = epoch, None
        self._passed = False

    def rejects(self, frame: Frame) -> bool:
        """Return whether the frame is too late, and count it if so."""
        if self.is_old_epoch(frame) or self._is_overtaken(frame) or self._is_delayed(frame):
            self._count()
            return True
        self._epoch, self._seq = frame.epoch, frame.header.get("seq")
        self._passed = True
        return False

    def is_old_epoch(self, frame: Frame) -> bool:
        """Return whether a newer epoch has begun."""
        return frame.epoch < self._epoch

    def _is_overtaken(self, frame: Frame) -> bool:
        seq, last = frame.header.get("seq"), self._seq
        return frame.epoch == self._epoch and type(seq) is type(last) is int and seq < last

    def _is_delayed(self, frame: Frame) -> bool:
        published = frame.header.get("t_published")
        if not isinstance(published, float) or not self._clock.is_known:  # anyone may publish
            return False
        now = time.monotonic()
        # A time in the future means that Redis' clock was set and that either ingest or this worker
        # has not noticed yet: taken as the usual delay, it would reject every frame later on.
        delay_s = max(0.0, self._clock.at(now) - published)
        growth_s = DELAY_GROWTH * min(now - self._last_arrival, MAX_GAP_S)
        self._last_arrival = now
        self._usual_delay_s = min(delay_s, self._usual_delay_s + growth_s)
        return delay_s > self._usual_delay_s + MAX_DELAY_S
