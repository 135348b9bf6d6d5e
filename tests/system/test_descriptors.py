"""What breaks off gives its descriptor back at once, not when garbage is collected."""

import contextlib
import re
import socket
import struct
import sys
import time
from pathlib import Path

import pytest
import requests

from tests.support.beamcast import Beamcast
from tests.support.camera import Camera
from tests.support.metrics import value
from tests.support.processes import Process, free_port
from tests.support.waiting import until

WITHOUT_COLLECTOR = "import gc, runpy; gc.disable(); runpy.run_module('web', run_name='__main__')"
SOCKET_IO = "/socket.io/?EIO=4&transport="
UPGRADE = (
    "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
    "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
)
WATCH = b'42["watch",{"stream":"camera"}]'
MANY = 40


class Worker:
    """A web worker that never collects garbage."""

    def __init__(self, beamcast: Beamcast, *limits: str) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        program = (sys.executable, "-c", WITHOUT_COLLECTOR, "-P", str(self.port))
        redis = ("--redis", beamcast.redis.url)
        self.process = beamcast.add(Process(*limits, *program, *redis))
        until(lambda: "serving on" in self.process.output, "it serves")

    @property
    def descriptors(self) -> int:
        return len(list(Path(f"/proc/{self.process.pid}/fd").iterdir()))

    def ask(self, path: str, more: str = "") -> socket.socket:
        """A request of which the answer is not read."""
        line = socket.create_connection(("127.0.0.1", self.port), timeout=20)
        line.sendall(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{more}\r\n".encode())
        return line


def reset(line: socket.socket) -> None:
    """Breaks off as a crash does."""
    line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    line.close()


def break_off(worker: Worker, path: str) -> None:
    """At once, a moment later, or in the middle of the answer."""
    for number in range(MANY):
        line = worker.ask(path)
        if number % 3 == 1:
            time.sleep(0.01)
        elif number % 3 == 2:
            line.settimeout(0.5)
            with contextlib.suppress(OSError):
                line.recv(100)
        reset(line)


def break_off_websockets(worker: Worker) -> None:
    """Before the handshake's answer, after it, and while frames come."""
    for number in range(MANY):
        line = worker.ask(f"{SOCKET_IO}websocket", UPGRADE)
        if number % 3:
            line.recv(1000)
        if number % 3 == 2:
            for packet in (b"40", WATCH):
                line.sendall(bytes([0x81, 0x80 | len(packet)]) + bytes(4) + packet)
                line.recv(1000)
        reset(line)


def break_off_upgrades(worker: Worker) -> None:
    """Polling sessions on their way to a WebSocket: asked for, opened, probed."""
    for number in range(MANY):
        opened = requests.get(f"{worker.url}{SOCKET_IO}polling", timeout=20).text
        sid = re.findall(r'"sid":"([^"]+)"', opened)[0]
        line = worker.ask(f"{SOCKET_IO}websocket&sid={sid}", UPGRADE)
        if number % 3:
            line.recv(1000)
        if number % 3 == 2:
            line.sendall(b"\x81\x86" + bytes(4) + b"2probe")
            line.recv(1000)
        reset(line)


def test_requests_that_are_broken_off_hold_no_descriptor(beamcast: Beamcast) -> None:
    with Camera(rate_hz=10) as camera:
        beamcast.ingest(camera.address)
        worker = Worker(beamcast)
        api = "/api/streams/camera"
        paths = (
            f"{api}/frame.jpg",
            f"{api}/stream.mjpg",
            f"{api}/snapshot.npy",
            f"{api}/frame.jpg?image=x",
        )
        pages = ("/", "/status", "/nowhere", "/static/js/watch/live.js", "/api/streams")
        for path in (*paths, *pages):  # opens what it needs
            with requests.get(worker.url + path, timeout=20, stream=True):
                pass
        requests.get(f"{worker.url}{SOCKET_IO}polling", timeout=20)
        time.sleep(1)
        before = worker.descriptors

        for path in (*paths, *pages):
            break_off(worker, path)
            until(lambda: worker.descriptors <= before + 2, f"all of {path} are closed", 10)
        for way in (break_off_websockets, break_off_upgrades):
            way(worker)
            until(lambda: worker.descriptors <= before + 2, f"all of {way.__name__} are closed", 10)
        assert value(worker.url, "beamcast_web_faults_total") == 0


@pytest.mark.parametrize("ending", ["frame.jpg", "stream.mjpg", "snapshot.npy"])
def test_who_breaks_off_while_no_frame_comes_is_let_go(beamcast: Beamcast, ending: str) -> None:
    worker = Worker(beamcast)
    before = worker.descriptors
    waiting = [worker.ask(f"/api/streams/camera/{ending}") for _ in range(MANY)]
    until(lambda: beamcast.viewers() == MANY, "all wait")

    for line in waiting:
        reset(line)

    until(lambda: beamcast.viewers() == 0, "they leave the count", 8)
    until(lambda: worker.descriptors <= before + 3, "and are closed", 5)


def test_at_the_limit_of_descriptors_a_worker_rests_says_so_once_and_recovers(
    beamcast: Beamcast,
) -> None:
    worker = Worker(beamcast, "prlimit", "--nofile=100")
    crowd = [worker.ask("/api/streams/camera/frame.jpg") for _ in range(150)]
    until(lambda: "no connection more" in worker.process.output, "it says so")

    used = time.clock_gettime(~worker.process.pid << 3 | 2)
    time.sleep(1)
    assert time.clock_gettime(~worker.process.pid << 3 | 2) - used < 0.5, "a busy loop"
    for line in crowd[::2]:
        reset(line)
    crowd[::2] = [worker.ask("/api/streams/camera/frame.jpg") for _ in crowd[::2]]
    for line in crowd:
        reset(line)

    assert requests.get(f"{worker.url}/healthz", timeout=30).ok
    until(lambda: worker.descriptors < 30, "all are closed", 30)
    output = worker.process.output
    assert output.count("no connection more") == 1
    assert "Too many open files" not in output, "some are left for Redis, files and the log"
    assert "Redis is away" not in output
