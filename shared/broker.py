"""The one place that opens connections to Redis.

RESP2 with hiredis, since redis-py's RESP3 push path costs 10 ms of CPU for one 660 kB frame instead
of 0.3 ms. No silent retries: whoever holds a connection knows best how long it can wait.
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
"""Redis is unreachable, or refuses (``shared.broker_fault`` says why)."""


class Broker(redis.Redis):
    """A client of Redis that knows the names of its installation's keys and channels."""

    names = RedisKeys()


TIMEOUT_S = 1.0


def connection_options(name: str = "") -> dict[str, Any]:
    """How every connection of ours is made; ``CLIENT LIST`` shows the name."""
    return {
        "redis_connect_func": partial(_on_connect, name),
        "protocol": 2,
        "driver_info": None,  # else each one says who we are, by a command that needs a right
        "socket_timeout": TIMEOUT_S,
        "socket_connect_timeout": TIMEOUT_S,
        "socket_keepalive": True,
        "socket_keepalive_options": {
            socket.TCP_KEEPIDLE: 2,
            socket.TCP_KEEPINTVL: 1,
            socket.TCP_KEEPCNT: 3,
        },
        "retry": Retry(NoBackoff(), 0),
        # A pool counts every connection that it ever made for somebody to keep, ended ones too.
        "max_connections": 2**31,
    }


def _on_connect(name: str, connection: Any) -> None:
    """Logs in, and names the connection; a user without the right to do that has none."""
    connection.on_connect()
    if name:
        connection.send_command("CLIENT", "SETNAME", name, check_health=False)
        with contextlib.suppress(redis.ResponseError):
            connection.read_response()


def next_message(subscription: PubSub, timeout_s: float) -> dict[str, Any] | None:
    """A subscription's next message; None when none came in time. Raises BrokerError.

    What ``get_message`` gives, without its select() and its look for a closed line before each
    read: those took 100 µs of a worker's time for each frame.
    """
    line: Any = subscription.connection
    try:
        response = line.read_response(
            timeout=max(timeout_s, 0.001), disconnect_on_error=False, push_request=True
        )
    except redis.TimeoutError:
        return None
    return subscription.handle_message(response)


def read_typed(read: Callable[[], Any], otherwise: Any) -> Any:
    """What ``read`` has from Redis, or ``otherwise`` where another program has made the key one of
    another type; raises BrokerError."""
    try:
        return read()
    except BrokerError as problem:
        if is_wrong_type(problem):
            return otherwise
        raise


def connect(url: str, ca: str = "", installation: str = "", name: str = "") -> Broker:
    """A client that connects when first used; every call ends within about ``TIMEOUT_S``, and takes
    a little longer where sentinels are asked for the master.

    With TLS ``ca`` is the PEM file of the authority that signs Redis' certificate; empty are those
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
