"""The durations of the benchmarks, in full or shortened by ``--quick``."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Durations:
    """The durations; ``quick`` shortens every measurement, only to check that it works."""

    quick: bool = False

    def rounds(self, count: int) -> int:
        return min(count, 2) if self.quick else count

    def run_s(self, seconds: float) -> float:
        """Return how long one contender is measured at a time."""
        return min(seconds, 0.8) if self.quick else seconds

    def budget_s(self, seconds: float) -> float:
        """Return the time after which a cell starts no new round."""
        return seconds / 10 if self.quick else seconds
