"""The load generator: one process that simulates all viewers and triggers the frames.

It triggers the next frame when every viewer has received the last one (closed loop), at most
``max_hz`` times a second. Between two frames it reads the processor time of the measured processes
and its own.
"""

import contextlib
import ctypes
import multiprocessing
import os
import select
import signal
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field

from bench.feeds import STREAM, Feed
from bench.process_usage import cpu_s, wait_until_idle
from bench.viewer import Viewer

MAX_CONCURRENT_CONNECTS = 50
"""A server's listen backlog may be short."""
MIN_WARM_UP_FRAMES, MIN_WARM_UP_S, MAX_WARM_UP_S = 10, 0.5, 1.5
FRAME_TIMEOUT_S = 30.0
"""For one frame to all viewers; the slowest server takes about 7 s for its largest frame."""
REPORTING_FRAME_TIMEOUT_S = 0.1
"""The same when viewers report: the server may then skip a frame for a viewer."""
GENERATOR_BOUND_SHARE = 0.9
"""The share of a core above which the generator itself may limit the result."""


@dataclass(frozen=True)
class Load:
    """The load of one run.

    ``feed`` creates what triggers the frames; None: the server sends them by itself. ``idle_s``:
    how long to measure the server with all viewers connected, before the first frame.
    """

    ports: tuple[int, ...]
    viewers: int
    seconds: float
    pids: dict[str, int]
    feed: Callable[[], Feed] | None = None
    max_hz: float = 100.0
    frame_bytes: int = 0
    reports: bool = False
    offers_deflate: bool = True
    idle_s: float = 0.0


@dataclass
class Run:
    """The measurements of one run. ``cpu``: name → processor time [s], including "generator"."""

    frames: int = 0
    deliveries: int = 0
    bytes: int = 0
    lost: int = 0
    seconds: float = 0.0
    compressed: bool = False
    cpu: dict[str, float] = field(default_factory=dict)
    idle: dict[str, float] = field(default_factory=dict)
    """Name → share of a core with all viewers connected and no frames."""

    def us(self, name: str) -> float:
        """Return the microseconds of processor time for each delivery."""
        return 1e6 * self.cpu[name] / self.deliveries

    @property
    def generator_bound(self) -> bool:
        return self.cpu["generator"] > GENERATOR_BOUND_SHARE * self.seconds


class ViewerGroup:
    """The viewers of one run, read by one thread."""

    def __init__(self, load: Load) -> None:
        self.viewers: list[Viewer] = []
        self._load = load
        self._epoll = select.epoll()
        self._by_file: dict[int, Viewer] = {}
        self.connect_up_to(load.viewers)

    def connect_up_to(self, count: int) -> None:
        """Connect viewers until there are ``count``, distributed over the servers' ports."""
        load = self._load
        while len(self.viewers) < count:
            batch = [
                Viewer(
                    load.ports[(len(self.viewers) + index) % len(load.ports)],
                    load.frame_bytes,
                    load.reports,
                    load.offers_deflate,
                )
                for index in range(min(MAX_CONCURRENT_CONNECTS, count - len(self.viewers)))
            ]
            for viewer in batch:
                viewer.open_session()
            for viewer in batch:
                viewer.watch(STREAM)
            for viewer in batch:
                viewer.finish_watch()
            self.viewers += batch
            for viewer in batch:
                self._by_file[viewer.socket.fileno()] = viewer
                self._epoll.register(viewer.socket, select.EPOLLIN)

    def read(self, timeout_s: float) -> int:
        """Wait for data, read it once, and return the number of completed frames."""
        by_file = self._by_file
        return sum(by_file[file].read() for file, _ in self._epoll.poll(timeout_s))

    def read_for(self, seconds: float) -> int:
        """Read for ``seconds`` and return the number of completed frames."""
        end = time.monotonic() + seconds
        completed = 0
        while (left_s := end - time.monotonic()) > 0:
            completed += self.read(left_s)
        return completed

    def read_frame(self) -> int:
        """Read until every viewer has received one more frame; return the number of frames.

        Raise TimeoutError if a viewer receives none, unless the viewers report.
        """
        outstanding = len(self.viewers)
        end = time.monotonic() + (
            REPORTING_FRAME_TIMEOUT_S if self._load.reports else FRAME_TIMEOUT_S
        )
        while outstanding > 0 and (left_s := end - time.monotonic()) > 0:
            outstanding -= self.read(left_s)
        if outstanding > 0 and not self._load.reports:
            raise TimeoutError(f"{outstanding} viewers received no frame")
        return len(self.viewers) - outstanding

    def close(self) -> None:
        self._epoll.close()
        for viewer in self.viewers:
            with contextlib.suppress(OSError):
                viewer.socket.close()


