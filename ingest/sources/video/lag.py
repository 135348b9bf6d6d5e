"""How far what is read of a video is behind what is sent, by the times that its pictures carry; and
what to leave out to keep up."""

BACK_S, LEAP_S = 1.0, 10.0
"""a step further back, or further ahead, is another reckoning of time"""
BEHIND_S = 0.5
"""so late is too late"""
CAUGHT_UP_S = 0.1
READ_IN_S = 1.0
"""what waited was read in that time; who is still behind then counts time in another way"""
KEY_WITHIN_S = 10.0
"""a video without key pictures is gone on with all the same"""


class VideoLag:
    """Told of each packet's and picture's time, by one thread; all times in seconds."""

    def __init__(self) -> None:
        self._origin: float | None = None
        """when the picture of time 0 was due"""
        self.last_s = 0.0
        """the time of the last one"""
        self._skipping_since: float | None = None

    def behind_s(self, t: float, now: float) -> float:
        """How long ago the picture of time ``t`` was due; negative when it comes early."""
        if self._origin is None or not -BACK_S <= t - self.last_s <= LEAP_S:
            self._origin = now - t
        self.last_s = t
        return now - t - self._origin

    def is_due(self, t: float, now: float) -> None:
        """The picture of time ``t`` is due now, and what follows from then on."""
        self._origin, self.last_s = now - t, t

    def catch_up(self, now: float) -> None:
        """What follows is left out until it is of now, and from there to the next key picture."""
        self._skipping_since = now

    def leaves_out(self, t: float | None, is_key: bool, now: float) -> bool:
        """Whether to leave out a packet of time ``t``."""
        if self._skipping_since is None:
            return False
        skipping_s = now - self._skipping_since
        if t is not None and self.behind_s(t, now) > CAUGHT_UP_S:
            if skipping_s < READ_IN_S:
                return True
            self.is_due(t, now)
        if not is_key and skipping_s < KEY_WITHIN_S:
            return True
        self._skipping_since = None
        return False
