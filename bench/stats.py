"""Medians with quartiles, and rounds that alternate within a budget of time."""

import statistics
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Quartiles:
    """The median and quartiles of ``n`` values."""

    median: float
    low: float
    high: float
    n: int

    def __str__(self) -> str:
        return (
            f"{format_number(self.median)} ({format_number(self.low)}–{format_number(self.high)})"
        )


def quartiles(values: Sequence[float]) -> Quartiles:
    """Return the median and quartiles of at least one value."""
    if len(values) == 1:
        return Quartiles(values[0], values[0], values[0], 1)
    low, median, high = statistics.quantiles(values, n=4, method="inclusive")
    return Quartiles(median, low, high, len(values))


def paired_ratios(ours: Sequence[float], theirs: Sequence[float]) -> Quartiles:
    """Return the quartiles of the ratios of the same rounds; both start with the first round."""
    return quartiles([our / their for our, their in zip(ours, theirs, strict=False)])


def percentiles(values: Sequence[float]) -> dict[str, float]:
    """Return p50, p95 and p99 of at least two values."""
    hundredths = statistics.quantiles(values, n=100, method="inclusive")
    return {f"p{p}": hundredths[p - 1] for p in (50, 95, 99)}


def rounds(contenders: dict[Any, int], budget_s: float) -> Iterator[Any]:
    """Yield each contender once in a round, for its number of rounds; odd rounds are reversed.

    After ``budget_s`` seconds no new round starts.
    """
    end = time.monotonic() + budget_s
    for index in range(max(contenders.values())):
        if index and time.monotonic() > end:
            return
        order = [contender for contender, count in contenders.items() if index < count]
        yield from reversed(order) if index % 2 else order


def format_number(value: float) -> str:
    """Format with three significant digits, or all digits before the point."""
    digits = 2 if abs(value) < 10 else 1 if abs(value) < 100 else 0
    return f"{value:.{digits}f}"
