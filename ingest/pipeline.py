"""The way of a frame through ingest: newest pulse → decode → scale → JPEG → envelope → Redis.

Follow a frame: ``receiver.py`` puts each pulse into the mailbox, a thread of this takes the newest
when a frame is due, and ``web/relay.py`` carries what is published here to the browsers.
"""

import json
import logging
import threading
import time
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass
from typing import Any

import numpy as np

from ingest.claim import Claim
from ingest.contents import Contents, read_contents
from ingest.gatekeeper import Gate
from ingest.levels import Levels
from ingest.line import Line, Place
from ingest.mailbox import Mailbox
from ingest.pace import Pace
from ingest.publisher import Publisher
from ingest.render import Picture, Renderer
from ingest.scale import CannotRender, Number, Scaler
from ingest.tally import Tally
from ingest.wire import Layout, Pulse
from shared import envelope, names
from shared.broker import BrokerError
from shared.broker_clock import BrokerClock
from shared.renditions import RENDITIONS

log = logging.getLogger(__name__)

AWAY_S = 0.25
"""How long nothing is tried after a fault of Redis."""
SCHEMA_EVERY_S = 2.0
"""How often the schema is written again, for a Redis that forgot it."""
MAX_FRAME_BYTES = 24 * 1024 * 1024
"""Redis closes the line to a subscriber for whom 32 MB are waiting."""


@dataclass(slots=True)
class Frame:
    """A frame on its way; one thread has it from the mailbox to Redis."""

    newest: Pulse
    pulses: list[Pulse]
    """the scalars of every pulse since the last frame"""
    renditions: frozenset[str]
    pixels: np.ndarray | None
    low_high: tuple[Number, Number]
    faults: list[tuple[str, str]]
    """kind and words of each, to be counted when the frame's turn has come"""
    place: Place

    def fault(self, kind: str, text: str) -> None:
        """Keeps a fault."""
        self.faults.append((kind, text))


