"""The way of a frame through ingest: newest pulse → decode → scale → JPEG → envelope → Redis.

Follow a frame: ``sources/`` puts each pulse into the mailbox, a thread of this takes the newest
when a frame is due, and ``web/fanout/relay.py`` carries what is published here to the browsers.
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
from ingest.encoding.images import Images, ImageTask
from ingest.encoding.jpeg import JpegEncoder
from ingest.encoding.scaling import CannotRender, Scaler
from ingest.encoding.values import FrameValues, read_values
from ingest.mailbox import Mailbox
from ingest.metrics import AGE, ENCODE
from ingest.ordering import Sequencer, Ticket
from ingest.publishing.claim import Claim
from ingest.publishing.frame_rate import FrameRateLimit
from ingest.publishing.precise_tiles import Job, Precise
from ingest.publishing.publisher import MAX_FRAME_BYTES, PublishAttempts, Publisher
from shared import envelope
from shared.broker_clock import BrokerClock
from shared.renditions import PRECISE, SIZES

SCHEMA_EVERY_S = 2.0
"""How often the schema is written again, for a Redis that forgot it."""


@dataclass(slots=True)
class Frame:
    """A frame on its way; one thread has it from the mailbox to Redis."""

    newest: Pulse
    pulses: list[Pulse]
    """the scalars of every pulse since the last frame"""
    shots: list[ImageTask]
    """its images"""
    faults: list[tuple[str, str]]
    """kind and words of each, to be counted when the frame's turn has come"""
    place: Ticket

    def fault(self, kind: str, text: str) -> None:
        """Keeps a fault."""
        self.faults.append((kind, text))


