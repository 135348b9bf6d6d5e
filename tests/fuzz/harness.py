"""The loop that fuzzes a target: each input has its own random generator, so that it can be
repeated alone."""

import faulthandler
import random
import resource
import time
import traceback
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field

RunInput = Callable[[random.Random], int | None]
"""Runs one input, or several and returns their number; raises if something is wrong."""
Setup = Callable[[], AbstractContextManager[RunInput]]
"""Sets up a target; raises at its end if something is wrong."""

MAX_CPU_S = 2.0
"""For one input."""
MAX_GROWTH_KB = 96 * 1024
"""Of this process after the first inputs; more than 255 times some kilobytes."""
WARM_UP_INPUTS = 100
MAX_INPUT_S = 120.0
MAX_FAILURES_SHOWN = 5
"""For each target."""
TRACEBACK_LINES = 6
"""The lines of a traceback that are shown."""


@dataclass(frozen=True)
class Target:
    """A target; ``count``: inputs of a full run; ``quick``: inputs of the run in the tests."""

    prepare: Setup
    count: int
    quick: int


@dataclass
class FuzzResult:
    """The result of fuzzing one target."""

    inputs: int = 0
    failures: int = 0
    messages: list[str] = field(default_factory=list)
    """Of the first failures."""

    def add_failure(self, message: str) -> None:
        """Count a failure, and keep the message of the first ones."""
        self.failures += 1
        if len(self.messages) < MAX_FAILURES_SHOWN:
            self.messages.append(message)


def create_rng(name: str, seed: str, number: int) -> random.Random:
    """Return the random generator of this input, independent of other inputs."""
    return random.Random(f"{name} {seed} {number}")


def fuzz(
    name: str,
    prepare: Setup,
    seed: str,
    numbers: Iterable[int],
    count: int,
    on_input: Callable[[int], None] = lambda number: None,
) -> FuzzResult:
    """Run inputs with these numbers until there are ``count``; call ``on_input`` before each."""
    result, max_kb = FuzzResult(), 0
    try:
        with prepare() as run_input:
            for done, number in enumerate(numbers):
                if result.inputs >= count:
                    break
                on_input(number)
                if done % WARM_UP_INPUTS == 0:
                    faulthandler.dump_traceback_later(MAX_INPUT_S, exit=True)
                    max_kb = max_kb or (memory_kb() + MAX_GROWTH_KB if done else 0)
                began = time.process_time()
                try:
                    result.inputs += run_input(create_rng(name, seed, number)) or 1
                    took = time.process_time() - began
                    assert took < MAX_CPU_S, f"it took {took:.1f} s"
                    assert not max_kb or memory_kb() < max_kb, "it took too much memory"
                except Exception:  # noqa: BLE001 - any exception is a failure
                    result.add_failure(
                        f"{name} {seed} {number}: {traceback.format_exc(-TRACEBACK_LINES)}"
                    )
    except Exception:  # noqa: BLE001
        result.add_failure(f"{name} {seed}, at its end: {traceback.format_exc()}")
    finally:
        faulthandler.cancel_dump_traceback_later()
    return result


def memory_kb() -> int:
    """Return the largest resident memory that this process has had."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
