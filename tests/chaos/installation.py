"""A production-like installation: nginx, with the committed configuration, on its own host in front
of a web worker, and viewers on fast or slow connections."""

import contextlib
import re
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import orjson
import pytest
import requests

from tests.chaos.network import Host
from tests.support.beamcast import Beamcast
from tests.support.camera import Camera
from tests.support.processes import ROOT, Process
from tests.support.waiting import until

RATE_HZ = 25
NGINX_PORT = 8080
NOISE = np.random.default_rng(1).integers(0, 256, (8, 250, 320), dtype=np.uint16)


def noise_image(pulse_id: int) -> dict[str, Any]:
    """Return noise, whose JPEG has about 50 kB, so that the stream has 10 Mbit/s."""
    return {"image": NOISE[pulse_id % len(NOISE)], "pulse": pulse_id}


class ReceivedFrame(NamedTuple):
    """One frame that a viewer received.

    ``when`` its last byte arrived (Unix s), and its ``age`` then; when ingest ``received`` it, and
    when the viewer had sent its watch request (``watched``).
    """

    viewer: int
    connection: int
    seq: int
    age: float
    size: int
    when: float
    epoch: int
    pulse: int | None
    received: float
    watched: float


class Viewers(Process):
    """Viewers (``--count``) in one process on ``host``, or where the tests run."""

    def __init__(self, address: str, host: Host | None = None, *options: str) -> None:
        self._frames: list[ReceivedFrame] = []
        self.states: list[dict[str, Any]] = []
        """State changes of the viewers, as tests/chaos/viewer.py prints them."""
        self._read = 0
        program = (sys.executable, "-m", "tests.chaos.viewer", address, str(NGINX_PORT), *options)
        super().__init__(*(host.command(*program) if host else program))

    @property
    def frames(self) -> list[ReceivedFrame]:
        """Return all frames so far, in the order of their arrival."""
        with open(self._output.name, "rb") as output:
            output.seek(self._read)
            complete = output.read().rpartition(b"\n")[0]
        self._read += len(complete)
        for line in complete.splitlines():
            if line[:1] == b"[":
                self._frames.append(ReceivedFrame(*orjson.loads(line)))
            elif line[:1] == b"{":
                self.states.append(orjson.loads(line))
        return self._frames

    def watch_for(self, seconds: float) -> list[ReceivedFrame]:
        """Wait until frames received from now on span ``seconds``, and return them."""
        start = len(self.frames)
        until(
            lambda: (
                len(self.frames) > start
                and self.frames[-1].when - self.frames[start].when >= seconds
            ),
            f"frames over {seconds:g} s",
            seconds + 20,
        )
        return self.frames[start:]


def find_gaps(frames: list[ReceivedFrame]) -> list[tuple[ReceivedFrame, ReceivedFrame]]:
    """Return the pairs of frames between which a viewer lost frames or reconnected."""
    gaps = []
    last: dict[int, ReceivedFrame] = {}
    for frame in frames:
        before = last.get(frame.viewer, frame)
        last[frame.viewer] = frame
        if frame.seq > before.seq + 1 or frame.connection > before.connection:
            gaps.append((before, frame))
    return gaps


