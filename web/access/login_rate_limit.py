"""The rate limit of login attempts, counted in Redis for all workers together.

A user is limited more tightly per address than in total, so that somebody who guesses passwords
from one address does not lock the user out. A control room may share one address, so an address may
make more attempts. The address is checked first, so that a rejected attempt leaves no other key.
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
"""attempts per time, and the key under which they are counted"""


def address_limits(address: str) -> tuple[Limit, ...]:
    """Return the limits of all users at an address together."""
    return (
        (RateLimitItemPerMinute(60), ("address", address)),
        (RateLimitItemPerMinute(300, 5), ("address", address)),
    )


def user_limits(user: str, address: str) -> tuple[Limit, ...]:
    """Return the limits of a user name; all invalid names are counted together."""
    name = user if NAME.fullmatch(user) else "?"
    return (
        (RateLimitItemPerMinute(10, 5), ("pair", name, address)),
        (RateLimitItemPerMinute(60, 15), ("user", name)),
    )


class LoginRateLimit:
    """Counts login attempts; while Redis is unavailable each worker counts its own."""

    def __init__(self, broker: Broker) -> None:
        pool = broker.connection_pool
        in_redis = RedisStorage("redis://", connection_pool=pool, key_prefix=broker.names.limits)
        stores: tuple[Storage, ...] = in_redis, MemoryStorage()
        self._limiters = [MovingWindowRateLimiter(store) for store in stores]

    def count_attempt(self, user: str, address: str) -> int:
        """Count an attempt; return 0, or if it exceeds a limit the time to wait [s]."""
        for limiter in self._limiters:
            try:
                for limit, key in (*address_limits(address), *user_limits(user, address)):
                    if not limiter.hit(limit, *key):
                        reset = limiter.get_window_stats(limit, *key).reset_time
                        return max(1, round(reset - time.time()))
            except BrokerError as error:
                log.warning("login attempts are counted per worker: no answer of Redis (%s)", error)
            else:
                return 0
        return 0

    def reset(self, user: str, address: str) -> None:
        """Forget the attempts of a user who has logged in."""
        for limiter in self._limiters:
            try:
                for limit, key in user_limits(user, address):
                    limiter.clear(limit, *key)
            except BrokerError:
                continue
