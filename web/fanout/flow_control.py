"""Flow control: how much a viewer may be sent ahead of what it has drawn.

Buffers of the kernel, of nginx and of the browser hold seconds of frames on a slow connection, and
none of them reports its fill level. So the viewer reports the frame that it has just drawn, and the
time since that frame was sent, its delay, shows how long the queue on the way is. A window of bytes
is controlled so that the delay approaches a target. ``docs/decisions/0008-flow-control.md`` has the
reasons.
"""

import math
from collections import deque
from typing import NamedTuple

START_BYTES = 32 * 1024
MAX_BYTES = 16 * 1024 * 1024
TARGET_DELAY_S = 0.25
"""The delay aimed at, where the round-trip time allows it."""
TARGET_FACTOR = 1.2
"""The least target in terms of the smallest delay seen."""
PATIENCE_FACTOR, PATIENCE_MARGIN_S = 1.5, 0.05
"""The next delay is expected to be at most this factor times the last one, plus this margin."""
SECOND_FRAME_FACTOR = 1.35
"""The delay of a second frame in terms of the first one's, which met an idle connection."""
MIN_DOUBLING_S, MAX_DOUBLING_S = 1.6, 26.0
"""The time in which the window doubles. Each window that was too large doubles this time."""
DOUBLING_DECAY = 0.98
"""The factor by which that time shrinks with each report of a full window in time."""
SILENCE_S = 3.0
"""A viewer that has reported nothing for this time gets one frame in this time. Pages report every
2 s."""
MAX_UNREPORTED = 1024
"""Frames of one viewer that are remembered until they are reported; the oldest are forgotten."""

Key = tuple[str, object, object]
"""A frame's stream, epoch and seq."""


class SentFrame(NamedTuple):
    """A frame in flight."""

    key: Key
    length: int
    """bytes"""
    sent_at: float
    """when sending began [s]"""
    is_full: bool
    """whether the window had no room for another frame of its length"""


def sent_records(key: Key, length: int, now: float) -> tuple[SentFrame, SentFrame]:
    """Return the records of a frame that is sent now, with and without room for another one; made
    once for all viewers, since each keeps hundreds. Takes 0.35 µs."""
    return SentFrame(key, length, now, False), SentFrame(key, length, now, True)


class FlowControl:
    """The window of one viewer that reports; every ``now`` comes from one monotonic clock.

    In flight are the frames that were sent after the last one reported. A page whose frames arrive
    in time reports seldom: frames that are in flight for longer than its last report suggests then
    count as delivered, unless it has fallen silent.
    """

    def __init__(self) -> None:
        self.window = START_BYTES
        self.in_flight = 0
        self._unreported: deque[SentFrame] = deque()
        self._delivered = 0  # of the first ones, how many are no longer in flight
        self._smallest_s = self._delay_s = math.inf
        self._patience_s = SILENCE_S
        self._doubling_s = MIN_DOUBLING_S
        self._is_in_time = True
        self._reported_at = self._sent_at = self._changed_at = -math.inf

    def try_send(self, records: tuple[SentFrame, SentFrame]) -> bool:
        """Record a frame as sent and return True, or return False when the window has no room.

        ``records`` are its :func:`sent_records`.
        """
        _, length, now, _ = records[0]
        # the case of nearly every frame comes first, without a call
        room = self.in_flight + length <= self.window and now - self._reported_at <= SILENCE_S
        if not room and not self._may_send(length, now):
            return False
        unreported = self._unreported
        if not unreported:
            self._reported_at = now  # there was nothing to report
        elif len(unreported) == MAX_UNREPORTED:
            self._pop_oldest()
        self._sent_at = now
        self.in_flight += length
        unreported.append(records[self.in_flight + length > self.window])
        return True

    def _may_send(self, length: int, now: float) -> bool:
        if now - self._reported_at > SILENCE_S and self._unreported:
            return now - self._sent_at > SILENCE_S
        if self.in_flight + length <= self.window:
            return True
        if self._is_in_time or now - self._reported_at > self._patience_s:
            self._assume_delivered(now - self._patience_s)
        in_flight = self.in_flight - self._estimated_delivered(now)
        return in_flight + length <= self.window or not self.in_flight

    def on_drawn(self, key: Key, ago_s: float, now: float) -> float | None:
        """Handle the report that a frame was drawn ``ago_s`` seconds ago. Return its delay [s], or
        None if no such frame is in flight."""
        position = next((n for n, sent in enumerate(self._unreported) if sent.key == key), None)
        if position is None:
            return None
        for _ in range(position):  # earlier frames were delivered too: the order is kept
            self._pop_oldest()
        _, length, sent_at, is_full = self._pop_oldest()
        self._reported_at = now
        delay_s = self._delay_s = max(0.0, now - ago_s - sent_at)
        self._smallest_s = min(self._smallest_s, delay_s)
        target_s = max(TARGET_DELAY_S, TARGET_FACTOR * self._smallest_s)
        self._patience_s = min(SILENCE_S, PATIENCE_FACTOR * delay_s + PATIENCE_MARGIN_S)
        self._is_in_time = delay_s <= target_s
        if sent_at >= self._changed_at:  # earlier frames say nothing about the current window
            self.window = self._control_window(length, is_full, target_s, delay_s)
            if is_full or not self._is_in_time:
                self._changed_at = now
        return delay_s

    def forget(self, stream: str) -> None:
        """Remove a stream's frames: they will not be reported any more."""
        self._unreported = deque(sent for sent in self._unreported if sent.key[0] != stream)
        self._delivered = 0
        self.in_flight = self._unreported_bytes()

    def _control_window(self, length: int, is_full: bool, target_s: float, delay_s: float) -> int:
        """Return the window after a frame of ``length`` bytes had this delay."""
        if delay_s > target_s:
            # The window may be far larger than the queue, and it is the queue that is too long.
            window = min(self.window, self._unreported_bytes()) * target_s / delay_s
            self._doubling_s = min(MAX_DOUBLING_S, 2 * self._doubling_s)
        else:
            # The connection carries at least this much in the target time, and perhaps more
            # where the window was the limit.
            more = 0.0
            if is_full:
                more = self.window * delay_s / self._doubling_s
                self._doubling_s = max(MIN_DOUBLING_S, DOUBLING_DECAY * self._doubling_s)
            carried = length * target_s / max(SECOND_FRAME_FACTOR * delay_s, 0.001)
            window = max(carried, self.window + more)
        return min(MAX_BYTES, max(length, int(window)))

    def _unreported_bytes(self) -> int:
        return sum(sent.length for sent in self._unreported)

    def _estimated_delivered(self, now: float) -> float:
        """Estimate the bytes that were delivered by now of the oldest frame in flight. The next
        frame may be sent before that one is complete, so that a window can hold one frame and a
        part of another."""
        if not self._is_in_time or self._delivered == len(self._unreported):
            return 0.0
        sent = self._unreported[self._delivered]
        return sent.length * min(1.0, (now - sent.sent_at) / max(self._delay_s, 0.001))

    def _assume_delivered(self, before: float) -> None:
        while self._delivered < len(self._unreported):
            sent = self._unreported[self._delivered]
            if sent.sent_at > before:
                break
            self.in_flight -= sent.length
            self._delivered += 1

    def _pop_oldest(self) -> SentFrame:
        sent = self._unreported.popleft()
        if self._delivered:
            self._delivered -= 1
        else:
            self.in_flight -= sent.length
        return sent