def p99(frames: list[ReceivedFrame]) -> float:
    """Return the 99th percentile of the frames' ages on arrival."""
    return sorted(frame.age for frame in frames)[len(frames) * 99 // 100]


class Installation:
    """Camera, Redis, ingest and a web worker where the tests run; nginx on the host ``front``."""

    def __init__(self) -> None:
        self._exit_stack = contextlib.ExitStack()
        with self._exit_stack:  # stops the started parts if another cannot be started
            self._start()
            self._exit_stack = self._exit_stack.pop_all()

    def _start(self) -> None:
        self.beamcast = Beamcast()
        self._exit_stack.callback(self.beamcast.stop)
        self.front = Host()
        self._exit_stack.callback(self.front.stop)
        for name, value in nginx_kernel_settings().items():
            self.front.set(name, value)
        # Like the usual cubic, reno fills the queue of a slow connection (not every kernel lets a
        # namespace choose cubic); the machine's default may be bbr, which does not.
        self.front.set("net.ipv4.tcp_congestion_control", "reno")
        cable = self.front.cable()
        self.address = cable.near
        self.camera = Camera(RATE_HZ, noise_image)
        self._exit_stack.callback(self.camera.close)
        self.beamcast.ingest(self.camera.address)
        self.worker = self.beamcast.worker("-H", "0.0.0.0", "--allow-anyone", "1")
        self._start_nginx(f"{cable.far}:{self.worker.port}")

    def _start_nginx(self, worker: str) -> None:
        folder = self._exit_stack.enter_context(tempfile.TemporaryDirectory())
        Path(folder).chmod(0o777)  # nginx' workers run as nobody
        Path(folder, "nginx.conf").write_text(nginx_configuration(folder, worker))
        command = ("nginx", "-c", f"{folder}/nginx.conf", "-e", "stderr", "-g", "daemon off;")
        self.nginx = self.beamcast.add(Process(*self.front.command(*command)))
        self.url = f"http://{self.address}:{NGINX_PORT}"
        until(self._is_ready, "nginx forwards the worker's answers")

    def _is_ready(self) -> bool:
        assert self.nginx.returncode is None, self.nginx.output
        with contextlib.suppress(requests.RequestException):
            return requests.get(f"{self.url}/readyz", timeout=5).ok
        return False

    def slow_host(self, rate: str = "2mbit", queue_kb: int = 64) -> tuple[Host, str]:
        """Create a host with a slow connection; return it and nginx' address as seen from there."""
        host = Host()
        self._exit_stack.callback(host.stop)
        cable = self.front.cable(host)
        cable.limit_rate(rate, queue_kb)
        return host, cable.near

    def viewers(self, count: int = 1, *options: str) -> Viewers:
        """Start viewers with fast connections."""
        return self._wait_for_frames(
            count, Viewers(self.address, None, *options, "--count", str(count))
        )

    def viewers_on(self, slow_host: tuple[Host, str], count: int = 1, *options: str) -> Viewers:
        """Start viewers that share the connection of a slow host."""
        return self._wait_for_frames(
            count, Viewers(slow_host[1], slow_host[0], *options, "--count", str(count))
        )

    def _wait_for_frames(self, count: int, viewers: Viewers) -> Viewers:
        self.beamcast.add(viewers)
        until(
            lambda: len({frame.viewer for frame in viewers.frames}) == count,
            f"{count} viewers receive frames",
        )
        return viewers

    def worker_memory_kb(self) -> int:
        """Return the worker's share of the machine's memory (PSS)."""
        lines = Path(f"/proc/{self.worker.process.pid}/smaps_rollup").read_text().splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("Pss:"))

    def stop(self) -> None:
        """Stop everything, the last part first."""
        self._exit_stack.close()


def need_nginx() -> None:
    """Fail with a hint if nginx is not installed."""
    if not shutil.which("nginx"):
        pytest.fail("These tests need nginx: apt-get install nginx")


def nginx_configuration(folder: str, *workers: str) -> str:
    """Return deploy/nginx.conf with fixed worker addresses, no proxies in front, and its files in
    ``folder``.

    The resolved addresses and the proxies of the original need a newer nginx than Debian's.
    """
    text = (ROOT / "deploy" / "nginx.conf").read_text()
    block = re.search(r"upstream workers \{(.*?)\n    \}", text, flags=re.DOTALL)
    assert block, "deploy/nginx.conf has no upstream block of the expected form"
    servers = re.findall(r"server web:5000 resolve(.*?;)", block[1])
    each = [f"server {worker}{options}" for options in servers for worker in workers]
    text = text.replace(block[0], f"upstream workers {{ zone workers 256k; {' '.join(each)} }}")
    text = text.replace("include /etc/nginx/fronts/*.conf;", "")
    return text.replace("/tmp/", f"{folder}/")


def nginx_kernel_settings() -> dict[str, str]:
    """Return the kernel settings of nginx' network in docker-compose.yml."""
    compose = (ROOT / "docker-compose.yml").read_text()
    nginx = compose.partition("\n  nginx:\n")[2].partition("\nnetworks:")[0]
    return dict(re.findall(r'^ +(net\.[a-z0-9_.]+): "?([^"\n]+)"?$', nginx, re.MULTILINE))
