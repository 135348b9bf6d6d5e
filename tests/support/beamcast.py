"""A complete Beamcast for tests: Redis, ingest and web workers as processes."""

import concurrent.futures
import contextlib
import json
from typing import Any

import requests

from shared.broker import Broker
from tests.support.processes import Process, RedisServer, free_port, python
from tests.support.viewer import Viewer
from tests.support.waiting import until


class Worker:
    """A web worker process."""

    def __init__(self, redis_url: str, *options: str) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.process = python("web", "-P", str(self.port), "--redis", redis_url, *options)
        until(self.answers, "the web worker answers")

    def answers(self) -> bool:
        """Return whether it serves; fail if it has ended."""
        assert self.process.returncode is None, self.process.output
        with contextlib.suppress(requests.RequestException):
            return requests.get(f"{self.url}/healthz", timeout=5).ok
        return False


class Beamcast:
    """A Beamcast whose parts are started by a test and ended by :meth:`stop`."""

    def __init__(self, async_mode: str = "eventlet", server: RedisServer | None = None) -> None:
        self._async_mode = async_mode
        self._parts: list[Process] = []
        self._viewers: list[Viewer] = []
        self.redis = server or RedisServer()
        self._parts.append(self.redis)

    @property
    def broker(self) -> Broker:
        return self.redis.broker

    @property
    def ingest_url(self) -> str:
        """The URL of Redis with the rights of an ingest."""
        return self.redis.url_of("ingest")

    def ingest(self, source: str, *options: str) -> Process:
        """Start an ingest of ``source`` and wait until it holds the claim of its stream."""
        process = self.start_ingest(source, *options)
        until(lambda: "epoch" in process.output, "ingest holds its claim")
        return process

    def start_ingest(self, source: str, *options: str) -> Process:
        """Start an ingest of ``source`` without waiting for it."""
        return self.add(
            python(
                *("ingest", "--source", source, "--redis", self.ingest_url),
                *("--metrics-port", "0", *options),  # another test may use the default port
            )
        )

    def add(self, process: Process) -> Process:
        """Let :meth:`stop` also end this process."""
        self._parts.append(process)
        return process

    def worker(self, *options: str) -> Worker:
        """Start another web worker and wait until it serves."""
        worker = Worker(self.redis.url_of("web"), "--async-mode", self._async_mode, *options)
        self._parts.append(worker.process)
        return worker

    def viewer(self, worker: Worker, **options: Any) -> Viewer:
        """Connect a Socket.IO client to ``worker``."""
        viewer = Viewer(worker.url, **options)
        self._viewers.append(viewer)
        return viewer

    def viewers(self, stream: str = "camera") -> int:
        """Return the gate's count of viewers; 0 without the key."""
        return int(self.broker.get(self.broker.names.viewers(stream)) or 0)

    def status(self, stream: str = "camera") -> dict[str, str]:
        """Return the status hash as text."""
        fields = self.broker.hgetall(self.broker.names.status(stream))
        return {key.decode(): value.decode() for key, value in fields.items()}

    def errors(self, stream: str = "camera") -> dict[str, int]:
        """Return the faults by kind, as ingest counts them."""
        return json.loads(self.status(stream).get("errors", "{}"))

    def write_lease(
        self, stream: str = "camera", holder: str = "test", seconds: float = 600
    ) -> None:
        """Take a lease, as any program that wants frames may."""
        now, _ = self.broker.time()
        names = self.broker.names
        self.broker.hset(names.leases(stream), holder, f"1 {now + int(seconds)}")
        self.broker.publish(names.events, f"gate {stream}")

    def stop(self) -> None:
        """End everything; fail if a part did not end properly or printed a traceback."""
        errors = [f"a right is missing: {each}" for each in self.redis.denied()]
        with concurrent.futures.ThreadPoolExecutor(16) as pool:
            list(pool.map(Viewer.close, self._viewers))
        for part in reversed(self._parts):
            try:
                part.stop()
            except AssertionError as error:
                errors.append(str(error))
            if "Traceback" in part.output:
                errors.append(f"{part.command} printed a traceback:\n{part.output[-4000:]}")
        assert not errors, "\n".join(errors)
