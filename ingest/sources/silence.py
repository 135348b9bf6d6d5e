"""Detects whether a source has fallen silent, by how often it usually sends."""

from collections import deque

SILENT_AFTER_S = 1.2
MAX_GAP_S = 60.0
"""a longer pause says nothing about how often messages arrive"""


class SilenceDetector:
    """Observes every arrival; used by one thread. Times are seconds of a monotonic clock."""

    def __init__(self) -> None:
        self.last: float | None = None
        """when the last message arrived"""
        self._gaps_s: deque[float] = deque(maxlen=3)

    def on_arrival(self, now: float) -> None:
        """Take note of a message that arrived now."""
        if self.last is not None:
            self._gaps_s.append(min(now - self.last, MAX_GAP_S))
        self.last = now

    @property
    def expected_s(self) -> float:
        """A silence that is usual for this source: three times the smallest of the last gaps, since
        one long pause does not make the next one likely."""
        return 3 * min(tuple(self._gaps_s), default=0.0)

    def since(self, start: float, now: float) -> float:
        """Return the seconds since the last arrival, or since ``start`` if there was none."""
        return now - (start if self.last is None else self.last)

    def is_unusual(self, start: float, now: float) -> bool:
        """Return whether the silence is longer than expected."""
        return self.since(start, now) > max(SILENT_AFTER_S, self.expected_s)
