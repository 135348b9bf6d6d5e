"""The pipeline, which carries frames from the mailbox to Redis.

Follow a frame through the files of ``ingest``:

1. ``sources/bsread/source.py`` (or ``sources/video/source.py``, ``push/image_streams.py``) puts
   each pulse into ``mailbox.py`` while the gate of ``demand.py`` is open. If there are more pulses
   than ``--max-fps`` permits, ``frame_rate.py`` selects those that become frames.
2. One thread at a time takes the newest pulse when the next frame is due. ``encoding/images.py``
   decodes the demanded images, ``encoding/auto_levels.py`` follows their brightness, and a ticket
   of ``ordering.py`` keeps the order: :meth:`Pipeline._take_frame`.
3. The threads continue in parallel: ``encoding/values.py`` decodes the values,
   ``encoding/scaling.py`` converts each image to 8 bits, and ``encoding/jpeg.py`` encodes it in
   each demanded size (both called by ``encoding/image_encoder.py``): :meth:`Pipeline._encode`.
4. After all earlier frames, ``publishing/publisher.py`` sends the envelopes to Redis:
   :meth:`Pipeline._publish`. ``publishing/precise_tiles.py`` sends the precise tiles later.

From there ``web/fanout/relay.py`` carries the frame to the browsers.
"""

import json
import threading
import time
from contextlib import closing
from dataclasses import dataclass
from typing import Any

from ingest.bsread.channel import to_json_number
from ingest.bsread.error_text import format_value
from ingest.bsread.message import DataHeader, Pulse
from ingest.counters import Counters
from ingest.demand import Gate
from ingest.encoding.image_encoder import ImageEncoder
from ingest.encoding.images import Images, ImageTask
from ingest.encoding.scaling import CannotRender
from ingest.encoding.values import FrameValues, read_values
from ingest.frame_rate import FrameRateLimit
from ingest.mailbox import Mailbox
from ingest.metrics import ENCODE_TIME, FRAME_AGE
from ingest.ordering import Sequencer, Ticket
from ingest.publishing.claim import Claim
from ingest.publishing.precise_tiles import PreciseTiles, TileJob
from ingest.publishing.publisher import MAX_FRAME_BYTES, PublishAttempts, Publisher
from shared import envelope
from shared.broker_clock import BrokerClock
from shared.renditions import PRECISE

SCHEMA_INTERVAL_S = 2.0
"""The schema is written again this often, in case Redis lost it."""


@dataclass(slots=True)
class Frame:
    """A frame in the pipeline; one thread carries it from the mailbox to Redis."""

    newest: Pulse
    pulses: list[Pulse]
    """the scalars of every pulse since the last frame"""
    tasks: list[ImageTask]
    errors: list[tuple[str, str]]
    """kind and text, counted when the frame is published"""
    ticket: Ticket

    def add_error(self, kind: str, text: str) -> None:
        self.errors.append((kind, text))


