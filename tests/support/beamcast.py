"""A whole Beamcast for one test: Redis, ingest and web workers as processes."""

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
    """One web worker."""

    def __init__(self, redis_url: str, *options: str) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.process = python("web", "-P", str(self.port), "--redis", redis_url, *options)
        until(self.answers, "the web worker answers")

    def answers(self) -> bool:
        """Whether it serves; fails when it ended."""
        assert self.process.returncode is None, self.process.output
        with contextlib.suppress(requests.RequestException):
            return requests.get(f"{self.url}/healthz", timeout=5).ok
        return False


class Beamcast:
    """Starts parts, and stops all of them with :meth:`stop`."""

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
        """Redis, with the rights of an ingest."""
        return self.redis.url_of("ingest")

    def ingest(self, source: str, *options: str) -> Process:
        """An ingest of ``source``, up and claiming its stream."""
        process = self.start_ingest(source, *options)
        until(lambda: "epoch" in process.output, "ingest has its claim")
        return process

    def start_ingest(self, source: str, *options: str) -> Process:
        """An ingest of ``source`` that may have to wait."""
        return self.add(
            python(
                *("ingest", "--source", source, "--redis", self.ingest_url),
                *("--metrics-port", "0", *options),  # of many tests at a time, one could have 9100
            )
        )

    def add(self, process: Process) -> Process:
        """Stops a process of the test's own with the rest."""
        self._parts.append(process)
        return process

    def worker(self, *options: str) -> Worker:
        """One more web worker, serving."""
        worker = Worker(self.redis.url_of("web"), "--async-mode", self._async_mode, *options)
        self._parts.append(worker.process)
        return worker

    def viewer(self, worker: Worker, **options: Any) -> Viewer:
        """A Socket.IO client of ``worker``, connected."""
        viewer = Viewer(worker.url, **options)
        self._viewers.append(viewer)
        return viewer

    def viewers(self, stream: str = "camera") -> int:
        """The gate's count; 0 when the key is not there."""
        return int(self.broker.get(self.broker.names.viewers(stream)) or 0)

    def status(self, stream: str = "camera") -> dict[str, str]:
        """The status hash as text."""
        fields = self.broker.hgetall(self.broker.names.status(stream))
        return {key.decode(): value.decode() for key, value in fields.items()}

    def errors(self, stream: str = "camera") -> dict[str, int]:
        """Faults by kind, as ingest counts them."""
        return json.loads(self.status(stream).get("errors", "{}"))

    def hold(self, stream: str = "camera", holder: str = "test", seconds: float = 600) -> None:
        """Asks for frames as any program may."""
        now, _ = self.broker.time()
        names = self.broker.names
        self.broker.hset(names.leases(stream), holder, f"1 {now + int(seconds)}")
        self.broker.publish(names.events, f"gate {stream}")

    def stop(self) -> None:
        """Ends everything; the first part that does not end as it should fails the test."""
        problems = [f"a right is missing: {each}" for each in self.redis.refused()]
        with concurrent.futures.ThreadPoolExecutor(16) as at_once:
            list(at_once.map(Viewer.close, self._viewers))
        for part in reversed(self._parts):
            try:
                part.stop()
            except AssertionError as problem:
                problems.append(str(problem))
            if "Traceback" in part.output:
                problems.append(f"{part.command} printed a traceback:\n{part.output[-4000:]}")
        assert not problems, "\n".join(problems)
