"""What becomes of a frame that is too large, or that Redis does not take."""

import json
import struct
import threading
import time
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from redis.exceptions import TimeoutError as RedisTimeoutError

from ingest import contents, pipeline
from ingest.broker_clock import BrokerClock
from ingest.gatekeeper import Gate
from ingest.mailbox import Mailbox
from ingest.pace import Pace
from ingest.pipeline import Pipeline
from ingest.wire import Pulse, read_layout
from shared import envelope
from tests.support.waiting import until

TEXT = "x" * 60_000


class Broker:
    """Keeps what is published; fails after it took the frame while ``faults`` are left."""

    def __init__(self) -> None:
        self.headers: list[dict[str, Any]] = []
        self.faults = 0

    def set(self, key: str, value: str) -> None:
        """The schema is nobody's concern here."""

    def publish(self, channel: str, message: bytes) -> None:
        self.headers.append(envelope.read_header(message))
        if self.faults:
            self.faults -= 1
            raise RedisTimeoutError("too slow")


class Scene:
    """A pipeline in a thread, with an open gate; pulses have a number and a text."""

    def __init__(self) -> None:
        self.broker, self.mailbox, gate = Broker(), Mailbox(), Gate()
        gate.set({"full": 1})
        claim: Any = SimpleNamespace(stream="camera", epoch=1)
        broker: Any = self.broker
        self.pipeline = Pipeline(
            broker, claim, gate, BrokerClock(), self.mailbox, Pace(1000), quality=80
        )
        channels = [{"name": "n"}, {"name": "text", "type": "string"}]
        self._layout = read_layout(json.dumps({"channels": channels}).encode(), None)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self.pipeline.run, args=(self._stop,))

    def put(self, pulse_id: int, text: str = "") -> None:
        parts = [struct.pack("<d", pulse_id), text.encode()]
        self.mailbox.put(Pulse(pulse_id, None, time.monotonic(), self._layout, parts))

    def start(self) -> None:
        self._thread.start()

    def headers(self, count: int) -> list[dict[str, Any]]:
        """Waits for so many frames."""
        until(lambda: len(self.broker.headers) >= count, f"{count} frames")
        return self.broker.headers

    def stop(self) -> None:
        self._stop.set()
        self._thread.join()


@pytest.fixture
def scene() -> Iterator[Scene]:
    scene = Scene()
    yield scene
    scene.stop()


def test_pulses_whose_texts_are_too_long_together_are_lost_and_counted(scene: Scene) -> None:
    scene.mailbox = scene.pipeline._mailbox = Mailbox(max_weight=10**9)
    for pulse_id in range(100):
        scene.put(pulse_id, TEXT)
    scene.start()

    columns = scene.headers(1)[0]["pulses"]

    kept = columns["pulse_id"]
    assert kept == list(range(100 - len(kept), 100))
    assert 0 < len(kept) * len(TEXT) <= 8 * contents.MAX_VALUES
    assert columns["values"]["text"] == [TEXT] * len(kept)
    until(lambda: scene.pipeline.tally.counts["pulses_lost"] == 100 - len(kept), "counted")


def test_a_frame_too_large_for_redis_is_not_published_but_counted(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pipeline, "MAX_FRAME_BYTES", 50_000)
    scene.put(1, TEXT)
    scene.start()
    until(lambda: scene.pipeline.tally.errors.get("too_large"), "it is counted")
    scene.put(2)

    assert scene.headers(1)[0]["pulse_id"] == 2
    assert "allowed are 50000" in scene.pipeline.tally.last_error
    assert scene.pipeline.tally.counts["pulses_lost"] == 1


def test_a_frame_that_redis_may_have_taken_keeps_its_number_to_itself(scene: Scene) -> None:
    scene.broker.faults = 2
    for pulse_id in range(3):
        scene.put(pulse_id)
    scene.start()
    scene.headers(1)
    for pulse_id in (3, 4):
        scene.put(pulse_id)
        scene.headers(pulse_id - 1)

    assert [header["seq"] for header in scene.broker.headers] == [0, 1, 2]
    until(lambda: scene.pipeline.tally.counts["published"], "the last one is published")
    counts = scene.pipeline.tally.counts
    assert (counts["publish_failed"], counts["pulses_lost"]) == (2, 4)
