"""A Redis server with a replica, and three sentinels that monitor both."""

import contextlib
import tempfile
from pathlib import Path
from typing import Any

import redis

from tests.support.processes import Process, RedisServer, find_redis_server, free_port
from tests.support.waiting import until

SERVICE = "beam"
QUORUM = 2
DOWN_AFTER_MS = 1000


class Sentinel(Process):
    """A sentinel with its own configuration file, which it also writes."""

    def __init__(self, port: int, *directives: str) -> None:
        self.broker = redis.Redis(port=port, protocol=2)
        self._directory = tempfile.TemporaryDirectory()
        configuration = Path(self._directory.name, "sentinel.conf")
        lines = [f"port {port}", "bind 127.0.0.1", *(f"sentinel {text}" for text in directives)]
        configuration.write_text("\n".join(lines) + "\n")
        super().__init__(find_redis_server(), str(configuration), "--sentinel")

    def state(self) -> dict[str, Any]:
        """Return its state of the master; empty before it answers."""
        try:
            known: Any = self.broker.sentinel_masters()
        except redis.ConnectionError:
            return {}
        return known.get(SERVICE, {})

    def stop(self) -> int:
        try:
            return super().stop()
        finally:
            self.broker.close()
            self._directory.cleanup()


class SentinelSetup:
    """A replica and three sentinels for a master; ``url`` is for Beamcast.

    ``stop`` ends all but the master, which belongs to the caller. The sentinels are configured with
    each other and the replica, since discovery takes seconds.
    """

    def __init__(self, master: RedisServer) -> None:
        self.master = master
        self.replica = RedisServer("--replicaof", "127.0.0.1", str(master.port))
        until(lambda: is_synchronised_replica(self.replica), "the replica has the master's data")
        self.ports = [free_port() for _ in range(3)]
        self.sentinels = [Sentinel(port, *self._directives(port)) for port in self.ports]
        hosts = ",".join(f"127.0.0.1:{port}" for port in self.ports)
        self.url = f"redis+sentinel://{hosts}/{SERVICE}"
        until(lambda: all(map(sees_all, self.sentinels)), "the sentinels see each other")

    def _directives(self, port: int) -> list[str]:
        others = set(self.ports) - {port}
        return [
            f"myid {port:040x}",
            f"monitor {SERVICE} 127.0.0.1 {self.master.port} {QUORUM}",
            f"down-after-milliseconds {SERVICE} {DOWN_AFTER_MS}",
            f"known-replica {SERVICE} 127.0.0.1 {self.replica.port}",
            *(f"known-sentinel {SERVICE} 127.0.0.1 {other} {other:040x}" for other in others),
        ]

    def current_master(self) -> RedisServer:
        """Return the master of the latest election; on a busy machine there may be elections that
        nobody requested."""
        newest = max((each.state() for each in self.sentinels), key=lambda at: at["config-epoch"])
        return self.master if newest["port"] == self.master.port else self.replica

    def fail_over(self) -> None:
        """Make the sentinels elect another master, as an operator does before an update."""

        def started() -> bool:
            with contextlib.suppress(redis.ResponseError):  # no replica is good enough yet
                return bool(self.sentinels[0].broker.sentinel_failover(SERVICE))
            return False

        until(started, "the failover starts")

    def stop(self) -> None:
        """End the sentinels and the replica."""
        for process in (*self.sentinels, self.replica):
            process.stop()


def sees_all(sentinel: Sentinel) -> bool:
    """Return whether a sentinel is connected to the master, the replica and the other two."""
    if not sentinel.state():
        return False
    replicas: Any = sentinel.broker.sentinel_slaves(SERVICE)
    others: Any = sentinel.broker.sentinel_sentinels(SERVICE)
    parts = [sentinel.state(), *replicas, *others]
    # This shows that the replica has reported its state.
    reported = all(replica.get("master-link-status") == "ok" for replica in replicas)
    return len(parts) == 4 and reported and not any(part["is_disconnected"] for part in parts)


def is_synchronised_replica(server: RedisServer) -> bool:
    """Return whether a server is a replica with all data of its master."""
    return server.broker.info("replication").get("master_link_status") == "up"


def role(server: RedisServer) -> str:
    """Return the role that the server reports, ``master`` or ``slave``."""
    answer: Any = server.broker.role()
    return str(answer[0].decode())
