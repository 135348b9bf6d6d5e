"""A limit on the encoding of precise tiles.

The tiles of one image take at most a quarter of one core, so that other viewers lose nothing.
"""

import math
from dataclasses import dataclass

from ingest.bsread.message import Pulse
from ingest.mailbox import PulseQueue

PAUSE_FACTOR = 3
"""The pause after encoding is this many times as long as the encoding took."""


@dataclass(frozen=True, slots=True)
class TileSlot:
    """The permission to encode the tiles of one frame."""

    budget: "TileBudget"
    """whose ``finish`` must be called"""
    left_out: int
    """frames without tiles since the last slot"""
    pulses: list[Pulse]
    """the scalars of every pulse since then"""
    lost: int
    """pulses of that time that are missing in ``pulses``"""


class TileBudget:
    """The budget of one image; used by one thread at a time, except ``finish``."""

    def __init__(self) -> None:
        self._due = 0.0
        self._left_out = 0
        self._pulses = PulseQueue()

    def try_acquire(self, pulses: list[Pulse], now: float) -> TileSlot | None:
        """Return a slot if one is due; ``pulses`` are the frame's.

        No other slot is granted before :meth:`finish` is called for this one.
        """
        for pulse in pulses:
            self._pulses.add(pulse)
        if now < self._due:
            self._left_out += 1
            return None
        slot = TileSlot(self, self._left_out, self._pulses.take(), self._pulses.lost)
        self._left_out = self._pulses.lost = 0
        self._due = math.inf
        return slot

    def finish(self, core_s: float, now: float) -> None:
        """End the slot, which took ``core_s`` of a core's time."""
        self._due = now + PAUSE_FACTOR * core_s
