"""Processes of Beamcast, and a Redis server, that end with the test."""

import contextlib
import os
import random
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import redis

from shared.broker import Broker
from tests.support.waiting import until

ROOT = Path(__file__).parents[2]


def _candidate_ports() -> Iterator[int]:
    """Yield ports below those that the kernel assigns to outgoing connections: one of these could
    take a port before a server listens on it. Test processes that run side by side get different
    ports, and none gets a port again soon, to which a part of an earlier test may still connect.
    Browsers refuse port 10080 (the Fetch standard's list of bad ports), and no other of these."""
    number = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    first = 10_100 + number % 8 * 2_750
    start = random.SystemRandom().randrange(2_750)
    while True:
        yield from (first + (start + n) % 2_750 for n in range(2_750))


_ports = _candidate_ports()


def free_port() -> int:
    """Return an unused port."""
    for port in _ports:
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise AssertionError("no port is free")


def find_redis_server() -> str:
    """Return the redis-server of the virtual environment, or that on PATH."""
    beside = Path(sys.executable).parent / "redis-server"
    program = str(beside) if beside.exists() else shutil.which("redis-server")
    assert program, "no redis-server: neither in the environment nor on PATH"
    return program


class Process:
    """A child process whose output goes to a file; the kernel kills it when the tests end."""

    def __init__(self, *command: str, environ: Mapping[str, str] | None = None) -> None:
        self.command = command
        self._environ = {k: v for k, v in os.environ.items() if not k.startswith("BEAMCAST_")}
        self._environ |= {"PYTHONUNBUFFERED": "1", **(environ or {})}
        self._output = tempfile.NamedTemporaryFile(mode="w+", suffix=".log")  # noqa: SIM115
        self.start()

    def start(self) -> None:
        """Start the process, or start it again."""
        # The tests themselves may run under nohup, which would have SIGHUP ignored.
        started = "setpriv", "--pdeathsig", "KILL", "--", "env", "--default-signal=HUP"
        self._process = subprocess.Popen(
            [*started, *self.command],
            cwd=ROOT,
            env=self._environ,
            stdout=self._output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def output(self) -> str:
        """Everything that it has printed so far."""
        return Path(self._output.name).read_text()

    @property
    def returncode(self) -> int | None:
        return self._process.poll()

    def wait(self, timeout_s: float = 20.0) -> int:
        """Wait until it ends by itself; return its exit code."""
        return self._process.wait(timeout_s)

    def send(self, number: signal.Signals) -> None:
        """Send a signal to the process."""
        self._process.send_signal(number)

    def kill(self) -> None:
        """Kill the process."""
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGKILL)
        self._process.wait()

    def stop(self) -> int:
        """End the process with SIGTERM; return its exit code."""
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGCONT)
            self._process.send_signal(signal.SIGTERM)
        try:
            return self._process.wait(10)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError(f"{self.command} did not end on SIGTERM:\n{self.output}") from None


SHIPPED_USERS = ROOT / "deploy" / "redis" / "users.acl"
PASSWORD = "secret"
SELECTORS_SINCE = 7
"""The first version of Redis that separates reading from writing, and has selectors."""


@lru_cache
def redis_version(program: str) -> int:
    """Return the major version of a redis-server."""
    text = subprocess.run([program, "--version"], capture_output=True, text=True).stdout
    return int(re.search(r"v=(\d+)", text)[1])  # type: ignore[index]


def users_for(program: str, users: str) -> str:
    """Return an ACL file as this redis-server reads it (docs/operations.md)."""
    if redis_version(program) >= SELECTORS_SINCE:
        return users
    return re.sub(r"[()]", "", users).replace("%R~", "~")


def users_of_tests() -> str:
    """Return the shipped users with a password; the default user may do everything."""
    shipped = SHIPPED_USERS.read_text()
    own = re.sub(r"^user (ingest|web) on ", rf"user \1 on >{PASSWORD} ", shipped, flags=re.M)
    return re.sub(r"^user default .*", "user default on nopass ~* &* +@all", own, flags=re.M)


class RedisServer(Process):
    """A real Redis on its own port, without persistence.

    Parts of Beamcast log in as the shipped users; a test without a name may do everything.
    """

    def __init__(self, *options: str, program: str | None = None, users: str | None = None) -> None:
        program = program or find_redis_server()
        self.port = free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self.broker = Broker(port=self.port, protocol=2)
        # A replica leaves a file, which another server started in the same directory would read.
        self._directory = tempfile.TemporaryDirectory()
        acl = Path(self._directory.name, "users.acl")
        acl.write_text(users_for(program, users or users_of_tests()))
        super().__init__(
            program,
            *("--port", str(self.port), "--bind", "127.0.0.1", "--aclfile", str(acl)),
            *("--save", "", "--appendonly", "no", "--dir", self._directory.name),
            *options,
        )

    def url_of(self, user: str, database: int = 0) -> str:
        """Return the URL with which ``ingest`` or ``web`` logs in."""
        return f"redis://{user}:{PASSWORD}@127.0.0.1:{self.port}/{database}"

    def denied(self) -> list[str]:
        """Return the commands that users lacked the right for; empty while Redis is down."""
        with contextlib.suppress(redis.RedisError):
            log: Any = self.broker.acl_log()
            return [
                f"{entry['username']}: {entry['object']} ({entry['reason']})"
                for entry in log
                if entry["reason"] != "auth"  # a wrong password is not a missing right
            ]
        return []

    def start(self) -> None:
        super().start()
        until(self.answers, "redis-server answers")

    def answers(self) -> bool:
        """Return whether Redis answers."""
        with contextlib.suppress(redis.ConnectionError):
            return bool(self.broker.ping())
        return False


def python(module: str, *options: str, environ: Mapping[str, str] | None = None) -> Process:
    """Start ``python -m module options``."""
    return Process(sys.executable, "-m", module, *options, environ=environ)


@contextlib.contextmanager
def running(*processes: Process) -> Iterator[None]:
    """Stop the processes at the end, in reverse order."""
    try:
        yield
    finally:
        for process in reversed(processes):
            process.stop()
