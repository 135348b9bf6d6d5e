"""No viewer gets a frame that ingest received before the viewer's watch.

The tests' clock and Redis' clock are the same machine's.
"""

import random
import threading
import time
from collections.abc import Iterator

import pytest
import requests

from shared import envelope
from shared.broker import connect
from shared.renditions import Rendition
from tests.support.beamcast import Beamcast, Worker
from tests.support.camera import Camera
from tests.support.processes import RedisServer
from tests.support.raw_viewer import RawViewer, pump
from tests.support.waiting import until
from web.fanout.messages import Event
from web.fanout.relay import Relays
from web.fanout.send_queue import Delivery

VIEWERS = 200
ROUNDING_S = 1e-6
"""Redis' clock has microseconds"""


@pytest.fixture
def running(beamcast: Beamcast) -> Iterator[Worker]:
    """A worker with a 100 Hz stream shown at 100 Hz, so that a stale frame is always near."""
    with Camera(rate_hz=100) as camera:
        beamcast.ingest(camera.address, "--max-fps", "100")
        worker = beamcast.worker()
        until(lambda: beamcast.status().get("state") == "live", "the stream runs")
        yield worker


def test_no_viewer_gets_a_frame_received_before_its_watch(running: Worker, async_mode: str) -> None:
    chance = random.Random(3)
    staying = RawViewer(running.port)
    staying.watch()
    waiting, joined = [RawViewer(running.port) for _ in range(VIEWERS)], []

    while waiting:
        viewer = waiting.pop()
        viewer.watch()
        joined.append(viewer)
        soon = time.monotonic() + chance.uniform(0, 0.015)
        pump([staying, *joined[-8:], *waiting], lambda: time.monotonic() > soon)  # noqa: B023
        if len(joined) >= 8:
            early = joined[-8]
            pump([early], lambda: early.frames, "its first frame")  # noqa: B023
            early.unwatch()
    pump(joined, lambda: all(viewer.frames for viewer in joined), "the last ones' first frames")

    early_s = [viewer.frames[0]["t_received"] - viewer.watched_at for viewer in joined]
    assert min(early_s) >= -ROUNDING_S
    assert all(
        header["t_received"] >= viewer.watched_at - ROUNDING_S
        for viewer in joined
        for header in viewer.frames
    )


def test_a_viewer_that_watches_again_gets_no_frame_from_between(running: Worker) -> None:
    staying, viewer = RawViewer(running.port), RawViewer(running.port)
    staying.watch()
    pump([staying], lambda: staying.frames, "a first frame")
    for _ in range(20):
        viewer.frames.clear()
        viewer.watch()
        pump([staying, viewer], lambda: viewer.frames, "a frame")
        viewer.call("unwatch")
        assert viewer.frames[0]["t_received"] >= viewer.watched_at - ROUNDING_S
        seen = staying.seqs[-1]
        pump([staying], lambda: staying.seqs[-1] > seen + 2, "frames go by")  # noqa: B023


class Viewer:
    """A relay in this process, whose delivery a test controls."""

    def __init__(self) -> None:
        self.watched_at = 0.0
        self.busy = False
        self.offered: list[float] = []

    def watch(self, relays: Relays) -> None:
        self.watched_at = time.time()
        relays.watch("camera", Rendition(), self)

    def offer(self, delivery: Delivery) -> bool:
        self.offered.append(delivery.frame.header["t_received"] - self.watched_at)
        return not self.busy

    def offer_again(self, delivery: Delivery) -> bool:
        return self.offer(delivery)

    def count_dropped(self) -> None:
        pass

    def send_event(self, event: Event) -> None:
        pass


@pytest.fixture
def relays(redis_server: RedisServer) -> Iterator[Relays]:
    """A worker's relays in this process."""
    made = Relays(connect(redis_server.url_of("web")), "worker")
    yield made
    made.close()


def publish_frame(redis_server: RedisServer) -> None:
    frame = envelope.pack({"t_received": time.time(), "schema": ""}, envelope.Blobs())
    redis_server.broker.publish("beamcast:camera:frames", frame)


def test_a_viewer_that_watches_again_during_delivery_does_not_get_the_frame(
    redis_server: RedisServer, relays: Relays
) -> None:
    class Meddler(Viewer):
        def offer(self, delivery: Delivery) -> bool:
            relays.unwatch("camera", Rendition(), other)
            other.watch(relays)
            return super().offer(delivery)

    meddler, other = Meddler(), Viewer()
    meddler.watch(relays)
    other.watch(relays)

    for _ in range(3):
        publish_frame(redis_server)
    until(lambda: len(meddler.offered) == 3, "three frames are handed out")

    assert other.offered == []


def test_a_viewer_that_watches_again_does_not_get_a_queued_frame(
    redis_server: RedisServer, relays: Relays
) -> None:
    staying, other = Viewer(), Viewer()
    for viewer in (staying, other):
        viewer.busy = True
        viewer.watch(relays)
    publish_frame(redis_server)
    until(lambda: len(other.offered) > 1, "the frame waits")

    relays.unwatch("camera", Rendition(), other)
    other.offered.clear()
    other.watch(relays)
    tries = len(staying.offered)
    until(lambda: len(staying.offered) > tries + 3, "the frame is tried again")

    assert other.offered == []


def test_http_pictures_are_from_after_the_request(running: Worker, async_mode: str) -> None:
    staying = RawViewer(running.port)
    staying.watch()
    stop = threading.Event()
    reading = threading.Thread(
        target=lambda: [pump([staying], timeout_s=0.05) for _ in iter(stop.is_set, True)]
    )
    reading.start()
    try:
        for _ in range(20):
            request_time = time.time()
            answer = requests.get(f"{running.url}/api/streams/camera/frame.jpg", timeout=20)
            assert answer.status_code == 200, answer.text
            assert float(answer.headers["X-Beamcast-Received"]) >= request_time - ROUNDING_S
    finally:
        stop.set()
        reading.join()


def test_frames_are_fresh_after_redis_restarted(beamcast: Beamcast, async_mode: str) -> None:
    with Camera(rate_hz=100) as camera:
        beamcast.ingest(camera.address)
        worker = beamcast.worker()
        old = RawViewer(worker.port)
        old.watch()
        pump([old], lambda: len(old.frames) >= 5, "frames")
        epoch = old.frames[-1]["epoch"]

        beamcast.redis.kill()
        pump(
            [old],
            lambda: (old.last("status") or {}).get("state") == "broker_lost",
            "it is informed",
        )
        old.frames.clear()
        beamcast.redis.start()
        back = time.time()
        viewers = [RawViewer(worker.port) for _ in range(5)]
        for viewer in viewers:
            viewer.watch()
        pump([old, *viewers], lambda: old.frames and all(v.frames for v in viewers), "frames again")

        assert old.frames[0]["t_received"] >= back - ROUNDING_S
        assert all(v.frames[0]["t_received"] >= v.watched_at - ROUNDING_S for v in viewers)
        assert old.frames[0]["epoch"] >= epoch
        pump([old, *viewers], lambda: beamcast.viewers() == 6, "all are counted again")
