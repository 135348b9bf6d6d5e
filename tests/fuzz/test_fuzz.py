"""A short run of each target of ``make fuzz``, with the same inputs every time."""

import itertools
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.fuzz.harness import fuzz
from tests.fuzz.targets import TARGETS


@pytest.mark.parametrize("name", TARGETS)
def test_random_damage_causes_no_failure(name: str) -> None:
    target = TARGETS[name]

    # a thread without the event loop that a browser's tests leave running in the main one
    with ThreadPoolExecutor(1) as thread:
        result = thread.submit(
            fuzz, name, target.prepare, "tests", itertools.count(), target.quick
        ).result()

    assert not result.failures, "\n".join(result.messages)
    assert result.inputs >= target.quick
