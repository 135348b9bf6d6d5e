"""The duration of the benchmarks: complete, or quick."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Plan:
    """The plan of a run. ``quick`` shortens all measurements; their figures then mean little."""

    quick: bool = False

    def rounds(self, count: int) -> int:
        return min(count, 2) if self.quick else count

    def turn_s(self, seconds: float) -> float:
        """Return the duration of one turn of a contender."""
        return min(seconds, 0.8) if self.quick else seconds

    def budget_s(self, seconds: float) -> float:
        """Return the time after which a cell begins no new round."""
        return seconds / 10 if self.quick else seconds
