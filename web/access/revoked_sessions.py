"""Sessions that were ended before they expired, known to all workers.

A session is a signed cookie, which cannot be taken back; so a revoked session is recorded until its
cookie has expired. Redis distributes the records. Each worker keeps them too, and restores them in
a Redis that has lost its data.
"""

import time
from typing import cast

from shared.broker import Broker, BrokerError
from shared.broker_fault import is_wrong_type

FULL_EXCHANGE_EVERY_S = 10.0
"""How often all records are compared; in between only recent ones are read."""
RECENT_S = 120.0
"""More than the clocks of two workers differ."""


class RevokedSessions:
    """Any thread revokes and queries; one thread calls ``exchange`` regularly."""

    def __init__(self, broker: Broker, lifetime_s: float) -> None:
        """``lifetime_s``: the lifetime of a session cookie."""
        self._broker = broker
        self._lifetime_s = lifetime_s
        self._times: dict[str, float] = {}
        """``session <id>`` or ``user <name>`` → when its sessions were revoked, Unix s"""
        self._next_full_exchange = 0.0

    def revoke_session(self, session: str) -> None:
        """End one session, by its id."""
        self._revoke(f"session {session}")

    def revoke_user(self, name: str) -> None:
        """End all present sessions of a user."""
        self._revoke(f"user {name}")

    def is_revoked(self, session: str, name: str, since: float) -> bool:
        """Return whether this session of this user, begun at ``since`` [Unix s], is revoked."""
        return f"session {session}" in self._times or since <= self._times.get(f"user {name}", 0.0)

    def _revoke(self, key: str) -> None:
        self._times[key] = time.time()
        self._next_full_exchange = 0.0  # if Redis fails now, the next exchange writes it
        self.exchange()

    def exchange(self) -> None:
        """Read what other workers have revoked; from time to time also write what Redis lacks."""
        now, is_full = time.time(), time.monotonic() >= self._next_full_exchange
        since = "-inf" if is_full else str(now - RECENT_S)
        try:
            found = cast(
                list[tuple[bytes, float]],
                self._broker.zrange(
                    self._broker.names.revoked_sessions,
                    since,
                    "+inf",
                    byscore=True,
                    withscores=True,
                ),
            )
            in_redis = {key.decode(errors="replace"): when for key, when in found}
            if is_full:
                self._write_missing(in_redis, now)
        except BrokerError as error:
            if is_wrong_type(error):
                self._broker.delete(self._broker.names.revoked_sessions)
            return
        for key, when in in_redis.items():
            self._times[key] = max(when, self._times.get(key, 0.0))
        for key, when in tuple(self._times.items()):
            if when + self._lifetime_s < now:
                self._times.pop(key, None)

    def _write_missing(self, in_redis: dict[str, float], now: float) -> None:
        missing = {
            key: when for key, when in tuple(self._times.items()) if when > in_redis.get(key, 0.0)
        }
        if missing:
            self._broker.zadd(self._broker.names.revoked_sessions, missing, gt=True)
            self._broker.expire(self._broker.names.revoked_sessions, int(self._lifetime_s) + 1)
        if any(when + self._lifetime_s < now for when in in_redis.values()):
            self._broker.zremrangebyscore(
                self._broker.names.revoked_sessions, "-inf", now - self._lifetime_s
            )
        self._next_full_exchange = time.monotonic() + FULL_EXCHANGE_EVERY_S
