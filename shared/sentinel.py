"""Connections to a Redis behind sentinels, which name the current master.

redis-py asks the sentinels for each new connection. This module also closes connections to a former
master: as a replica it still accepts ``PUBLISH`` and ``SUBSCRIBE``, so that neither would ever
fail.
"""

import contextlib
import threading
import time
import weakref
from collections.abc import Iterable
from typing import Any

from redis import ConnectionError as NoConnection
from redis import ConnectionPool, Redis, RedisError, ResponseError, TimeoutError
from redis.connection import Connection
from redis.sentinel import (
    MasterNotFoundError,
    Sentinel,
    SentinelConnectionPool,
    SentinelManagedConnection,
)

from shared.redis_tls import SecureConnection
from shared.redis_url import SentinelUrl

POLL_INTERVAL_S = 1.0
TIMEOUT_S = 0.5
"""of one sentinel"""


class MasterConnection(SentinelManagedConnection):
    """A connection to the master; it closes with an error when another Redis has become the master.

    The connections of a pool share the master's address.
    """

    def on_connect_check_health(self, check_health: bool = True) -> None:
        """Check that the Redis that the sentinels name is a master."""
        super().on_connect_check_health(check_health)
        self.send_command("ROLE", check_health=False)
        role = self.read_response()[0].decode()
        if role != "master":
            raise NoConnection(f"{self.host}:{self.port} is a {role}, not the master")

    def send_packed_command(self, command: Any, check_health: bool = True) -> None:
        self._check_master()
        super().send_packed_command(command, check_health)

    def can_read(self, timeout: float = 0) -> bool:
        self._check_master()
        return super().can_read(timeout)

    def read_response(self, *args: Any, **options: Any) -> Any:
        self._check_master()
        try:
            # As other connections do: otherwise a late answer would be taken for the next one.
            return super().read_response(*args, **{"disconnect_on_error": True, **options})
        except ResponseError as error:
            # Before Redis 7 the error of a script has no class of its own.
            if "-READONLY" not in str(error):
                raise
            self.disconnect()
            raise NoConnection(f"{self.host}:{self.port} is no longer the master") from None

    def _check_master(self) -> None:
        if self.is_connected and self.connection_pool.master_address != (self.host, self.port):
            self.disconnect()
            raise NoConnection(f"{self.host}:{self.port} is no longer the master")


class SecureMasterConnection(MasterConnection, SecureConnection):
    """The same, with TLS."""


class Sentinels(Sentinel):
    """All sentinels. A majority must answer; the one that knows the latest failover is right.

    redis-py trusts the first that answers: possibly one that has just restarted with the former
    master, or one that is isolated together with it.
    """

    def __init__(self, pools: Iterable[ConnectionPool]) -> None:
        super().__init__([])
        self.sentinels = [Redis.from_pool(each) for each in pools]

    def discover_master(self, service_name: str) -> tuple[str, int]:
        """Return the master's address; raises MasterNotFoundError, which is a BrokerError."""
        states, errors = [], []
        for sentinel in self.sentinels:
            try:
                masters: Any = sentinel.sentinel_masters()
                states.append(masters.get(service_name))
            except (NoConnection, TimeoutError) as error:
                errors.append(str(error))
        if 2 * len(states) <= len(self.sentinels):
            raise MasterNotFoundError(
                f"{len(states)} of {len(self.sentinels)} sentinels answer: {'; '.join(errors)}"
            )
        known = [state for state in states if state]
        if not known:
            raise MasterNotFoundError(f"the sentinels know no master named {service_name!r}")
        newest = max(known, key=lambda state: (state["config-epoch"], not state["is_sdown"]))
        if newest["is_sdown"]:
            raise MasterNotFoundError(
                f"the master, {newest['ip']}:{newest['port']}, is down, and no other is elected yet"
            )
        return newest["ip"], newest["port"]


def pool(url: str, tls: dict[str, Any], options: dict[str, Any]) -> SentinelConnectionPool:
    """Return a pool of connections to the master that these sentinels name, now and later.

    ``options`` are for every connection, ``tls`` for every one with TLS.
    """
    target = SentinelUrl.parse(url)
    if target.secure:
        options = options | tls
    timeouts = {"socket_timeout": TIMEOUT_S, "socket_connect_timeout": TIMEOUT_S}
    kind: type[Connection] = SecureConnection if target.secure else Connection
    masters = SentinelConnectionPool(
        target.service,
        Sentinels(
            ConnectionPool(kind, host=host, port=port, **(options | timeouts))
            for host, port in target.hosts
        ),
        connection_class=SecureMasterConnection if target.secure else MasterConnection,
        db=target.db,
        username=target.username,
        password=target.password,
        **options,
    )
    threading.Thread(
        target=_poll_master, args=(weakref.ref(masters),), name="sentinels", daemon=True
    ).start()
    return masters


def _poll_master(pool: "weakref.ref[SentinelConnectionPool]") -> None:
    """Ask for the master regularly while the pool is in use: a master that was replaced may keep
    running for a while, and does not close connections."""
    while (connections := pool()) is not None:
        with contextlib.suppress(RedisError):  # users of the pool see the error too
            connections.get_master_address()
        del connections
        time.sleep(POLL_INTERVAL_S)
