"""The load generator: a process of its own that is all the viewers, and paces the frames.

It has the next frame sent once every viewer has all of the last one (closed loop), and no sooner
than ``max_hz`` lets it. It reads the processor clocks of the measured processes itself, between
two frames, and its own beside them.
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

from bench.cpu import cpu_s, wait_until_quiet
from bench.feeds import STREAM, Feed
from bench.viewer import Viewer

WAVE = 50
"""So many connect at once; a server's backlog may be short."""
WARM_UP_FRAMES, WARM_UP_S, WARM_UP_AT_MOST_S = 10, 0.5, 1.5
PATIENCE_S = 30.0
"""for a frame to all; the slowest contender takes some 7 s for its largest"""
KEPT_BACK_S = 0.1
"""A server whose viewers report may keep a frame back for one of them, and waits for a newer one:
that comes after so long."""
BOUND = 0.9
"""The share of a core from which the generator itself could be what limits."""


@dataclass(frozen=True)
class Load:
    """What one turn asks for. ``feed`` makes what sends the frames; None: they come by themselves.

    ``idle_s``: measure the server so long before the first frame, with everybody connected.
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
class Turn:
    """What was seen. ``cpu``: name → seconds of processor time in the window, with "generator"."""

    frames: int = 0
    deliveries: int = 0
    bytes: int = 0
    lost: int = 0
    seconds: float = 0.0
    compressed: bool = False
    cpu: dict[str, float] = field(default_factory=dict)
    idle: dict[str, float] = field(default_factory=dict)
    """name → share of a core while everybody was connected and no frame came"""

    def us(self, name: str) -> float:
        """Microseconds of processor time for each delivery."""
        return 1e6 * self.cpu[name] / self.deliveries

    @property
    def generator_bound(self) -> bool:
        return self.cpu["generator"] > BOUND * self.seconds


class Crowd:
    """The viewers of one turn, read by one thread."""

    def __init__(self, load: Load) -> None:
        self.viewers: list[Viewer] = []
        self._load = load
        self._epoll = select.epoll()
        self._by_file: dict[int, Viewer] = {}
        self.grow(load.viewers)

    def grow(self, count: int) -> None:
        """Connects viewers until there are so many, dealt out to the servers' ports in turn."""
        load = self._load
        while len(self.viewers) < count:
            wave = [
                Viewer(
                    load.ports[(len(self.viewers) + place) % len(load.ports)],
                    load.frame_bytes,
                    load.reports,
                    load.offers_deflate,
                )
                for place in range(min(WAVE, count - len(self.viewers)))
            ]
            for viewer in wave:
                viewer.say_hello()
            for viewer in wave:
                viewer.watch(STREAM)
            for viewer in wave:
                viewer.settle()
            self.viewers += wave
            for viewer in wave:
                self._by_file[viewer.socket.fileno()] = viewer
                self._epoll.register(viewer.socket, select.EPOLLIN)

    def read(self, timeout_s: float) -> int:
        """Reads what comes within the time, once; how many frames ended."""
        by_file = self._by_file
        return sum(by_file[file].read() for file, _ in self._epoll.poll(timeout_s))

    def read_for(self, seconds: float) -> int:
        """Reads until the time is over; how many frames ended."""
        end = time.monotonic() + seconds
        ended = 0
        while (left_s := end - time.monotonic()) > 0:
            ended += self.read(left_s)
        return ended

    def read_frame(self) -> int:
        """Reads until every viewer has a frame more; how many frames came.

        Where the viewers report, one may get none. Else raises TimeoutError for it.
        """
        outstanding = len(self.viewers)
        end = time.monotonic() + (KEPT_BACK_S if self._load.reports else PATIENCE_S)
        while outstanding > 0 and (left_s := end - time.monotonic()) > 0:
            outstanding -= self.read(left_s)
        if outstanding > 0 and not self._load.reports:
            raise TimeoutError(f"{outstanding} viewers still wait for a frame")
        return len(self.viewers) - outstanding

    def close(self) -> None:
        self._epoll.close()
        for viewer in self.viewers:
            with contextlib.suppress(OSError):
                viewer.socket.close()


def take_turn(load: Load) -> Turn:
    """Connects the viewers, measures, and lets go of them; runs in the generator's process."""
    feed = load.feed() if load.feed else None
    crowd = Crowd(load)
    pids = {**load.pids, "generator": os.getpid()}
    turn = Turn(compressed=crowd.viewers[0].compressed)
    try:
        if load.idle_s:
            crowd.read_for(0.5)
            with _measured(pids, turn.idle):
                crowd.read_for(load.idle_s)
            turn.idle = {name: used / load.idle_s for name, used in turn.idle.items()}
        if feed:
            _warm_up(crowd, feed, load.max_hz)
        before = _sums(crowd)
        start = time.monotonic()
        with _measured(pids, turn.cpu):
            if feed:
                turn.frames, turn.deliveries = _closed_loop(crowd, feed, load)
            else:
                turn.deliveries = crowd.read_for(load.seconds)
                turn.frames = turn.deliveries // load.viewers
        turn.seconds = time.monotonic() - start
        turn.bytes, turn.lost = (b - a for a, b in zip(before, _sums(crowd), strict=True))
    finally:
        crowd.close()
        wait_until_quiet(list(load.pids.values()))
    if feed and turn.bytes < turn.deliveries * load.frame_bytes and not turn.compressed:
        raise AssertionError(f"{turn.bytes} bytes are too few for {turn.deliveries} deliveries")
    return turn


def _closed_loop(crowd: Crowd, feed: Feed, load: Load) -> tuple[int, int]:
    """Frames and deliveries of at least two frames and as many as fit the time."""
    frames = deliveries = 0
    start = due = time.monotonic()
    while frames < 2 or time.monotonic() - start < load.seconds:
        feed.send()
        deliveries += crowd.read_frame()
        frames += 1
        due = max(due + 1 / load.max_hz, time.monotonic())
        crowd.read_for(due - time.monotonic())
    return frames, deliveries


def _warm_up(crowd: Crowd, feed: Feed, max_hz: float) -> None:
    start = time.monotonic()
    frames = 0
    while (elapsed_s := time.monotonic() - start) < WARM_UP_AT_MOST_S and (
        elapsed_s < WARM_UP_S or frames < WARM_UP_FRAMES
    ):
        due = time.monotonic() + 1 / max_hz
        feed.send()
        crowd.read_frame()
        frames += 1
        crowd.read_for(due - time.monotonic())


@contextlib.contextmanager
def _measured(pids: dict[str, int], used: dict[str, float]) -> Iterator[None]:
    before = {name: cpu_s(pid) for name, pid in pids.items()}
    yield
    used |= {name: cpu_s(pid) - before[name] for name, pid in pids.items()}


def _sums(crowd: Crowd) -> tuple[int, int]:
    viewers = crowd.viewers
    return sum(viewer.bytes for viewer in viewers), sum(viewer.lost for viewer in viewers)


class Helper(ProcessPoolExecutor):
    """A process for a load generator or a sender: runs one function at a time, ends with us."""

    def __init__(self) -> None:
        super().__init__(1, multiprocessing.get_context("spawn"), initializer=_die_with_parent)


def _die_with_parent() -> None:
    PR_SET_PDEATHSIG = 1
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
