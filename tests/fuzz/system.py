"""The system that is fuzzed: two workers, one of which requires a login, each with a viewer that
must not be affected."""

import contextlib
import os
import re
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import requests

from tests.support.accounts import AccountsFile, Browser
from tests.support.beamcast import Beamcast, Worker
from tests.support.camera import Camera
from tests.support.metrics import value
from tests.support.viewer import Viewer
from tests.support.waiting import until

SNAPSHOT_PATH = "/api/streams/camera/snapshot.h5"
WARM_UP_INPUTS = 2000
"""Inputs after which a worker has allocated what it needs."""
MAX_GROWTH_KB = 12 * 1024
"""Of a worker's memory after the warm-up; freed memory leaves holes."""


class Bystander:
    """A viewer that must receive frames all the time on one connection."""

    def __init__(self, beamcast: Beamcast, worker: Worker, headers: dict[str, str]) -> None:
        self.viewer: Viewer = beamcast.viewer(worker, headers=headers)
        self.viewer.watch()
        self.viewer.wait_for(5)
        self.ages_s: list[float] = []
        """The age of each frame on arrival."""

    def check(self) -> None:
        """Check that frames continue to arrive on the same connection."""
        self.viewer.wait_for_more(1)
        assert self.viewer.connects == 1, "it had to reconnect"
        frames, self.viewer.frames = self.viewer.frames, []  # there are many in an hour
        self.ages_s += [frame.arrived - frame.header["t_received"] for frame in frames]


class ProcessSize:
    """The memory, descriptors and threads of a process.

    Connections to Redis are counted separately: the pool keeps as many as were ever needed at the
    same time, which is more after a pause of a busy machine, when all pictures of a board are due
    at once.
    """

    def __init__(self, pid: int, redis_port: int) -> None:
        rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
        self.pss_kb = int(re.findall(r"^Pss:\s+(\d+)", rollup, re.M)[0])
        lines = Path(f"/proc/{pid}/net/tcp").read_text().splitlines()[1:]
        peers = {f"socket:[{parts[9]}]": parts[2] for parts in map(str.split, lines)}
        places = Path(f"/proc/{pid}/fd").iterdir()
        found = [
            peers.get(link, "").endswith(f":{redis_port:04X}") for link in map(read_link, places)
        ]
        self.to_redis = sum(found)
        self.files = len(found) - self.to_redis
        self.threads = len(os.listdir(f"/proc/{pid}/task"))


def read_link(path: Path) -> str:
    """Return the target of a descriptor's link; empty if it is closed."""
    with contextlib.suppress(OSError):
        return os.readlink(path)
    return ""


class SystemUnderTest:
    """A Beamcast with two workers; call ``check`` after some inputs, and ``end`` after all."""

    def __init__(self, *options: str) -> None:
        self._folder = TemporaryDirectory()
        self.camera = Camera(rate_hz=25)
        self.beamcast = Beamcast()
        self.accounts = AccountsFile(Path(self._folder.name))
        self.beamcast.ingest(self.camera.address)
        limits = ("--max-events-per-s", "100000", "--request-seconds", "2", *options)
        self.open = self.beamcast.worker(*limits)
        self.guarded = self.accounts.worker(self.beamcast, *limits)
        self.alice = Browser(self.guarded.url)
        assert self.alice.log_in().status_code == 303
        self.anonymous = Browser(self.guarded.url)
        self.anonymous_form: dict[str, str] = {}
        self.token = self.accounts.token("fuzz")
        self.workers = self.open, self.guarded
        headers = {}, self.alice.cookie
        self.bystanders = [
            Bystander(self.beamcast, worker, header)
            for worker, header in zip(self.workers, headers, strict=True)
        ]
        # The first snapshots start the processes that create files.
        for worker, header in zip(self.workers, headers, strict=True):
            file = requests.get(f"{worker.url}{SNAPSHOT_PATH}", headers=header, timeout=30)
            assert file.ok, file.text
        self._inputs = 0
        self._before: list[ProcessSize] = []

    def check(self, inputs: int) -> None:
        """Check the bystanders after ``inputs`` more inputs."""
        self._inputs += inputs
        for bystander in self.bystanders:
            bystander.check()
        if self._inputs >= WARM_UP_INPUTS and not self._before:
            self._before = self.sizes()

    def sizes(self) -> list[ProcessSize]:
        """Return the workers' sizes when all viewers but the bystanders have disconnected."""
        for worker in self.workers:
            until(
                lambda worker=worker: value(worker.url, "beamcast_web_viewers") == 1,
                "all but the bystander have disconnected",
                60,
            )
        port = self.beamcast.redis.port
        return [ProcessSize(worker.process.pid, port) for worker in self.workers]

    def end(self) -> None:
        """Stop everything; fail if a process has grown, ended, or logged an error."""
        try:
            failures = [failure for worker in self.workers for failure in self._failures(worker)]
            if self._before:
                for before, after in zip(self._before, self.sizes(), strict=True):
                    growth_kb = after.pss_kb - before.pss_kb
                    sizes = f"{before.pss_kb} to {after.pss_kb} kB"
                    print(
                        f"    a worker: {sizes}, {before.files} to {after.files} descriptors, "
                        f"{before.threads} to {after.threads} threads",
                        flush=True,
                    )
                    if growth_kb > MAX_GROWTH_KB:
                        failures.append(f"memory grew from {sizes}")
                    if after.files > before.files + 2 or after.threads > before.threads:
                        failures.append("descriptors or threads grew")
                ages = [age for bystander in self.bystanders for age in bystander.ages_s]
                print(
                    f"    bystanders: {len(ages)} frames, median age {median(ages):.3f} s, "
                    f"largest {max(ages):.3f} s",
                    flush=True,
                )
            assert not failures, "\n".join(failures)
        finally:
            self.camera.close()
            self.beamcast.stop()
            self._folder.cleanup()

    def _failures(self, worker: Worker) -> list[str]:
        output, failures = worker.process.output, []
        if worker.process.returncode is not None:
            failures.append(f"it ended with {worker.process.returncode}")
        for line in output.splitlines():
            if "Traceback" in line or " CRITICAL " in line:
                failures.append(output[output.index(line) :][:4000])
                break
        if faults := value(worker.url, "beamcast_web_faults_total"):
            failures.append(f"it counts {faults:g} faults")
        return failures
