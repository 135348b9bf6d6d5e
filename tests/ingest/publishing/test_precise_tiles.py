"""Tiles are encoded beside the pipeline: they delay no other frame, and omissions are counted."""

import itertools
import threading
import time
from collections.abc import Iterator
from types import SimpleNamespace

import pytest

from ingest.publishing import precise_tiles
from shared.renditions import Rendition
from tests.support.pipeline_scene import PipelineScene
from tests.support.waiting import until

TEXT = "x" * 60_000
TILE = Rendition.parse("precise:0,0,1,1")


@pytest.fixture
def scene() -> Iterator[PipelineScene]:
    scene = PipelineScene()
    yield scene
    scene.stop()


def let_tiles_cost(monkeypatch: pytest.MonkeyPatch, core_s: float) -> None:
    """Make encoding tiles seem to take this much of a core's time."""
    clock = itertools.count()
    times = {"monotonic": time.monotonic, "thread_time": lambda: core_s * next(clock)}
    monkeypatch.setattr(precise_tiles, "time", SimpleNamespace(**times))


def test_tiles_that_take_too_long_are_left_out_while_other_viewers_miss_nothing(
    scene: PipelineScene, monkeypatch: pytest.MonkeyPatch
) -> None:
    let_tiles_cost(monkeypatch, 1e6)
    scene.gate.set([Rendition(), TILE])
    scene.start()
    for pulse_id in range(20):
        scene.put(pulse_id)
        until(lambda n=pulse_id: len(scene.of("full")) == n + 1, "the frame is published")  # type: ignore[misc]

    until(lambda: scene.of("precise"), "one has tiles")
    assert [header["seq"] for header in scene.of("full")] == list(range(20))
    assert [header["seq"] for header in scene.of("precise")] == [0]
    until(lambda: scene.pipeline.counters.counts["precise_left_out"] == 19, "they are counted")
    assert scene.pipeline.counters.counts["pulses_lost"] == 0


def test_frames_for_other_viewers_do_not_wait_for_tiles(
    scene: PipelineScene, monkeypatch: pytest.MonkeyPatch
) -> None:
    encode, resume = precise_tiles.encode_tiles, threading.Event()
    monkeypatch.setattr(
        precise_tiles, "encode_tiles", lambda *args: resume.wait(20) and encode(*args)
    )
    scene.gate.set([Rendition(), TILE])
    scene.start()
    for pulse_id in range(10):
        scene.put(pulse_id)
        until(lambda n=pulse_id: len(scene.of("full")) == n + 1, "the frame is published")  # type: ignore[misc]
    assert scene.of("precise") == []

    resume.set()

    until(lambda: scene.of("precise"), "the tiles are published")
    first = scene.of("precise")[0]
    assert (first["seq"], first["pulse_id"], len(first["image"]["tiles"])) == (0, 0, 1)


@pytest.mark.parametrize("others", [[Rendition()], []], ids=["beside full ones", "alone"])
def test_the_next_precise_frame_has_the_count_and_the_pulses_of_those_left_out(
    scene: PipelineScene, monkeypatch: pytest.MonkeyPatch, others: list[Rendition]
) -> None:
    let_tiles_cost(monkeypatch, 0.02)
    scene.gate.set([TILE, *others])
    scene.start()
    pulse_ids = itertools.count()

    def left_out() -> list[int]:
        return [header["image"]["left_out"] for header in scene.of("precise")]

    until(lambda: scene.put(next(pulse_ids)) or sum(map(bool, left_out())) >= 3, "three pauses")

    frames = scene.of("precise")
    for before, after in itertools.pairwise(frames):
        assert after["image"]["left_out"] == after["seq"] - before["seq"] - 1
        last, pulses = before["pulses"]["pulse_id"][-1], after["pulses"]["pulse_id"]
        assert pulses == list(range(last + 1, pulses[-1] + 1))
        assert after["pulses"]["values"]["n"] == pulses
        assert after["pulse_id"] in pulses
    assert scene.pipeline.counters.counts["pulses_lost"] == 0


def test_tiles_that_do_not_fit_into_a_message_are_omitted_and_counted(
    scene: PipelineScene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        precise_tiles, "MAX_FRAME_BYTES", precise_tiles.HEADER_BYTES + 2 * len(TEXT)
    )
    scene.gate.set([TILE])
    scene.put(1, TEXT)  # a frame contains it twice: as a value and among the pulses
    scene.start()

    image = scene.headers(1)[0]["image"]

    assert (image["tiles"], image["tiles_left"]) == ([], 1)
