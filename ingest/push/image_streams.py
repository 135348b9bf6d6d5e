"""The pictures of a board: each card's is a stream of its own, on a camera's way to Redis."""

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

MOST_PICTURES = 16
MOST_BYTES = 256 * 1024 * 1024
"""that the pixels of all of them have, unpacked"""
ENCODERS = 1
QUALITY = 80
ENDS_S = 3.0


class PushedImageSource:
    """Takes in what is pushed; as the intake of a stream, and its source."""

    address = "push"
    mode = "push"
    fault = ""

    def __init__(self, gate: Gate, mailbox: Mailbox) -> None:
        self.pulses = PulseIdStats()
        self.tally = Counters("received", "received_bytes")
        self.layout: DataHeader | None = None
        self._gate = gate
        self._mailbox = mailbox
        self._number = 0

    @property
    def source(self) -> "PushedImageSource":
        return self

    @property
    def state(self) -> str:
        """It is never silent: a picture may stand for hours, and says its age."""
        return "live" if self._number else "waiting"

    @property
    def message(self) -> str:
        return "" if self._number else "Nothing has been pushed since the board was started."

    def put(self, pixels: Pixels) -> None:
        """Keeps a picture until it is shown, or a newer one comes; used by one thread."""
        self._number += 1
        self.pulses.observe(self._number)
        self.tally.counts["received"] += 1
        self.tally.counts["received_bytes"] += len(pixels.data)
        if not self._gate.is_open:
            return
        layout = self.layout = _layout(pixels.dtype, pixels.shape)
        parts: Sequence[Part] = [pixels.data]
        wanted = self._gate.demand.images
        self._mailbox.put(Pulse(self._number, time.time(), time.monotonic(), layout, parts, wanted))

    def run(self, stop: threading.Event) -> None:
        """Others put."""
        stop.wait()


class ImageStreams:
    """The streams of a board's pictures. All but ``end`` is one thread's."""

    def __init__(self, broker: Broker, board: str, metrics: IngestMetrics, max_fps: float) -> None:
        self._broker = broker
        self._metrics = metrics
        self._board = board
        self._max_fps = max_fps
        self._intakes: dict[str, PushedImageSource] = {}
        self._sizes: dict[str, int] = {}
        """card → bytes of its picture, unpacked"""
        self._lost: dict[str, str] = {}
        """card → why its stream has ended by itself; written by that stream's thread"""
        self._running: dict[str, tuple[threading.Thread, threading.Event]] = {}

    def check(self, card: str) -> None:
        """Raises Refused when it cannot be shown: there is no place for one more, or another ingest
        has the name of its stream, which is then tried again with the next picture."""
        if problem := self._lost.pop(card, ""):
            del self._intakes[card]
            self._sizes.pop(card, None)
            raise InvalidMessage(
                problem, "another id, or another name for that stream or for the board"
            )
        if card not in self._intakes and len(self._intakes) >= MOST_PICTURES:
            raise InvalidMessage(
                f"the board has {MOST_PICTURES} pictures", "use the ids of those that are there"
            )

    def check_size(self, card: str, pixels: Pixels) -> None:
        """Raises Refused for a picture that is too large beside the others."""
        whole = sum(self._sizes.values()) - self._sizes.get(card, 0) + len(pixels.data)
        if whole > MOST_BYTES:
            raise InvalidMessage(
                f"the board's pictures would have {whole} bytes", f"at most {MOST_BYTES}, unpacked"
            )

    def stream(self, card: str) -> str:
        """The name of a card's stream."""
        plain = re.sub(r"[^A-Za-z0-9_-]+", "-", card)[:24]
        digest = hashlib.sha256(card.encode()).hexdigest()[:8]
        return f"{self._board[:30]}.{plain}" + ("" if plain == card else f"-{digest}")

    def restore(self, cards: Sequence[str]) -> None:
        """Begins the streams of cards that were there before, as many as there is place for."""
        for card in cards[:MOST_PICTURES]:
            self._begin(card)
        for card in cards[MOST_PICTURES:]:
            log.warning("card %r has no place: a board has %d pictures", card, MOST_PICTURES)

    def put(self, card: str, pixels: Pixels) -> None:
        """Shows a picture; begins its stream with the first."""
        if card not in self._intakes:
            self._begin(card)
        self._sizes[card] = len(pixels.data)
        self._intakes[card].put(pixels)

    def _begin(self, card: str) -> None:
        claim = Claim(self._broker, self.stream(card))

        def intake(gate: Gate, mailbox: Mailbox) -> PushedImageSource:
            self._intakes[card] = PushedImageSource(gate, mailbox)
            return self._intakes[card]

        stream = Stream(
            self._broker,
            claim,
            intake,
            self._metrics,
            max_fps=self._max_fps,
            quality=QUALITY,
            encoders=ENCODERS,
        )
        stop = threading.Event()
        run = threading.Thread(target=self._run, args=(card, stream, claim, stop), daemon=True)
        self._running[card] = run, stop
        run.start()

    def _run(self, card: str, stream: Stream, claim: Claim, stop: threading.Event) -> None:
        try:
            claim.acquire()
            stream.run(stop)
        except NameTaken as problem:
            log.error("card %r: %s", card, problem)
            self._lost[card] = str(problem).partition(";")[0]

    def end(self) -> None:
        """Ends the streams, and waits for that."""
        running = list(self._running.values())
        for _, stop in running:
            stop.set()
        for thread, _ in running:
            thread.join(ENDS_S)


@lru_cache(64)
def _layout(dtype: str, shape: tuple[int, ...]) -> DataHeader:
    """Of one channel, as bsread describes it: the fastest dimension first, colours before all."""
    rows, columns, *colours = shape
    channel = {"name": "image", "type": dtype, "shape": [*colours, columns, rows]}
    header = {"htype": "bsr_d-1.1", "channels": [channel]}
    return read_data_header(json.dumps(header).encode(), None, image="")
