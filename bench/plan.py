"""How long the benchmarks may take: in full, or quickly for a look."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Plan:
    """``quick`` shortens every measurement; the numbers then only tell that it works."""

    quick: bool = False

    def rounds(self, count: int) -> int:
        return min(count, 2) if self.quick else count

    def turn_s(self, seconds: float) -> float:
        """How long one contender is measured at a time."""
        return min(seconds, 0.8) if self.quick else seconds

    def budget_s(self, seconds: float) -> float:
        """After so long a cell begins no new round."""
        return seconds / 10 if self.quick else seconds
