"""Counts what the pulse ids tell: pulses that were missed, came twice, or went back."""

from collections import deque

WINDOW = 32
JUMP = 10_000
"""A step of more than so many periods is a restart of the source, not a loss."""


class PulseIdStats:
    """Fed with every received pulse id, in order, by one thread.

    A camera at 25 Hz in a 100 Hz machine counts 0, 4, 8, …: the smallest recent step is taken as
    the stream's period, so that only what is missing counts as missed.
    """

    def __init__(self) -> None:
        self.last: int | None = None
        self.missed = 0
        self.duplicate = 0
        self.reverted = 0
        self._steps: deque[int] = deque(maxlen=WINDOW)

    def observe(self, pulse_id: int | None) -> None:
        """Takes the next pulse id; None, of a message whose id cannot be read, counts nothing."""
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
        if step < 0 or step > JUMP * period:
            self.reverted += 1
            self._steps.clear()
            return
        self._steps.append(step)
        self.missed += max(0, round(step / period) - 1)
