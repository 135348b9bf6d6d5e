"""The images that somebody asks for: what a frame has of each, and what each keeps from one frame
to the next."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from ingest.bsread.message import Pulse
from ingest.demand import Demand, ImageDemand
from ingest.encoding.auto_levels import AutoLevels
from ingest.encoding.jpeg import JpegImage
from ingest.encoding.scaling import Facts, Number
from ingest.encoding.tile_budget import TileBudget, TileSlot
from shared.renditions import PRECISE

Errors = Callable[[str, str], None]


@dataclass(slots=True)
class ImageTask:
    """One image of a frame on its way."""

    channel: str
    """the image's name in the stream"""
    wanted: ImageDemand
    """of the precise tiles only while it is their turn"""
    pixels: np.ndarray | None = None
    """None when it did not come, or cannot be read"""
    low_high: tuple[Number, Number] = (0, 1)
    facts: Facts | None = None
    """what was found while it was scaled"""
    fault: str = ""
    """why it cannot be shown although it came"""
    turn: TileSlot | None = None
    """the tiles'; None also when none are asked for"""
    left_out: bool = False
    """tiles are asked for, but it is not their turn"""
    pictures: dict[str, JpegImage] = field(default_factory=dict)
    """size → what was encoded"""


class Images:
    """Used by one thread at a time. Each image has a range of its own, and a limit."""

    def __init__(self) -> None:
        self._levels: dict[str, AutoLevels] = {}
        self._limits: dict[str, TileBudget] = {}

    def shots(
        self, newest: Pulse, pulses: list[Pulse], asked: Demand, errors: Errors
    ) -> list[ImageTask]:
        """What a frame has to show; ``pulses`` are the scalars of all that it stands for."""
        wanted: dict[str, ImageDemand] = {}
        for name, of in asked.images.items():
            channel = name or newest.data_header.image_name or ""
            wanted[channel] = wanted[channel].with_(of) if channel in wanted else of
        self._levels = {name: self._levels.get(name) or AutoLevels() for name in wanted}
        self._limits = {
            name: self._limits.get(name) or TileBudget() for name in wanted if wanted[name].regions
        }
        return [self._shot(name, of, newest, pulses, errors) for name, of in wanted.items()]

    def _shot(
        self, channel: str, wanted: ImageDemand, newest: Pulse, pulses: list[Pulse], errors: Errors
    ) -> ImageTask:
        shot = ImageTask(channel, wanted)
        if wanted.regions:
            shot.turn = self._limits[channel].turn(pulses, time.monotonic())
            if not shot.turn:
                shot.wanted, shot.left_out = wanted.without(PRECISE), True
        if shot.wanted.channels:

            def note(kind: str, text: str) -> None:
                shot.fault = text
                errors(kind, text)

            shot.pixels = newest.image(note, channel)
        if shot.pixels is not None:
            shot.low_high = self._levels[channel].update(shot.pixels, newest.t_received)
        return shot
