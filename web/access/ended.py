"""Logins that were ended before their time, known to all workers.

A session is a signed cookie, which nobody can take back; so what has ended is written down until
the cookie would have expired anyway. Redis carries it to the other workers, which keep it
themselves: a Redis that forgets gets it again from them.
"""

import threading
import time
from typing import cast

from shared import names
from shared.broker import Broker, BrokerError

LOOK_EVERY_S = 1.0


class Ended:
    """Any thread ends and asks; one thread of its own talks with Redis."""

    def __init__(self, broker: Broker, lasts_s: float) -> None:
        """``lasts_s``: how long a cookie lives."""
        self._broker = broker
        self._lasts_s = lasts_s
        self._until: dict[str, float] = {}
        """what has ended (see ``session`` and ``user``) → until when that must be known, Unix s"""

    def session(self, session: str) -> None:
        """Ends one login, by its id."""
        self._until[f"session {session}"] = time.time() + self._lasts_s
        self.exchange()

    def user(self, name: str) -> None:
        """Ends all logins that a user has now."""
        self._until[f"user {name}"] = time.time() + self._lasts_s
        self.exchange()

    def has(self, session: str, name: str, since: float) -> bool:
        """Whether this login, of this user since then [Unix s], has ended."""
        if f"session {session}" in self._until:
            return True
        return since <= self._until.get(f"user {name}", 0.0) - self._lasts_s

    def exchange(self) -> None:
        """Takes what other workers have ended, and gives what they may not know."""
        now = time.time()
        try:
            found = cast(
                list[tuple[bytes, float]],
                self._broker.zrange(names.ENDED_LOGINS, 0, -1, withscores=True),
            )
            told = {what.decode(errors="replace"): until for what, until in found}
            unknown = {
                what: until
                for what, until in tuple(self._until.items())
                if until > told.get(what, 0.0)
            }
            if unknown:
                self._broker.zadd(names.ENDED_LOGINS, unknown, gt=True)
                self._broker.expire(names.ENDED_LOGINS, int(self._lasts_s) + 1)
            if any(until <= now for until in told.values()):
                self._broker.zremrangebyscore(names.ENDED_LOGINS, "-inf", now)
        except BrokerError:
            return
        for what, until in told.items():
            self._until[what] = max(until, self._until.get(what, 0.0))
        for what in [what for what, until in tuple(self._until.items()) if until <= now]:
            self._until.pop(what, None)

    def keep(self) -> None:
        """Exchanges once a second from now on, in a thread of its own."""

        def run() -> None:
            while True:
                self.exchange()
                time.sleep(LOOK_EVERY_S)

        threading.Thread(target=run, name="ended logins", daemon=True).start()
