"""Redis' clock, read without asking Redis: the one clock that every process shares."""

from collections import deque

SET_BACK_S = 1.0
"""no answer takes so long: a sample so much lower says that Redis' clock was set back"""


class BrokerClock:
    """Redis' clock from our monotonic one, never later than the truth.

    Redis read its clock at some moment before we had the answer: the offset of each sample is a
    lower bound, and the largest of the recent ones the tightest. Whoever asks Redis observes.
    """

    def __init__(self, samples: int = 10) -> None:
        self._offsets: deque[float] = deque(maxlen=samples)
        self._offset = 0.0

    @property
    def is_known(self) -> bool:
        """Whether Redis has told its time yet."""
        return bool(self._offsets)

    def observe(self, broker_time: float, answered: float) -> None:
        """Redis said ``broker_time``, and we had it at ``answered`` of our monotonic clock."""
        offset = broker_time - answered
        if offset < self._offset - SET_BACK_S:
            self._offsets.clear()
        self._offsets.append(offset)
        self._offset = max(self._offsets)

    def at(self, monotonic: float) -> float:
        """Unix seconds on Redis' clock."""
        return monotonic + self._offset
