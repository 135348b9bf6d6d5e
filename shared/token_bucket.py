"""Limit the rate of messages, with an allowance for bursts."""

import time
from collections.abc import Callable

BURST_S = 4.0
"""capacity of the bucket: after a pause, a burst of this many seconds' messages is allowed"""
FLOOD_S = 10.0
"""debt from which a sender counts as flooding, in seconds' worth of messages"""


class TokenBucket:
    """A token bucket; used by one thread."""

    def __init__(self, per_s: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._per_s = per_s
        self._clock = clock
        self._tokens = per_s * BURST_S
        self._filled_at = clock()

    def charge(self) -> bool:
        """Take a token, into debt if there is none; return whether there was one."""
        self._refill()
        self._tokens -= 1
        return self._tokens >= 0

    def try_take(self) -> bool:
        """Take a token if there is one; return whether there was. A sender that is too fast still
        gets its rate."""
        self._refill()
        if self._tokens < 1:
            return False
        self._tokens -= 1
        return True

    def _refill(self) -> None:
        now = self._clock()
        tokens = self._tokens + (now - self._filled_at) * self._per_s
        self._tokens = min(tokens, self._per_s * BURST_S)
        self._filled_at = now

    @property
    def is_overdrawn(self) -> bool:
        """Whether the last message exceeded the limit."""
        return self._tokens < 0

    @property
    def is_flooding(self) -> bool:
        """Whether the sender ignores the limit, so that it should be disconnected."""
        return self._tokens < -self._per_s * FLOOD_S
