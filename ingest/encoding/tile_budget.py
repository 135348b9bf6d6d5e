"""When precise tiles of an image may be encoded: that takes at most a quarter of one core, so that
whoever watches otherwise loses nothing."""

import math
from dataclasses import dataclass

from ingest.bsread.message import Pulse
from ingest.mailbox import PulseQueue

PAUSE = 3
"""times as long as the encoding took"""


@dataclass(frozen=True, slots=True)
class TileSlot:
    """A frame whose tiles may be encoded."""

    limit: "TileBudget"
    """to be told with ``spent`` what that took"""
    left_out: int
    """frames since the last turn that had none"""
    pulses: list[Pulse]
    """the scalars of every pulse since then"""
    lost: int
    """pulses of that time which are not among them"""


class TileBudget:
    """Of one image; frames are offered by one thread at a time."""

    def __init__(self) -> None:
        self._due = 0.0
        self._left_out = 0
        self._pulses = PulseQueue()

    def turn(self, pulses: list[Pulse], now: float) -> TileSlot | None:
        """Whether it is time, and then what there is to catch up with; ``pulses`` are the frame's.

        There is no other turn before this one's :meth:`spent`.
        """
        for pulse in pulses:
            self._pulses.add(pulse)
        if now < self._due:
            self._left_out += 1
            return None
        turn = TileSlot(self, self._left_out, self._pulses.take(), self._pulses.lost)
        self._left_out = self._pulses.lost = 0
        self._due = math.inf
        return turn

    def spent(self, core_s: float, now: float) -> None:
        """The turn has taken so much of a core's time, and ends now."""
        self._due = now + PAUSE * core_s
