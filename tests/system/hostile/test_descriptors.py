"""Disconnected clients release descriptors and memory immediately, without garbage collection."""

import contextlib
import re
import signal
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
from tests.support.raw_viewer import RawViewer, pump
from tests.support.waiting import until

WITHOUT_COLLECTOR = """
import collections, gc, runpy, signal

def count(*_):
    print("objects", collections.Counter(type(each).__name__ for each in gc.get_objects()))

gc.disable()
signal.signal(signal.SIGUSR1, count)
runpy.run_module("web", run_name="__main__")
"""
OF_A_VIEWER = {"SocketViewer", "SendQueue", "HubSocket", "Socket", "TimeoutProtocol", "Input"}
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
        self._broker = beamcast.broker
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        program = (sys.executable, "-c", WITHOUT_COLLECTOR, "-P", str(self.port))
        redis = ("--redis", beamcast.redis.url)
        self.process = beamcast.add(Process(*limits, *program, *redis))
        until(lambda: "serving on" in self.process.output, "it serves")

    def objects_of_viewers(self) -> dict[str, int]:
        """Return the number of objects in memory of each type that a viewer needs."""
        count = self.process.output.count("objects Counter")
        self.process.send(signal.SIGUSR1)
        until(lambda: self.process.output.count("objects Counter") > count, "it counts")
        counts = re.findall(r"'(\w+)': (\d+)", self.process.output.rpartition("objects Counter")[2])
        return {name: int(count) for name, count in counts if name in OF_A_VIEWER}

    @property
    def descriptors(self) -> int:
        """The open descriptors, without the connections to Redis: their pool keeps as many as were
        needed at a time."""
        name = f"beamcast-web-{self.port}"
        to_redis = sum(client["name"] == name for client in self._broker.client_list())
        return len(list(Path(f"/proc/{self.process.pid}/fd").iterdir())) - to_redis

    def ask(self, path: str, more: str = "") -> socket.socket:
        """Send a request without reading the response."""
        connection = socket.create_connection(("127.0.0.1", self.port), timeout=20)
        connection.sendall(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{more}\r\n".encode())
        return connection


def reset(connection: socket.socket) -> None:
    """Reset the connection, as a crash does."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def break_off(worker: Worker, path: str) -> None:
    """Reset requests immediately, a moment later, or during the response."""
    for number in range(MANY):
        connection = worker.ask(path)
        if number % 3 == 1:
            time.sleep(0.01)
        elif number % 3 == 2:
            connection.settimeout(0.5)
            with contextlib.suppress(OSError):
                connection.recv(100)
        reset(connection)


def break_off_websockets(worker: Worker) -> None:
    """Reset WebSockets before and after the handshake, and while frames arrive."""
    for number in range(MANY):
        connection = worker.ask(f"{SOCKET_IO}websocket", UPGRADE)
        if number % 3:
            connection.recv(1000)
        if number % 3 == 2:
            for packet in (b"40", WATCH):
                connection.sendall(bytes([0x81, 0x80 | len(packet)]) + bytes(4) + packet)
                connection.recv(1000)
        reset(connection)


def break_off_upgrades(worker: Worker) -> None:
    """Reset upgrades of polling sessions: when requested, opened, and probed."""
    for number in range(MANY):
        opened = requests.get(f"{worker.url}{SOCKET_IO}polling", timeout=20).text
        sid = re.findall(r'"sid":"([^"]+)"', opened)[0]
        connection = worker.ask(f"{SOCKET_IO}websocket&sid={sid}", UPGRADE)
        if number % 3:
            connection.recv(1000)
        if number % 3 == 2:
            connection.sendall(b"\x81\x86" + bytes(4) + b"2probe")
            connection.recv(1000)
        reset(connection)


def test_aborted_requests_hold_no_descriptor(beamcast: Beamcast) -> None:
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
        pages = ("/", "/status", "/nowhere", "/static/js/picture/live-picture.js", "/api/streams")
        for path in (*paths, *pages):  # opens what it needs
            with requests.get(worker.url + path, timeout=20, stream=True):
                pass
        requests.get(f"{worker.url}{SOCKET_IO}polling", timeout=20)
        time.sleep(1)
        before = worker.descriptors

        for path in (*paths, *pages):
            break_off(worker, path)
            until(lambda: worker.descriptors <= before + 2, f"all of {path} are closed", 30)
        for way in (break_off_websockets, break_off_upgrades):
            way(worker)
            until(lambda: worker.descriptors <= before + 2, f"all of {way.__name__} are closed", 30)
        assert value(worker.url, "beamcast_web_faults_total") == 0


def test_disconnected_viewers_leave_no_objects(beamcast: Beamcast) -> None:
    with Camera(rate_hz=10) as camera:
        beamcast.ingest(camera.address)
        worker = Worker(beamcast)
        before = worker.objects_of_viewers()
        viewers = [RawViewer(worker.port) for _ in range(MANY)]
        for viewer in viewers:
            viewer.watch()
        pump(viewers, lambda: all(len(viewer.frames) > 3 for viewer in viewers))
        during = worker.objects_of_viewers()
        assert during.keys() == OF_A_VIEWER, "what is counted has these names"
        assert all(count >= MANY for count in during.values())

        for number, viewer in enumerate(viewers):
            viewer.abort() if number % 2 else viewer.disconnect()

        until(lambda: beamcast.viewers() == 0, "they are no longer counted")
        until(lambda: sum(worker.objects_of_viewers().values()) <= sum(before.values()) + 7, "none")


@pytest.mark.parametrize("ending", ["frame.jpg", "stream.mjpg", "snapshot.npy"])
def test_a_client_that_disconnects_while_no_frame_arrives_is_released(
    beamcast: Beamcast, ending: str
) -> None:
    worker = Worker(beamcast)
    before = worker.descriptors
    waiting = [worker.ask(f"/api/streams/camera/{ending}") for _ in range(MANY)]
    until(lambda: beamcast.viewers() == MANY, "all wait")

    for connection in waiting:
        reset(connection)

    until(lambda: beamcast.viewers() == 0, "they are no longer counted", 8)
    until(lambda: worker.descriptors <= before + 3, "and are closed", 5)


def test_at_the_descriptor_limit_a_worker_pauses_logs_once_and_recovers(
    beamcast: Beamcast,
) -> None:
    worker = Worker(beamcast, "prlimit", "--nofile=100")
    crowd = [worker.ask("/api/streams/camera/frame.jpg") for _ in range(150)]
    until(lambda: "limit of connections reached" in worker.process.output, "it logs this")

    used = time.clock_gettime(~worker.process.pid << 3 | 2)
    time.sleep(1)
    assert time.clock_gettime(~worker.process.pid << 3 | 2) - used < 0.5, "a busy loop"
    for connection in crowd[::2]:
        reset(connection)
    crowd[::2] = [worker.ask("/api/streams/camera/frame.jpg") for _ in crowd[::2]]
    for connection in crowd:
        reset(connection)

    assert requests.get(f"{worker.url}/healthz", timeout=30).ok
    until(lambda: worker.descriptors < 30, "all are closed", 30)
    output = worker.process.output
    assert output.count("limit of connections reached") == 1
    assert "Too many open files" not in output, "some are left for Redis, files and the log"
    assert "Redis is away" not in output
