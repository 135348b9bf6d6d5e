"""What becomes of frames that are many, too large, or that Redis does not take."""

import json
import struct
import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from redis.exceptions import TimeoutError as RedisTimeoutError

from ingest import contents, pipeline
from ingest.gatekeeper import Gate
from ingest.mailbox import Mailbox
from ingest.pace import Pace
from ingest.pipeline import Pipeline
from ingest.wire import Pulse, read_layout
from shared import envelope
from shared.broker_clock import BrokerClock
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
    """A pipeline in two threads, with an open gate; pulses have a number, a text and a picture."""

    def __init__(self) -> None:
        self.broker, self.mailbox, self.gate = Broker(), Mailbox(), Gate()
        self.gate.set({"full": 1})
        claim: Any = SimpleNamespace(stream="camera", epoch=1)
        broker: Any = self.broker
        self.pipeline = Pipeline(
            broker, claim, self.gate, BrokerClock(), self.mailbox, Pace(1000), quality=80
        )
        channels = [
            {"name": "n"},
            {"name": "text", "type": "string"},
            {"name": "image", "type": "uint8", "shape": [8, 8]},
        ]
        self._layout = read_layout(json.dumps({"channels": channels}).encode(), None)
        self._stop = threading.Event()
        self._threads = [
            threading.Thread(target=self.pipeline.run, args=(self._stop,)) for _ in range(2)
        ]

    def put(self, pulse_id: int, text: str = "") -> None:
        parts = [struct.pack("<d", pulse_id), text.encode(), bytes(64)]
        self.mailbox.put(Pulse(pulse_id, None, time.monotonic(), self._layout, parts))

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def headers(self, count: int) -> list[dict[str, Any]]:
        """Waits for so many frames."""
        until(lambda: len(self.broker.headers) >= count, f"{count} frames")
        return self.broker.headers

    def stop(self) -> None:
        self._stop.set()
        self.mailbox.close()
        for thread in self._threads:
            thread.join()


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


class HeldUp:
    """Frames whose contents are being read; each goes on only when it is let go."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.begun: list[int] = []
        self._released: dict[int, threading.Event] = defaultdict(threading.Event)
        self._read = pipeline.read_contents
        monkeypatch.setattr(pipeline, "read_contents", self._wait)

    def until_begun(self, *pulse_ids: int) -> None:
        """These were taken, in this order."""
        until(lambda: len(self.begun) >= len(pulse_ids), f"pulses {pulse_ids} are under way")
        assert tuple(self.begun) == pulse_ids

    def let_go(self, *pulse_ids: int) -> None:
        for pulse_id in pulse_ids:
            self._released[pulse_id].set()

    def _wait(self, newest: Pulse, *others: Any) -> Any:
        self.begun.append(newest.pulse_id)
        assert self._released[newest.pulse_id].wait(20)
        return self._read(newest, *others)


def test_a_frame_that_is_ready_early_waits_for_those_taken_before(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    held_up = HeldUp(monkeypatch)
    scene.start()
    scene.put(1)
    held_up.until_begun(1)
    scene.put(2)
    held_up.until_begun(1, 2)

    held_up.let_go(2)
    assert scene.broker.headers == []
    held_up.let_go(1)

    headers = scene.headers(2)
    assert [header["pulse_id"] for header in headers] == [1, 2]
    assert [header["seq"] for header in headers] == [0, 1]


def test_when_all_encoders_are_busy_the_next_frame_is_the_newest_there_is(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    held_up = HeldUp(monkeypatch)
    scene.start()
    scene.put(1)
    held_up.until_begun(1)
    scene.put(2)
    held_up.until_begun(1, 2)
    for pulse_id in range(3, 13):
        scene.put(pulse_id)

    held_up.let_go(1)
    held_up.until_begun(1, 2, 12)
    held_up.let_go(2, 12)

    assert [header["pulse_id"] for header in scene.headers(3)] == [1, 2, 12]
    assert scene.headers(3)[2]["pulses"]["pulse_id"] == list(range(3, 13))
    assert scene.mailbox.skipped == 9
    assert scene.pipeline.tally.counts["pulses_lost"] == 0


def test_a_frame_that_nobody_watches_any_more_is_not_published(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    held_up = HeldUp(monkeypatch)
    scene.start()
    scene.put(1)
    held_up.until_begun(1)

    scene.gate.set({"half": 1})
    held_up.let_go(1, 2)
    scene.put(2)

    headers = scene.headers(1)
    assert [(header["pulse_id"], header["rendition"]) for header in headers] == [(2, "half")]
    assert headers[0]["seq"] == 0
