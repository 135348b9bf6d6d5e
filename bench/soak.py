"""Measure whether any process grows in half an hour of viewers that connect and disconnect.

It runs only when it is named: ``make soak`` (``MINUTES=30``). It draws
``docs/images/soak.svg``.
"""

import contextlib
import os
import random
import statistics
import time
from collections import Counter, defaultdict
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import requests

from bench.plan import Plan
from bench.table import table
from tests.support.accounts import AccountsFile, Browser
from tests.support.beamcast import Beamcast, Worker
from tests.support.camera import Camera
from tests.support.camera_images import noise
from tests.support.raw_viewer import RawViewer, pump

MINUTES = 30.0
SAMPLE_S = 10.0
WARM_UP = 0.2
"""the share of the time before growth is measured"""
STEADY, COMING = 15, 20
MAX_REQUESTS = 6
"""concurrent ones over HTTP"""
MAX_STAY_S = 20.0
PLOT = Path(__file__).parents[1] / "docs" / "images" / "soak.svg"
WAYS_TO_LEAVE = "leave", "close", "reset", "fall silent"

Sample = dict[str, float]


def measure(plan: Plan) -> dict[str, Any]:
    """Run the soak, print what grew, and draw it."""
    seconds = 60 * (1.0 if plan.quick else float(os.environ.get("MINUTES", MINUTES)))
    samples: defaultdict[str, list[Sample]] = defaultdict(list)
    with TemporaryDirectory() as folder, Scene(Path(folder)) as scene:
        start = time.monotonic()
        due = start
        while (now := time.monotonic()) < start + seconds:
            scene.step()
            if now >= due:
                due += SAMPLE_S
                for name, pid in scene.pids.items():
                    samples[name].append({"s": now - start, **sample(pid)})
        done = scene.done
        lost = scene.closed_early
    result = {
        "seconds": seconds,
        "done": dict(done),
        "steady_viewers_lost": lost,
        "grown": {name: grown(own_samples) for name, own_samples in samples.items()},
        "samples": samples,
    }
    rows = [(name, *words(growth)) for name, growth in result["grown"].items()]  # type: ignore[attr-defined]
    print(f"\n{seconds / 60:g} minutes; {', '.join(f'{n} x {what}' for what, n in done.items())}")
    print(f"Of {STEADY} viewers who stayed, {lost} lost their connection")
    print(table(("process", "memory", "descriptors", "threads"), rows))
    draw(samples)
    return result


class Scene:
    """A camera, ingest, an open worker, one with a login, and all their viewers."""

    def __init__(self, folder: Path) -> None:
        self.done: Counter[str] = Counter()
        self.closed_early = 0
        self._chance = random.Random(1)
        self._ending = contextlib.ExitStack()
        self._visitors: list[tuple[float, RawViewer, str]] = []
        self._requests: list[Future[None]] = []
        with self._ending:
            self._beamcast = Beamcast()
            self._ending.callback(self._beamcast.stop)
            self._camera = self._ending.enter_context(Camera(25, noise))
            self._ingest = self._beamcast.ingest(self._camera.address)
            self._open = self._beamcast.worker()
            accounts = AccountsFile(folder)
            self._token = accounts.token()
            self._guarded = accounts.worker(self._beamcast)
            self._threads = self._ending.enter_context(ThreadPoolExecutor(MAX_REQUESTS))
            self._ending = self._ending.pop_all()
        self._steady = [self._viewer("full") for _ in range(STEADY)]

    def __enter__(self) -> "Scene":
        return self

    def __exit__(self, *_: object) -> None:
        for viewer in [*self._steady, *(viewer for _, viewer, _ in self._visitors)]:
            viewer.close()
        self._ending.close()

    @property
    def pids(self) -> dict[str, int]:
        """The ids of the measured processes by name."""
        return {
            "redis": self._beamcast.redis.pid,
            "ingest": self._ingest.pid,
            "web, open": self._open.process.pid,
            "web, with login": self._guarded.process.pid,
        }

    def step(self) -> None:
        """Run for a quarter of a second."""
        now, chance = time.monotonic(), self._chance
        for due, viewer, way in [one for one in self._visitors if one[0] <= now]:
            self._visitors.remove((due, viewer, way))
            self._leave(viewer, way)
        while len(self._visitors) < COMING and chance.random() < 0.3:
            rendition = chance.choice(
                ["full", "half", "quarter", f"precise:0,0,{chance.randint(1, 3)},2"]
            )
            way = chance.choice(WAYS_TO_LEAVE)
            self._visitors.append(
                (now + chance.uniform(0, MAX_STAY_S), self._viewer(rendition), way)
            )
            self.done[f"watch {rendition.partition(':')[0]}"] += 1
        for future in [future for future in self._requests if future.done()]:
            self._requests.remove(future)
            future.result()
        while len(self._requests) < MAX_REQUESTS and chance.random() < 0.3:
            name = chance.choice(list(ERRANDS))
            self._requests.append(
                self._threads.submit(ERRANDS[name], self._open, self._guarded, self._token)
            )
            self.done[name] += 1
        speaking = [v for _, v, way in self._visitors if way != "fall silent"]
        pump([*self._steady, *speaking], timeout_s=0.25)
        for viewer in [*self._steady, *speaking]:
            viewer.frames.clear()
            viewer.arrived.clear()
            viewer.events.clear()
        for place, viewer in enumerate(self._steady):
            if viewer.closed:
                self.closed_early += 1
                self._steady[place] = self._viewer("full")

    def _viewer(self, rendition: str) -> RawViewer:
        viewer = RawViewer(self._open.port)
        viewer.emit("drawn", {})
        viewer.emit("watch", {"stream": "camera", "rendition": rendition})
        return viewer

    def _leave(self, viewer: RawViewer, way: str) -> None:
        with contextlib.suppress(OSError):  # the silent have been cut off by then
            if way == "leave":
                viewer.disconnect()
            elif way == "reset":
                viewer.abort()
            else:
                viewer.close()