class Pipeline:
    """The pipeline of one stream, run by several threads.

    Each thread carries a frame all the way, so that none waits for another to continue. One thread
    at a time takes a frame, which is then the newest; threads encode in parallel, and publish in
    the order in which they took. The thread that publishes writes ``counters``.
    """

    def __init__(
        self,
        publisher: Publisher,
        precise_tiles: PreciseTiles,
        claim: Claim,
        gate: Gate,
        clock: BrokerClock,
        mailbox: Mailbox,
        max_fps: float,
        quality: int,
    ) -> None:
        self.counters = Counters(
            "published",
            "published_bytes",
            "publish_failed",
            "withheld",
            "pulses_lost",
            "precise_left_out",
        )
        self.image_fault = ""
        """why an image of the stream could not be shown in the last frame"""
        self._attempts = PublishAttempts(self.counters.counts)
        self._take_lock = threading.Lock()
        """guards the mailbox, the rate limit and the images"""
        self._sequencer = Sequencer()
        """orders publishing and counting"""
        self._publisher = publisher
        self._precise_tiles = precise_tiles
        self._claim = claim
        self._stream = claim.stream
        self._gate = gate
        self._clock = clock
        self._mailbox = mailbox
        self._rate_limit = FrameRateLimit(max_fps)
        self._quality = quality
        self._images = Images()
        self._age = FRAME_AGE.labels(claim.stream)
        self._encode_time = ENCODE_TIME.labels(claim.stream)
        self._seq = 0
        self._schema_written = ("", 0.0)

    def run(self, stop: threading.Event) -> None:
        """Carry the newest frame to Redis whenever one is due and the gate is open, until ``stop``
        is set and the mailbox is closed."""
        with closing(ImageEncoder(self._quality)) as encoder:
            while not stop.is_set():
                self._process_next(encoder, stop)

    def _process_next(self, encoder: ImageEncoder, stop: threading.Event) -> None:
        """Process one frame; a method of its own, so that its memory is free before the next."""
        self._mailbox.wait()
        with self._take_lock:
            frame = self._take_frame(stop)
        if frame:
            with frame.ticket as ticket:
                began = time.monotonic()
                values = read_values(frame.newest, frame.pulses, frame.add_error)
                for task in frame.tasks:
                    self._encode(frame, task, encoder)
                self._encode_time.observe(time.monotonic() - began)
                ticket.wait()
                self._publish(frame, values, stop)

    def _take_frame(self, stop: threading.Event) -> Frame | None:
        """Take the newest pulse; None if another thread took it, or if nobody watches."""
        wait_s = self._rate_limit.wait_s(time.monotonic())
        if wait_s and stop.wait(wait_s):
            return None
        taken = self._mailbox.take(0)
        demand = self._gate.demand
        if not demand.frames_channels:
            self._mailbox.clear()
        if not demand.frames_channels or not taken:
            return None
        self._rate_limit.count_frame(time.monotonic(), self._mailbox.selects_pulses)
        newest, pulses = taken
        errors: list[tuple[str, str]] = []
        tasks = self._images.create_tasks(
            newest, pulses, demand, lambda *error: errors.append(error)
        )
        return Frame(newest, pulses, tasks, errors, self._sequencer.ticket())

    def _encode(self, frame: Frame, task: ImageTask, encoder: ImageEncoder) -> None:
        """Encode an image as JPEG in all demanded sizes."""
        try:
            encoder.encode(task)
        except CannotRender as error:
            task.fault = f"channel {format_value(task.channel)} cannot be shown: {error}"
            frame.add_error("cannot_render", task.fault)

    def _publish(self, frame: Frame, values: FrameValues, stop: threading.Event) -> None:
        """Publish the frame on each channel that still has listeners, count it, and queue its
        precise tiles."""
        counts = self.counters.counts
        contains = frame.newest.data_header.contains_image
        faults = (task.fault for task in frame.tasks if task.fault and contains(task.channel))
        self.image_fault = next(faults, "")
        for error in frame.errors:
            self.counters.error(*error)
        counts["pulses_lost"] += len(frame.pulses) - values.pulse_count
        counts["precise_left_out"] += sum(task.leaves_out_tiles for task in frame.tasks)
        header = {
            "stream": self._stream,
            "epoch": self._claim.epoch,
            "seq": self._seq,
            "pulse_id": to_json_number(frame.newest.pulse_id),
            "t_source": frame.newest.t_source,
            "t_received": self._clock.at(frame.newest.t_received),
            "schema": frame.newest.data_header.hash,
        }
        jobs = [
            TileJob(header, frame.newest, values, task, task.tile_slot)
            for task in frame.tasks
            if task.tile_slot
        ]
        messages = self._pack_messages(frame, values, header)
        if not (messages or jobs or any(task.leaves_out_tiles for task in frame.tasks)):
            counts["pulses_lost"] += values.pulse_count if self._gate.is_open else 0
            return
        self._seq += 1  # even if publishing fails, since Redis may have the frame

        def publish() -> None:
            try:
                self._write_schema(frame.newest.data_header)  # before the first frame that needs it
            finally:
                for job in jobs:  # in any case, since each slot must be finished
                    self._precise_tiles.add(job)
            for frames_channel, message in messages.items():
                self._publisher.publish(
                    self._publisher.names.frames(self._stream, frames_channel), message
                )

        if not self._attempts.try_publish(publish, stop):
            counts["pulses_lost"] += values.pulse_count
            return
        if messages:
            self._age.observe(time.monotonic() - frame.newest.t_received)
        counts["published"] += bool(messages or jobs)
        counts["published_bytes"] += sum(map(len, messages.values()))

    def _pack_messages(
        self, frame: Frame, values: FrameValues, header: dict[str, Any]
    ) -> dict[str, bytes]:
        """Return the envelope for each channel except those of tiles; one that is too large is
        counted and omitted."""
        active_channels, messages = self._gate.demand.frames_channels, {}
        header = {
            **header,
            "t_published": self._clock.at(time.monotonic()),
            "values": values.values,
            "pulses": values.pulses,
        }
        for task in frame.tasks:
            for frames_channel, size in task.demand.frames_channels.items():
                if size == PRECISE or frames_channel not in active_channels:
                    continue
                blobs, image, jpeg = values.blobs(), None, task.jpegs.get(size)
                if jpeg:
                    image = {"channel": task.channel, **jpeg.add_to(blobs)}
                fields = {"rendition": frames_channel, "image": image}
                if not jpeg and task.fault:
                    fields["image_fault"] = task.fault
                message = envelope.pack({**header, **fields}, blobs)
                if len(message) <= MAX_FRAME_BYTES:
                    messages[frames_channel] = message
                else:
                    text = f"a frame has {len(message)} bytes; allowed are {MAX_FRAME_BYTES}"
                    self.counters.error(
                        "too_large", f"{text}. Reduce the size of the image or values."
                    )
        return messages

    def _write_schema(self, data_header: DataHeader) -> None:
        written_hash, written_at = self._schema_written
        now = time.monotonic()
        if data_header.hash == written_hash and now - written_at < SCHEMA_INTERVAL_S:
            return
        schema = {"hash": data_header.hash, "channels": data_header.describe()}
        self._publisher.set(self._publisher.names.schema(self._stream), json.dumps(schema))
        self._schema_written = (data_header.hash, now)
