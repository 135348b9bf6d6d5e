"""Waiting for conditions instead of sleeping."""

import time
from collections.abc import Callable
from typing import TypeVar

Result = TypeVar("Result")


def until(condition: Callable[[], Result], what: str, timeout_s: float = 20.0) -> Result:
    """Wait for a true result of the condition and return it; ``what`` describes it on failure."""
    end = time.monotonic() + timeout_s
    while True:
        result = condition()
        if result:
            return result
        if time.monotonic() > end:
            raise AssertionError(f"timed out after {timeout_s:g} s: {what}; last result {result!r}")
        time.sleep(0.01)
