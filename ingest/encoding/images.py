"""The images that viewers request: the encoding tasks of a frame, and each image's state."""

import time
from dataclasses import dataclass, field

import numpy as np

from ingest.bsread.message import Pulse
from ingest.demand import Demand, ImageDemand
from ingest.encoding.auto_levels import AutoLevels
from ingest.encoding.jpeg import JpegImage
from ingest.encoding.scaling import Facts, Number
from ingest.encoding.tile_budget import TileBudget, TileSlot
from ingest.encoding.values import OnError
from shared.renditions import PRECISE


@dataclass(slots=True)
class ImageTask:
    """One image of a frame that is to be encoded."""

    channel: str
    """the image's name in the stream"""
    demand: ImageDemand
    """without precise tiles if the frame has no slot for them"""
    pixels: np.ndarray | None = None
    """None if the image is missing or unreadable"""
    levels: tuple[Number, Number] = (0, 1)
    """the values that are shown black and white"""
    log_levels: tuple[Number, Number] = (0, 1)
    """the same on a logarithmic scale"""
    facts: Facts | None = None
    """determined by scaling"""
    fault: str = ""
    """why the image cannot be shown"""
    tile_slot: TileSlot | None = None
    leaves_out_tiles: bool = False
    """tiles are demanded, but the frame has no slot"""
    jpegs: dict[str, JpegImage] = field(default_factory=dict)
    """size → encoded image"""


class Images:
    """Auto levels and tile budget of each image; used by one thread at a time."""

    def __init__(self) -> None:
        self._levels: dict[str, AutoLevels] = {}
        self._budgets: dict[str, TileBudget] = {}

    def create_tasks(
        self, newest: Pulse, pulses: list[Pulse], demand: Demand, on_error: OnError
    ) -> list[ImageTask]:
        """Return a task for each demanded image of a frame.

        ``pulses``: the scalars of all pulses since the last frame, ``newest`` included.
        """
        by_channel: dict[str, ImageDemand] = {}
        for name, image in demand.images.items():
            channel = name or newest.data_header.image_name or ""
            before = by_channel.get(channel)
            by_channel[channel] = before.merged_with(image) if before else image
        self._levels = {name: self._levels.get(name) or AutoLevels() for name in by_channel}
        self._budgets = {
            name: self._budgets.get(name) or TileBudget()
            for name, image in by_channel.items()
            if image.regions
        }
        return [
            self._create_task(name, image, newest, pulses, on_error)
            for name, image in by_channel.items()
        ]

    def _create_task(
        self,
        channel: str,
        demand: ImageDemand,
        newest: Pulse,
        pulses: list[Pulse],
        on_error: OnError,
    ) -> ImageTask:
        task = ImageTask(channel, demand)
        if demand.regions:
            task.tile_slot = self._budgets[channel].try_acquire(pulses, time.monotonic())
            if not task.tile_slot:
                task.demand, task.leaves_out_tiles = demand.without(PRECISE), True
        if task.demand.frames_channels:

            def note(kind: str, text: str) -> None:
                task.fault = text
                on_error(kind, text)

            task.pixels = newest.image(note, channel)
        if task.pixels is not None:
            levels = self._levels[channel]
            task.levels = levels.update(task.pixels, newest.t_received)
            task.log_levels = levels.log_range
        return task
