"""The pipeline with more frames than it can encode, frames too large, and errors of Redis."""

import itertools
import threading
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from ingest.bsread.message import Pulse
from ingest.encoding import jpeg, values
from ingest.mailbox import Mailbox
from ingest.publishing import pipeline
from ingest.publishing.publisher import Withheld
from shared.renditions import Rendition
from tests.support.messages import channel, message
from tests.support.pipeline_scene import PipelineScene
from tests.support.waiting import until

TEXT = "x" * 60_000


@pytest.fixture
def scene() -> Iterator[PipelineScene]:
    scene = PipelineScene()
    yield scene
    scene.stop()


def test_pulses_whose_texts_are_too_long_in_total_are_lost_and_counted(
    scene: PipelineScene,
) -> None:
    scene.mailbox = scene.pipeline._mailbox = Mailbox(max_weight=10**9)
    for pulse_id in range(100):
        scene.put(pulse_id, TEXT)
    scene.start()

    columns = scene.headers(1)[0]["pulses"]

    kept = columns["pulse_id"]
    assert kept == list(range(100 - len(kept), 100))
    assert 0 < len(kept) * len(TEXT) <= 8 * values.MAX_VALUES
    assert columns["values"]["text"] == [TEXT] * len(kept)
    until(lambda: scene.pipeline.counters.counts["pulses_lost"] == 100 - len(kept), "counted")


def test_a_frame_too_large_for_redis_is_not_published_but_counted(
    scene: PipelineScene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pipeline, "MAX_FRAME_BYTES", 50_000)
    scene.put(1, TEXT)
    scene.start()
    until(lambda: scene.pipeline.counters.errors.get("too_large"), "it is counted")
    scene.put(2)

    assert scene.headers(1)[0]["pulse_id"] == 2
    assert "allowed are 50000" in scene.pipeline.counters.last_error
    assert scene.pipeline.counters.counts["pulses_lost"] == 1


def test_the_number_of_a_frame_that_redis_may_have_is_not_used_again(scene: PipelineScene) -> None:
    scene.publisher.faults = 2
    for pulse_id in range(3):
        scene.put(pulse_id)
    scene.start()
    scene.headers(1)
    for pulse_id in (3, 4):
        scene.put(pulse_id)
        scene.headers(pulse_id - 1)

    assert [header["seq"] for header in scene.publisher.headers] == [0, 1, 2]
    until(lambda: scene.pipeline.counters.counts["published"], "the last one is published")
    counts = scene.pipeline.counters.counts
    assert (counts["publish_failed"], counts["pulses_lost"]) == (2, 4)


def test_withheld_frames_are_counted_and_publishing_continues(
    scene: PipelineScene, monkeypatch: pytest.MonkeyPatch
) -> None:
    allowed, publish = threading.Event(), scene.publisher.publish

    def withheld(channel: str, message: bytes) -> None:
        if not allowed.is_set():
            raise Withheld
        publish(channel, message)

    monkeypatch.setattr(scene.publisher, "publish", withheld)
    scene.gate.set([Rendition("full"), Rendition.parse("precise:0,0,1,1")])
    scene.put(1)
    scene.start()
    both_counts = scene.pipeline.counters.counts, scene.precise_tiles.counters.counts
    until(lambda: all(counts["withheld"] == 1 for counts in both_counts), "both count")
    allowed.set()
    pulse_ids = itertools.count(2)
    until(lambda: scene.put(next(pulse_ids)) or scene.of("precise"), "a frame has tiles again")

    headers = scene.publisher.headers
    assert min(header["pulse_id"] for header in headers) == 2
    assert min(header["seq"] for header in headers) == 1
    assert both_counts[0]["pulses_lost"] == 1
    assert [counts["publish_failed"] for counts in both_counts] == [0, 0]


