"""How often a password may be tried, counted in Redis for all workers together.

A user is limited more tightly from one address than from everywhere, so that who tries to guess a
password from one address does not lock its owner out. A control room shares one address, which may
do more. The address comes first: what a stranger is refused leaves nothing behind.
"""

import logging
import time

from limits import RateLimitItem, RateLimitItemPerMinute
from limits.storage import MemoryStorage, RedisStorage, Storage
from limits.strategies import MovingWindowRateLimiter

from shared.broker import Broker, BrokerError
from web.access.accounts import NAME

log = logging.getLogger(__name__)

Limit = tuple[RateLimitItem, tuple[str, ...]]
"""how many in what time, and of whom"""


def of_address(address: str) -> tuple[Limit, ...]:
    """What holds for all who share it."""
    return (
        (RateLimitItemPerMinute(60), ("address", address)),
        (RateLimitItemPerMinute(300, 5), ("address", address)),
    )


def of_user(user: str, address: str) -> tuple[Limit, ...]:
    """What holds for a name; all texts that can be none count together."""
    name = user if NAME.fullmatch(user) else "?"
    return (
        (RateLimitItemPerMinute(10, 5), ("pair", name, address)),
        (RateLimitItemPerMinute(60, 15), ("user", name)),
    )


class LoginRateLimit:
    """With Redis away each worker counts for itself."""

    def __init__(self, broker: Broker) -> None:
        pool = broker.connection_pool
        kept = RedisStorage("redis://", connection_pool=pool, key_prefix=broker.names.limits)
        stores: tuple[Storage, ...] = kept, MemoryStorage()
        self._limiters = [MovingWindowRateLimiter(store) for store in stores]

    def wait_s(self, user: str, address: str) -> int:
        """Counts an attempt; how long to wait [s] before the next one if this one is too many, else
        0."""
        for limiter in self._limiters:
            try:
                for limit, of in (*of_address(address), *of_user(user, address)):
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
                for limit, of in of_user(user, address):
                    limiter.clear(limit, *of)
            except BrokerError:
                continue
