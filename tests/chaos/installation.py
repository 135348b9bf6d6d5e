"""Beamcast as a customer has it: nginx, with the committed configuration, on a host of its own
before a web worker, and viewers beside it or at the ends of thin lines."""

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
    """Noise, which hardly shrinks: a JPEG of about 50 kB, so that the stream has 10 Mbit/s."""
    return {"image": GRAIN[pulse_id % len(GRAIN)], "pulse": pulse_id}


class Got(NamedTuple):
    """One frame as a viewer got it: when its last byte was there (Unix s), and how old it was; when
    ingest received it, and when the viewer had asked for frames."""

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
    """So many viewers (``--count``) in one process on ``host``, or where the tests are."""

    def __init__(self, address: str, host: Host | None = None, *options: str) -> None:
        self._got: list[Got] = []
        self.states: list[dict[str, Any]] = []
        """what they learnt besides, as tests/chaos/viewer.py has it"""
        self._read = 0
        program = (sys.executable, "-m", "tests.chaos.viewer", address, str(NGINX_PORT), *options)
        super().__init__(*(host.command(*program) if host else program))

    @property
    def got(self) -> list[Got]:
        """All frames so far, in the order of their arrival."""
        with open(self._output.name, "rb") as output:
            output.seek(self._read)
            complete = output.read().rpartition(b"\n")[0]
        self._read += len(complete)
        for line in complete.splitlines():
            if line[:1] == b"[":
                self._got.append(Got(*orjson.loads(line)))
            elif line[:1] == b"{":
                self.states.append(orjson.loads(line))
        return self._got

    def watch_for(self, seconds: float) -> list[Got]:
        """What they get from now on, once that spans so long a time."""
        start = len(self.got)
        until(
            lambda: len(self.got) > start and self.got[-1].when - self.got[start].when >= seconds,
            f"frames over {seconds:g} s",
            seconds + 20,
        )
        return self.got[start:]


def lost(got: list[Got]) -> list[tuple[Got, Got]]:
    """Between which two frames one of these viewers missed others, or had to reconnect."""
    gaps = []
    last: dict[int, Got] = {}
    for frame in got:
        before = last.get(frame.viewer, frame)
        last[frame.viewer] = frame
        if frame.seq > before.seq + 1 or frame.connection > before.connection:
            gaps.append((before, frame))
    return gaps


def p99(got: list[Got]) -> float:
    """The age on arrival that one frame in a hundred passes."""
    return sorted(frame.age for frame in got)[len(got) * 99 // 100]


class Installation:
    """Camera, Redis, ingest and a web worker where the tests are; nginx on the host ``front``."""

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
        """A host behind a thin line, and nginx' address as it is seen from there."""
        home = Host()
        self._ending.callback(home.stop)
        cable = self.front.cable(home)
        cable.thin(rate, queue_kb)
        return home, cable.near

    def viewers(self, count: int = 1, *options: str) -> Viewers:
        """Viewers on fast lines."""
        return self._watching(count, Viewers(self.address, None, *options, "--count", str(count)))

    def viewers_at(self, home: tuple[Host, str], count: int = 1, *options: str) -> Viewers:
        """Viewers who share a home's line."""
        return self._watching(count, Viewers(home[1], home[0], *options, "--count", str(count)))

    def _watching(self, count: int, viewers: Viewers) -> Viewers:
        self.beamcast.add(viewers)
        until(lambda: len({frame.viewer for frame in viewers.got}) == count, f"{count} viewers see")
        return viewers

    def worker_memory_kb(self) -> int:
        """The worker's share of the machine's memory (PSS)."""
        lines = Path(f"/proc/{self.worker.process.pid}/smaps_rollup").read_text().splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("Pss:"))

    def stop(self) -> None:
        """Ends everything, the last part first."""
        self._ending.close()


def need_nginx() -> None:
    """Fails, in words, where there is none."""
    if not shutil.which("nginx"):
        pytest.fail("These tests need nginx: apt-get install nginx")


def nginx_configuration(place: str, *workers: str) -> str:
    """deploy/nginx.conf, with workers at known addresses instead of those that compose scales, and
    without proxies before it, for both of which it takes a newer nginx than Debian's; with its
    files in a folder of the test's."""
    text = (ROOT / "deploy" / "nginx.conf").read_text()
    block = re.search(r"upstream workers \{(.*?)\n    \}", text, flags=re.DOTALL)
    assert block, "deploy/nginx.conf has no upstream block that this knows"
    servers = re.findall(r"server web:5000 resolve(.*?;)", block[1])
    each = [f"server {worker}{options}" for options in servers for worker in workers]
    text = text.replace(block[0], f"upstream workers {{ zone workers 256k; {' '.join(each)} }}")
    text = text.replace("include /etc/nginx/fronts/*.conf;", "")
    return text.replace("/tmp/", f"{place}/")


def nginx_kernel_settings() -> dict[str, str]:
    """What docker-compose.yml sets in the kernel for nginx' own network."""
    compose = (ROOT / "docker-compose.yml").read_text()
    nginx = compose.partition("\n  nginx:\n")[2].partition("\nnetworks:")[0]
    return dict(re.findall(r'^ +(net\.[a-z0-9_.]+): "?([^"\n]+)"?$', nginx, re.MULTILINE))
