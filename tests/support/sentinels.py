"""A Redis with a replica, and three sentinels that watch over both: all of them real."""

import contextlib
import tempfile
from pathlib import Path
from typing import Any

import redis

from tests.support.processes import Process, RedisServer, find_redis_server, free_port
from tests.support.waiting import until

SERVICE = "beam"
QUORUM = 2
SEEN_DEAD_AFTER_MS = 1000


class Sentinel(Process):
    """One sentinel, with a file of its own to find whom to watch, and to remember things in."""

    def __init__(self, port: int, *words: str) -> None:
        self.broker = redis.Redis(port=port, protocol=2)
        self._directory = tempfile.TemporaryDirectory()
        memory = Path(self._directory.name, "sentinel.conf")
        lines = [f"port {port}", "bind 127.0.0.1", *(f"sentinel {text}" for text in words)]
        memory.write_text("\n".join(lines) + "\n")
        super().__init__(find_redis_server(), str(memory), "--sentinel")

    def state(self) -> dict[str, Any]:
        """What it says about the master; empty before it says anything."""
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


class Watched:
    """``url`` is what Beamcast is given; ``stop`` ends all but the master, which is the caller's.

    The sentinels know of each other and the replica from the start; to find out takes them seconds.
    """

    def __init__(self, master: RedisServer) -> None:
        self.master = master
        self.replica = RedisServer("--replicaof", "127.0.0.1", str(master.port))
        until(lambda: linked(self.replica), "the replica has the master's data")
        self.ports = [free_port() for _ in range(3)]
        self.sentinels = [Sentinel(port, *self._words(port)) for port in self.ports]
        hosts = ",".join(f"127.0.0.1:{port}" for port in self.ports)
        self.url = f"redis+sentinel://{hosts}/{SERVICE}"
        until(lambda: all(map(sees_all, self.sentinels)), "the sentinels see each other")

    def _words(self, port: int) -> list[str]:
        others = set(self.ports) - {port}
        return [
            f"myid {port:040x}",
            f"monitor {SERVICE} 127.0.0.1 {self.master.port} {QUORUM}",
            f"down-after-milliseconds {SERVICE} {SEEN_DEAD_AFTER_MS}",
            f"known-replica {SERVICE} 127.0.0.1 {self.replica.port}",
            *(f"known-sentinel {SERVICE} 127.0.0.1 {other} {other:040x}" for other in others),
        ]

    def chosen(self) -> RedisServer:
        """Whom the sentinel that knows of the latest election names; on a busy machine they elect
        without being asked."""
        newest = max((each.state() for each in self.sentinels), key=lambda at: at["config-epoch"])
        return self.master if newest["port"] == self.master.port else self.replica

    def hand_over(self) -> None:
        """Makes the sentinels choose another master, as an operator does before an update."""

        def begun() -> bool:
            with contextlib.suppress(redis.ResponseError):  # no replica is good enough yet
                return bool(self.sentinels[0].broker.sentinel_failover(SERVICE))
            return False

        until(begun, "they begin")

    def stop(self) -> None:
        """Ends them."""
        for process in (*self.sentinels, self.replica):
            process.stop()


def sees_all(sentinel: Sentinel) -> bool:
    """Whether the master, the replica and the other two answer it."""
    if not sentinel.state():
        return False
    replicas: Any = sentinel.broker.sentinel_slaves(SERVICE)
    others: Any = sentinel.broker.sentinel_sentinels(SERVICE)
    seen = [sentinel.state(), *replicas, *others]
    # That a replica has told its state shows in it.
    told = all(replica.get("master-link-status") == "ok" for replica in replicas)
    return len(seen) == 4 and told and not any(part["is_disconnected"] for part in seen)


def linked(server: RedisServer) -> bool:
    """Whether it is a replica, and has what its master has."""
    return server.broker.info("replication").get("master_link_status") == "up"


def role(server: RedisServer) -> str:
    """``master`` or ``slave``, as it takes itself."""
    answer: Any = server.broker.role()
    return str(answer[0].decode())
