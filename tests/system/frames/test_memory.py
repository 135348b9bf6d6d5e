"""The memory that a worker has for frames does not follow what viewers ask for, or how slowly they
read."""

import contextlib
import json
import os
import re
import socket
import time
from collections.abc import Callable

import pytest
import requests

from bench.regions import Cost, frame_parts, inside, measure_cost, outside
from shared.envelope import Blobs, pack
from shared.redis_keys import RedisKeys
from tests.support.beamcast import Beamcast, Worker
from tests.support.metrics import value
from tests.support.raw_viewer import RawViewer, memory_kb, pump
from web.fanout.backlog import MAX_BYTES

MORE_KB = 60 * 1024
WHOLE = "precise:0,0,9999,9999"


@pytest.fixture(scope="module")
def alone() -> Cost:
    """One viewer of all tiles of 2048 × 2048."""
    return measure_cost(frame_parts(), [], 1.5)


@pytest.mark.parametrize("region", [outside, inside])
def test_sixty_regions_need_little_more_memory_than_none(
    region: Callable[[int], str], alone: Cost
) -> None:
    sixty = measure_cost(frame_parts(), [region(number) for number in range(60)], 1.5)

    assert sixty.fps > 0
    assert sixty.others_fps > 0
    assert sixty.peak_kb - alone.peak_kb < MORE_KB


class Stuck:
    """A WebSocket that watches and then stops reading."""

    def __init__(self, worker: Worker) -> None:
        self._viewer = RawViewer(worker.port, receive_buffer=4096)
        pump([self._viewer], lambda: self._viewer.connected, "connected")
        self._viewer.call("watch", {"stream": "camera", "rendition": WHOLE})

    def answer(self) -> None:
        """Answer the unread ping."""
        with contextlib.suppress(OSError):
            self._viewer.send("3")

    def close(self) -> None:
        self._viewer.close()


class StuckPolling:
    """A polling session that watches and then stops polling."""

    def __init__(self, worker: Worker) -> None:
        self._session = requests.Session()
        polled = f"{worker.url}/socket.io/?EIO=4&transport=polling"
        sid = re.findall(r'"sid":"([^"]+)"', self._session.get(polled, timeout=20).text)[0]
        self._url = f"{polled}&sid={sid}"
        watch = json.dumps(["watch", {"stream": "camera", "rendition": WHOLE}])
        self._session.post(self._url, "40", timeout=20)
        self._session.post(self._url, f"420{watch}", timeout=20)
        answer = ""
        while "430[" not in answer:
            answer += self._session.get(self._url, timeout=20).text

    def answer(self) -> None:
        """Answer the ping that was not fetched."""
        self._session.post(self._url, "3", timeout=20)

    def close(self) -> None:
        self._session.close()


class StuckMotion:
    """A reader of an MJPEG stream that reads only its head."""

    def __init__(self, worker: Worker) -> None:
        self._socket = socket.socket()
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        self._socket.connect(("127.0.0.1", worker.port))
        self._socket.settimeout(20)
        self._socket.send(
            b"GET /api/streams/camera/stream.mjpg HTTP/1.1\r\nHost: localhost\r\n\r\n"
        )
        head = b""
        while b"--beamcast-frame" not in head.partition(b"\r\n\r\n")[2]:
            head += self._socket.recv(1024)

    def answer(self) -> None:
        """Do nothing: there are no pings."""

    def close(self) -> None:
        self._socket.close()


STUCK = {
    "websocket": (Stuck, WHOLE),
    "polling": (StuckPolling, WHOLE),
    "motion": (StuckMotion, "full"),
}


@pytest.mark.parametrize("transport", STUCK)
def test_stuck_viewers_with_their_own_frames_are_disconnected_before_memory_runs_out(
    beamcast: Beamcast, transport: str
) -> None:
    """These viewers answer pings, so that no time-out disconnects them."""
    worker = beamcast.worker("--max-events-per-s", "10000")
    kind, rendition = STUCK[transport]
    pid, channel = worker.process.pid, RedisKeys().frames("camera", rendition.partition(":")[0])
    honest = RawViewer(worker.port)
    pump([honest], lambda: honest.connected, "connected")
    honest.call("watch", {"stream": "camera", "rendition": rendition})
    length = 6_000_000
    before = memory_kb(pid)
    stuck = []
    for seq in range(1, 60):
        stuck.append(kind(worker))
        blobs = Blobs()
        place = blobs.add(os.urandom(length))
        tiles = {"format": "tiles", "tiles": [[0, 0, place["offset"], place["length"]]]}
        about = {"epoch": 1, "seq": seq, "t_received": time.time() + 3600}
        image = {"format": "jpeg", **place} if rendition == "full" else tiles
        message = pack({**about, "image": image}, blobs)
        beamcast.broker.publish(channel, message)
        pump([honest], lambda n=seq: len(honest.frames) >= n, "the honest viewer has each frame")
        for viewer in stuck:
            viewer.answer()

    assert value(worker.url, "beamcast_web_refused_total", kind="backlog") > 10
    assert (memory_kb(pid) - before) * 1024 < MAX_BYTES + 10 * length
    assert not honest.closed
    for viewer in stuck:
        viewer.close()
