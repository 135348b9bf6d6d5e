"""How much a viewer may be sent ahead of what it has drawn.

Buffers of the kernel, of nginx and of the browser take seconds of frames on a slow line, and none
of them tells. So the viewer reports which frame it has just drawn, and the time since that frame
was begun, its delay, says how long the queue on the way is. A window of bytes is steered so that
the delay comes to a target. ``docs/decisions/0008-flow-control.md`` has the reasons.
"""

import math
from collections import deque

START_BYTES = 32 * 1024
MAX_BYTES = 16 * 1024 * 1024
TARGET_S = 0.25
"""How long a frame may be on its way, where the line's own delay allows it."""
FAR = 1.2
"""The target in terms of the smallest delay seen."""
ABOVE = 1.5
"""What the next delay may be in terms of the last one, and some more:"""
SPARE_S = 0.05
SECOND = 1.35
"""What the delay of a second frame may be in terms of the first one's, which met an idle line."""
STEP_S, LONGEST_STEP_S = 1.6, 26.0
"""How long until twice as much is tried on the way; twice as long after each that was too much."""
FORGETS = 0.98
"""With each report of a full window in time that becomes less again."""
SILENCE_S = 3.0
"""A viewer not heard of for so long gets one frame in this time. Pages report every 2 s."""
REMEMBERED = 1024
"""Frames that one viewer has not reported; the oldest are forgotten."""

Key = tuple[str, object, object]
"""A frame's stream, epoch and seq."""
Sent = tuple[Key, int, float, bool]
"""A frame on its way: its bytes; when it was begun, in the clock's seconds; whether the window then
had no room for another."""


def sent_records(key: Key, length: int, now: float) -> tuple[Sent, Sent]:
    """What may be noted of a frame that begins now, without and with room for another; made once
    for all viewers, since each keeps hundreds."""
    return (key, length, now, False), (key, length, now, True)


class FlowControl:
    """The window of one viewer that reports; every ``now`` comes from one monotonic clock.

    In flight is what was begun after the last frame reported. A page whose frames come in time
    reports seldom: what is out for longer than its last report lets expect then counts as arrived,
    unless it has fallen silent.
    """

    def __init__(self) -> None:
        self.window = START_BYTES
        self.in_flight = 0
        self._unreported: deque[Sent] = deque()
        self._arrived = 0  # so many of them, the first ones, are no longer in flight
        self._smallest_s = self._delay_s = math.inf
        self._patience_s = SILENCE_S
        self._step_s = STEP_S
        self._in_time = True
        self._heard = self._begun = self._changed = -math.inf

    def begins(self, frame: tuple[Sent, Sent]) -> bool:
        """Record a frame as sent and return True, or return False when the window has no room.

        ``frame`` holds its :func:`sent_records`.
        """
        _, length, now, _ = frame[0]
        # what is true of nearly every frame comes first, without a call
        room = self.in_flight + length <= self.window and now - self._heard <= SILENCE_S
        if not room and not self._admits(length, now):
            return False
        unreported = self._unreported
        if not unreported:
            self._heard = now  # there was nothing to report
        elif len(unreported) == REMEMBERED:
            self._pop()
        self._begun = now
        self.in_flight += length
        unreported.append(frame[self.in_flight + length > self.window])
        return True

    def _admits(self, length: int, now: float) -> bool:
        if now - self._heard > SILENCE_S and self._unreported:
            return now - self._begun > SILENCE_S
        if self.in_flight + length <= self.window:
            return True
        if self._in_time or now - self._heard > self._patience_s:
            self._expect_arrivals(now - self._patience_s)
        return self.in_flight - self._passed(now) + length <= self.window or not self.in_flight

    def on_drawn(self, key: Key, ago_s: float, now: float) -> float | None:
        """The viewer has drawn this frame so long ago: its delay in seconds, or None when none such
        is out."""
        place = next((n for n, sent in enumerate(self._unreported) if sent[0] == key), None)
        if place is None:
            return None
        for _ in range(place):  # a line keeps the order: what went before it has passed too
            self._pop()
        sent = self._pop()
        self._heard = now
        _, length, begun, filled = sent
        delay_s = self._delay_s = max(0.0, now - ago_s - begun)
        self._smallest_s = min(self._smallest_s, delay_s)
        target_s = max(TARGET_S, FAR * self._smallest_s)
        self._patience_s = min(SILENCE_S, ABOVE * delay_s + SPARE_S)
        self._in_time = delay_s <= target_s
        if begun >= self._changed:  # what went out before that says nothing about the window now
            self.window = self._steered(length, filled, target_s, delay_s)
            if filled or not self._in_time:
                self._changed = now
        return delay_s

    def forget(self, stream: str) -> None:
        """Nobody will report this stream's frames any more."""
        self._unreported = deque(sent for sent in self._unreported if sent[0][0] != stream)
        self._arrived = 0
        self.in_flight = self._queued()

    def _steered(self, length: int, filled: bool, target_s: float, delay_s: float) -> int:
        """The window after a frame of so many bytes had this delay."""
        if delay_s > target_s:
            # The window may be far beyond what is queued: it is the queue that is too long.
            window = min(self.window, self._queued()) * target_s / delay_s
            self._step_s = min(LONGEST_STEP_S, 2 * self._step_s)
        else:
            # In the target's time the line takes at least so much; and where the window was what
            # limited it, perhaps more than that.
            more = 0.0
            if filled:
                more = self.window * delay_s / self._step_s
                self._step_s = max(STEP_S, FORGETS * self._step_s)
            window = max(length * target_s / max(SECOND * delay_s, 0.001), self.window + more)
        return min(MAX_BYTES, max(length, int(window)))

    def _queued(self) -> int:
        return sum(sent[1] for sent in self._unreported)

    def _passed(self, now: float) -> float:
        """What the line should have carried by now of the oldest frame in flight: the next may
        begin before that is whole, so that a window can be one frame and a part of another."""
        if not self._in_time or self._arrived == len(self._unreported):
            return 0.0
        _, length, begun, _ = self._unreported[self._arrived]
        return length * min(1.0, (now - begun) / max(self._delay_s, 0.001))

    def _expect_arrivals(self, begun_before: float) -> None:
        while self._arrived < len(self._unreported):
            _, length, begun, _filled = self._unreported[self._arrived]
            if begun > begun_before:
                break
            self.in_flight -= length
            self._arrived += 1

    def _pop(self) -> Sent:
        sent = self._unreported.popleft()
        if self._arrived:
            self._arrived -= 1
        else:
            self.in_flight -= sent[1]
        return sent
