"""Programs on hosts, restarted when they end, as by compose and ``make run``."""

import os
import signal
import threading
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from tests.chaos.network import Host
from tests.support.processes import Process

START_AGAIN_S = 0.5
"""the first delay of `make run`"""


class Size(NamedTuple):
    """The resources that a program uses."""

    files: int
    threads: int


class Part(Process):
    """A program and its children. ``kept``: whether it is restarted when it ends."""

    def __init__(
        self, name: str, host: Host, *command: str, environ: Mapping[str, str] | None = None
    ) -> None:
        self.name = name
        self.kept = True
        self._read = 0
        super().__init__(*host.command(*command), environ=environ)

    def everyone(self, number: signal.Signals) -> None:
        """Send a signal to the program and its children."""
        os.killpg(self.pid, number)

    def kill_all(self) -> None:
        """Kill the program and its children."""
        if self.returncode is None:
            self.everyone(signal.SIGKILL)
        self.wait()

    @property
    def size(self) -> Size:
        """Return its open files and threads, with those of its children."""
        files = threads = 0
        for pid in self._pids():
            files += len(os.listdir(f"/proc/{pid}/fd"))
            threads += len(os.listdir(f"/proc/{pid}/task"))
        return Size(files, threads)

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
        """All output so far, also damaged bytes."""
        return Path(self._output.name).read_text(errors="replace")

    def new_output(self) -> str:
        """Return the output since the last call."""
        new = self.output[self._read :]
        self._read += len(new)
        return new


class Supervisor:
    """Restarts parts half a second after they have ended."""

    def __init__(self, parts: list[Part]) -> None:
        self._parts = parts
        self._ended_at: dict[str, float] = {}
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self) -> None:
        # The kernel ends what this thread has started when it ends.
        while not self._stop.wait(0.05):
            for part in self._parts:
                self._look_at(part)

    def _look_at(self, part: Part) -> None:
        if part.returncode is None or not part.kept:
            self._ended_at.pop(part.name, None)
        elif time.monotonic() - self._ended_at.setdefault(part.name, time.monotonic()) >= (
            START_AGAIN_S
        ):
            part.start()

    def stop(self) -> None:
        """Stop restarting them."""
        self._stop.set()
        self._thread.join()
