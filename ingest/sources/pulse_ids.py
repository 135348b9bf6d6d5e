"""Counts pulses that were missed, duplicated or out of order, by their pulse ids."""

from collections import deque

WINDOW = 32
"""steps that the period is taken from"""
MAX_STEP_PERIODS = 10_000
"""a larger step is a restart of the source, not a loss"""


class PulseIdStats:
    """Counts by every received pulse id, in order; used by one thread.

    A camera at 25 Hz in a 100 Hz machine counts 0, 4, 8, …: the smallest recent step is taken as
    the stream's period, so that only real losses count as missed.
    """

    def __init__(self) -> None:
        self.last: int | None = None
        self.missed = 0
        self.duplicate = 0
        self.reverted = 0
        self._steps: deque[int] = deque(maxlen=WINDOW)

    def observe(self, pulse_id: int | None) -> None:
        """Count the next pulse id; None, the id of an unreadable header, counts nothing."""
        if pulse_id is None:
            return
        last, self.last = self.last, pulse_id
        if last is None:
            return
        step = pulse_id - last
        if step == 0:
            self.duplicate += 1
            return
        period = min(self._steps, default=step)
        if step < 0 or step > MAX_STEP_PERIODS * period:
            self.reverted += 1
            self._steps.clear()
            return
        self._steps.append(step)
        self.missed += max(0, round(step / period) - 1)
