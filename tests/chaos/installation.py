"""A Beamcast as in production: nginx with the committed configuration, on a host of its own, in
front of a web worker; and viewers with fast or slow connections."""

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
GRAIN = np.random.default_rng(1).integers(0, 256, (8, 250, 320), dtype=np.uint16)


def grain(pulse_id: int) -> dict[str, Any]:
    """Return noise, which hardly compresses: a JPEG of about 50 kB, a stream of 10 Mbit/s."""
    return {"image": GRAIN[pulse_id % len(GRAIN)], "pulse": pulse_id}


class ReceivedFrame(NamedTuple):
    """A frame as a viewer received it: the arrival of its last byte (Unix s), its age, when ingest
    received it, and when the viewer had requested frames."""

    viewer: int
    connection: int
    seq: int
    age: float
    size: int
    when: float
    epoch: int
    pulse: int
    received: float
    watched: float


class Viewers(Process):
    """Viewers (``--count``) in one process on ``host``, or on the host of the tests."""

    def __init__(self, address: str, host: Host | None = None, *options: str) -> None:
        self._got: list[ReceivedFrame] = []
        self.states: list[dict[str, Any]] = []
        """the states they reported, as described in tests/chaos/viewer.py"""
        self._read = 0
        program = (sys.executable, "-m", "tests.chaos.viewer", address, str(NGINX_PORT), *options)
        super().__init__(*(host.command(*program) if host else program))

    @property
    def got(self) -> list[ReceivedFrame]:
        """Return all frames so far, in the order of arrival."""
        with open(self._output.name, "rb") as output:
            output.seek(self._read)
            complete = output.read().rpartition(b"\n")[0]
        self._read += len(complete)
        for line in complete.splitlines():
            if line[:1] == b"[":
                self._got.append(ReceivedFrame(*orjson.loads(line)))
            elif line[:1] == b"{":
                self.states.append(orjson.loads(line))
        return self._got

    def watch_for(self, seconds: float) -> list[ReceivedFrame]:
        """Return the frames of the next ``seconds``."""
        start = len(self.got)
        until(
            lambda: len(self.got) > start and self.got[-1].when - self.got[start].when >= seconds,
            f"frames over {seconds:g} s",
            seconds + 20,
        )
        return self.got[start:]


def lost(got: list[ReceivedFrame]) -> list[tuple[ReceivedFrame, ReceivedFrame]]:
    """Return the pairs of frames between which a viewer missed others, or reconnected."""
    gaps = []
    last: dict[int, ReceivedFrame] = {}
    for frame in got:
        before = last.get(frame.viewer, frame)
        last[frame.viewer] = frame
        if frame.seq > before.seq + 1 or frame.connection > before.connection:
            gaps.append((before, frame))
    return gaps


def p99(got: list[ReceivedFrame]) -> float:
    """Return the age on arrival that one frame in a hundred exceeds."""
    return sorted(frame.age for frame in got)[len(got) * 99 // 100]


class Installation:
    """Camera, Redis, ingest and a web worker on the host of the tests; nginx on ``front``."""

    def __init__(self) -> None:
        self._ending = contextlib.ExitStack()
        with self._ending:  # what was begun ends when the rest cannot be
            self._start()
            self._ending = self._ending.pop_all()

    def _start(self) -> None:
        self.beamcast = Beamcast()
        self._ending.callback(self.beamcast.stop)
        self.front = Host()
        self._ending.callback(self.front.stop)
        for name, value in nginx_kernel_settings().items():
            self.front.set(name, value)
        # It fills a line's queue before it notices, as the usual cubic does (which not every
        # kernel lets a namespace choose); a machine's own choice may be the gentler bbr.
        self.front.set("net.ipv4.tcp_congestion_control", "reno")
        cable = self.front.cable()
        self.address = cable.near
        self.camera = Camera(RATE_HZ, grain)
        self._ending.callback(self.camera.close)
        self.beamcast.ingest(self.camera.address)
        self.worker = self.beamcast.worker("-H", "0.0.0.0", "--allow-anyone", "1")
        self._start_nginx(f"{cable.far}:{self.worker.port}")

    def _start_nginx(self, worker: str) -> None:
        place = self._ending.enter_context(tempfile.TemporaryDirectory())
        Path(place).chmod(0o777)  # nginx' workers are nobody's
        Path(place, "nginx.conf").write_text(nginx_configuration(place, worker))
        command = ("nginx", "-c", f"{place}/nginx.conf", "-e", "stderr", "-g", "daemon off;")
        self.nginx = self.beamcast.add(Process(*self.front.command(*command)))
        self.url = f"http://{self.address}:{NGINX_PORT}"
        until(self._answers, "nginx passes on what the worker answers")

    def _answers(self) -> bool:
        assert self.nginx.returncode is None, self.nginx.output
        with contextlib.suppress(requests.RequestException):
            return requests.get(f"{self.url}/readyz", timeout=5).ok
        return False

    def home(self, rate: str = "2mbit", queue_kb: int = 64) -> tuple[Host, str]:
        """Return a host with a slow connection, and the address of nginx for it."""
        home = Host()
        self._ending.callback(home.stop)
        cable = self.front.cable(home)
        cable.thin(rate, queue_kb)
        return home, cable.near

    def viewers(self, count: int = 1, *options: str) -> Viewers:
        """Start viewers with fast connections."""
        return self._watching(count, Viewers(self.address, None, *options, "--count", str(count)))

    def viewers_at(self, home: tuple[Host, str], count: int = 1, *options: str) -> Viewers:
        """Start viewers that share a host's connection."""
        return self._watching(count, Viewers(home[1], home[0], *options, "--count", str(count)))

    def _watching(self, count: int, viewers: Viewers) -> Viewers:
        self.beamcast.add(viewers)
        until(lambda: len({frame.viewer for frame in viewers.got}) == count, f"{count} viewers see")
        return viewers

    def worker_memory_kb(self) -> int:
        """Return the worker's share of the machine's memory (PSS)."""
        lines = Path(f"/proc/{self.worker.process.pid}/smaps_rollup").read_text().splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("Pss:"))

    def stop(self) -> None:
        """Stop all parts, the last one first."""
        self._ending.close()


def need_nginx() -> None:
    """Fail if nginx is not installed."""
    if not shutil.which("nginx"):
        pytest.fail("These tests need nginx: apt-get install nginx")


def nginx_configuration(place: str, *workers: str) -> str:
    """Return deploy/nginx.conf with fixed addresses of workers instead of scaled ones, and without
    proxies in front, both of which need a newer nginx than Debian's; its files are in ``place``."""
    text = (ROOT / "deploy" / "nginx.conf").read_text()
    block = re.search(r"upstream workers \{(.*?)\n    \}", text, flags=re.DOTALL)
    assert block, "deploy/nginx.conf has no upstream block that this knows"
    servers = re.findall(r"server web:5000 resolve(.*?;)", block[1])
    each = [f"server {worker}{options}" for options in servers for worker in workers]
    text = text.replace(block[0], f"upstream workers {{ zone workers 256k; {' '.join(each)} }}")
    text = text.replace("include /etc/nginx/fronts/*.conf;", "")
    return text.replace("/tmp/", f"{place}/")


def nginx_kernel_settings() -> dict[str, str]:
    """Return the kernel settings of nginx' network in docker-compose.yml."""
    compose = (ROOT / "docker-compose.yml").read_text()
    nginx = compose.partition("\n  nginx:\n")[2].partition("\nnetworks:")[0]
    return dict(re.findall(r'^ +(net\.[a-z0-9_.]+): "?([^"\n]+)"?$', nginx, re.MULTILINE))
