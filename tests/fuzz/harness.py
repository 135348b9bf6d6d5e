"""The fuzzing of a target: each input has a random generator of its own, so that it can be created
again alone."""

import faulthandler
import random
import resource
import time
import traceback
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field

One = Callable[[random.Random], int | None]
"""creates and checks one input, or as many as it returns; raises if one fails"""
Prepare = Callable[[], AbstractContextManager[One]]
"""prepares a target; raises at its end if anything is wrong"""

MAX_CPU_S = 2.0
"""for one input"""
MAX_GROWTH_KB = 96 * 1024
"""of this process after the first inputs; 255 times some kilobytes are less"""
WARM = 100
HANGS_S = 120.0
SHOWN = 5
"""failures of a target that are printed"""
LINES = 6
"""of a traceback that are printed"""


@dataclass(frozen=True)
class Target:
    """A target. ``count``: inputs of a complete run; ``quick``: of the run in ``make test``."""

    prepare: Prepare
    count: int
    quick: int


@dataclass
class Outcome:
    """The result of a target."""

    inputs: int = 0
    failures: int = 0
    words: list[str] = field(default_factory=list)
    """the texts of the first failures"""

    def fail(self, what: str) -> None:
        """Count a failure."""
        self.failures += 1
        if len(self.words) < SHOWN:
            self.words.append(what)


def chance_of(name: str, seed: str, number: int) -> random.Random:
    """Return the random generator of this input, independent of all others."""
    return random.Random(f"{name} {seed} {number}")


def fuzz(
    name: str,
    prepare: Prepare,
    seed: str,
    numbers: Iterable[int],
    most: int,
    at: Callable[[int], None] = lambda number: None,
) -> Outcome:
    """Run the inputs with these numbers; ``at`` is called with the number of each."""
    outcome, most_kb = Outcome(), 0
    try:
        with prepare() as one:
            for done, number in enumerate(numbers):
                if outcome.inputs >= most:
                    break
                at(number)
                if done % WARM == 0:
                    faulthandler.dump_traceback_later(HANGS_S, exit=True)
                    most_kb = most_kb or (memory_kb() + MAX_GROWTH_KB if done else 0)
                began = time.process_time()
                try:
                    outcome.inputs += one(chance_of(name, seed, number)) or 1
                    took = time.process_time() - began
                    assert took < MAX_CPU_S, f"it took {took:.1f} s"
                    assert not most_kb or memory_kb() < most_kb, "it took too much memory"
                except Exception:  # noqa: BLE001 - whatever it is, it is a failure
                    outcome.fail(f"{name} {seed} {number}: {traceback.format_exc(-LINES)}")
    except Exception:  # noqa: BLE001
        outcome.fail(f"{name} {seed}, at its end: {traceback.format_exc()}")
    finally:
        faulthandler.cancel_dump_traceback_later()
    return outcome


def memory_kb() -> int:
    """Return the maximum memory that this process ever used."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
