"""Half an hour of viewers that connect and disconnect, to find leaks.

It runs only as ``make soak`` (``MINUTES=30``), and draws ``docs/images/soak.svg``.
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

from bench.durations import Durations
from bench.table import format_table
from tests.support.accounts import AccountsFile, Browser
from tests.support.beamcast import Beamcast, Worker
from tests.support.camera import Camera
from tests.support.camera_images import noise
from tests.support.raw_viewer import RawViewer, pump

MINUTES = 30.0
SAMPLE_S = 10.0
WARM_UP_SHARE = 0.2
"""The share of the time before growth is measured."""
PERMANENT_VIEWERS, TEMPORARY_VIEWERS = 15, 20
MAX_CONCURRENT_REQUESTS = 6
MAX_STAY_S = 20.0
PLOT = Path(__file__).parents[1] / "docs" / "images" / "soak.svg"
DISCONNECTS = "disconnect", "close", "reset", "stop answering"

Sample = dict[str, float]


def measure(durations: Durations) -> dict[str, Any]:
    """Run the load, and print and draw the growth of each process."""
    seconds = 60 * (1.0 if durations.quick else float(os.environ.get("MINUTES", MINUTES)))
    samples: defaultdict[str, list[Sample]] = defaultdict(list)
    with TemporaryDirectory() as folder, Load(Path(folder)) as load:
        start = time.monotonic()
        due = start
        while (now := time.monotonic()) < start + seconds:
            load.step()
            if now >= due:
                due += SAMPLE_S
                for name, pid in load.pids.items():
                    samples[name].append({"s": now - start, **sample(pid)})
        done = load.done
        lost = load.closed_early
    result = {
        "seconds": seconds,
        "done": dict(done),
        "steady_viewers_lost": lost,
        "grown": {name: growth(taken) for name, taken in samples.items()},
        "samples": samples,
    }
    rows = [(name, *format_columns(rise)) for name, rise in result["grown"].items()]  # type: ignore[attr-defined]
    print(f"\n{seconds / 60:g} minutes; {', '.join(f'{n} x {what}' for what, n in done.items())}")
    print(f"Of {PERMANENT_VIEWERS} permanent viewers, {lost} lost their connection")
    print(format_table(("process", "memory", "descriptors", "threads"), rows))
    draw(samples)
    return result


class Load:
    """A camera, ingest, an open worker and one with a login, and their viewers and clients."""

    def __init__(self, folder: Path) -> None:
        self.done: Counter[str] = Counter()
        self.closed_early = 0
        self._rng = random.Random(1)
        self._exit_stack = contextlib.ExitStack()
        self._temporary: list[tuple[float, RawViewer, str]] = []
        self._requests: list[Future[None]] = []
        with self._exit_stack:
            self._beamcast = Beamcast()
            self._exit_stack.callback(self._beamcast.stop)
            self._camera = self._exit_stack.enter_context(Camera(25, noise))
            self._ingest = self._beamcast.ingest(self._camera.address)
            self._open = self._beamcast.worker()
            accounts = AccountsFile(folder)
            self._token = accounts.token()
            self._guarded = accounts.worker(self._beamcast)
            self._threads = self._exit_stack.enter_context(
                ThreadPoolExecutor(MAX_CONCURRENT_REQUESTS)
            )
            self._exit_stack = self._exit_stack.pop_all()
        self._permanent = [self._viewer("full") for _ in range(PERMANENT_VIEWERS)]

    def __enter__(self) -> "Load":
        return self

    def __exit__(self, *_: object) -> None:
        for viewer in [*self._permanent, *(viewer for _, viewer, _ in self._temporary)]:
            viewer.close()
        self._exit_stack.close()

    @property
    def pids(self) -> dict[str, int]:
        """Name → id of the processes that are measured."""
        return {
            "redis": self._beamcast.redis.pid,
            "ingest": self._ingest.pid,
            "web, open": self._open.process.pid,
            "web, with login": self._guarded.process.pid,
        }

    def step(self) -> None:
        """Simulate a quarter of a second."""
        now, rng = time.monotonic(), self._rng
        for due, viewer, kind in [one for one in self._temporary if one[0] <= now]:
            self._temporary.remove((due, viewer, kind))
            self._disconnect(viewer, kind)
        while len(self._temporary) < TEMPORARY_VIEWERS and rng.random() < 0.3:
            rendition = rng.choice(
                ["full", "half", "quarter", f"precise:0,0,{rng.randint(1, 3)},2"]
            )
            kind = rng.choice(DISCONNECTS)
            self._temporary.append(
                (now + rng.uniform(0, MAX_STAY_S), self._viewer(rendition), kind)
            )
            self.done[f"watch {rendition.partition(':')[0]}"] += 1
        for request in [request for request in self._requests if request.done()]:
            self._requests.remove(request)
            request.result()
        while len(self._requests) < MAX_CONCURRENT_REQUESTS and rng.random() < 0.3:
            name = rng.choice(list(HTTP_SESSIONS))
            self._requests.append(
                self._threads.submit(HTTP_SESSIONS[name], self._open, self._guarded, self._token)
            )
            self.done[name] += 1
        answering = [v for _, v, kind in self._temporary if kind != "stop answering"]
        pump([*self._permanent, *answering], timeout_s=0.25)
        for viewer in [*self._permanent, *answering]:
            viewer.frames.clear()
            viewer.arrived.clear()
            viewer.events.clear()
        for index, viewer in enumerate(self._permanent):
            if viewer.closed:
                self.closed_early += 1
                self._permanent[index] = self._viewer("full")

    def _viewer(self, rendition: str) -> RawViewer:
        viewer = RawViewer(self._open.port)
        viewer.emit("drawn", {})
        viewer.emit("watch", {"stream": "camera", "rendition": rendition})
        return viewer

    def _disconnect(self, viewer: RawViewer, kind: str) -> None:
        with contextlib.suppress(OSError):  # those that stopped answering were disconnected already
            if kind == "disconnect":
                viewer.disconnect()
            elif kind == "reset":
                viewer.abort()
            else:
                viewer.close()


def load_page(worker: Worker, _: Worker, __: str) -> None:
    """Load the page and some of its files."""
    for path in ("/", "/static/js/main.js", "/lib/uplot/uPlot.esm.js", "/status", "/nothing"):
        requests.get(worker.url + path, timeout=30)


def take_picture(worker: Worker, _: Worker, __: str) -> None:
    """Load one JPEG."""
    requests.get(f"{worker.url}/api/streams/camera/frame.jpg", timeout=30)


def take_snapshot(worker: Worker, _: Worker, __: str) -> None:
    """Load a snapshot; the answer is 429 while two others are being made."""
    requests.get(f"{worker.url}/api/streams/camera/snapshot.h5", timeout=60)


def watch_motion(__: Worker, guarded: Worker, token: str) -> None:
    """Read a part of an MJPEG stream, with a token, and close the connection."""
    url = f"{guarded.url}/api/streams/camera/stream.mjpg"
    with requests.get(url, auth=("soak", token), stream=True, timeout=30) as answer:
        for _ in zip(range(20), answer.iter_content(8192), strict=False):
            pass


def log_in_and_out(_: Worker, guarded: Worker, __: str) -> None:
    """Log in, with a wrong password first, and log out."""
    browser = Browser(guarded.url)
    browser.headers["X-Forwarded-For"] = f"10.0.{random.randrange(256)}.{random.randrange(256)}"
    browser.log_in("alice", "wrong")
    if browser.log_in().status_code == 303:
        browser.me()
        browser.log_out()


def poll(worker: Worker, _: Worker, __: str) -> None:
    """Start a Socket.IO session over long polling, and never close it."""
    url = f"{worker.url}/socket.io/?EIO=4&transport=polling"
    session = requests.get(url, timeout=30).text.partition('"sid":"')[2].partition('"')[0]
    requests.post(f"{url}&sid={session}", "40", timeout=30)
    requests.post(f"{url}&sid={session}", '42["watch",{"stream":"camera"}]', timeout=30)
    requests.get(f"{url}&sid={session}", timeout=30)


HTTP_SESSIONS = {
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


def growth(samples: list[Sample]) -> dict[str, dict[str, float]]:
    """Return the medians after the warm-up, and their rise from the first to the last third.

    Checking a password takes 32 MB for a moment, which would affect a mean.
    """
    steady = samples[int(len(samples) * WARM_UP_SHARE) :]
    result = {}
    for what in ("kb", "descriptors", "threads"):
        numbers = [s[what] for s in steady]
        third = len(numbers) // 3
        rise = statistics.median(numbers[-third:]) - statistics.median(numbers[:third])
        result[what] = {"median": statistics.median(numbers), "rise": rise}
    return result


def format_columns(rise: dict[str, dict[str, float]]) -> tuple[str, str, str]:
    """Return the columns of the table."""
    kb = rise["kb"]
    memory = f"{kb['median'] / 1000:.1f} MB, {100 * kb['rise'] / kb['median']:+.1f} %"
    others = [
        f"{rise[what]['median']:.1f}, {rise[what]['rise']:+.1f}"
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
        for process, taken in samples.items():
            axes.plot([s["s"] / 60 for s in taken], [s[what] / scale for s in taken], label=process)
        axes.set_ylabel(name)
        axes.set_ylim(bottom=0)
        axes.grid(alpha=0.3)
    axes.set_xlabel("minutes")
    figure.axes[0].legend(ncols=4, fontsize="small")
    figure.savefig(PLOT, metadata={"Date": None})
