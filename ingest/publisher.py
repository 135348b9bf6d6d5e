"""The connection over which frames go to Redis; nothing else does."""

from shared.broker import Broker


class Publisher:
    """Used by one thread at a time. Connects when first used, and again after a fault.

    It asks its connection itself: the way through redis-py's pool, made for many users, costs twice
    as much as to publish the frame.
    """

    def __init__(self, broker: Broker) -> None:
        self._connection = broker.connection_pool.make_connection()

    def publish(self, channel: str, message: bytes) -> None:
        """Raises BrokerError, after which Redis may have it or not."""
        self._ask("PUBLISH", channel, message)

    def set(self, key: str, value: str) -> None:
        """Raises BrokerError."""
        self._ask("SET", key, value)

    def _ask(self, *command: str | bytes) -> None:
        self._connection.send_command(*command, check_health=False)
        self._connection.read_response()