class Pipeline:
    """Run by several threads, each of which carries a frame all the way, so that none waits for
    another thread to go on.

    One at a time takes a frame, so that it is the newest there is; they encode side by side, and
    publish in the order in which they took. Whoever publishes writes ``tally`` and ``image``.
    """

    def __init__(
        self,
        publisher: Publisher,
        claim: Claim,
        gate: Gate,
        clock: BrokerClock,
        mailbox: Mailbox,
        pace: Pace,
        quality: int,
    ) -> None:
        self.tally = Tally("published", "published_bytes", "publish_failed", "pulses_lost")
        self.image: dict[str, Any] = {}
        """what the last published picture was: channel, width, height, dtype"""
        self._taking = threading.Lock()
        """held by who reads the mailbox, the pace and the levels"""
        self._line = Line()
        """who has come to its front publishes and counts"""
        self._publisher = publisher
        self._claim = claim
        self._stream = claim.stream
        self._gate = gate
        self._clock = clock
        self._mailbox = mailbox
        self._pace = pace
        self._quality = quality
        self._levels = Levels()
        self._seq = 0
        self._schema_written = ("", 0.0)
        self._away = False

    def run(self, stop: threading.Event) -> None:
        """Carries the newest frame to Redis whenever one is due and somebody watches, until told to
        stop and the mailbox is closed."""
        scaler = Scaler()
        with closing(Renderer()) as renderer:
            while not stop.is_set():
                self._carry(scaler, renderer, stop)

    def _carry(self, scaler: Scaler, renderer: Renderer, stop: threading.Event) -> None:
        """One frame, of which nothing is kept: the next can have its memory."""
        self._mailbox.wait()
        with self._taking:
            frame = self._take(stop)
        if frame:
            with frame.place as place:
                contents = read_contents(frame.newest, frame.pulses, frame.fault)
                pictures = self._encode(frame, scaler, renderer)
                place.wait()
                self._publish(frame, contents, pictures, stop)

    def _take(self, stop: threading.Event) -> Frame | None:
        """The newest frame; None when another thread has it, or nobody is there to see it."""
        wait_s = self._pace.wait_s(time.monotonic())
        if wait_s and stop.wait(wait_s):
            return None
        taken = self._mailbox.take(0)
        renditions = self._gate.renditions
        if not renditions:
            self._mailbox.clear()
        if not renditions or not taken:
            return None
        self._pace.took(time.monotonic())
        newest, pulses = taken
        faults: list[tuple[str, str]] = []
        pixels = newest.image(lambda *fault: faults.append(fault))
        low_high: tuple[Number, Number] = (0, 1)
        if pixels is not None:
            low_high = self._levels.update(pixels, newest.t_received)
        return Frame(newest, pulses, renditions, pixels, low_high, faults, self._line.join())

    def _encode(self, frame: Frame, scaler: Scaler, renderer: Renderer) -> dict[str, Picture]:
        """The picture in each rendition that was watched."""
        if frame.pixels is None:
            return {}
        try:
            grey, facts = scaler.scale(frame.pixels, *frame.low_high)
            return {
                rendition: renderer.render(grey, facts, RENDITIONS[rendition], self._quality)
                for rendition in frame.renditions
            }
        except CannotRender as problem:
            frame.fault("cannot_render", str(problem))
            return {}

    def _publish(
        self,
        frame: Frame,
        contents: Contents,
        pictures: dict[str, Picture],
        stop: threading.Event,
    ) -> None:
        """Gives the frame to Redis in each rendition that is still watched, and counts."""
        counts = self.tally.counts
        for fault in frame.faults:
            self.tally.error(*fault)
        counts["pulses_lost"] += len(frame.pulses) - contents.pulses_carried
        self._describe(frame, pictures)
        watched = frame.renditions & self._gate.renditions
        renditions = [name for name in RENDITIONS if name in watched]
        messages = self._messages(frame, contents, pictures, renditions)
        if not messages:
            counts["pulses_lost"] += contents.pulses_carried if self._gate.is_open else 0
            return
        self._seq += 1  # after a fault too, since Redis may have taken it
        try:
            self._write_schema(frame.newest.layout)
            for rendition, message in messages.items():
                self._publisher.publish(names.frames(self._stream, rendition), message)
        except BrokerError as problem:
            counts["publish_failed"] += 1
            counts["pulses_lost"] += contents.pulses_carried
            if not self._away:
                log.warning("a frame could not be published (%s)", problem)
            self._away = True
            stop.wait(AWAY_S)
            return
        self._away = False
        counts["published"] += 1
        counts["published_bytes"] += sum(map(len, messages.values()))

    def _messages(
        self,
        frame: Frame,
        contents: Contents,
        pictures: dict[str, Picture],
        renditions: Iterable[str],
    ) -> dict[str, bytes]:
        """The envelope of each rendition, but of none that is too large."""
        header = {
            "stream": self._stream,
            "epoch": self._claim.epoch,
            "seq": self._seq,
            "pulse_id": frame.newest.pulse_id,
            "t_source": frame.newest.t_source,
            "t_received": self._clock.at(frame.newest.t_received),
            "t_published": self._clock.at(time.monotonic()),
            "schema": frame.newest.layout.hash,
            "values": contents.values,
            "pulses": contents.pulses,
        }
        messages = {}
        for rendition in renditions:
            blobs, image, picture = contents.blobs(), None, pictures.get(rendition)
            if picture:
                place = blobs.add(picture.data)
                image = {"channel": frame.newest.layout.image_name, **picture.about(), **place}
            message = envelope.pack({**header, "rendition": rendition, "image": image}, blobs)
            if len(message) <= MAX_FRAME_BYTES:
                messages[rendition] = message
            else:
                what = f"a frame has {len(message)} bytes; allowed are {MAX_FRAME_BYTES}"
                self.tally.error("too_large", f"{what}. A lower --quality makes it smaller.")
        return messages

    def _describe(self, frame: Frame, pictures: dict[str, Picture]) -> None:
        """Keeps what the picture was, for the status."""
        name, pixels = frame.newest.layout.image_name, frame.pixels
        if name is None:
            self.image = {}
        elif pixels is not None and pictures:
            height, width = pixels.shape[:2]
            dtype = pixels.dtype.name
            self.image = {"width": width, "height": height, "dtype": dtype, "image": name}

    def _write_schema(self, layout: Layout) -> None:
        written, at = self._schema_written
        now = time.monotonic()
        if layout.hash == written and now - at < SCHEMA_EVERY_S:
            return
        schema = {"hash": layout.hash, "channels": layout.describe()}
        self._publisher.set(names.schema(self._stream), json.dumps(schema))
        self._schema_written = (layout.hash, now)
