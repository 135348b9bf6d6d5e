"""Whether a source has fallen silent: how long nothing came, and how long that is usual."""

from collections import deque

SILENT_AFTER_S = 1.2
SLOWEST_S = 60.0
"""A pause longer than this says nothing about how often messages come."""


class SilenceDetector:
    """Told of all that comes, by one thread. Times are seconds of a monotonic clock."""

    def __init__(self) -> None:
        self.last: float | None = None
        """when something came"""
        self._gaps_s: deque[float] = deque(maxlen=3)

    def came(self, now: float) -> None:
        """Something has come."""
        if self.last is not None:
            self._gaps_s.append(min(now - self.last, SLOWEST_S))
        self.last = now

    @property
    def patience_s(self) -> float:
        """A silence so long is usual. By the smallest of the last gaps: one pause is no reason to
        expect the next."""
        return 3 * min(tuple(self._gaps_s), default=0.0)

    def since(self, start: float, now: float) -> float:
        """Seconds since something came, or since the start where nothing has."""
        return now - (start if self.last is None else self.last)

    def is_unusual(self, start: float, now: float) -> bool:
        """Whether that is longer than expected."""
        return self.since(start, now) > max(SILENT_AFTER_S, self.patience_s)