class Pipeline:
    """Run by several threads, each of which carries a frame all the way, so that none waits for
    another thread to go on.

    One at a time takes a frame, so that it is the newest there is; they encode side by side, and
    publish in the order in which they took. Whoever publishes writes ``tally``.
    """

    def __init__(
        self,
        publisher: Publisher,
        precise: Precise,
        claim: Claim,
        gate: Gate,
        clock: BrokerClock,
        mailbox: Mailbox,
        pace: FrameRateLimit,
        quality: int,
    ) -> None:
        self.tally = Counters(
            "published",
            "published_bytes",
            "publish_failed",
            "withheld",
            "pulses_lost",
            "precise_left_out",
        )
        self.image_fault = ""
        """why an image of the stream could not be shown in the last frame"""
        self._attempts = PublishAttempts(self.tally.counts)
        self._taking = threading.Lock()
        """held by who reads the mailbox, the pace and the images"""
        self._line = Sequencer()
        """who has come to its front publishes and counts"""
        self._publisher = publisher
        self._precise = precise
        self._claim = claim
        self._stream = claim.stream
        self._gate = gate
        self._clock = clock
        self._mailbox = mailbox
        self._pace = pace
        self._quality = quality
        self._images = Images()
        self._age, self._encode_time = AGE.labels(claim.stream), ENCODE.labels(claim.stream)
        self._seq = 0
        self._schema_written = ("", 0.0)

    def run(self, stop: threading.Event) -> None:
        """Carries the newest frame to Redis whenever one is due and somebody watches, until told to
        stop and the mailbox is closed."""
        scaler = Scaler()
        with closing(JpegEncoder()) as renderer:
            while not stop.is_set():
                self._carry(scaler, renderer, stop)

    def _carry(self, scaler: Scaler, renderer: JpegEncoder, stop: threading.Event) -> None:
        """One frame, of which nothing is kept: the next can have its memory."""
        self._mailbox.wait()
        with self._taking:
            frame = self._take(stop)
        if frame:
            with frame.place as place:
                began = time.monotonic()
                contents = read_values(frame.newest, frame.pulses, frame.fault)
                for shot in frame.shots:
                    self._encode(frame, shot, scaler, renderer)
                self._encode_time.observe(time.monotonic() - began)
                place.wait()
                self._publish(frame, contents, stop)

    def _take(self, stop: threading.Event) -> Frame | None:
        """The newest frame; None when another thread has it, or nobody is there to see it."""
        wait_s = self._pace.wait_s(time.monotonic())
        if wait_s and stop.wait(wait_s):
            return None
        taken = self._mailbox.take(0)
        asked = self._gate.demand
        if not asked.channels:
            self._mailbox.clear()
        if not asked.channels or not taken:
            return None
        self._pace.took(time.monotonic())
        newest, pulses = taken
        faults: list[tuple[str, str]] = []
        shots = self._images.shots(newest, pulses, asked, lambda *fault: faults.append(fault))
        return Frame(newest, pulses, shots, faults, self._line.ticket())

    def _encode(self, frame: Frame, shot: ImageTask, scaler: Scaler, renderer: JpegEncoder) -> None:
        """Makes the pictures of an image, in all sizes that are asked for."""
        if shot.pixels is None:
            return
        try:
            grey, shot.facts = scaler.scale(shot.pixels, *shot.low_high)
            for size in shot.wanted.sizes - {PRECISE}:
                picture = renderer.render(grey, shot.facts, SIZES[size], self._quality)
                shot.pictures[size] = picture
        except CannotRender as problem:
            shot.fault = f"channel {format_value(shot.channel)} cannot be shown: {problem}"
            frame.fault("cannot_render", shot.fault)

    def _publish(self, frame: Frame, contents: FrameValues, stop: threading.Event) -> None:
        """Gives the frame to Redis on each channel that is still listened to, and counts; its
        precise tiles follow."""
        counts = self.tally.counts
        contains_image = frame.newest.data_header.contains_image
        faults = (shot.fault for shot in frame.shots if shot.fault and contains_image(shot.channel))
        self.image_fault = next(faults, "")
        for fault in frame.faults:
            self.tally.error(*fault)
        counts["pulses_lost"] += len(frame.pulses) - contents.pulses_carried
        counts["precise_left_out"] += sum(shot.left_out for shot in frame.shots)
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
            Job(header, frame.newest, contents, shot, shot.turn)
            for shot in frame.shots
            if shot.turn
        ]
        messages = self._messages(frame, contents, header)
        if not (messages or jobs or any(shot.left_out for shot in frame.shots)):
            counts["pulses_lost"] += contents.pulses_carried if self._gate.is_open else 0
            return
        self._seq += 1  # after a fault too, since Redis may have taken it

        def give() -> None:
            try:
                self._write_schema(frame.newest.data_header)  # before the first frame that needs it
            finally:
                for job in jobs:  # in any case: the next turn waits for this one
                    self._precise.add(job)
            for channel, message in messages.items():
                self._publisher.publish(
                    self._publisher.names.frames(self._stream, channel), message
                )

        if not self._attempts.try_publish(give, stop):
            counts["pulses_lost"] += contents.pulses_carried
            return
        if messages:
            self._age.observe(time.monotonic() - frame.newest.t_received)
        counts["published"] += bool(messages or jobs)
        counts["published_bytes"] += sum(map(len, messages.values()))

    def _messages(
        self, frame: Frame, contents: FrameValues, header: dict[str, Any]
    ) -> dict[str, bytes]:
        """The envelope for each channel of pictures, but for none that is too large."""
        listened_to, messages = self._gate.demand.channels, {}
        header = {
            **header,
            "t_published": self._clock.at(time.monotonic()),
            "values": contents.values,
            "pulses": contents.pulses,
        }
        for shot in frame.shots:
            for channel, size in shot.wanted.channels.items():
                if size == PRECISE or channel not in listened_to:
                    continue
                blobs, image, picture = contents.blobs(), None, shot.pictures.get(size)
                if picture:
                    image = {"channel": shot.channel, **picture.put(blobs)}
                about = {"rendition": channel, "image": image}
                if not picture and shot.fault:
                    about["image_fault"] = shot.fault
                message = envelope.pack({**header, **about}, blobs)
                if len(message) <= MAX_FRAME_BYTES:
                    messages[channel] = message
                else:
                    what = f"a frame has {len(message)} bytes; allowed are {MAX_FRAME_BYTES}"
                    self.tally.error("too_large", f"{what}. A lower --quality makes it smaller.")
        return messages

    def _write_schema(self, layout: DataHeader) -> None:
        written, at = self._schema_written
        now = time.monotonic()
        if layout.hash == written and now - at < SCHEMA_EVERY_S:
            return
        schema = {"hash": layout.hash, "channels": layout.describe()}
        self._publisher.set(self._publisher.names.schema(self._stream), json.dumps(schema))
        self._schema_written = (layout.hash, now)
