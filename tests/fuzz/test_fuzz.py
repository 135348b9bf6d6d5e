"""A little of each target, as ``make fuzz`` has much of it; the same inputs every time."""

import itertools

import pytest

from tests.fuzz.harness import fuzz
from tests.fuzz.targets import TARGETS


@pytest.mark.parametrize("name", TARGETS)
def test_nothing_comes_of_what_is_damaged_at_random(name: str) -> None:
    target = TARGETS[name]

    outcome = fuzz(name, target.prepare, "tests", itertools.count(), target.quick)

    assert not outcome.failures, "\n".join(outcome.words)
    assert outcome.inputs >= target.quick
