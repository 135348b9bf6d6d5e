"""The way of precise tiles: beside the pipeline, so that frames for all others need not wait for
them."""

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
from ingest.encoding.tiles import Tiles, encode
from ingest.encoding.values import FrameValues
from ingest.publishing.publisher import MAX_FRAME_BYTES, Publisher, Withheld
from shared import envelope
from shared.broker import BrokerError
from shared.broker_clock import BrokerClock
from shared.renditions import PRECISE

HEADER_BYTES = 8 * 1024
"""what a header has besides values, pulses and tiles"""


@dataclass(frozen=True, slots=True)
class Job:
    """A frame whose tiles are to be made of one of its images."""

    header: dict[str, Any]
    newest: Pulse
    contents: FrameValues
    shot: ImageTask
    turn: TileSlot


class Precise:
    """Run by one thread, with a connection of its own; that thread writes ``tally``.

    An image has no second job before the first is done, so that no more wait than there are images.
    """

    def __init__(self, stream: str, publisher: Publisher, gate: Gate, clock: BrokerClock) -> None:
        self.tally = Counters("published_bytes", "publish_failed", "withheld", "pulses_lost")
        self._stream = stream
        self._publisher = publisher
        self._gate = gate
        self._clock = clock
        self._jobs: SimpleQueue[Job | None] = SimpleQueue()

    def add(self, job: Job) -> None:
        """Leaves a job; never waits. They are done in this order."""
        self._jobs.put(job)

    def close(self) -> None:
        """Ends the waiting for jobs."""
        self._jobs.put(None)

    def run(self, stop: Event) -> None:
        """Makes and publishes tiles until told to stop and closed."""
        while not stop.is_set():
            self._do(self._jobs.get())

    def _do(self, job: Job | None) -> None:
        """One job, of which nothing is kept: the next can have its memory."""
        if not job:
            return
        listened_to, core_s = self._gate.demand.channels, 0.0
        sizes = job.shot.wanted.channels
        channels = [c for c, size in sizes.items() if size == PRECISE and c in listened_to]
        if channels:
            contents = self._caught_up(job)
            began = time.thread_time()
            tiles = self._encode(job.shot, contents)
            core_s = time.thread_time() - began
            for channel in channels:
                self._publish(channel, self._envelope(channel, job, contents, tiles))
        job.turn.limit.spent(core_s, time.monotonic())

    def _caught_up(self, job: Job) -> FrameValues:
        """What the frame carries, with the pulses of those before it that were left out."""
        if not job.turn.left_out:
            return job.contents
        contents = job.contents.with_pulses(job.newest, job.turn.pulses)
        missing = len(job.turn.pulses) - contents.pulses_carried
        self.tally.counts["pulses_lost"] += job.turn.lost + missing
        return contents

    def _encode(self, shot: ImageTask, contents: FrameValues) -> Tiles | None:
        if shot.pixels is None or shot.facts is None:
            return None
        room = MAX_FRAME_BYTES - HEADER_BYTES - contents.nbytes
        return encode(shot.pixels, shot.facts, shot.wanted.regions, room)

    def _envelope(
        self, channel: str, job: Job, contents: FrameValues, tiles: Tiles | None
    ) -> bytes:
        blobs, image = contents.blobs(), None
        if tiles:
            told = {"left_out": job.turn.left_out}
            image = {"channel": job.shot.channel, **tiles.put(blobs), **told}
        header = {
            **job.header,
            "t_published": self._clock.at(time.monotonic()),
            "values": contents.values,
            "pulses": contents.pulses,
            "rendition": channel,
            "image": image,
        }
        if not tiles and job.shot.fault:
            header["image_fault"] = job.shot.fault
        return envelope.pack(header, blobs)

    def _publish(self, channel: str, message: bytes) -> None:
        """Gives it to Redis, but not if it is too large without any tile; and counts."""
        if len(message) > MAX_FRAME_BYTES:
            what = f"a precise frame has {len(message)} bytes; allowed are {MAX_FRAME_BYTES}"
            self.tally.error("too_large", what)
            return
        try:
            self._publisher.publish(self._publisher.names.frames(self._stream, channel), message)
            self.tally.counts["published_bytes"] += len(message)
        except Withheld:
            self.tally.counts["withheld"] += 1
        except BrokerError:  # of which the pipeline warns
            self.tally.counts["publish_failed"] += 1
