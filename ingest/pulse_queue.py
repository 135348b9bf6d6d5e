"""Pulses that wait, in order: bounded, the oldest give way, and each loss is counted."""

from collections import deque

from ingest.bsread.message import Pulse

MAX_PULSES = 512
"""How many wait at most: five seconds at 100 Hz."""
MAX_WEIGHT = 200_000
"""How much they weigh at most, see Pulse: ten thousand scalars of twenty pulses."""


class PulseQueue:
    """Used by one thread at a time."""

    def __init__(self, max_pulses: int = MAX_PULSES, max_weight: int = MAX_WEIGHT) -> None:
        self.lost = 0
        """pulses that no longer fitted"""
        self._pulses: deque[Pulse] = deque()
        self._weight = 0
        self._max_pulses = max_pulses
        self._max_weight = max_weight

    def add(self, pulse: Pulse) -> None:
        """The newest."""
        self._pulses.append(pulse)
        self._weight += pulse.weight
        while len(self._pulses) > 1 and (
            len(self._pulses) > self._max_pulses or self._weight > self._max_weight
        ):
            self._weight -= self._pulses.popleft().weight
            self.lost += 1

    def take(self) -> list[Pulse]:
        """All of them, which then wait no longer."""
        pulses = list(self._pulses)
        self._pulses.clear()
        self._weight = 0
        return pulses
