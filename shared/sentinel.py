"""Redis behind sentinels: every new connection asks them for the master, and leaves one that is
none any more.

redis-py does the asking. Added here is that nobody goes on with a master of the past: Redis takes
``PUBLISH`` and ``SUBSCRIBE`` as a replica too, so that neither would ever fail there.
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
"""A sentinel that takes longer is asked no more for this time."""


class MasterConnection(SentinelManagedConnection):
    """A connection to the master; it ends, and says so, when that is another one by now.

    The connections of one pool share what is found out about it.
    """

    def on_connect_check_health(self, check_health: bool = True) -> None:
        """Makes sure that what the sentinels name takes itself for the master too."""
        super().on_connect_check_health(check_health)
        self.send_command("ROLE", check_health=False)
        role = self.read_response()[0].decode()
        if role != "master":
            raise NoConnection(f"{self.host}:{self.port} is no master but a {role}")

    def send_packed_command(self, command: Any, check_health: bool = True) -> None:
        self._leave_the_past()
        super().send_packed_command(command, check_health)

    def can_read(self, timeout: float = 0) -> bool:
        self._leave_the_past()
        return super().can_read(timeout)

    def read_response(self, *args: Any, **options: Any) -> Any:
        self._leave_the_past()
        try:
            # As with any other connection: else a late answer would be taken for the next one's.
            return super().read_response(*args, **{"disconnect_on_error": True, **options})
        except ResponseError as problem:
            # A script's, which before Redis 7 is no error of this kind by itself.
            if "-READONLY" not in str(problem):
                raise
            self.disconnect()
            raise NoConnection(f"{self.host}:{self.port} is no master any more") from None

    def _leave_the_past(self) -> None:
        if self.is_connected and self.connection_pool.master_address != (self.host, self.port):
            self.disconnect()
            raise NoConnection(f"{self.host}:{self.port} is no master any more")


class SecureMasterConnection(MasterConnection, SecureConnection):
    """The same with TLS."""


class Sentinels(Sentinel):
    """Asks all of them; most have to answer, and whoever knows of the latest failover is right.

    redis-py believes the first that answers, which may be one that has just come back with the
    master of the past, or one that was cut off together with it.
    """

    def __init__(self, pools: Iterable[ConnectionPool]) -> None:
        super().__init__([])
        self.sentinels = [Redis.from_pool(each) for each in pools]

    def discover_master(self, service_name: str) -> tuple[str, int]:
        """Where the master is; raises MasterNotFoundError, which is a BrokerError."""
        states, silent = [], []
        for sentinel in self.sentinels:
            try:
                masters: Any = sentinel.sentinel_masters()
                states.append(masters.get(service_name))
            except (NoConnection, TimeoutError) as problem:
                silent.append(str(problem))
        if 2 * len(states) <= len(self.sentinels):
            raise MasterNotFoundError(
                f"{len(states)} of {len(self.sentinels)} sentinels answer: {'; '.join(silent)}"
            )
        known = [state for state in states if state]
        if not known:
            raise MasterNotFoundError(f"the sentinels know no master named {service_name!r}")
        newest = max(known, key=lambda state: (state["config-epoch"], not state["is_sdown"]))
        if newest["is_sdown"]:
            raise MasterNotFoundError(
                f"the master, {newest['ip']}:{newest['port']}, is down, and no other elected yet"
            )
        return newest["ip"], newest["port"]


def pool(url: str, tls: dict[str, Any], options: dict[str, Any]) -> SentinelConnectionPool:
    """Connections to the master that these sentinels name, now and later.

    ``options`` are those of every connection, ``tls`` those of every one with TLS.
    """
    at = SentinelUrl.parse(url)
    if at.secure:
        options = options | tls
    patience = {"socket_timeout": TIMEOUT_S, "socket_connect_timeout": TIMEOUT_S}
    kind: type[Connection] = SecureConnection if at.secure else Connection
    made = SentinelConnectionPool(
        at.service,
        Sentinels(
            ConnectionPool(kind, host=host, port=port, **(options | patience))
            for host, port in at.hosts
        ),
        connection_class=SecureMasterConnection if at.secure else MasterConnection,
        db=at.db,
        username=at.username,
        password=at.password,
        **options,
    )
    threading.Thread(
        target=_poll_master, args=(weakref.ref(made),), name="sentinels", daemon=True
    ).start()
    return made


def _poll_master(pool: "weakref.ref[SentinelConnectionPool]") -> None:
    """Asks for the master from time to time, for as long as the pool is in use: one that was
    replaced lives on for a while, and closes nobody's connection."""
    while (used := pool()) is not None:
        with contextlib.suppress(RedisError):  # who needs the master will see it too
            used.get_master_address()
        del used
        time.sleep(POLL_INTERVAL_S)
