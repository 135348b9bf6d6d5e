"""A connection to Redis that carries frames and nothing else."""

import logging
import threading
import time
from collections.abc import Callable

from shared.broker import Broker, BrokerError

log = logging.getLogger(__name__)

RETRY_PAUSE_S = 0.25
"""pause after a failed command"""
IDLE_S = 1.0
"""After this time the connection is checked before it is used."""
MAX_FRAME_BYTES = 24 * 1024 * 1024
"""Redis disconnects a subscriber for which 32 MB are pending."""


class Withheld(Exception):
    """Nothing was sent, because another ingest process may hold the stream's name."""


class Publisher:
    """A connection that publishes only while ``may_publish`` returns True.

    ``may_publish`` is the claim's ``is_held``: a process that was stopped for a while publishes
    nothing when it continues. Used by one thread at a time; connects when first used, and again
    after an error.

    It uses its connection directly: redis-py's pool, made for many threads, would double the cost
    of publishing a frame.
    """

    def __init__(self, broker: Broker, may_publish: Callable[[], bool]) -> None:
        self.names = broker.names
        self._connection = broker.connection_pool.make_connection()
        self._used_at = 0.0
        self._may_publish = may_publish

    def publish(self, channel: str, message: bytes) -> None:
        """Publish a message; raises Withheld, or BrokerError, after which Redis may have it."""
        self._execute("PUBLISH", channel, message)

    def set(self, key: str, value: str) -> None:
        """Set a key; raises Withheld, or BrokerError."""
        self._execute("SET", key, value)

    def _execute(self, *command: str | bytes) -> None:
        now = time.monotonic()
        if now - self._used_at > IDLE_S and self._connection.is_connected:
            self._check_connection()
        self._used_at = now
        if not self._connection.is_connected:
            self._connection.connect()
        if not self._may_publish():  # last, since the above may have taken a while
            raise Withheld
        self._connection.send_command(*command, check_health=False)
        self._connection.read_response()

    def _check_connection(self) -> None:
        """Close the connection if Redis closed it while nothing was published."""
        try:
            closed = self._connection.can_read(timeout=0)
        except BrokerError:
            closed = True
        if closed:
            self._connection.disconnect()


class PublishAttempts:
    """Counts failures as ``withheld`` and ``publish_failed``. Used by one thread at a time."""

    def __init__(self, counts: dict[str, int]) -> None:
        self._counts = counts
        self._failing = False

    def try_publish(self, publish: Callable[[], None], stop: threading.Event) -> bool:
        """Call ``publish`` and return whether it succeeded; pause after an error of Redis."""
        try:
            publish()
        except Withheld:  # the control loop logs the reason
            self._counts["withheld"] += 1
            return False
        except BrokerError as error:
            self._counts["publish_failed"] += 1
            if not self._failing:
                log.warning("a frame could not be published (%s)", error)
            self._failing = True
            stop.wait(RETRY_PAUSE_S)
            return False
        self._failing = False
        return True
