"""A pipeline for one test, without a camera, Redis or web."""

import json
import struct
import threading
import time
from collections.abc import Collection, Sequence
from types import SimpleNamespace
from typing import Any

from redis.exceptions import TimeoutError as RedisTimeoutError

from ingest.bsread.message import Pulse, read_data_header, read_main_header
from ingest.demand import Gate
from ingest.mailbox import Mailbox
from ingest.publishing.pipeline import Pipeline
from ingest.publishing.precise_tiles import PreciseTiles
from shared import envelope
from shared.broker_clock import BrokerClock
from shared.redis_keys import RedisKeys
from shared.renditions import Rendition
from tests.support.waiting import until


class RecordingPublisher:
    """Records published messages; raises an error after recording while ``faults`` is not 0."""

    names = RedisKeys()

    def __init__(self) -> None:
        self.headers: list[dict[str, Any]] = []
        """of all channels"""
        self.messages: list[bytes] = []
        """the same messages, undecoded"""
        self.faults = 0

    def set(self, key: str, value: str) -> None:
        """Ignore the schema."""

    def publish(self, channel: str, message: bytes) -> None:
        self.messages.append(message)
        self.headers.append(envelope.read_header(message))
        if self.faults:
            self.faults -= 1
            raise RedisTimeoutError("too slow")


class PipelineScene:
    """A pipeline with two threads and a third for tiles, and an open gate.

    Pulses have a number, a text and an image.
    """

    def __init__(self) -> None:
        self.publisher, self.mailbox, self.gate = RecordingPublisher(), Mailbox(), Gate()
        self.gate.set([Rendition("full")])
        claim: Any = SimpleNamespace(stream="camera", epoch=1)
        publisher: Any = self.publisher
        clock = BrokerClock()
        self.precise_tiles = PreciseTiles("camera", publisher, self.gate, clock)
        self.pipeline = Pipeline(
            publisher,
            self.precise_tiles,
            claim,
            self.gate,
            clock,
            self.mailbox,
            max_fps=1000,
            quality=80,
        )
        channels = [
            {"name": "n"},
            {"name": "text", "type": "string"},
            {"name": "image", "type": "uint8", "shape": [8, 8]},
        ]
        self._layout = read_data_header(json.dumps({"channels": channels}).encode(), None)
        self._stop = threading.Event()
        self._threads = [
            threading.Thread(target=run, args=(self._stop,))
            for run in (self.pipeline.run, self.pipeline.run, self.precise_tiles.run)
        ]

    def put(self, pulse_id: int, text: str = "") -> None:
        parts = [struct.pack("<d", pulse_id), text.encode(), bytes(64)]
        self.mailbox.put(Pulse(pulse_id, None, time.monotonic(), self._layout, parts))

    def put_parts(self, parts: Sequence[bytes], images: Collection[str] = ("",)) -> None:
        """Put the pulse of an encoded bsread message into the mailbox."""
        header = read_main_header(parts[0])
        layout = read_data_header(parts[1], header.compression)
        now = time.monotonic()
        self.mailbox.put(Pulse(header.pulse_id, header.t_source, now, layout, parts[2::2], images))

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def headers(self, count: int) -> list[dict[str, Any]]:
        """Wait until ``count`` frames are published; return all headers."""
        until(lambda: len(self.publisher.headers) >= count, f"{count} frames")
        return self.publisher.headers

    def of(self, rendition: str) -> list[dict[str, Any]]:
        """Return the headers published on one channel so far."""
        return [header for header in self.publisher.headers if header["rendition"] == rendition]

    def stop(self) -> None:
        self._stop.set()
        self.mailbox.close()
        self.precise_tiles.close()
        for thread in self._threads:
            thread.join()
