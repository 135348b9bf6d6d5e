"""Every viewer gets the same frames in the same order, and none affects the others."""

import subprocess
import sys

import requests

from tests.support.beamcast import Beamcast, Worker
from tests.support.camera import Camera
from tests.support.camera_images import FRAME_KB, noise
from tests.support.raw_viewer import RawViewer, memory_kb, more, pump
from tests.support.waiting import until

ANNOUNCE = """
import sys
from flask_socketio import SocketIO
queue = SocketIO(message_queue=sys.argv[1], channel="beamcast:socketio")
queue.emit("notice", {"text": "Beam off at noon"})
"""


def test_all_viewers_of_two_workers_get_the_same_frames_in_order(beamcast: Beamcast) -> None:
    with Camera(rate_hz=25) as camera:
        beamcast.ingest(camera.address)
        workers = [beamcast.worker(), beamcast.worker()]
        viewers = [RawViewer(worker.port) for worker in workers for _ in range(20)]
        for viewer in viewers:
            viewer.watch()
        pump(viewers, lambda: all(viewer.frames for viewer in viewers), "all get frames")
        first = max(viewer.seqs[0] for viewer in viewers)

        assert beamcast.broker.get("beamcast:camera:viewers") == b"40"
        pump(viewers, lambda: all(viewer.seqs[-1] >= first + 50 for viewer in viewers), "more")

    for viewer in viewers:
        assert viewer.seqs[viewer.seqs.index(first) :][:51] == list(range(first, first + 51))
        assert {header["epoch"] for header in viewer.frames} == {viewers[0].frames[0]["epoch"]}


def test_a_stuck_viewer_does_not_affect_others(beamcast: Beamcast) -> None:
    with Camera(rate_hz=10, content=noise) as camera:
        beamcast.ingest(camera.address)
        worker = beamcast.worker()
        stuck = [RawViewer(worker.port, receive_buffer=4096) for _ in range(3)]
        others = [RawViewer(worker.port) for _ in range(3)]
        for viewer in stuck + others:
            viewer.watch()
        pump(others, lambda: all(len(viewer.frames) >= 10 for viewer in others), "frames arrive")
        before_kb = memory_kb(worker.process.pid)

        pump(others, lambda: all(len(viewer.frames) >= 40 for viewer in others), "and more")

        for viewer in others:
            assert viewer.seqs == list(range(viewer.seqs[0], viewer.seqs[-1] + 1))
            assert viewer.last("status")["dropped"] == 0
        assert dropped(worker) > 30
        assert memory_kb(worker.process.pid) - before_kb < len(stuck) * 10 * FRAME_KB


def test_a_slow_viewer_is_informed_of_dropped_frames_and_continues_with_new_ones(
    beamcast: Beamcast, async_mode: str
) -> None:
    with Camera(rate_hz=25, content=noise) as camera:
        beamcast.ingest(camera.address)
        worker = beamcast.worker()
        slow, other = RawViewer(worker.port, receive_buffer=4096), RawViewer(worker.port)
        for viewer in (slow, other):
            viewer.watch()
        pump([slow, other], lambda: slow.frames and other.frames, "both get frames")

        pump([other], more(other, 60), "the other reads on")
        missed_until = other.seqs[-1]
        pump([slow, other], lambda: slow.seqs[-1] > missed_until, "it continues")
        pump([slow, other], lambda: slow.last("status")["dropped"] > 0, "it is informed")

        assert slow.seqs == sorted(set(slow.seqs))
        assert slow.seqs != list(range(slow.seqs[0], slow.seqs[-1] + 1))
        assert dropped(worker) >= slow.last("status")["dropped"]
        assert other.last("status")["dropped"] == 0


def dropped(worker: Worker) -> float:
    """Return a count of the worker's metrics."""
    lines = requests.get(f"{worker.url}/metrics", timeout=10).text.splitlines()
    found = [line for line in lines if line.startswith('beamcast_web_dropped_total{way="socket"}')]
    return float(found[0].split()[-1])


def test_a_notice_reaches_the_viewers_of_every_worker(beamcast: Beamcast, async_mode: str) -> None:
    viewers = [RawViewer(beamcast.worker().port) for _ in range(2)]
    pump(viewers, lambda: all(viewer.connected for viewer in viewers), "both are connected")
    until(lambda: beamcast.broker.pubsub_numsub("beamcast:socketio")[0][1] == 2, "workers listen")

    subprocess.run([sys.executable, "-c", ANNOUNCE, beamcast.redis.url], check=True, timeout=60)

    pump(viewers, lambda: all(viewer.last("notice") for viewer in viewers), "both are informed")
    assert all(viewer.last("notice") == {"text": "Beam off at noon"} for viewer in viewers)
