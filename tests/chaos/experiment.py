"""An experiment: viewers and a page of a Beamcast, faults, and the measurement of their effects."""

import contextlib
import time
from collections.abc import Callable, Iterator
from typing import Any

from playwright.sync_api import Playwright, sync_playwright

from tests.chaos.cluster import Cluster
from tests.chaos.effect import (
    Effect,
    find_violations,
    first_report,
    fresh_since,
    longest_gap_after,
    lost_pulses,
    permanently_live_since,
    received_at,
)
from tests.chaos.faults import Fault
from tests.chaos.installation import ReceivedFrame
from tests.chaos.page import RecordedPage
from tests.chaos.parts import ResourceCount
from tests.support.waiting import until

VIEWERS = 30
TIMEOUT_S = 40.0
MIN_LIVE_S = 3.0
"""A page that is live for this time has recovered."""
MAX_AGE_S = 1.0
"""An older frame is late."""
MAX_MORE_FILES, MAX_MORE_THREADS = 30, 2
"""A pool keeps as many connections as were ever in use at the same time, and the viewers may be on
one worker at first and on two later."""


@contextlib.contextmanager
def start_experiment(clocks_and_damage: bool = False) -> "Iterator[Experiment]":
    """Start an experiment for many faults.

    ``clocks_and_damage``: its clocks can be set, and its data can be damaged in transit.
    """
    cluster = Cluster(proxies=clocks_and_damage, clocks=clocks_and_damage)
    try:
        with sync_playwright() as playwright:
            experiment = Experiment(cluster, playwright)
            yield experiment
            experiment.close()
    finally:
        cluster.stop()


class SharedExperiment:
    """The experiment of a module's tests, which is replaced after a test has failed."""

    def __init__(self, clocks_and_damage: bool = False) -> None:
        self._clocks_and_damage = clocks_and_damage
        self._open: tuple[contextlib.AbstractContextManager[Experiment], Experiment] | None = None

    @contextlib.contextmanager
    def use(self) -> "Iterator[Experiment]":
        """Yield the experiment, and end it if the block raises."""
        if self._open is None:
            manager = start_experiment(self._clocks_and_damage)
            self._open = manager, manager.__enter__()
        manager, experiment = self._open
        with contextlib.ExitStack() as on_failure:
            on_failure.push(manager)
            on_failure.callback(self._forget)
            yield experiment
            on_failure.pop_all()

    def close(self) -> None:
        """End the experiment, with its own checks."""
        if self._open:
            manager, _ = self._open
            self._forget()
            manager.__exit__(None, None, None)

    def _forget(self) -> None:
        self._open = None


