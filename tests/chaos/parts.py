"""Programs on hosts, restarted when they end, as compose and ``make run`` do."""

import os
import signal
import threading
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from tests.chaos.network import Host
from tests.support.processes import Process

RESTART_DELAY_S = 0.5
"""Like `make run` the first time."""


class ResourceCount(NamedTuple):
    """The open files and threads of a program."""

    files: int
    threads: int


class Part(Process):
    """A program and its child processes. ``restarts``: whether it is restarted when it ends."""

    def __init__(
        self, name: str, host: Host, *command: str, environ: Mapping[str, str] | None = None
    ) -> None:
        self.name = name
        self.restarts = True
        self._read = 0
        super().__init__(*host.command(*command), environ=environ)

    def signal_all(self, number: signal.Signals) -> None:
        """Send a signal to the program and its child processes."""
        os.killpg(self.pid, number)

    def kill_all(self) -> None:
        """Kill the program and its child processes."""
        if self.returncode is None:
            self.signal_all(signal.SIGKILL)
        self.wait()

    @property
    def resources(self) -> ResourceCount:
        """Count the open files and threads of the program and its child processes."""
        files = threads = 0
        for pid in self._pids():
            files += len(os.listdir(f"/proc/{pid}/fd"))
            threads += len(os.listdir(f"/proc/{pid}/task"))
        return ResourceCount(files, threads)

    def _pids(self) -> Iterator[int]:
        for path in Path("/proc").glob("[0-9]*"):
            try:
                after_name = (path / "stat").read_text().rpartition(")")[2].split()
            except (FileNotFoundError, ProcessLookupError):
                continue
            if int(after_name[2]) == self.pid:
                yield int(path.name)

    @property
    def output(self) -> str:
        """Return everything that it has printed, with invalid bytes replaced."""
        return Path(self._output.name).read_text(errors="replace")

    def new_output(self) -> str:
        """Return what it has printed since the last call."""
        new = self.output[self._read :]
        self._read += len(new)
        return new


class Supervisor:
    """Restarts parts that have ended, after half a second."""

    def __init__(self, parts: list[Part]) -> None:
        self._parts = parts
        self._ended_at: dict[str, float] = {}
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self) -> None:
        # The kernel ends the processes that this thread has started when the thread ends.
        while not self._stop.wait(0.05):
            for part in self._parts:
                self._check(part)

    def _check(self, part: Part) -> None:
        if part.returncode is None or not part.restarts:
            self._ended_at.pop(part.name, None)
        elif time.monotonic() - self._ended_at.setdefault(part.name, time.monotonic()) >= (
            RESTART_DELAY_S
        ):
            part.start()

    def stop(self) -> None:
        """Stop restarting parts."""
        self._stop.set()
        self._thread.join()
