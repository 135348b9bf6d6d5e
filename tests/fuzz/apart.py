"""A target in a separate process, whose crash counts as a failure."""

import faulthandler
import itertools
import multiprocessing
from multiprocessing.connection import Connection
from typing import Any

from tests.fuzz.harness import Outcome, fuzz
from tests.fuzz.targets import TARGETS


def apart(name: str, seed: str, times: float, only: int | None) -> Outcome:
    """Run a target with ``times`` as many inputs as usual, or with ``only`` this one."""
    here, there = multiprocessing.Pipe(duplex=False)
    context = multiprocessing.get_context("spawn")  # OpenMP does not survive a fork
    number: Any = context.Value("q", 0)
    child = context.Process(target=run, args=(there, number, name, seed, times, only))
    child.start()
    there.close()
    try:
        outcome: Outcome = here.recv()
    except EOFError:
        child.join()
        outcome = Outcome(inputs=number.value)
        outcome.fail(f"{name} {seed} {number.value}: the process ended with {child.exitcode}")
    child.join()
    return outcome


def run(
    answer: Connection, number: Any, name: str, seed: str, times: float, only: int | None
) -> None:
    """Run the target in the child process."""

    def at(now: int) -> None:
        number.value = now

    faulthandler.enable()
    target = TARGETS[name]
    numbers = itertools.count() if only is None else [only]
    most = max(1, round(target.count * times))
    answer.send(fuzz(name, target.prepare, seed, numbers, most, at))
