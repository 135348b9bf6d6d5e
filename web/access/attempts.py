"""How often a password may be tried, counted in Redis for all workers together.

A user is limited more tightly from one address than from everywhere, so that who tries to guess a
password does not lock its owner out. A control room shares one address, which may do more.
"""

import logging
import time

from limits import RateLimitItem, RateLimitItemPerMinute, RateLimitItemPerSecond
from limits.storage import MemoryStorage, RedisStorage, Storage
from limits.strategies import MovingWindowRateLimiter

from shared import names
from shared.broker import Broker, BrokerError

log = logging.getLogger(__name__)

Limit = tuple[RateLimitItem, tuple[str, ...]]
"""how many in what time, and of whom"""


class Attempts:
    """With Redis away each worker counts for itself."""

    def __init__(self, broker: Broker) -> None:
        pool = broker.connection_pool
        kept = RedisStorage("redis://", connection_pool=pool, key_prefix=names.LIMITS)
        stores: tuple[Storage, ...] = kept, MemoryStorage()
        self._limiters = [MovingWindowRateLimiter(store) for store in stores]

    def wait_s(self, user: str, address: str) -> int:
        """Counts an attempt; how long to wait [s] before the next one if this one is too many, else
        0."""
        for limiter in self._limiters:
            try:
                for limit, of in limits(user, address):
                    if not limiter.hit(limit, *of):
                        reset = limiter.get_window_stats(limit, *of).reset_time
                        return max(1, round(reset - time.time()))
            except BrokerError as problem:
                log.warning("attempts to log in are counted by each worker alone (%s)", problem)
            else:
                return 0
        return 0

    def succeeded(self, user: str, address: str) -> None:
        """Forgets the attempts of who now knows the password."""
        for limiter in self._limiters:
            try:
                for limit, of in limits(user, address)[:2]:
                    limiter.clear(limit, *of)
            except BrokerError:
                continue


def limits(user: str, address: str) -> tuple[Limit, ...]:
    """What holds for an attempt."""
    return (
        (RateLimitItemPerMinute(10, 5), ("pair", user, address)),
        (RateLimitItemPerMinute(60, 15), ("user", user)),
        (RateLimitItemPerMinute(300, 5), ("address", address)),
        (RateLimitItemPerSecond(20), ("address", address)),
    )
