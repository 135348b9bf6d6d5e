"""Measure the CPU time of ingest for one message, unwatched and watched, beside bare loops."""

import contextlib
import time
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from bench.cpu import cpu_s
from bench.crowd import Helper
from bench.feeds import STREAM
from bench.pictures import PICTURES, Picture
from bench.plan import Plan
from bench.sender import Sending, Sent, send
from bench.spread import paired, rounds, spread
from bench.table import table
from tests.support.processes import Process, RedisServer, free_port, python
from tests.support.waiting import until

RECEIVE, IDLE = "bare receive", "ingest, nobody watches"
ENCODE, ACTIVE = "receive + decode + JPEG", "ingest, watched"
AGAINST = {IDLE: RECEIVE, ACTIVE: ENCODE}
SLEEPING_THREADS = {"OMP_WAIT_POLICY": "passive"}
"""as ingest sets it for itself; without it bitshuffle's threads spin while they wait"""


class Ingest:
    """The ingest of a source on ``port``, and its only lease."""

    def __init__(self, broker: RedisServer, port: int) -> None:
        self._redis = broker.broker
        self._taken = 0
        source = f"tcp://127.0.0.1:{port}"
        options = "--mode", "pull", "--max-fps", "1000", "--redis", broker.url
        self.process = python("ingest", "--source", source, *options)
        until(lambda: "epoch" in self.process.output, "ingest has its claim")

    def set_watched(self, is_watched: bool) -> None:
        """Write a lease as any program may, or remove it."""
        if is_watched:
            now, _ = self._redis.time()
            self._redis.hset(self._redis.names.leases(STREAM), "bench", f"1 {now + 3000}")
        else:
            self._redis.hdel(self._redis.names.leases(STREAM), "bench")
        self._redis.publish(self._redis.names.events, f"gate {STREAM}")

    def count_published(self, sent: int) -> int:
        """Wait until it has received ``sent`` more messages; return the number of its frames."""
        self._taken += sent
        status = self._redis.names.status(STREAM)
        until(lambda: int(self._redis.hget(status, "received") or 0) >= self._taken, "all taken")
        return int(self._redis.hget(status, "published") or 0)


def measure(plan: Plan) -> list[dict[str, Any]]:
    """Measure all pictures; print each when it is done."""
    return [_measure(picture, plan) for picture in PICTURES]


def _measure(picture: Picture, plan: Plan) -> dict[str, Any]:
    turns: dict[str, list[Sent]] = defaultdict(list)
    published = sent_active = 0
    with Helper() as sender, _readers() as (ingest, ingest_port, bare):
        housekeeping = _share(ingest.process.pid, plan.turn_s(3.0))
        contenders = dict.fromkeys((RECEIVE, IDLE, ENCODE, ACTIVE), plan.rounds(9))
        for name in rounds(contenders, plan.budget_s(130)):
            port, process = bare.get(name, (ingest_port, ingest.process))
            ingest.set_watched(name == ACTIVE)
            before = ingest.count_published(0)
            sending = Sending(picture, port, process.pid, plan.turn_s(2.5))
            sent = sender.submit(send, sending).result()
            turns[name].append(sent)
            if name in (IDLE, ACTIVE):
                after = ingest.count_published(sent.total)
            if name == ACTIVE:
                published, sent_active = published + after - before, sent_active + sent.total
    result = {
        "picture": str(picture),
        "rate_hz": picture.rate_hz,
        "published_share": published / sent_active,
        "housekeeping_share": housekeeping,
        "contenders": {name: _summarize(name, turns) for name in contenders},
    }
    print(
        f"\nIngest of {picture} at {picture.rate_hz:g} Hz; "
        f"{housekeeping * 1e6 / picture.rate_hz:.0f} µs a message are what it spends without any"
    )
    print(_format_table(result))
    return result


def _share(pid: int, seconds: float) -> float:
    """Return the share of a core that a process uses in this time."""
    before = cpu_s(pid)
    time.sleep(seconds)
    return (cpu_s(pid) - before) / seconds


@contextlib.contextmanager
def _readers() -> Iterator[tuple[Ingest, int, dict[str, tuple[int, Process]]]]:
    """Start ingest and the bare readers; yield each with its port."""
    with contextlib.ExitStack() as parts:
        broker = RedisServer()
        parts.callback(broker.stop)
        bare = {}
        for name, task in (RECEIVE, "receive"), (ENCODE, "jpeg"):
            port = free_port()
            module = "bench.contenders.receiver", f"tcp://127.0.0.1:{port}", task
            bare[name] = port, python(*module, environ=SLEEPING_THREADS)
            parts.callback(bare[name][1].kill)
        port = free_port()
        ingest = Ingest(broker, port)
        parts.callback(ingest.process.kill)
        yield ingest, port, bare


def _summarize(name: str, turns: dict[str, list[Sent]]) -> dict[str, Any]:
    costs = [turn.us for turn in turns[name]]
    against = AGAINST.get(name, name)
    return {
        "us": spread(costs),
        "against": against,
        "ratio": paired(costs, [turn.us for turn in turns[against]]),
        "rounds": [turn.__dict__ for turn in turns[name]],
    }


def _format_table(result: dict[str, Any]) -> str:
    rows = []
    for name, summary in result["contenders"].items():
        pairs = (str(summary["ratio"]), f"of {summary['against']}") if name in AGAINST else ("", "")
        rows.append((name, str(summary["us"]), *pairs, f"{summary['us'].n} rounds"))
    head = "contender", "µs a message", "ratio", "", f"{result['published_share']:.0%} published"
    return table(head, rows)