class Experiment:
    """Thirty simulated viewers and one real page of a cluster."""

    def __init__(self, cluster: Cluster, playwright: Playwright) -> None:
        self.cluster = cluster
        self._idle_resources = cluster.resources()
        self.viewers = cluster.start_viewers(VIEWERS)
        self.page = RecordedPage(playwright, cluster.url)
        self._until(lambda: self._is_recovered(0.0), "all receive frames")
        self._busy_resources = cluster.resources()
        self._violations: list[str] = []

    def run(self, fault: Fault) -> Effect:
        """Cause a fault, end it, and wait until all viewers have recovered."""
        self._until(lambda: self._is_recovered(time.time() - MAX_AGE_S), "all receive frames")
        start, drawn, states = len(self.viewers.frames), len(self.page.drawn), len(self.page.states)
        old = len(self.page.old_as_live)
        self.page.read(0.5)
        caused = time.time()
        fault.cause(self.cluster)
        self._record_until(caused + fault.lasts_s)
        ended = time.time()
        fault.end(self.cluster)
        self._until(lambda: self._is_recovered(ended), f"all receive frames after: {fault.name}")
        self._record_until(time.time() + MIN_LIVE_S)
        self._until(
            lambda: self._is_recovered(ended), f"all still receive frames after: {fault.name}"
        )
        frames = self.viewers.frames[start:]
        undamaged = [
            frame for frame in frames if frame.when > ended + MIN_LIVE_S / 2 or not fault.damages
        ]
        self._violations = find_violations(undamaged)
        fresh = [frame for frame in undamaged if received_at(frame) > ended]
        self._violations += [f"late: {frame}" for frame in late(fresh, ended, 2 * MAX_AGE_S)]
        if not fault.damages:  # else socket.io's client may have discarded damaged data
            self._violations += self.page.errors
        self.page.errors.clear()
        shown, new_states = self.page.drawn[drawn:], self.page.states[states:]
        recovered = permanently_live_since(self.page.states, shown, ended)
        assert recovered is not None
        reported, texts = first_report(new_states, shown, caused, recovered)
        return Effect(
            fault=fault.name,
            reported=reported,
            texts=texts,
            recovered=max(0.0, recovered - ended),
            all_recovered=max(fresh_since(frames, ended).values()) - ended,
            longest_gap=longest_gap_after(shown, caused),
            oldest_as_live=max((age for _, age in self.page.old_as_live[old:]), default=0.0),
            lost=lost_pulses(frames),
            late=len(late(frames, ended)),
        )

    def check_no_residue(self) -> None:
        """Check that there are no violations, tracebacks, or more viewers, files or threads."""
        assert self._violations == []
        tracebacks = self.cluster.tracebacks()
        assert not tracebacks, "\n".join(tracebacks)
        assert not self.page.was_reloaded
        self._until(
            lambda: self.cluster.count_viewers() == VIEWERS + 1, "the gate counts all viewers"
        )
        self._until(
            lambda: self._grown(self._busy_resources) == {},
            "no part has more files or threads than before",
        )

    def _grown(
        self, before: dict[str, ResourceCount]
    ) -> dict[str, tuple[ResourceCount, ResourceCount]]:
        """Return the parts with more files or threads than before: name → (before, now)."""
        now = self.cluster.resources()
        return {
            name: (earlier, now[name])
            for name, earlier in before.items()
            if now[name].files > earlier.files + MAX_MORE_FILES
            or now[name].threads > earlier.threads + MAX_MORE_THREADS
        }

    def _is_recovered(self, since: float) -> bool:
        """Whether all have frames that ingest received since then, and the page is live."""
        self.page.read()
        live = permanently_live_since(self.page.states, self.page.drawn, since) is not None
        return live and len(fresh_since(self.viewers.frames[-20_000:], since)) == VIEWERS

    def _without_frames(self) -> dict[int, dict[str, Any] | None]:
        """Return the viewers that now receive no frames, each with its last change of state."""
        fresh = fresh_since(self.viewers.frames[-20_000:], time.time() - MAX_AGE_S)
        last = {change["viewer"]: change for change in self.viewers.states}
        return {number: last.get(number) for number in range(VIEWERS) if number not in fresh}

    def _record_until(self, end: float) -> None:
        """Record the page until that time."""
        while time.time() < end:
            self.page.read(min(0.2, max(0.0, end - time.time())))

    def _until(self, condition: Callable[[], object], what: str) -> None:
        end = time.monotonic() + TIMEOUT_S
        while not condition():
            assert time.monotonic() < end, (
                f"not within {TIMEOUT_S:g} s: {what}; page: {self.page.states[-3:]}; "
                f"viewers without frames: {self._without_frames()}"
            )
            self.page.read(0.1)

    def close(self) -> None:
        """Disconnect all; check that no viewer is counted and that no resource remains in use."""
        self.page.close()
        self.viewers.stop()
        until(lambda: self.cluster.count_viewers() == 0, "no viewer is counted")
        until(
            lambda: self._grown(self._idle_resources) == {},
            "no part has more files or threads than at first",
        )


def late(
    frames: list[ReceivedFrame], since: float, old_s: float = MAX_AGE_S
) -> list[ReceivedFrame]:
    """Return the frames that arrived since then and were old on arrival."""
    return [f for f in frames if f.when > since and f.when - received_at(f) > old_s]
