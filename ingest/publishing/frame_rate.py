"""When the next frame is due."""


class FrameRateLimit:
    """Limits a rate without punishing jitter: a frame that came late does not delay the next
    one."""

    def __init__(self, max_per_s: float) -> None:
        self._period_s = 1 / max_per_s
        self._due = 0.0

    def wait_s(self, now: float) -> float:
        """How long until the next frame is due; 0 when it is."""
        return max(0.0, self._due - now)

    def took(self, now: float) -> None:
        """A frame was taken now."""
        self._due = max(self._due, now - self._period_s / 2) + self._period_s
