"""How much somebody may say: a rate, and a stock for when much happens at once."""

import time
from collections.abc import Callable

BURST_S = 4.0
"""Who was quiet may send what it could have sent in so long a time."""
FLOOD_S = 10.0
"""Who has sent so much more than that is cut off."""


class TokenBucket:
    """A token bucket; used by one thread."""

    def __init__(self, per_s: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._per_s = per_s
        self._clock = clock
        self._left = per_s * BURST_S
        self._at = clock()

    def charge(self) -> bool:
        """Whether one more message is within the allowance; it counts in any case."""
        self._grow()
        self._left -= 1
        return self._left >= 0

    def try_take(self) -> bool:
        """Takes one if there is one: who sends too fast gets its rate all the same."""
        self._grow()
        if self._left < 1:
            return False
        self._left -= 1
        return True

    def _grow(self) -> None:
        now = self._clock()
        grown = self._left + (now - self._at) * self._per_s
        self._left = min(grown, self._per_s * BURST_S)
        self._at = now

    @property
    def is_overdrawn(self) -> bool:
        """Whether the last message was too many."""
        return self._left < 0

    @property
    def is_flooding(self) -> bool:
        """Whether there is no point in answering any more."""
        return self._left < -self._per_s * FLOOD_S
