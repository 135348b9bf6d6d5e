"""Connections to Redis; no other module opens any.

They use RESP2 with hiredis: redis-py's RESP3 push path costs 10 ms of CPU instead of 0.3 ms for one
frame of 660 kB. Nothing is retried silently: the caller knows best how long it can wait.
"""

import contextlib
import socket
from collections.abc import Callable
from functools import partial
from typing import Any, cast

import redis
from redis.backoff import NoBackoff
from redis.client import PubSub
from redis.retry import Retry

from shared import sentinel
from shared.broker_fault import is_wrong_type
from shared.redis_keys import RedisKeys
from shared.redis_tls import SecureConnection
from shared.redis_url import is_sentinel

BrokerError = redis.RedisError
"""Redis is unreachable or refuses a command; ``shared.broker_fault.explain`` says why."""


class Broker(redis.Redis):
    """A Redis client with the names of the keys and channels of its installation."""

    names = RedisKeys()


TIMEOUT_S = 1.0


def connection_options(name: str = "") -> dict[str, Any]:
    """Return the options of every connection; ``CLIENT LIST`` shows the name."""
    return {
        "redis_connect_func": partial(_on_connect, name),
        "protocol": 2,
        "driver_info": None,  # CLIENT SETINFO would need one more permission
        "socket_timeout": TIMEOUT_S,
        "socket_connect_timeout": TIMEOUT_S,
        "socket_keepalive": True,
        "socket_keepalive_options": {
            socket.TCP_KEEPIDLE: 2,
            socket.TCP_KEEPINTVL: 1,
            socket.TCP_KEEPCNT: 3,
        },
        "retry": Retry(NoBackoff(), 0),
        # A pool also counts the connections that its users kept and closed.
        "max_connections": 2**31,
    }


def _on_connect(name: str, connection: Any) -> None:
    """Authenticate and name the connection; without the permission to, it stays unnamed."""
    connection.on_connect()
    if name:
        connection.send_command("CLIENT", "SETNAME", name, check_health=False)
        with contextlib.suppress(redis.ResponseError):
            connection.read_response()


def next_message(subscription: PubSub, timeout_s: float) -> dict[str, Any] | None:
    """Return the subscription's next message, None on a time-out; raises BrokerError.

    This does what ``get_message`` does, without the select() and the check for a closed connection
    before each read, which took a worker 100 µs for each frame.
    """
    connection: Any = subscription.connection
    try:
        response = connection.read_response(
            timeout=max(timeout_s, 0.001), disconnect_on_error=False, push_request=True
        )
    except redis.TimeoutError:
        return None
    return subscription.handle_message(response)


def read_typed(read: Callable[[], Any], default: Any) -> Any:
    """Return what ``read`` gets from Redis, or the default if another program has written the key
    with another type; raises BrokerError."""
    try:
        return read()
    except BrokerError as error:
        if is_wrong_type(error):
            return default
        raise


def connect(url: str, ca: str = "", installation: str = "", name: str = "") -> Broker:
    """Return a client that connects when it is first used. Every call ends within about
    ``TIMEOUT_S``; asking sentinels for the master takes a little longer.

    With TLS, ``ca`` is the PEM file of the authority that signs Redis' certificate; empty for those
    that the system trusts. ``name`` names the connections.
    """
    options = connection_options(name)
    tls = {"ssl_ca_certs": ca or None}
    if is_sentinel(url):
        pool: redis.ConnectionPool = sentinel.pool(url, tls, options)
    elif url.startswith("rediss:"):
        options |= {"connection_class": SecureConnection, **tls}
        pool = redis.ConnectionPool.from_url(url, **options)
    else:
        pool = redis.ConnectionPool.from_url(url, **options)
    broker = cast(Broker, Broker.from_pool(pool))
    database = pool.connection_kwargs.get("db") or 0
    broker.names = RedisKeys(installation, int(database))
    return broker
