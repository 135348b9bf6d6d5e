"""Medians with their spread, and rounds that alternate within a budget of time."""

import statistics
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Spread:
    """The median of ``n`` values, and the quartiles around it."""

    median: float
    low: float
    high: float
    n: int

    def __str__(self) -> str:
        return f"{shown(self.median)} ({shown(self.low)}–{shown(self.high)})"


def spread(values: Sequence[float]) -> Spread:
    """Return median and quartiles of at least one value."""
    if len(values) == 1:
        return Spread(values[0], values[0], values[0], 1)
    low, median, high = statistics.quantiles(values, n=4, method="inclusive")
    return Spread(median, low, high, len(values))


def paired(ours: Sequence[float], theirs: Sequence[float]) -> Spread:
    """Return the ratios of values of the same rounds; both begin with the first round."""
    return spread([our / their for our, their in zip(ours, theirs, strict=False)])


def percentiles(values: Sequence[float]) -> dict[str, float]:
    """Return p50, p95 and p99 of at least two values."""
    hundredths = statistics.quantiles(values, n=100, method="inclusive")
    return {f"p{p}": hundredths[p - 1] for p in (50, 95, 99)}


def rounds(contenders: dict[Any, int], budget_s: float) -> Iterator[Any]:
    """Yield each contender once in each of its rounds; odd rounds run in reverse order.

    After ``budget_s`` seconds no new round begins.
    """
    end = time.monotonic() + budget_s
    for index in range(max(contenders.values())):
        if index and time.monotonic() > end:
            return
        order = [contender for contender, count in contenders.items() if index < count]
        yield from reversed(order) if index % 2 else order


def shown(value: float) -> str:
    """Return the number with three digits, or with all before the point."""
    digits = 2 if abs(value) < 10 else 1 if abs(value) < 100 else 0
    return f"{value:.{digits}f}"
