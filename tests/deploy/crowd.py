"""A process with many viewers that reconnect like the page, and the longest gap in their frames."""

import itertools
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import orjson

from tests.support.processes import Process
from tests.support.waiting import until

FIRST_S = 60
"""the worker's container may have just been started"""


class Crowd(Process):
    """A process with this number of viewers of a page at a port of this machine."""

    def __init__(self, port: int, count: int) -> None:
        self.count = count
        where = ("127.0.0.1", str(port), "--count", str(count))
        super().__init__(sys.executable, "-m", "tests.chaos.viewer", *where)

    def pictures(self) -> dict[int, list[float]]:
        """Return viewer → when it received frames (Unix seconds)."""
        found: dict[int, list[float]] = {number: [] for number in range(self.count)}
        for line in self.output.rpartition("\n")[0].splitlines():
            if line.startswith("["):
                viewer, _connection, _seq, _age, _size, when, *_ = orjson.loads(line)
                found[viewer].append(when)
        return found

    def longest_gap_s(self, since: float) -> float:
        """Return the longest gap between frames of any viewer, from that moment until now."""
        now = time.time()
        return max(
            b - a
            for times in self.pictures().values()
            for a, b in itertools.pairwise([since, *(t for t in times if since < t < now), now])
        )

    def all_see(self, since: float) -> bool:
        """Whether all viewers have received a frame since then."""
        assert self.returncode is None, self.output[-2000:]
        return all(times and times[-1] > since for times in self.pictures().values())


@contextmanager
def crowd(port: int, count: int = 20) -> Iterator[Crowd]:
    """Yield viewers that all receive frames."""
    viewers = Crowd(port, count)
    try:
        until(lambda: viewers.all_see(0), f"pictures for {count} viewers", FIRST_S)
        yield viewers
    finally:
        viewers.stop()
