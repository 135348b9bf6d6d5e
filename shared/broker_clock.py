"""An estimate of the time on Redis' clock, which all processes share, without asking Redis."""

from collections import deque

SET_BACK_S = 1.0
"""No answer takes this long: a sample lower by more means that Redis' clock was set back."""


class BrokerClock:
    """Redis' clock, derived from the monotonic clock of this process; never ahead of the true time.

    Redis reads its clock before its answer arrives: the offset of each sample is a lower bound, and
    the largest of the recent ones is the tightest. Code that asks Redis for the time calls
    ``observe``.
    """

    def __init__(self, samples: int = 10) -> None:
        self._offsets: deque[float] = deque(maxlen=samples)
        self._offset = 0.0

    @property
    def is_known(self) -> bool:
        """Whether there is a sample yet."""
        return bool(self._offsets)

    def observe(self, broker_time: float, received_at: float) -> None:
        """Add a sample: Redis' time, and when it was received on the monotonic clock."""
        offset = broker_time - received_at
        if offset < self._offset - SET_BACK_S:
            self._offsets.clear()
        self._offsets.append(offset)
        self._offset = max(self._offsets)

    def at(self, monotonic: float) -> float:
        """Return Redis' time, in Unix seconds, at a moment of the monotonic clock."""
        return monotonic + self._offset
