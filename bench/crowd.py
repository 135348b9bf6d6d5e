"""The load generator: a process that simulates all viewers and requests the frames.

It requests the next frame when every viewer has received the last one completely (closed loop), at
most ``max_hz`` times a second. Between two frames it reads the processor clocks of the measured
processes and its own.
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
"""viewers that connect at the same time; a server's backlog may be short"""
WARM_UP_FRAMES, MIN_WARM_UP_S, MAX_WARM_UP_S = 10, 0.5, 1.5
FRAME_TIMEOUT_S = 30.0
"""for a frame to all viewers; the slowest contender takes some 7 s for its largest one"""
REPORTING_TIMEOUT_S = 0.1
"""Flow control of a server whose viewers report may withhold a frame from one of them; the next
frame follows after this time."""
BOUND = 0.9
"""The share of a core from which the generator itself may be the limit."""


@dataclass(frozen=True)
class Load:
    """The load of one turn. ``feed`` makes the feed of frames; None if the server needs none.

    ``idle_s``: for how long the server is measured before the first frame, with all connected.
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
    """The result of a turn. ``cpu``: name → seconds of processor time, with "generator"."""

    frames: int = 0
    deliveries: int = 0
    bytes: int = 0
    lost: int = 0
    seconds: float = 0.0
    compressed: bool = False
    cpu: dict[str, float] = field(default_factory=dict)
    idle: dict[str, float] = field(default_factory=dict)
    """name → share of a core while all were connected and no frame was sent"""

    def us(self, name: str) -> float:
        """Return the microseconds of processor time for each delivery."""
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
        """Connect viewers up to this number, to the servers' ports in turn."""
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
        """Wait for data, read it once, and return the number of frames that ended."""
        by_file = self._by_file
        return sum(by_file[file].read() for file, _ in self._epoll.poll(timeout_s))

    def read_for(self, seconds: float) -> int:
        """Read for this time and return the number of frames that ended."""
        end = time.monotonic() + seconds
        ended = 0
        while (left_s := end - time.monotonic()) > 0:
            ended += self.read(left_s)
        return ended

    def read_frame(self) -> int:
        """Read until every viewer has one more frame; return the number of frames.

        Raises TimeoutError if a viewer gets none, unless the viewers report.
        """
        outstanding = len(self.viewers)
        end = time.monotonic() + (REPORTING_TIMEOUT_S if self._load.reports else FRAME_TIMEOUT_S)
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
    """Connect the viewers, measure, and disconnect; runs in the generator's process."""
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
    """Send at least two frames, and as many as fit the time; return the frames and deliveries."""
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
    while (elapsed_s := time.monotonic() - start) < MAX_WARM_UP_S and (
        elapsed_s < MIN_WARM_UP_S or frames < WARM_UP_FRAMES
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
    """A process for a load generator or a sender; it runs one function at a time and ends with
    its parent."""

    def __init__(self) -> None:
        super().__init__(1, multiprocessing.get_context("spawn"), initializer=_die_with_parent)


def _die_with_parent() -> None:
    PR_SET_PDEATHSIG = 1
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
