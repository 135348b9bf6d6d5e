"""Socket.IO's message queue between the workers, over our own connections to Redis."""

import logging
import random
import time
from collections.abc import Iterator
from typing import Any

from socketio import RedisManager

from shared.broker import Broker, BrokerError, next_message

log = logging.getLogger(__name__)

POLL_S = 1.0
RETRY_S = 1.0


class MessageQueue(RedisManager):
    """python-socketio's, but that it finds a new master with the rest of the worker, and comes back
    within a second of Redis instead of a minute."""

    def __init__(self, broker: Broker, channel: str) -> None:
        super().__init__(channel=channel)
        self._broker = broker

    def start(self) -> None:
        """Listens from now on; without that from the first viewer on, and only then would the log
        say that Redis is away."""
        self.server.manager_initialized = True
        self.initialize()

    def _redis_connect(self) -> None:
        """For who publishes."""
        self.redis = self._broker
        self.connected = True

    def _redis_listen_with_retries(self) -> Iterator[dict[str, Any]]:
        """Every message for as long as the worker runs."""
        away = False
        while True:
            try:
                with self._broker.pubsub() as messages:
                    messages.subscribe(self.channel)
                    while True:
                        message = next_message(messages, POLL_S)
                        if message and away:  # the first one confirms the subscription
                            log.info("Redis is back")
                            away = False
                        if message:
                            yield message
            except BrokerError as problem:
                if not away:
                    log.warning("Redis is away (%s); waiting for it", problem)
                away = True
                time.sleep(RETRY_S * random.uniform(0.5, 1.0))
