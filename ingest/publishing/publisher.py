"""A connection over which frames go to Redis; nothing else does."""

import logging
import threading
import time
from collections.abc import Callable

from shared.broker import Broker, BrokerError

log = logging.getLogger(__name__)

AWAY_S = 0.25
"""How long nothing is tried after a fault of Redis."""
IDLE_S = 1.0
MAX_FRAME_BYTES = 24 * 1024 * 1024
"""Redis closes the line to a subscriber for whom 32 MB are waiting."""


class Withheld(Exception):
    """Nothing was sent, since another ingest may have the stream's name by now."""


class Publisher:
    """Used by one thread at a time. Connects when first used, and again after a fault.

    It sends only while ``may``, the claim's word that the stream's name is ours: an ingest that was
    stopped for a while and wakes up sends nothing.

    It asks its connection itself: the way through redis-py's pool, made for many users, costs twice
    as much as to publish the frame.
    """

    def __init__(self, broker: Broker, may: Callable[[], bool]) -> None:
        self.names = broker.names
        self._connection = broker.connection_pool.make_connection()
        self._used = 0.0
        self._may = may

    def publish(self, channel: str, message: bytes) -> None:
        """Raises Withheld, or BrokerError, after which Redis may have it or not."""
        self._ask("PUBLISH", channel, message)

    def set(self, key: str, value: str) -> None:
        """Raises Withheld, or BrokerError."""
        self._ask("SET", key, value)

    def _ask(self, *command: str | bytes) -> None:
        now = time.monotonic()
        if now - self._used > IDLE_S and self._connection.is_connected:
            self._look()
        self._used = now
        if not self._connection.is_connected:
            self._connection.connect()
        if not self._may():  # asked last: what is above may have taken a while
            raise Withheld
        self._connection.send_command(*command, check_health=False)
        self._connection.read_response()

    def _look(self) -> None:
        """Lets go of a line that Redis has closed while nothing was published."""
        try:
            closed = self._connection.can_read(timeout=0)
        except BrokerError:
            closed = True
        if closed:
            self._connection.disconnect()


class PublishAttempts:
    """Counts what is not taken: ``withheld``, ``publish_failed``. Used by one thread at a time."""

    def __init__(self, counts: dict[str, int]) -> None:
        self._counts = counts
        self._away = False

    def at(self, publish: Callable[[], None], stop: threading.Event) -> bool:
        """Whether Redis took all that ``publish`` gives to it; after a fault it waits a moment."""
        try:
            publish()
        except Withheld:  # the gatekeeper has more to say of it
            self._counts["withheld"] += 1
            return False
        except BrokerError as problem:
            self._counts["publish_failed"] += 1
            if not self._away:
                log.warning("a frame could not be published (%s)", problem)
            self._away = True
            stop.wait(AWAY_S)
            return False
        self._away = False
        return True
