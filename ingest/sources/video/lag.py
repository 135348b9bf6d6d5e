"""Measures how far reading a video lags behind its sender, by the times that its images carry,
and decides which packets to skip to catch up."""

MAX_BACK_S, MAX_LEAP_S = 1.0, 10.0
"""a larger step back, or ahead, starts a new time base"""
MAX_BEHIND_S = 0.5
"""the lag at which packets are skipped"""
CAUGHT_UP_S = 0.1
CATCH_UP_S = 1.0
"""queued packets are read within this time; a video still behind then has another time base"""
KEY_FRAME_WAIT_S = 10.0
"""skipping ends after this time even if the video has no key frames"""


class VideoLag:
    """Takes the time of every packet and image; used by one thread. All times in seconds."""

    def __init__(self) -> None:
        self._origin: float | None = None
        """when the image of time 0 was due"""
        self.last_s = 0.0
        """the time of the last image"""
        self._skipping_since: float | None = None

    def behind_s(self, t: float, now: float) -> float:
        """Return how long ago the image of time ``t`` was due; negative when it is early."""
        if self._origin is None or not -MAX_BACK_S <= t - self.last_s <= MAX_LEAP_S:
            self._origin = now - t
        self.last_s = t
        return now - t - self._origin

    def set_due(self, t: float, now: float) -> None:
        """Make the image of time ``t`` due now, and the following ones relative to it."""
        self._origin, self.last_s = now - t, t

    def start_skipping(self, now: float) -> None:
        """Skip packets until one is on time, and from there to the next key frame."""
        self._skipping_since = now

    def should_skip(self, t: float | None, is_key: bool, now: float) -> bool:
        """Return whether to skip a packet of time ``t``."""
        if self._skipping_since is None:
            return False
        skipping_s = now - self._skipping_since
        if t is not None and self.behind_s(t, now) > CAUGHT_UP_S:
            if skipping_s < CATCH_UP_S:
                return True
            self.set_due(t, now)
        if not is_key and skipping_s < KEY_FRAME_WAIT_S:
            return True
        self._skipping_since = None
        return False
