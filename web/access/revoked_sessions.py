"""Logins that were ended before their time, known to all workers.

A session is a signed cookie, which nobody can take back; so what has ended is written down until
the cookie would have expired anyway. Redis carries it to the other workers, which keep it
themselves: a Redis that forgets gets it again from them.
"""

import time
from typing import cast

from shared.broker import Broker, BrokerError
from shared.broker_fault import is_wrong_type

ALL_EVERY_S = 10.0
"""How often everything is compared; in between only what is new is read."""
NEW_S = 120.0
"""More than the clocks of two workers are apart."""


class RevokedSessions:
    """Any thread ends and asks; one thread calls ``exchange``."""

    def __init__(self, broker: Broker, lasts_s: float) -> None:
        """``lasts_s``: how long a cookie lives."""
        self._broker = broker
        self._lasts_s = lasts_s
        self._when: dict[str, float] = {}
        """``session <id>`` or ``user <name>`` → when that one's logins ended, Unix s"""
        self._all_at = 0.0

    def session(self, session: str) -> None:
        """Ends one login, by its id."""
        self._end(f"session {session}")

    def user(self, name: str) -> None:
        """Ends all logins that a user has now."""
        self._end(f"user {name}")

    def has(self, session: str, name: str, since: float) -> bool:
        """Whether this login, of this user since then [Unix s], has ended."""
        return f"session {session}" in self._when or since <= self._when.get(f"user {name}", 0.0)

    def _end(self, what: str) -> None:
        self._when[what] = time.time()
        self._all_at = 0.0  # to be told with the next exchange, if not now
        self.exchange()

    def exchange(self) -> None:
        """Takes what other workers have ended, and now and then gives what they may not know."""
        now, everything = time.time(), time.monotonic() >= self._all_at
        since = "-inf" if everything else str(now - NEW_S)
        try:
            found = cast(
                list[tuple[bytes, float]],
                self._broker.zrange(
                    self._broker.names.ended_logins, since, "+inf", byscore=True, withscores=True
                ),
            )
            told = {what.decode(errors="replace"): when for what, when in found}
            if everything:
                self._give(told, now)
        except BrokerError as problem:
            if is_wrong_type(problem):
                self._broker.delete(self._broker.names.ended_logins)
            return
        for what, when in told.items():
            self._when[what] = max(when, self._when.get(what, 0.0))
        for what, when in tuple(self._when.items()):
            if when + self._lasts_s < now:
                self._when.pop(what, None)

    def _give(self, told: dict[str, float], now: float) -> None:
        unknown = {
            what: when for what, when in tuple(self._when.items()) if when > told.get(what, 0.0)
        }
        if unknown:
            self._broker.zadd(self._broker.names.ended_logins, unknown, gt=True)
            self._broker.expire(self._broker.names.ended_logins, int(self._lasts_s) + 1)
        if any(when + self._lasts_s < now for when in told.values()):
            self._broker.zremrangebyscore(
                self._broker.names.ended_logins, "-inf", now - self._lasts_s
            )
        self._all_at = time.monotonic() + ALL_EVERY_S
