"""Ingest's processor time for each message, idle and active, compared with minimal readers."""

import contextlib
import time
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from bench.durations import Durations
from bench.feeds import STREAM
from bench.load_generator import HelperProcess
from bench.pictures import PICTURES, Picture
from bench.process_usage import cpu_s
from bench.sender import SendResult, SendTask, send
from bench.stats import paired_ratios, quartiles, rounds
from bench.table import format_table
from tests.support.processes import Process, RedisServer, free_port, python
from tests.support.waiting import until

RECEIVE, IDLE = "bare receive", "ingest, nobody watches"
ENCODE, ACTIVE = "receive + decode + JPEG", "ingest, watched"
BASELINES = {IDLE: RECEIVE, ACTIVE: ENCODE}
SLEEPING_THREADS = {"OMP_WAIT_POLICY": "passive"}
"""As ingest sets it; without it bitshuffle's threads spin while they wait."""


class Ingest:
    """An ingest of the source on ``port``, and a lease that can be set and removed."""

    def __init__(self, broker: RedisServer, port: int) -> None:
        self._redis = broker.broker
        self._sent = 0
        source = f"tcp://127.0.0.1:{port}"
        options = "--mode", "pull", "--max-fps", "1000", "--redis", broker.url
        self.process = python("ingest", "--source", source, *options)
        until(lambda: "epoch" in self.process.output, "ingest has its claim")

    def set_watched(self, watched: bool) -> None:
        """Set a lease, as any program may, or remove it."""
        if watched:
            now, _ = self._redis.time()
            self._redis.hset(self._redis.names.leases(STREAM), "bench", f"1 {now + 3000}")
        else:
            self._redis.hdel(self._redis.names.leases(STREAM), "bench")
        self._redis.publish(self._redis.names.events, f"gate {STREAM}")

    def count_published(self, sent: int) -> int:
        """Wait until ingest has received ``sent`` more messages; return its published frames."""
        self._sent += sent
        status = self._redis.names.status(STREAM)
        until(
            lambda: int(self._redis.hget(status, "received") or 0) >= self._sent,
            "all messages are received",
        )
        return int(self._redis.hget(status, "published") or 0)


def measure(durations: Durations) -> list[dict[str, Any]]:
    """Measure all pictures, and print each when it is complete."""
    return [_measure(picture, durations) for picture in PICTURES]


def _measure(picture: Picture, durations: Durations) -> dict[str, Any]:
    runs: dict[str, list[SendResult]] = defaultdict(list)
    published = sent_active = 0
    with HelperProcess() as sender, _readers() as (ingest, ingest_port, bare):
        housekeeping = _share(ingest.process.pid, durations.run_s(3.0))
        contenders = dict.fromkeys((RECEIVE, IDLE, ENCODE, ACTIVE), durations.rounds(9))
        for name in rounds(contenders, durations.budget_s(130)):
            port, process = bare.get(name, (ingest_port, ingest.process))
            ingest.set_watched(name == ACTIVE)
            before = ingest.count_published(0)
            task = SendTask(picture, port, process.pid, durations.run_s(2.5))
            sent = sender.submit(send, task).result()
            runs[name].append(sent)
            if name in (IDLE, ACTIVE):
                after = ingest.count_published(sent.total)
            if name == ACTIVE:
                published, sent_active = published + after - before, sent_active + sent.total
    result = {
        "picture": str(picture),
        "rate_hz": picture.rate_hz,
        "published_share": published / sent_active,
        "housekeeping_share": housekeeping,
        "contenders": {name: _summarize(name, runs) for name in contenders},
    }
    print(
        f"\nIngest of {picture} at {picture.rate_hz:g} Hz; "
        f"{housekeeping * 1e6 / picture.rate_hz:.0f} µs a message are used without any message"
    )
    print(_format(result))
    return result


def _share(pid: int, seconds: float) -> float:
    """Return the share of a core that a process uses in the next ``seconds``."""
    before = cpu_s(pid)
    time.sleep(seconds)
    return (cpu_s(pid) - before) / seconds


@contextlib.contextmanager
def _readers() -> Iterator[tuple[Ingest, int, dict[str, tuple[int, Process]]]]:
    """Yield ingest, its port, and name → (port, process) of the bare readers."""
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


def _summarize(name: str, runs: dict[str, list[SendResult]]) -> dict[str, Any]:
    costs = [run.us for run in runs[name]]
    against = BASELINES.get(name, name)
    return {
        "us": quartiles(costs),
        "against": against,
        "ratio": paired_ratios(costs, [run.us for run in runs[against]]),
        "rounds": [run.__dict__ for run in runs[name]],
    }


def _format(result: dict[str, Any]) -> str:
    rows = []
    for name, summary in result["contenders"].items():
        pairs = (
            (str(summary["ratio"]), f"of {summary['against']}") if name in BASELINES else ("", "")
        )
        rows.append((name, str(summary["us"]), *pairs, f"{summary['us'].n} rounds"))
    head = "contender", "µs a message", "ratio", "", f"{result['published_share']:.0%} published"
    return format_table(head, rows)
