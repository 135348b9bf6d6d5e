"""Waiting for conditions instead of sleeping."""

import time
from collections.abc import Callable
from typing import TypeVar

Result = TypeVar("Result")


def until(condition: Callable[[], Result], what: str, timeout_s: float = 20.0) -> Result:
    """The condition's first true result; fails with ``what`` when it does not come in time."""
    end = time.monotonic() + timeout_s
    while True:
        result = condition()
        if result:
            return result
        if time.monotonic() > end:
            raise AssertionError(f"not within {timeout_s:g} s: {what}; last was {result!r}")
        time.sleep(0.01)
