"""Snapshots of frames that a test publishes."""

import io
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest
from flask import Flask
from werkzeug.test import TestResponse

from shared import envelope
from shared.broker import connect
from tests.support.precise_frames import message
from tests.support.processes import RedisServer
from tests.support.waiting import until
from web.fanout.relay import Relays
from web.routes.snapshots import snapshots

PIXELS = np.arange(300 * 300, dtype=np.uint16).reshape(300, 300)


class Worker:
    """The routes of a worker, which writes files with ``run_in_thread``."""

    def __init__(self, redis_server: RedisServer) -> None:
        self.run_in_thread: Callable[[Callable[[], bytes]], bytes] = lambda work: work()
        self._broker = redis_server.broker
        broker = connect(redis_server.url_of("web"))
        self._relays = Relays(broker, "worker")
        self._app = Flask("web")
        self._app.register_blueprint(
            snapshots(self._relays, broker, "camera", lambda work: self.run_in_thread(work))
        )
        self._pool = ThreadPoolExecutor(8)

    def ask(self, path: str = "camera/snapshot.npy") -> Future[TestResponse]:
        """Request a path; return the future answer."""
        return self._pool.submit(self._app.test_client().get, f"/api/streams/{path}")

    def publish(self, frame: bytes) -> None:
        """Publish a frame on the channel of precise frames."""
        self._broker.publish("beamcast:camera:frames:precise", frame)

    def answer(self, frame: bytes, path: str = "camera/snapshot.npy") -> TestResponse:
        """Return the answer to a request while this frame is published."""
        request = self.ask(path)

        def is_answered() -> bool:
            self.publish(frame)
            return request.done()

        until(is_answered, "an answer")
        return request.result()

    def viewers(self) -> bytes | None:
        """Return the number of viewers in Redis."""
        return self._broker.get("beamcast:camera:viewers")

    def requested(self) -> list[bytes]:
        """Return the renditions that are requested from ingest."""
        return self._broker.hkeys("beamcast:camera:asked")

    def close(self) -> None:
        self._pool.shutdown()
        self._relays.close()


@pytest.fixture
def worker(redis_server: RedisServer) -> Iterator[Worker]:
    worker = Worker(redis_server)
    yield worker
    worker.close()


def fresh(pixels: np.ndarray | None = PIXELS, **header: Any) -> bytes:
    """Return a frame that is newer than any request."""
    return message(pixels, t_received=1e11, **header)


def changed(**image: Any) -> bytes:
    """Return a fresh frame with other fields of its picture."""
    header, body = envelope.unpack(fresh())
    header["image"] |= image
    blobs = envelope.Blobs()
    blobs.add(body)
    return envelope.pack(header, blobs)


def test_a_snapshot_requests_all_tiles_and_releases_its_lease(worker: Worker) -> None:
    request = worker.ask()
    until(lambda: worker.requested() == [b"precise:0,0,9999,9999"], "all tiles are requested")

    until(lambda: worker.publish(fresh()) or request.done(), "an answer")

    assert request.result().status_code == 200
    assert worker.viewers() is None


def test_a_frame_from_before_the_request_is_skipped(worker: Worker) -> None:
    request = worker.ask()
    until(worker.requested, "the frame is requested")
    worker.publish(message(PIXELS, pulse_id=1, t_received=1.0))

    until(lambda: worker.publish(fresh(pulse_id=2)) or request.done(), "an answer")

    assert request.result().headers["X-Beamcast-Pulse-Id"] == "2"


def test_a_picture_with_missing_tiles_is_skipped(worker: Worker) -> None:
    header, _ = envelope.unpack(fresh())
    request = worker.ask()
    until(worker.requested, "the frame is requested")
    for _ in range(5):
        worker.publish(changed(tiles=header["image"]["tiles"][:1]))

    until(lambda: worker.publish(fresh()) or request.done(), "an answer")

    assert np.array_equal(np.load(io.BytesIO(request.result().data)), PIXELS)


def test_a_picture_too_large_for_a_message_is_rejected(worker: Worker) -> None:
    answer = worker.answer(changed(tiles_left=3))

    assert answer.status_code == 413
    assert answer.json["error"] == "the picture is too large for one message"
    assert answer.json["hint"].startswith("300 × 300 pixels: 3 of 4 tiles did not fit")


