"""A whole Beamcast under fire: two workers, one of which asks for a login, each with a viewer whom
none of it must touch."""

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

FILE = "/api/streams/camera/snapshot.h5"
WARM = 2000
"""inputs until a worker has what it needs"""
MOST_GROWTH_KB = 12 * 1024
"""of a worker's memory after that; what has come and gone leaves holes"""


class Bystander:
    """Gets frames, all on one connection."""

    def __init__(self, scene: Beamcast, worker: Worker, headers: dict[str, str]) -> None:
        self.viewer: Viewer = scene.viewer(worker, headers=headers)
        self.viewer.watch()
        self.viewer.wait_for(5)
        self.ages_s: list[float] = []
        """how old each frame was when it came"""

    def check(self) -> None:
        """They go on."""
        self.viewer.wait_for_more(1)
        assert self.viewer.connects == 1, "it had to reconnect"
        frames, self.viewer.frames = self.viewer.frames, []  # which are many in an hour
        self.ages_s += [frame.arrived - frame.header["t_received"] for frame in frames]


class Size:
    """What a process takes. Connections to Redis are counted apart: its pool has as many as were
    ever needed at a time, so that after a pause of a busy machine, when all of a board's pictures
    are due at once, there are more, and stay."""

    def __init__(self, pid: int, redis_port: int) -> None:
        rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
        self.pss_kb = int(re.findall(r"^Pss:\s+(\d+)", rollup, re.M)[0])
        lines = Path(f"/proc/{pid}/net/tcp").read_text().splitlines()[1:]
        peers = {f"socket:[{parts[9]}]": parts[2] for parts in map(str.split, lines)}
        places = Path(f"/proc/{pid}/fd").iterdir()
        found = [
            peers.get(link, "").endswith(f":{redis_port:04X}") for link in map(link_of, places)
        ]
        self.to_redis = sum(found)
        self.files = len(found) - self.to_redis
        self.threads = len(os.listdir(f"/proc/{pid}/task"))


def link_of(path: Path) -> str:
    """What a descriptor is; empty when it is gone."""
    with contextlib.suppress(OSError):
        return os.readlink(path)
    return ""


class Scene:
    """``check`` after some inputs, ``end`` after all."""

    def __init__(self, *options: str) -> None:
        self._folder = TemporaryDirectory()
        self.camera = Camera(rate_hz=25)
        self.beamcast = Beamcast()
        self.accounts = AccountsFile(Path(self._folder.name))
        self.beamcast.ingest(self.camera.address)
        much = ("--max-events-per-s", "100000", "--request-seconds", "2", *options)
        self.open = self.beamcast.worker(*much)
        self.guarded = self.accounts.worker(self.beamcast, *much)
        self.alice = Browser(self.guarded.url)
        assert self.alice.log_in().status_code == 303
        self.stranger = Browser(self.guarded.url)
        self.stranger_form: dict[str, str] = {}
        self.token = self.accounts.token("fuzz")
        self.workers = self.open, self.guarded
        headers = {}, self.alice.cookie
        self.bystanders = [
            Bystander(self.beamcast, worker, given)
            for worker, given in zip(self.workers, headers, strict=True)
        ]
        for worker, given in zip(self.workers, headers, strict=True):  # starts what makes files
            file = requests.get(f"{worker.url}{FILE}", headers=given, timeout=30)
            assert file.ok, file.text
        self._inputs = 0
        self._warm: list[Size] = []

    def check(self, inputs: int) -> None:
        """Nobody has noticed so many more inputs."""
        self._inputs += inputs
        for bystander in self.bystanders:
            bystander.check()
        if self._inputs >= WARM and not self._warm:
            self._warm = self.sizes()

    def sizes(self) -> list[Size]:
        """Of the workers, when all but the bystanders have left."""
        for worker in self.workers:
            until(
                lambda worker=worker: value(worker.url, "beamcast_web_viewers") == 1,
                "all but the bystander have left",
                60,
            )
        port = self.beamcast.redis.port
        return [Size(worker.process.pid, port) for worker in self.workers]

    def end(self) -> None:
        """Stops all; fails when something has grown, broken, or left a trace in a log."""
        try:
            problems = [problem for worker in self.workers for problem in self._problems(worker)]
            if self._warm:
                for before, after in zip(self._warm, self.sizes(), strict=True):
                    grown = after.pss_kb - before.pss_kb
                    sizes = f"{before.pss_kb} to {after.pss_kb} kB"
                    print(
                        f"    a worker: {sizes}, {before.files} to {after.files} descriptors, "
                        f"{before.threads} to {after.threads} threads",
                        flush=True,
                    )
                    if grown > MOST_GROWTH_KB:
                        problems.append(f"memory grew from {sizes}")
                    if after.files > before.files + 2 or after.threads > before.threads:
                        problems.append("descriptors or threads grew")
                ages = [age for bystander in self.bystanders for age in bystander.ages_s]
                print(
                    f"    bystanders: {len(ages)} frames, median age {median(ages):.3f} s, "
                    f"largest {max(ages):.3f} s",
                    flush=True,
                )
            assert not problems, "\n".join(problems)
        finally:
            self.camera.close()
            self.beamcast.stop()
            self._folder.cleanup()

    def _problems(self, worker: Worker) -> list[str]:
        output, problems = worker.process.output, []
        if worker.process.returncode is not None:
            problems.append(f"it ended with {worker.process.returncode}")
        for line in output.splitlines():
            if "Traceback" in line or " CRITICAL " in line:
                problems.append(output[output.index(line) :][:4000])
                break
        if faults := value(worker.url, "beamcast_web_faults_total"):
            problems.append(f"it counts {faults:g} faults of its own")
        return problems
