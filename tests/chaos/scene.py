"""Many viewers and a browser before a Beamcast with faults, and the measurements."""

import contextlib
import time
from collections.abc import Callable, Iterator

from playwright.sync_api import Playwright, sync_playwright

from tests.chaos.faults import Fault
from tests.chaos.installation import Got
from tests.chaos.outcome import (
    Outcome,
    first_words,
    fresh_since,
    live_for_good,
    longest_without,
    lost_pulses,
    received,
    wrongs,
)
from tests.chaos.parts import Size
from tests.chaos.screen import Screen
from tests.chaos.spread import Spread
from tests.support.waiting import until

CROWD = 30
PATIENCE_S = 40.0
STAYS_S = 3.0
"""What is live for so long after a fault is healed."""
OLD_S = 1.0
"""An older frame is none of now."""
MORE_FILES, MORE_THREADS = 30, 2
"""A pool keeps as many connections as were ever in use at the same time; and the crowd may be on
one worker at first and on two later."""


@contextlib.contextmanager
def set_up(lies: bool = False) -> "Iterator[Scene]":
    """One for many faults. ``lies``: its clocks can be set, and its lines can do damage."""
    spread = Spread(wires=lies, clocks=lies)
    try:
        with sync_playwright() as playwright:
            scene = Scene(spread, playwright)
            yield scene
            scene.close()
    finally:
        spread.stop()


class Stage:
    """Holds one scene for the tests of a module; a test that fails takes its scene with it, so that
    the next test starts with a new one."""

    def __init__(self, lies: bool = False) -> None:
        self._lies = lies
        self._open: tuple[contextlib.AbstractContextManager[Scene], Scene] | None = None

    @contextlib.contextmanager
    def scene(self) -> "Iterator[Scene]":
        """The scene, which ends if the block raises."""
        if self._open is None:
            manager = set_up(self._lies)
            self._open = manager, manager.__enter__()
        manager, scene = self._open
        with contextlib.ExitStack() as on_failure:
            on_failure.push(manager)
            on_failure.callback(self._forget)
            yield scene
            on_failure.pop_all()

    def close(self) -> None:
        """Ends the scene, with its own checks."""
        if self._open:
            manager, _ = self._open
            self._forget()
            manager.__exit__(None, None, None)

    def _forget(self) -> None:
        self._open = None


class Scene:
    """Thirty cheap viewers and one real page."""

    def __init__(self, spread: Spread, playwright: Playwright) -> None:
        self.spread = spread
        self._empty = spread.sizes()
        self.crowd = spread.viewers(CROWD)
        self.screen = Screen(playwright, spread.url)
        self._until(lambda: self._healed(0.0), "all see")
        self._full = spread.sizes()
        self._problems: list[str] = []

    def suffer(self, fault: Fault) -> Outcome:
        """Breaks something, cures it, and waits until all is well."""
        self._until(lambda: self._healed(time.time() - OLD_S), "all see")
        start, drawn, states = len(self.crowd.got), len(self.screen.drawn), len(self.screen.states)
        old = len(self.screen.old_as_live)
        self.screen.look(0.5)
        broken = time.time()
        fault.break_it(self.spread)
        self._pass(broken + fault.lasts_s)
        cured = time.time()
        fault.cure(self.spread)
        self._until(lambda: self._healed(cured), f"all see after: {fault.name}")
        self._pass(time.time() + STAYS_S)
        self._until(lambda: self._healed(cured), f"all go on seeing after: {fault.name}")
        got = self.crowd.got[start:]
        believed = [frame for frame in got if frame.when > cured + STAYS_S / 2 or not fault.damages]
        self._problems = wrongs(believed)
        fresh = [frame for frame in believed if received(frame) > cured]
        self._problems += [f"late: {frame}" for frame in late(fresh, cured, 2 * OLD_S)]
        if not fault.damages:  # else socket.io's client may have thrown away what it could not read
            self._problems += self.screen.faults
        self.screen.faults.clear()
        shown, new_states = self.screen.drawn[drawn:], self.screen.states[states:]
        healed = live_for_good(self.screen.states, shown, cured)
        assert healed is not None
        seen, words = first_words(new_states, shown, broken, healed)
        return Outcome(
            fault=fault.name,
            seen=seen,
            words=words,
            healed=max(0.0, healed - cured),
            all_healed=max(fresh_since(got, cured).values()) - cured,
            without=longest_without(shown, broken),
            oldest_as_live=max((age for _, age in self.screen.old_as_live[old:]), default=0.0),
            lost=lost_pulses(got),
            late=len(late(got, cured)),
        )

    def check_that_nothing_is_left(self) -> None:
        """No count, file or thread too many, no traceback, no frame that should not have come."""
        assert self._problems == []
        assert self.spread.tracebacks() == []
        assert not self.screen.was_reloaded
        self._until(
            lambda: self.spread.counted() == CROWD + 1, "the gate counts those who are there"
        )
        self._until(lambda: self._grown(self._full) == {}, "no part holds more than before")

    def _grown(self, before: dict[str, Size]) -> dict[str, tuple[Size, Size]]:
        """Which parts hold more than before: how much then, and now."""
        now = self.spread.sizes()
        return {
            name: (then, now[name])
            for name, then in before.items()
            if now[name].files > then.files + MORE_FILES
            or now[name].threads > then.threads + MORE_THREADS
        }

    def _healed(self, since: float) -> bool:
        """Whether all have frames that ingest received since then, and the page is live."""
        self.screen.look()
        live = live_for_good(self.screen.states, self.screen.drawn, since) is not None
        return live and len(fresh_since(self.crowd.got[-20_000:], since)) == CROWD

    def _pass(self, end: float) -> None:
        """Lets time go by."""
        while time.time() < end:
            self.screen.look(min(0.2, max(0.0, end - time.time())))

    def _until(self, condition: Callable[[], object], what: str) -> None:
        end = time.monotonic() + PATIENCE_S
        while not condition():
            page = self.screen.states[-3:]
            assert time.monotonic() < end, f"not within {PATIENCE_S:g} s: {what}; page: {page}"
            self.screen.look(0.1)

    def close(self) -> None:
        """All leave; nobody is counted any more, and nothing of them is kept."""
        self.screen.close()
        self.crowd.stop()
        until(lambda: self.spread.counted() == 0, "no viewer is counted")
        until(lambda: self._grown(self._empty) == {}, "no part holds more than before all came")


def late(got: list[Got], since: float, old_s: float = OLD_S) -> list[Got]:
    """What came since then, and was old by then."""
    return [f for f in got if f.when > since and f.when - received(f) > old_s]
