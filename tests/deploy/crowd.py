"""Many viewers that come back as the page does, in one process, and the longest that one of them
had no pictures."""

import itertools
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import orjson

from tests.support.processes import Process
from tests.support.waiting import until

FIRST_S = 60
"""A container with a crowd's worker may have been started this moment."""


class Crowd(Process):
    """So many viewers of what is at a port of this machine."""

    def __init__(self, port: int, count: int) -> None:
        self.count = count
        where = ("127.0.0.1", str(port), "--count", str(count))
        super().__init__(sys.executable, "-m", "tests.chaos.viewer", *where)

    def pictures(self) -> dict[int, list[float]]:
        """Viewer → when it got a picture (Unix s)."""
        found: dict[int, list[float]] = {number: [] for number in range(self.count)}
        for line in self.output.rpartition("\n")[0].splitlines():
            if line.startswith("["):
                viewer, _connection, _seq, _age, _size, when, *_ = orjson.loads(line)
                found[viewer].append(when)
        return found

    def longest_gap_s(self, since: float) -> float:
        """The longest that a viewer waited for a picture, from that moment until now."""
        now = time.time()
        return max(
            b - a
            for times in self.pictures().values()
            for a, b in itertools.pairwise([since, *(t for t in times if since < t < now), now])
        )

    def all_see(self, since: float) -> bool:
        """Whether everybody has had a picture since then."""
        assert self.returncode is None, self.output[-2000:]
        return all(times and times[-1] > since for times in self.pictures().values())


@contextmanager
def crowd(port: int, count: int = 20) -> Iterator[Crowd]:
    """Viewers that all see pictures."""
    viewers = Crowd(port, count)
    try:
        until(lambda: viewers.all_see(0), f"pictures for {count} viewers", FIRST_S)
        yield viewers
    finally:
        viewers.stop()