def run_load(load: Load) -> Run:
    """Connect the viewers, measure, and disconnect; called in the generator's process."""
    feed = load.feed() if load.feed else None
    group = ViewerGroup(load)
    pids = {**load.pids, "generator": os.getpid()}
    run = Run(compressed=group.viewers[0].compressed)
    try:
        if load.idle_s:
            group.read_for(0.5)
            with _measured(pids, run.idle):
                group.read_for(load.idle_s)
            run.idle = {name: used / load.idle_s for name, used in run.idle.items()}
        if feed:
            _warm_up(group, feed, load.max_hz)
        before = _sums(group)
        start = time.monotonic()
        with _measured(pids, run.cpu):
            if feed:
                run.frames, run.deliveries = _closed_loop(group, feed, load)
            else:
                run.deliveries = group.read_for(load.seconds)
                run.frames = run.deliveries // load.viewers
        run.seconds = time.monotonic() - start
        run.bytes, run.lost = (b - a for a, b in zip(before, _sums(group), strict=True))
    finally:
        group.close()
        wait_until_idle(list(load.pids.values()))
    if feed and run.bytes < run.deliveries * load.frame_bytes and not run.compressed:
        raise AssertionError(f"{run.deliveries} deliveries have only {run.bytes} bytes")
    return run


def _closed_loop(group: ViewerGroup, feed: Feed, load: Load) -> tuple[int, int]:
    """Send at least two frames, then until the time is over; return (frames, deliveries)."""
    frames = deliveries = 0
    start = due = time.monotonic()
    while frames < 2 or time.monotonic() - start < load.seconds:
        feed.send()
        deliveries += group.read_frame()
        frames += 1
        due = max(due + 1 / load.max_hz, time.monotonic())
        group.read_for(due - time.monotonic())
    return frames, deliveries


def _warm_up(group: ViewerGroup, feed: Feed, max_hz: float) -> None:
    start = time.monotonic()
    frames = 0
    while (elapsed_s := time.monotonic() - start) < MAX_WARM_UP_S and (
        elapsed_s < MIN_WARM_UP_S or frames < MIN_WARM_UP_FRAMES
    ):
        due = time.monotonic() + 1 / max_hz
        feed.send()
        group.read_frame()
        frames += 1
        group.read_for(due - time.monotonic())


@contextlib.contextmanager
def _measured(pids: dict[str, int], used: dict[str, float]) -> Iterator[None]:
    before = {name: cpu_s(pid) for name, pid in pids.items()}
    yield
    used |= {name: cpu_s(pid) - before[name] for name, pid in pids.items()}


def _sums(group: ViewerGroup) -> tuple[int, int]:
    viewers = group.viewers
    return sum(viewer.bytes for viewer in viewers), sum(viewer.lost for viewer in viewers)


class HelperProcess(ProcessPoolExecutor):
    """A process that runs one function at a time and ends with its parent."""

    def __init__(self) -> None:
        super().__init__(1, multiprocessing.get_context("spawn"), initializer=_die_with_parent)


def _die_with_parent() -> None:
    PR_SET_PDEATHSIG = 1
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
