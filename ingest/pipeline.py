"""The way of a frame through ingest: newest pulse → decode → scale → JPEG → envelope → Redis.

Follow a frame: ``receiver.py`` puts each pulse into the mailbox, this takes the newest when a frame
is due, and ``web/relay.py`` carries what is published here to the browsers.
"""

import json
import logging
import threading
import time
from typing import Any

import numpy as np

from ingest.broker_clock import BrokerClock
from ingest.channel import TooLarge
from ingest.claim import Claim
from ingest.gatekeeper import Gate
from ingest.levels import Levels
from ingest.mailbox import Mailbox
from ingest.pace import Pace
from ingest.render import CannotRender, render
from ingest.tally import Tally
from ingest.wire import Layout, Pulse
from shared import envelope, names
from shared.broker import Broker, BrokerError
from shared.envelope import Blobs

log = logging.getLogger(__name__)

RENDITION = "full"
TAKE_S = 0.25
SCHEMA_EVERY_S = 2.0
"""How often the schema is written again, for a Redis that forgot it."""
MAX_VALUES = 200_000
"""How many numbers the pulses of a frame carry at most; eight characters count as one."""
MAX_FRAME_BYTES = 24 * 1024 * 1024
"""Redis closes the line to a subscriber for whom 32 MB are waiting."""


class Pipeline:
    """Run by one thread; ``tally`` may be read by others."""

    def __init__(
        self,
        broker: Broker,
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
        self._broker = broker
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
        """Publishes the newest frame whenever one is due and somebody watches."""
        while not stop.wait(self._pace.wait_s(time.monotonic())):
            taken = self._mailbox.take(TAKE_S)
            if not self._gate.is_open:
                self._mailbox.clear()
            elif taken:
                self._pace.took(time.monotonic())
                newest, pulses = taken
                scalars = newest.scalars(self.tally.error)
                columns = _columns(pulses, newest, scalars)
                carried = len(columns["pulse_id"])
                self.tally.counts["pulses_lost"] += len(pulses) - carried
                message = self._frame(newest, scalars, columns)
                if not self._publish(newest.layout, message, stop):
                    self.tally.counts["pulses_lost"] += carried

    def _frame(self, newest: Pulse, scalars: dict[str, Any], pulses: dict[str, Any]) -> bytes:
        """The envelope of one frame."""
        blobs = Blobs()
        values = dict(scalars)
        for name, array in newest.arrays(self.tally.error).items():
            values[name] = _array_value(array, blobs)
        image = self._image(newest, blobs)
        header = {
            "stream": self._stream,
            "rendition": RENDITION,
            "epoch": self._claim.epoch,
            "seq": self._seq,
            "pulse_id": newest.pulse_id,
            "t_source": newest.t_source,
            "t_received": self._clock.at(newest.t_received),
            "t_published": self._clock.at(time.monotonic()),
            "schema": newest.layout.hash,
            "values": values,
            "pulses": pulses,
            "image": image,
        }
        return envelope.pack(header, blobs)

    def _image(self, pulse: Pulse, blobs: Blobs) -> dict[str, Any] | None:
        index, pixels = pulse.layout.image, pulse.image(self.tally.error)
        if index is None:
            self.image = {}
        if index is None or pixels is None:
            return None
        low, high = self._levels.update(pixels, pulse.t_received)
        try:
            picture = render(pixels, low, high, self._quality)
        except CannotRender as problem:
            self.tally.error("cannot_render", str(problem))
            return None
        channel = pulse.layout.channels[index].name
        about = {key: value for key, value in vars(picture).items() if key != "data"}
        self.image = {key: about[key] for key in ("width", "height", "dtype")}
        self.image["image"] = channel
        return {"channel": channel, **about, **blobs.add(picture.data)}

    def _publish(self, layout: Layout, message: bytes, stop: threading.Event) -> bool:
        """Whether Redis has it for sure."""
        if len(message) > MAX_FRAME_BYTES:
            what = f"a frame has {len(message)} bytes; allowed are {MAX_FRAME_BYTES}"
            self.tally.error("too_large", f"{what}. A lower --quality makes it smaller.")
            return False
        self._seq += 1  # after a fault too, since Redis may have taken it
        try:
            self._write_schema(layout)
            self._broker.publish(names.frames(self._stream), message)
        except BrokerError as problem:
            self.tally.counts["publish_failed"] += 1
            if not self._away:
                log.warning("a frame could not be published (%s)", problem)
            self._away = True
            stop.wait(TAKE_S)
            return False
        self._away = False
        self.tally.counts["published"] += 1
        self.tally.counts["published_bytes"] += len(message)
        return True

    def _write_schema(self, layout: Layout) -> None:
        written, at = self._schema_written
        now = time.monotonic()
        if layout.hash == written and now - at < SCHEMA_EVERY_S:
            return
        schema = {"hash": layout.hash, "channels": layout.describe()}
        self._broker.set(names.schema(self._stream), json.dumps(schema))
        self._schema_written = (layout.hash, now)


def _array_value(array: np.ndarray | TooLarge | None, blobs: Blobs) -> dict[str, Any] | None:
    if array is None:
        return None
    if isinstance(array, TooLarge):
        return {"dtype": array.dtype, "shape": list(array.shape)}
    return blobs.add_array(array)


def _columns(pulses: list[Pulse], newest: Pulse, scalars: dict[str, Any]) -> dict[str, Any]:
    """The scalars of many pulses as columns of one length; what a pulse did not carry is null.

    Those of the oldest are left out where they would be more than MAX_VALUES. ``scalars`` are the
    newest's, decoded already; faulty channels of the others are not worth a count of their own.
    """
    rows: list[tuple[Pulse, dict[str, Any]]] = []
    left = MAX_VALUES
    for pulse in reversed(pulses):
        is_newest = (pulse.pulse_id, pulse.t_received) == (newest.pulse_id, newest.t_received)
        row = scalars if is_newest else pulse.scalars(_ignore)
        left -= sum(1 + len(value) // 8 if isinstance(value, str) else 1 for value in row.values())
        if left < 0 and rows:
            break
        rows.append((pulse, row))
    rows.reverse()
    channels = dict.fromkeys(name for _, row in rows for name in row)
    return {
        "pulse_id": [pulse.pulse_id for pulse, _ in rows],
        "t_source": [pulse.t_source for pulse, _ in rows],
        "values": {name: [row.get(name) for _, row in rows] for name in channels},
    }


def _ignore(kind: str, text: str) -> None:
    pass
