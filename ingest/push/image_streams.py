"""The images of a board: each image card has a stream of its own, published like a camera's."""

import hashlib
import json
import logging
import re
import threading
import time
from collections.abc import Sequence
from functools import lru_cache

from ingest.bsread.channel import Part
from ingest.bsread.message import DataHeader, Pulse, read_data_header
from ingest.counters import Counters
from ingest.demand import Gate
from ingest.mailbox import Mailbox
from ingest.metrics import IngestMetrics
from ingest.publishing.claim import Claim, NameTaken
from ingest.push.image_data import Pixels
from ingest.push.message import InvalidMessage
from ingest.sources.pulse_ids import PulseIdStats
from ingest.stream import Stream
from shared.broker import Broker

log = logging.getLogger(__name__)

MAX_IMAGES = 16
MAX_IMAGES_BYTES = 256 * 1024 * 1024
"""of the pixels of all images together, decoded"""
ENCODERS = 1
QUALITY = 80
END_TIMEOUT_S = 3.0
"""for each stream to end"""


class PushedImageSource:
    """Passes pushed images to a stream; both its ``PulseSource`` and its ``source``."""

    address = "push"
    mode = "push"
    fault = ""

    def __init__(self, gate: Gate, mailbox: Mailbox) -> None:
        self.pulse_ids = PulseIdStats()
        self.counters = Counters("received", "received_bytes")
        self.data_header: DataHeader | None = None
        self.last_arrival: float | None = None
        self._gate = gate
        self._mailbox = mailbox
        self._number = 0

    @property
    def connection(self) -> "PushedImageSource":
        return self

    @property
    def state(self) -> str:
        """Never ``silent``: an image may stay for hours, and the page shows its age."""
        return "live" if self._number else "waiting"

    @property
    def message(self) -> str:
        return "" if self._number else "Nothing has been pushed since the board was started."

    def put(self, pixels: Pixels) -> None:
        """Pass on an image if somebody watches; used by one thread."""
        self._number += 1
        self.last_arrival = time.monotonic()
        self.pulse_ids.observe(self._number)
        self.counters.counts["received"] += 1
        self.counters.counts["received_bytes"] += len(pixels.data)
        if not self._gate.is_open:
            return
        data_header = self.data_header = _data_header(pixels.dtype, pixels.shape)
        parts: Sequence[Part] = [pixels.data]
        demand = self._gate.demand.images
        self._mailbox.put(
            Pulse(self._number, time.time(), time.monotonic(), data_header, parts, demand)
        )

    def run(self, stop: threading.Event) -> None:
        """Wait for ``stop``: other threads call ``put``."""
        stop.wait()


class ImageStreams:
    """The streams of a board's images. One thread calls the methods; any may call ``end``."""

    def __init__(self, broker: Broker, board: str, metrics: IngestMetrics, max_fps: float) -> None:
        self._broker = broker
        self._metrics = metrics
        self._board = board
        self._max_fps = max_fps
        self._sources: dict[str, PushedImageSource] = {}
        self._sizes: dict[str, int] = {}
        """card → bytes of its image, decoded"""
        self._failed: dict[str, str] = {}
        """card → why its stream has ended by itself; written by the stream's thread"""
        self._running: dict[str, tuple[threading.Thread, threading.Event]] = {}

    def check(self, card: str) -> None:
        """Check that a card can show an image; raises InvalidMessage.

        There may be too many images, or another ingest may have the name of the card's stream; the
        next image tries it again.
        """
        if error := self._failed.pop(card, ""):
            del self._sources[card]
            self._sizes.pop(card, None)
            raise InvalidMessage(
                error, "use another id, or another name for that stream or for the board"
            )
        if card not in self._sources and len(self._sources) >= MAX_IMAGES:
            raise InvalidMessage(
                f"the board already has {MAX_IMAGES} images", "use the ids of existing image cards"
            )

    def check_size(self, card: str, pixels: Pixels) -> None:
        """Check the size of all images together; raises InvalidMessage."""
        total = sum(self._sizes.values()) - self._sizes.get(card, 0) + len(pixels.data)
        if total > MAX_IMAGES_BYTES:
            raise InvalidMessage(
                f"the board's images would take {total} bytes",
                f"at most {MAX_IMAGES_BYTES}, uncompressed",
            )

    def stream(self, card: str) -> str:
        """Return the name of a card's stream."""
        plain = re.sub(r"[^A-Za-z0-9_-]+", "-", card)[:24]
        digest = hashlib.sha256(card.encode()).hexdigest()[:8]
        return f"{self._board[:30]}.{plain}" + ("" if plain == card else f"-{digest}")

    def restore(self, cards: Sequence[str]) -> None:
        """Start the streams of an earlier process's cards, up to MAX_IMAGES."""
        for card in cards[:MAX_IMAGES]:
            self._start(card)
        for card in cards[MAX_IMAGES:]:
            log.warning("card %r is not restored: a board has at most %d images", card, MAX_IMAGES)

    def put(self, card: str, pixels: Pixels) -> None:
        """Publish an image; start the card's stream with the first."""
        if card not in self._sources:
            self._start(card)
        self._sizes[card] = len(pixels.data)
        self._sources[card].put(pixels)

    def _start(self, card: str) -> None:
        claim = Claim(self._broker, self.stream(card))

        def make_source(gate: Gate, mailbox: Mailbox) -> PushedImageSource:
            self._sources[card] = PushedImageSource(gate, mailbox)
            return self._sources[card]

        stream = Stream(
            self._broker,
            claim,
            make_source,
            self._metrics,
            max_fps=self._max_fps,
            quality=QUALITY,
            encoders=ENCODERS,
        )
        stop = threading.Event()
        thread = threading.Thread(target=self._run, args=(card, stream, claim, stop), daemon=True)
        self._running[card] = thread, stop
        thread.start()

    def _run(self, card: str, stream: Stream, claim: Claim, stop: threading.Event) -> None:
        try:
            claim.acquire()
            stream.run(stop)
        except NameTaken as error:
            log.error("card %r: %s", card, error)
            self._failed[card] = str(error).partition(";")[0]

    def end(self) -> None:
        """Stop the streams and wait for them."""
        running = list(self._running.values())
        for _, stop in running:
            stop.set()
        for thread, _ in running:
            thread.join(END_TIMEOUT_S)


@lru_cache(64)
def _data_header(dtype: str, shape: tuple[int, ...]) -> DataHeader:
    """Return a data header with one channel, whose shape has the fastest dimension first, as in
    bsread; colours come before it."""
    rows, columns, *colors = shape
    channel = {"name": "image", "type": dtype, "shape": [*colors, columns, rows]}
    header = {"htype": "bsr_d-1.1", "channels": [channel]}
    return read_data_header(json.dumps(header).encode(), None, image="")
