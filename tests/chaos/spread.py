"""Beamcast with every part on its own host, joined by a switch, and restarted when it ends."""

import contextlib
import glob
import itertools
import signal
import sys
import tempfile
from pathlib import Path

import pytest
import redis
import requests

from tests.chaos.installation import (
    NGINX_PORT,
    Viewers,
    nginx_configuration,
    nginx_kernel_settings,
)
from tests.chaos.network import Host, Switch
from tests.chaos.parts import Part, Size, Supervisor
from tests.support.processes import find_redis_server
from tests.support.waiting import until

CAMERA_PORT, REDIS_PORT, WIRE_PORT = 8888, 6379, 9999
WEB_PORTS = {"web 1": 5001, "web 2": 5002}
WEB = tuple(WEB_PORTS)
HERE = "viewers"
"""the host of the tests and of the viewers"""
HOSTS = ("camera", "redis", "ingest", *WEB, "nginx")
PERIOD_S = 0.04
MEMORY_BYTES = 64 * 1024 * 1024


class Spread:
    """The parts by name, and the faults that can be caused in them.

    ``wires``: data from the camera and the workers passes proxies that can damage it. ``clocks``:
    the clocks of ingest, of the workers and of Redis can be set.
    """

    def __init__(self, wires: bool = False, clocks: bool = False) -> None:
        self.parts: dict[str, Part] = {}
        self.affected_worker = WEB[0]
        """the worker that a fault affects"""
        self._hosts: dict[str, Host] = {}
        self._clocks = clocks
        self._ending = contextlib.ExitStack()
        with self._ending:
            self._plug_in()
            self._start(wires)
            self._ending = self._ending.pop_all()

    def _plug_in(self) -> None:
        self.switch = Switch()
        self._ending.callback(self.switch.stop)
        self.addresses = {HERE: self.switch.plug()}
        for name in HOSTS:
            host = self._hosts[name] = Host()
            self._ending.callback(host.stop)
            self.addresses[name] = self.switch.plug(host)
        for name, value in nginx_kernel_settings().items():
            self._hosts["nginx"].set(name, value)

    def _start(self, wires: bool) -> None:
        self._place = Path(self._ending.enter_context(tempfile.TemporaryDirectory()))
        self._place.chmod(0o777)  # nginx' workers are nobody's
        self._start_redis()
        self._python("camera", "ingest.simulator", "-o", str(CAMERA_PORT), "-d", str(PERIOD_S))
        source = self._wire("camera", WIRE_PORT, CAMERA_PORT) if wires else CAMERA_PORT
        broker = ("--redis", f"redis://{self.addresses['redis']}:{REDIS_PORT}/0")
        self._python(
            *("ingest", "ingest", "--source", f"tcp://{self.addresses['camera']}:{source}"),
            *("--max-fps", "100", "--metrics-port", "0", *broker),
        )
        behind = []
        for name, port in WEB_PORTS.items():
            trusted = ("--allow-anyone", "1", "--trusted-proxies", "127.0.0.0/8,10.0.0.0/8")
            self._python(name, "web", "-H", "0.0.0.0", "-P", str(port), *trusted, *broker)
            open_port = self._wire(name, WIRE_PORT, port) if wires else port
            behind.append(f"{self.addresses[name]}:{open_port}")
        self._start_nginx(*behind)
        self._supervisor = Supervisor(list(self.parts.values()))
        self._ending.callback(self._supervisor.stop)

    def _start_redis(self) -> None:
        self._add(
            *("redis", "redis", find_redis_server(), "--port", str(REDIS_PORT)),
            *("--bind", "0.0.0.0", "--protected-mode", "no", "--dir", str(self._place)),
            *("--save", "", "--appendonly", "no", "--maxmemory", str(MEMORY_BYTES)),
            *("--maxmemory-policy", "noeviction"),
            *("--client-output-buffer-limit", "pubsub", "32mb", "16mb", "10"),
        )
        self.broker = redis.Redis(self.addresses["redis"], REDIS_PORT, protocol=2)
        self._ending.callback(self.broker.close)
        until(self.redis_answers, "Redis answers")

    def redis_answers(self) -> bool:
        """Return whether Redis answers."""
        with contextlib.suppress(redis.ConnectionError):
            return bool(self.broker.ping())
        return False

    def _start_nginx(self, *workers: str) -> None:
        (self._place / "nginx.conf").write_text(nginx_configuration(str(self._place), *workers))
        command = ("nginx", "-c", f"{self._place}/nginx.conf", "-e", "stderr", "-g", "daemon off;")
        self._add("nginx", "nginx", *command)
        self.url = f"http://{self.addresses['nginx']}:{NGINX_PORT}"
        until(self._answers, "nginx passes on what a worker answers")

    def _answers(self) -> bool:
        with contextlib.suppress(requests.RequestException):
            return requests.get(f"{self.url}/readyz", timeout=5).ok
        return False

    def _python(self, name: str, module: str, *options: str) -> None:
        self._add(name, name, sys.executable, "-m", module, *options)

    def _wire(self, host: str, port: int, to: int) -> int:
        options = ("-m", "tests.chaos.wire", str(port), "127.0.0.1", str(to))
        self._add(f"wire of {host}", host, sys.executable, *options)
        return port

    def _add(self, name: str, host: str, *command: str) -> None:
        environ = self._clock(name) if self._clocks else None
        part = self.parts[name] = Part(name, self._hosts[host], *command, environ=environ)
        self._ending.callback(self._end, part)

    @staticmethod
    def _end(part: Part) -> None:
        part.kept = False
        part.kill_all()

    # ---- what can be done to them

    def kill(self, *names: str) -> None:
        """Kill these parts; they are not restarted."""
        for name in names:
            self.parts[name].kept = False
            self.parts[name].kill_all()

    def start(self, *names: str) -> None:
        """Start these parts, and restart them from now on."""
        for name in names:
            self.parts[name].start()
            self.parts[name].kept = True

    def signal(self, number: signal.Signals, *names: str) -> None:
        """Send a signal to all processes of these parts."""
        for name in names:
            self.parts[name].everyone(number)

    def cut(self, sender: str, receiver: str) -> None:
        """Drop all packets from one part to another."""
        self.switch.lose(self.addresses[sender], self.addresses[receiver])

    def mend(self, sender: str, receiver: str) -> None:
        """Forward these packets again."""
        self.switch.carry(self.addresses[sender], self.addresses[receiver])

    def set_clock(self, name: str, offset_s: int) -> None:
        """Set a part's wall clock, effective within a second; its monotonic clock is unchanged."""
        self._clock_file(name).write_text(f"{offset_s:+d}\n")

    def fill_redis(self) -> None:
        """Fill the memory that Redis may use with other data."""
        with contextlib.suppress(redis.exceptions.OutOfMemoryError):
            for number in itertools.count():
                self.broker.set(f"other:{number}", bytes(1 << 20))
        # Else what a slow reader had waiting there makes room again.
        self.broker.config_set("maxmemory", MEMORY_BYTES // 2)

    def empty_redis(self) -> None:
        """Remove that data."""
        self.broker.config_set("maxmemory", MEMORY_BYTES)
        for key in self.broker.scan_iter("other:*", 1000):
            self.broker.delete(key)

    def _clock_file(self, name: str) -> Path:
        return self._place / f"clock of {name}"

    def _clock(self, name: str) -> dict[str, str]:
        self.set_clock(name, 0)
        return {
            "LD_PRELOAD": find_faketime(),
            "FAKETIME_TIMESTAMP_FILE": str(self._clock_file(name)),
            "FAKETIME_CACHE_DURATION": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        }

    # ---- what can be asked

    def viewers(self, count: int) -> Viewers:
        """Start simulated viewers in one process."""
        crowd = Viewers(self.addresses["nginx"], None, "--count", str(count))
        self._ending.callback(crowd.kill)
        until(lambda: len({frame.viewer for frame in crowd.got}) == count, f"{count} viewers see")
        return crowd

    def counted(self) -> int:
        """Return the number of viewers that the gate counts."""
        return int(self.broker.get("beamcast:camera:viewers") or 0)

    def worker_of(self, rendition: str) -> str:
        """Return the worker that has a viewer of this rendition."""
        for holder, lease in self.broker.hgetall("beamcast:camera:leases").items():
            if lease.decode().endswith(f" {rendition}"):
                port = int(holder.split(b":")[-2])
                return next(name for name in WEB if WEB_PORTS[name] == port)
        raise AssertionError(f"nobody watches {rendition}")

    def sizes(self) -> dict[str, Size]:
        """Return the resources of each part; of all workers together, since viewers may change."""
        sizes = {name: part.size for name, part in self.parts.items()}
        web = [sizes.pop(name) for name in WEB]
        return sizes | {"web": Size(sum(s.files for s in web), sum(s.threads for s in web))}

    def tracebacks(self) -> list[str]:
        """Return the tracebacks since the last call."""
        news = {name: part.new_output() for name, part in self.parts.items()}
        return [f"{name}:\n{text[-6000:]}" for name, text in news.items() if "Traceback" in text]

    def stop(self) -> None:
        """Stop everything."""
        self._ending.close()


def find_faketime() -> str:
    """Return the path of the library that gives a program its own wall clock."""
    found = glob.glob("/usr/lib/*/faketime/libfaketimeMT.so.1")
    if not found:
        pytest.fail("These tests set clocks: apt-get install faketime")
    return found[0]