class BlockedEncoders:
    """Blocks each frame while its values are read, until :meth:`release` is called for it."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.pulse_ids: list[int] = []
        self._releases: dict[int, threading.Event] = defaultdict(threading.Event)
        self._read = pipeline.read_values
        monkeypatch.setattr(pipeline, "read_values", self._wait)

    def wait_for(self, *pulse_ids: int) -> None:
        """Wait until exactly these pulses were taken, in this order."""
        until(lambda: len(self.pulse_ids) >= len(pulse_ids), f"pulses {pulse_ids} are taken")
        assert tuple(self.pulse_ids) == pulse_ids

    def release(self, *pulse_ids: int) -> None:
        for pulse_id in pulse_ids:
            self._releases[pulse_id].set()

    def _wait(self, newest: Pulse, *others: Any) -> Any:
        self.pulse_ids.append(newest.pulse_id)
        assert self._releases[newest.pulse_id].wait(20)
        return self._read(newest, *others)


def test_a_frame_that_is_ready_early_waits_for_those_taken_before(
    scene: PipelineScene, monkeypatch: pytest.MonkeyPatch
) -> None:
    encoders = BlockedEncoders(monkeypatch)
    scene.start()
    scene.put(1)
    encoders.wait_for(1)
    scene.put(2)
    encoders.wait_for(1, 2)

    encoders.release(2)
    assert scene.publisher.headers == []
    encoders.release(1)

    headers = scene.headers(2)
    assert [header["pulse_id"] for header in headers] == [1, 2]
    assert [header["seq"] for header in headers] == [0, 1]


def test_when_all_encoders_are_busy_the_next_frame_is_the_newest(
    scene: PipelineScene, monkeypatch: pytest.MonkeyPatch
) -> None:
    encoders = BlockedEncoders(monkeypatch)
    scene.start()
    scene.put(1)
    encoders.wait_for(1)
    scene.put(2)
    encoders.wait_for(1, 2)
    for pulse_id in range(3, 13):
        scene.put(pulse_id)

    encoders.release(1)
    encoders.wait_for(1, 2, 12)
    encoders.release(2, 12)

    assert [header["pulse_id"] for header in scene.headers(3)] == [1, 2, 12]
    assert scene.headers(3)[2]["pulses"]["pulse_id"] == list(range(3, 13))
    assert scene.mailbox.skipped == 9
    assert scene.pipeline.counters.counts["pulses_lost"] == 0


def test_a_frame_that_nobody_watches_any_more_is_not_published(
    scene: PipelineScene, monkeypatch: pytest.MonkeyPatch
) -> None:
    encoders = BlockedEncoders(monkeypatch)
    scene.start()
    scene.put(1)
    encoders.wait_for(1)

    scene.gate.set([Rendition("half")])
    encoders.release(1, 2)
    scene.put(2)

    headers = scene.headers(1)
    assert [(header["pulse_id"], header["rendition"]) for header in headers] == [(2, "half")]
    assert headers[0]["seq"] == 0


def test_an_image_requested_with_and_without_its_name_is_encoded_once(
    scene: PipelineScene, monkeypatch: pytest.MonkeyPatch
) -> None:
    encoded: list[int] = []
    encode = jpeg.JpegEncoder.encode

    def counted(self: Any, grey: Any, facts: Any, reduced: int, quality: int) -> Any:
        encoded.append(reduced)
        return encode(self, grey, facts, reduced, quality)

    monkeypatch.setattr(jpeg.JpegEncoder, "encode", counted)
    scene.gate.set([Rendition("full"), Rendition("full", "image"), Rendition("half", "image")])
    scene.put(1)
    scene.start()

    headers = scene.headers(3)

    assert [header["rendition"] for header in headers] == ["full", "full@image", "half@image"]
    assert sorted(encoded) == [1, 2]
    assert {header["seq"] for header in headers} == {0}
    assert {header["image"]["channel"] for header in headers} == {"image"}


def test_a_log_rendition_says_so_and_the_others_do_not_change(scene: PipelineScene) -> None:
    scene.put_parts(message(1, channel("image", np.arange(64, dtype=np.uint16).reshape(8, 8))))
    scene.start()
    plain = scene.headers(1)[0]["image"]

    scene.gate.set([Rendition("full"), Rendition("full-log"), Rendition("half-log", "image")])
    scene.put_parts(
        message(2, channel("image", np.arange(64, dtype=np.uint16).reshape(8, 8))),
        images=("", "image"),
    )

    images = {header["rendition"]: header["image"] for header in scene.headers(4)[1:]}
    assert images.keys() == {"full", "full-log", "half-log@image"}
    assert images["full"] == plain
    assert "scale" not in plain
    for image, side in ((images["full-log"], 8), (images["half-log@image"], 4)):
        assert (image["scale"], image["log_gain"]) == ("log", 1000)
        assert (image["width"], image["height"], image["reduced"]) == (side, side, 8 // side)


@pytest.mark.parametrize(
    ("name", "is_reported"), [("nonsense", False), ("n", False), ("bad", True)]
)
def test_an_unknown_name_requested_by_a_viewer_is_not_a_fault_of_the_stream(
    scene: PipelineScene, name: str, is_reported: bool
) -> None:
    wired = [
        channel("n", 1.5),
        channel("image", np.zeros((8, 8), np.uint8)),
        channel("bad", np.zeros((0, 8), np.uint8)),
    ]
    scene.gate.set([Rendition("full"), Rendition("full", name)])
    scene.put_parts(message(1, *wired), images=("", name))
    scene.start()

    headers = {header["rendition"]: header for header in scene.headers(2)}

    assert repr(name) in headers[f"full@{name}"]["image_fault"]
    assert (name in scene.pipeline.image_fault) == is_reported