def load_page(worker: Worker, _: Worker, __: str) -> None:
    """Load the page and some of its files."""
    for path in ("/", "/static/js/main.js", "/lib/uplot/uPlot.esm.js", "/status", "/nothing"):
        requests.get(worker.url + path, timeout=30)


def take_picture(worker: Worker, _: Worker, __: str) -> None:
    """Request one JPEG."""
    requests.get(f"{worker.url}/api/streams/camera/frame.jpg", timeout=30)


def take_snapshot(worker: Worker, _: Worker, __: str) -> None:
    """Request a file with the camera's own values; 429 while two others are made."""
    requests.get(f"{worker.url}/api/streams/camera/snapshot.h5", timeout=60)


def watch_motion(__: Worker, guarded: Worker, token: str) -> None:
    """Read some MJPEG with a token, and disconnect."""
    address = f"{guarded.url}/api/streams/camera/stream.mjpg"
    with requests.get(address, auth=("soak", token), stream=True, timeout=30) as answer:
        for _ in zip(range(20), answer.iter_content(8192), strict=False):
            pass


def log_in_and_out(_: Worker, guarded: Worker, __: str) -> None:
    """Log in, first with a wrong password, and log out."""
    browser = Browser(guarded.url)
    browser.headers["X-Forwarded-For"] = f"10.0.{random.randrange(256)}.{random.randrange(256)}"
    browser.log_in("alice", "wrong")
    if browser.log_in().status_code == 303:
        browser.me()
        browser.log_out()


def poll(worker: Worker, _: Worker, __: str) -> None:
    """Open a Socket.IO session over long-polling and never close it."""
    polled = f"{worker.url}/socket.io/?EIO=4&transport=polling"
    session = requests.get(polled, timeout=30).text.partition('"sid":"')[2].partition('"')[0]
    requests.post(f"{polled}&sid={session}", "40", timeout=30)
    requests.post(f"{polled}&sid={session}", '42["watch",{"stream":"camera"}]', timeout=30)
    requests.get(f"{polled}&sid={session}", timeout=30)


ERRANDS = {
    "page": load_page,
    "frame.jpg": take_picture,
    "snapshot": take_snapshot,
    "MJPEG": watch_motion,
    "login and logout": log_in_and_out,
    "polling, left open": poll,
}


def sample(pid: int) -> Sample:
    """Return a process's share of the memory [kB], its descriptors and threads."""
    text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    pss = next(line for line in text.splitlines() if line.startswith("Pss:"))
    return {
        "kb": int(pss.split()[1]),
        "descriptors": len(os.listdir(f"/proc/{pid}/fd")),
        "threads": len(os.listdir(f"/proc/{pid}/task")),
    }


def grown(samples: list[Sample]) -> dict[str, dict[str, float]]:
    """Return the median after the warm-up, and by how much that of the last third is above the
    first's. Not the mean, since checking a password takes 32 MB for a moment."""
    steady = samples[int(len(samples) * WARM_UP) :]
    result = {}
    for what in ("kb", "descriptors", "threads"):
        numbers = [s[what] for s in steady]
        third = len(numbers) // 3
        rise = statistics.median(numbers[-third:]) - statistics.median(numbers[:third])
        result[what] = {"median": statistics.median(numbers), "rise": rise}
    return result


def words(growth: dict[str, dict[str, float]]) -> tuple[str, str, str]:
    """Return the columns of the table."""
    kb = growth["kb"]
    memory = f"{kb['median'] / 1000:.1f} MB, {100 * kb['rise'] / kb['median']:+.1f} %"
    others = [
        f"{growth[what]['median']:.1f}, {growth[what]['rise']:+.1f}"
        for what in ("descriptors", "threads")
    ]
    return memory, *others  # type: ignore[return-value]


def draw(samples: dict[str, list[Sample]]) -> None:
    """Draw a curve for each process and quantity."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9, 7), layout="constrained")
    names = {"kb": "memory [MB]", "descriptors": "file descriptors", "threads": "threads"}
    for axes, (what, name) in zip(figure.subplots(3, sharex=True), names.items(), strict=True):
        scale = 1000 if what == "kb" else 1
        for process, values in samples.items():
            axes.plot(
                [s["s"] / 60 for s in values], [s[what] / scale for s in values], label=process
            )
        axes.set_ylabel(name)
        axes.set_ylim(bottom=0)
        axes.grid(alpha=0.3)
    axes.set_xlabel("minutes")
    figure.axes[0].legend(ncols=4, fontsize="small")
    figure.savefig(PLOT, metadata={"Date": None})
