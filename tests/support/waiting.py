"""Waiting for conditions instead of sleeping."""

import time
from collections.abc import Callable
from typing import TypeVar

Result = TypeVar("Result")


def until(condition: Callable[[], Result], what: str, timeout_s: float = 20.0) -> Result:
    """Wait for a true result of the condition and return it; ``what`` describes it on failure."""
    start = time.monotonic()
    while True:
        result = condition()
        if result:
            return result
        waited_s = time.monotonic() - start
        if waited_s > timeout_s:
            raise AssertionError(f"timed out after {timeout_s:g} s: {what}; last result {result!r}")
        # Asking a browser or a server takes CPU from what is waited for.
        time.sleep(min(0.05, 0.01 + waited_s / 10))
