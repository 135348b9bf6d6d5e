"""How much a viewer may be sent ahead of what it has drawn.

Buffers of the kernel, of nginx and of the browser take seconds of frames on a slow line, and none
of them tells. So the viewer reports which frame it has just drawn, and the time since that frame
was begun, its delay, says how long the queue on the way is. A window of bytes is steered so that
the delay comes to a target. ``docs/decisions/0008-flow-control.md`` has the reasons.
"""

import math
from collections import deque
from typing import NamedTuple

START_BYTES = 64 * 1024
MAX_BYTES = 16 * 1024 * 1024
TARGET_S = 0.3
"""How long a frame may be on its way, where the line's own delay allows it."""
ABOVE_SMALLEST = 1.5
"""The target in terms of the smallest delay seen; also how much longer than the last delay a frame
may take before it counts as arrived."""
MIN_DELAY_S = 0.005
SILENCE_S = 3.0
"""A viewer not heard of for so long gets one frame in this time. Pages report every 2 s."""
REMEMBERED = 128
"""Frames that one viewer has not reported; the oldest are forgotten."""


class Sent(NamedTuple):
    """A frame on its way; ``begun`` in the clock's seconds."""

    stream: str
    epoch: object
    seq: object
    length: int
    begun: float
    filled: bool = False
    """whether the window had no room for another such"""


class Flow:
    """The window of one viewer that reports; every ``now`` comes from one monotonic clock.

    In flight are the frames that were begun and not reported, nor any after them. A page on a fast
    line reports seldom, so what is out for longer than the last report lets expect counts as
    arrived, unless the viewer has fallen silent.
    """

    def __init__(self) -> None:
        self.window = START_BYTES
        self.in_flight = 0
        self._unreported: deque[Sent] = deque()
        self._arrived = 0  # so many of these, the first ones, are no longer in flight
        self._smallest_s = math.inf
        self._patience_s = SILENCE_S
        self._on_time = True
        self._steered = -math.inf
        self._heard = -math.inf
        self._begun = -math.inf

    def admits(self, length: int, now: float) -> bool:
        """Whether a frame of so many bytes may begin."""
        if self._unreported and now - self._heard > SILENCE_S:
            return now - self._begun > SILENCE_S
        if self.in_flight + length <= self.window:
            return True
        if self._on_time or now - self._heard > self._patience_s:
            self._expect_arrivals(now - self._patience_s)
        return self.in_flight + length <= self.window or not self.in_flight

    def begin(self, stream: str, epoch: object, seq: object, length: int, now: float) -> None:
        """Notes a frame whose first byte goes out now."""
        if not self._unreported:
            self._heard = now  # there was nothing to report
        elif len(self._unreported) == REMEMBERED:
            self._pop()
        self.in_flight += length
        filled = self.in_flight + length > self.window
        self._unreported.append(Sent(stream, epoch, seq, length, now, filled))
        self._begun = now

    def drawn(self, stream: str, epoch: int, seq: int, now: float) -> float | None:
        """The viewer has drawn this frame: its delay in seconds, or None when none such is out."""
        reported = (stream, epoch, seq)
        for place, sent in enumerate(self._unreported):
            if sent[:3] == reported:
                break
        else:
            return None
        for _ in range(place + 1):  # a line keeps the order: what went before it has passed too
            self._pop()
        self._heard = now
        delay_s = now - sent.begun
        self._steer(sent, delay_s, now)
        return delay_s

    def forget(self, stream: str) -> None:
        """Nobody will report this stream's frames any more."""
        others = [sent for sent in self._unreported if sent.stream != stream]
        self._unreported = deque(others)
        self._arrived = 0
        self.in_flight = sum(sent.length for sent in others)

    def _steer(self, sent: Sent, delay_s: float, now: float) -> None:
        self._smallest_s = min(self._smallest_s, delay_s)
        target_s = max(TARGET_S, ABOVE_SMALLEST * self._smallest_s)
        self._on_time = delay_s <= target_s
        self._patience_s = min(SILENCE_S, 0.1 + ABOVE_SMALLEST * delay_s)
        if sent.begun < self._steered:
            return  # it went out before the last step, and says nothing about that
        if delay_s > target_s:
            # The window may be far beyond what is queued: it is the queue that was too long.
            queued = sum(later.length for later in self._unreported)
            self.window = int(min(self.window, queued) * target_s / delay_s)
            self._steered = now
        else:
            more = target_s / max(delay_s, MIN_DELAY_S)
            if sent.filled:
                self.window = int(self.window * min(2.0, more))
                self._steered = now
            # So many bytes at least go through in the target's time.
            self.window = max(self.window, int(sent.length * more))
        self.window = min(MAX_BYTES, max(sent.length, self.window))

    def _expect_arrivals(self, before: float) -> None:
        while self._arrived < len(self._unreported):
            sent = self._unreported[self._arrived]
            if sent.begun > before:
                break
            self.in_flight -= sent.length
            self._arrived += 1

    def _pop(self) -> None:
        sent = self._unreported.popleft()
        if self._arrived:
            self._arrived -= 1
        else:
            self.in_flight -= sent.length
