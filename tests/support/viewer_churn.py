"""Viewers that connect and disconnect at random, in several ways."""

import itertools
import random
import time
from collections import Counter
from collections.abc import Sequence

from tests.support.raw_viewer import RawViewer, pump

CONCURRENT_SESSIONS = 24
MAX_SESSION_S = 0.4

WAYS = ("unwatch, disconnect", "disconnect", "close", "reset", "reset during watch")


def churn(ports: Sequence[int], sessions: int, seed: int) -> Counter[str]:
    """Run ``sessions`` sessions on these workers, ``CONCURRENT_SESSIONS`` at a time; return how
    often each way of disconnecting was used."""
    chance = random.Random(seed)
    ways: Counter[str] = Counter()
    numbers = itertools.count()
    present: list[tuple[float, RawViewer, str]] = []
    while True:
        while len(present) < CONCURRENT_SESSIONS and next(numbers) < sessions:
            way = chance.choice(WAYS)
            ways[way] += 1
            viewer = RawViewer(chance.choice(ports))
            for _ in range(chance.choice((1, 1, 1, 2, 3))):
                viewer.watch()
                if chance.random() < 0.2:
                    viewer.unwatch()
                    viewer.watch()
            if way == WAYS[-1]:
                viewer.abort()
            else:
                end = time.monotonic() + chance.uniform(0, MAX_SESSION_S)
                present.append((end, viewer, way))
        if not present:
            return ways
        soonest = min(end for end, _, _ in present)
        pump([viewer for _, viewer, _ in present], lambda: time.monotonic() > soonest)  # noqa: B023
        for _, viewer, way in [one for one in present if one[0] <= soonest]:
            _disconnect(viewer, way)
        present = [one for one in present if one[0] > soonest]


def _disconnect(viewer: RawViewer, way: str) -> None:
    assert not viewer.closed, "the worker closed the connection"
    if way == "unwatch, disconnect":
        viewer.unwatch()
    if way == "reset":
        viewer.abort()
    elif way == "close":
        viewer.close()
    else:
        viewer.disconnect()
