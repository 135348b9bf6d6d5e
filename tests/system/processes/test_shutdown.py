"""A worker that receives SIGTERM disconnects its viewers gradually and accepts no new ones."""

import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.support.beamcast import Beamcast, Worker
from tests.support.camera import Camera
from tests.support.raw_viewer import RawViewer, pump
from tests.support.waiting import until


@contextmanager
def crowd(beamcast: Beamcast, worker: Worker, count: int) -> Iterator[list[RawViewer]]:
    """Connect ``count`` viewers and wait until each has frames."""
    with Camera(rate_hz=50) as camera:
        beamcast.ingest(camera.address)
        viewers = [RawViewer(worker.port) for _ in range(count)]
        for viewer in viewers:
            viewer.watch()
        pump(viewers, lambda: all(viewer.frames for viewer in viewers), "frames for all")
        yield viewers
        for viewer in viewers:
            viewer.close()


def test_viewers_are_disconnected_one_by_one_with_frames_until_then(
    beamcast: Beamcast, async_mode: str
) -> None:
    worker = beamcast.worker()
    with crowd(beamcast, worker, 60) as viewers:
        worker.process.send(signal.SIGTERM)
        gone: list[RawViewer] = []

        def all_are_disconnected() -> bool:
            gone.extend(v for v in viewers if v.closed and v not in gone)
            return len(gone) == len(viewers)

        pump(viewers, all_are_disconnected, "all are disconnected")

        assert gone[-1].seqs[-1] > gone[0].seqs[-1]
        assert worker.process.wait() == 0
        assert "ERROR" not in worker.process.output


def test_a_client_that_reconnects_during_shutdown_is_refused(beamcast: Beamcast) -> None:
    worker = beamcast.worker()
    with crowd(beamcast, worker, 60) as viewers:
        worker.process.send(signal.SIGTERM)
        pump(viewers, lambda: any(viewer.closed for viewer in viewers), "the first is disconnected")

        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", worker.port), 5)
        assert not all(viewer.closed for viewer in viewers)


def test_the_viewers_of_an_ended_worker_are_not_counted(beamcast: Beamcast) -> None:
    worker = beamcast.worker()
    with crowd(beamcast, worker, 10):
        until(lambda: beamcast.viewers() == 10, "all are counted")
        worker.process.send(signal.SIGTERM)
        worker.process.wait()

        assert beamcast.viewers() == 0
