"""The thread that encodes and publishes precise tiles, so that other frames need not wait."""

import time
from dataclasses import dataclass
from queue import SimpleQueue
from threading import Event
from typing import Any

from ingest.bsread.message import Pulse
from ingest.counters import Counters
from ingest.demand import Gate
from ingest.encoding.images import ImageTask
from ingest.encoding.tile_budget import TileSlot
from ingest.encoding.tiles import Tiles, encode_tiles
from ingest.encoding.values import FrameValues
from ingest.publishing.publisher import MAX_FRAME_BYTES, Publisher, Withheld
from shared import envelope
from shared.broker import BrokerError
from shared.broker_clock import BrokerClock
from shared.renditions import PRECISE

HEADER_BYTES = 8 * 1024
"""size of a header without values, pulses and tiles"""


@dataclass(frozen=True, slots=True)
class TileJob:
    """A frame, and the image of it whose tiles are to be encoded."""

    header: dict[str, Any]
    newest: Pulse
    values: FrameValues
    task: ImageTask
    slot: TileSlot


class PreciseTiles:
    """A queue of jobs, run by one thread that has a connection of its own and writes ``counters``.

    Each image has at most one job at a time, which bounds the queue.
    """

    def __init__(self, stream: str, publisher: Publisher, gate: Gate, clock: BrokerClock) -> None:
        self.counters = Counters("published_bytes", "publish_failed", "withheld", "pulses_lost")
        self._stream = stream
        self._publisher = publisher
        self._gate = gate
        self._clock = clock
        self._jobs: SimpleQueue[TileJob | None] = SimpleQueue()

    def add(self, job: TileJob) -> None:
        """Queue a job; never waits."""
        self._jobs.put(job)

    def close(self) -> None:
        """Wake the thread, so that it can end."""
        self._jobs.put(None)

    def run(self, stop: Event) -> None:
        """Process jobs until ``stop`` is set and the queue is closed."""
        while not stop.is_set():
            self._process(self._jobs.get())

    def _process(self, job: TileJob | None) -> None:
        """Process one job; a method of its own, so that its memory is free before the next."""
        if not job:
            return
        active_channels, core_s = self._gate.demand.frames_channels, 0.0
        sizes = job.task.demand.frames_channels
        frames_channels = [
            c for c, size in sizes.items() if size == PRECISE and c in active_channels
        ]
        if frames_channels:
            values = self._with_missed_pulses(job)
            began = time.thread_time()
            tiles = self._encode(job.task, values)
            core_s = time.thread_time() - began
            for frames_channel in frames_channels:
                self._publish(frames_channel, self._pack(frames_channel, job, values, tiles))
        job.slot.budget.finish(core_s, time.monotonic())

    def _with_missed_pulses(self, job: TileJob) -> FrameValues:
        """Return the frame's values with the pulses of the frames that had no slot before it."""
        if not job.slot.left_out:
            return job.values
        values = job.values.with_pulses(job.newest, job.slot.pulses)
        missing = len(job.slot.pulses) - values.pulse_count
        self.counters.counts["pulses_lost"] += job.slot.lost + missing
        return values

    def _encode(self, task: ImageTask, values: FrameValues) -> Tiles | None:
        if task.pixels is None or task.facts is None:
            return None
        max_bytes = MAX_FRAME_BYTES - HEADER_BYTES - values.nbytes
        return encode_tiles(task.pixels, task.facts, task.demand.regions, max_bytes)

    def _pack(
        self, frames_channel: str, job: TileJob, values: FrameValues, tiles: Tiles | None
    ) -> bytes:
        blobs, image = values.blobs(), None
        if tiles:
            image = {
                "channel": job.task.channel,
                **tiles.add_to(blobs),
                "left_out": job.slot.left_out,
            }
        header = {
            **job.header,
            "t_published": self._clock.at(time.monotonic()),
            "values": values.values,
            "pulses": values.pulses,
            "rendition": frames_channel,
            "image": image,
        }
        if not tiles and job.task.fault:
            header["image_fault"] = job.task.fault
        return envelope.pack(header, blobs)

    def _publish(self, frames_channel: str, message: bytes) -> None:
        """Publish and count, unless the message is too large even without tiles."""
        if len(message) > MAX_FRAME_BYTES:
            text = f"a precise frame has {len(message)} bytes; allowed are {MAX_FRAME_BYTES}"
            self.counters.error("too_large", text)
            return
        try:
            self._publisher.publish(
                self._publisher.names.frames(self._stream, frames_channel), message
            )
            self.counters.counts["published_bytes"] += len(message)
        except Withheld:
            self.counters.counts["withheld"] += 1
        except BrokerError:  # logged by the pipeline
            self.counters.counts["publish_failed"] += 1