def test_a_file_type_that_cannot_store_the_picture_is_rejected_with_a_hint(
    worker: Worker,
) -> None:
    answer = worker.answer(fresh(PIXELS.astype(float)), "camera/snapshot.png")

    assert answer.status_code == 415
    assert answer.json == {
        "error": "PNG stores integers from 0 to 65535, and the picture is float64",
        "hint": "use snapshot.h5 or snapshot.npy, which can store every picture",
    }


@pytest.mark.parametrize("ending", ["npy", "tif", "png"])
def test_a_frame_without_a_picture_is_rejected_with_a_hint(worker: Worker, ending: str) -> None:
    answer = worker.answer(fresh(None), f"camera/snapshot.{ending}")

    assert answer.status_code == 404
    assert answer.json == {
        "error": "the frame has no picture",
        "hint": "use snapshot.h5, which has its values",
    }


def test_an_invalid_frame_is_rejected_with_the_reason(worker: Worker) -> None:
    answer = worker.answer(changed(dtype="object"))

    assert answer.status_code == 502
    assert answer.json == {
        "error": "cannot read the frame",
        "hint": "'object' is not a dtype of images",
    }


def test_a_missing_frame_is_reported_with_the_reason(
    worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("web.routes.snapshots.FRAME_WAIT_S", 0.3)

    answer = worker.ask().result()

    assert answer.status_code == 504
    assert answer.json["error"] == "timed out: no frame within 0.3 s"
    assert "No ingest is running" in answer.json["hint"]
    assert worker.viewers() is None


@pytest.mark.parametrize(
    ("path", "code", "error"),
    [
        ("camera/snapshot.gif", 404, "unknown file type 'gif'"),
        ("camera/snapshot.NPY", 404, "unknown file type 'NPY'"),
        ("camera/snapshot.npy.exe", 404, "unknown file type 'npy.exe'"),
        ("camera/snapshot.npy?image=a%0ab", 400, "invalid image name"),
        ("nobody/snapshot.npy", 404, "unknown stream 'nobody'"),
        ("a b/snapshot.npy", 400, "invalid stream name"),
    ],
)
def test_what_does_not_exist_is_rejected_immediately(
    worker: Worker, path: str, code: int, error: str
) -> None:
    answer = worker.ask(path).result()

    assert (answer.status_code, answer.json["error"]) == (code, error)
    assert answer.json["hint"]


def test_an_unreachable_redis_is_reported(worker: Worker, redis_server: RedisServer) -> None:
    redis_server.kill()

    answer = worker.ask("camera/snapshot.npy?image=CAM").result()

    assert (answer.status_code, answer.json["error"]) == (
        503,
        "Redis is unreachable: Connection refused",
    )


class BlockedWriter:
    """Writes no file before ``resume`` is set."""

    def __init__(self) -> None:
        self.started = threading.Semaphore(0)
        self.resume = threading.Event()

    def __call__(self, work: Callable[[], bytes]) -> bytes:
        self.started.release()
        assert self.resume.wait(20)
        return work()


def test_a_third_concurrent_snapshot_is_rejected_with_retry_after(worker: Worker) -> None:
    worker.run_in_thread = writer = BlockedWriter()
    both = [worker.ask(), worker.ask()]
    for _ in both:
        until(
            lambda: worker.publish(fresh()) or writer.started.acquire(blocking=False),
            "it is being written",
        )

    third = worker.answer(fresh())

    writer.resume.set()
    assert (third.status_code, third.headers["Retry-After"]) == (429, "1")
    assert third.json["error"] == "too many snapshots at the same time"
    assert [request.result().status_code for request in both] == [200, 200]


def test_the_slot_is_free_again_when_the_file_is_sent(worker: Worker) -> None:
    unsent = [worker.answer(fresh()) for _ in range(2)]
    assert worker.answer(fresh()).status_code == 429

    unsent[0].close()

    assert worker.answer(fresh()).status_code == 200


def test_the_slot_is_free_again_when_the_file_cannot_be_written(worker: Worker) -> None:
    for _ in range(3):
        assert worker.answer(fresh(PIXELS.astype(float)), "camera/snapshot.png").status_code == 415

    assert worker.answer(fresh()).status_code == 200
