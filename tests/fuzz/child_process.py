"""Run a target in a child process, whose crash counts as a failure."""

import faulthandler
import itertools
import multiprocessing
from multiprocessing.connection import Connection
from typing import Any

from tests.fuzz.harness import FuzzResult, fuzz
from tests.fuzz.targets import TARGETS


def run_in_process(name: str, seed: str, times: float, only: int | None) -> FuzzResult:
    """Run a target with ``times`` as many inputs as usual, or ``only`` the one of this number."""
    receiver, sender = multiprocessing.Pipe(duplex=False)
    context = multiprocessing.get_context("spawn")  # OpenMP does not survive a fork
    number: Any = context.Value("q", 0)
    child = context.Process(target=run_in_child, args=(sender, number, name, seed, times, only))
    child.start()
    sender.close()
    try:
        result: FuzzResult = receiver.recv()
    except EOFError:
        child.join()
        result = FuzzResult(inputs=number.value)
        result.add_failure(f"{name} {seed} {number.value}: the process ended with {child.exitcode}")
    child.join()
    return result


def run_in_child(
    sender: Connection, number: Any, name: str, seed: str, times: float, only: int | None
) -> None:
    """Run a target, in the child process, and send its result."""

    def on_input(current: int) -> None:
        number.value = current

    faulthandler.enable()
    target = TARGETS[name]
    numbers = itertools.count() if only is None else [only]
    count = max(1, round(target.count * times))
    sender.send(fuzz(name, target.prepare, seed, numbers, count, on_input))
