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
from tests.chaos.parts import Part, ResourceCount, Supervisor
from tests.support.processes import find_redis_server
from tests.support.waiting import until

CAMERA_PORT, REDIS_PORT, PROXY_PORT = 8888, 6379, 9999
WEB_PORTS = {"web 1": 5001, "web 2": 5002}
WEB = tuple(WEB_PORTS)
HERE = "viewers"
"""The host of the tests and of the viewers."""
HOSTS = ("camera", "redis", "ingest", *WEB, "nginx")
PERIOD_S = 0.04
MAX_REDIS_BYTES = 64 * 1024 * 1024


class Cluster:
    """The parts by their names, and methods that disturb them.

    ``proxies``: the connections to the camera and to the workers go through proxies that can damage
    data. ``clocks``: the clocks of ingest, of the workers and of Redis can be set.
    """

    def __init__(self, proxies: bool = False, clocks: bool = False) -> None:
        self.parts: dict[str, Part] = {}
        self.page_worker = WEB[0]
        """The worker that a fault of "web worker" concerns."""
        self._hosts: dict[str, Host] = {}
        self._clocks = clocks
        self._exit_stack = contextlib.ExitStack()
        with self._exit_stack:
            self._create_hosts()
            self._start(proxies)
            self._exit_stack = self._exit_stack.pop_all()

    def _create_hosts(self) -> None:
        self.switch = Switch()
        self._exit_stack.callback(self.switch.stop)
        self.addresses = {HERE: self.switch.connect()}
        for name in HOSTS:
            host = self._hosts[name] = Host()
            self._exit_stack.callback(host.stop)
            self.addresses[name] = self.switch.connect(host)
        for name, value in nginx_kernel_settings().items():
            self._hosts["nginx"].set(name, value)

    def _start(self, proxies: bool) -> None:
        self._folder = Path(self._exit_stack.enter_context(tempfile.TemporaryDirectory()))
        self._folder.chmod(0o777)  # nginx' workers run as nobody
        self._start_redis()
        self._python("camera", "ingest.simulator", "-o", str(CAMERA_PORT), "-d", str(PERIOD_S))
        source = self._start_proxy("camera", PROXY_PORT, CAMERA_PORT) if proxies else CAMERA_PORT
        broker = ("--redis", f"redis://{self.addresses['redis']}:{REDIS_PORT}/0")
        self._python(
            *("ingest", "ingest", "--source", f"tcp://{self.addresses['camera']}:{source}"),
            *("--max-fps", "100", "--metrics-port", "0", *broker),
        )
        workers = []
        for name, port in WEB_PORTS.items():
            trusted = ("--allow-anyone", "1", "--trusted-proxies", "127.0.0.0/8,10.0.0.0/8")
            self._python(name, "web", "-H", "0.0.0.0", "-P", str(port), *trusted, *broker)
            open_port = self._start_proxy(name, PROXY_PORT, port) if proxies else port
            workers.append(f"{self.addresses[name]}:{open_port}")
        self._start_nginx(*workers)
        self._supervisor = Supervisor(list(self.parts.values()))
        self._exit_stack.callback(self._supervisor.stop)

    def _start_redis(self) -> None:
        self._add(
            *("redis", "redis", find_redis_server(), "--port", str(REDIS_PORT)),
            *("--bind", "0.0.0.0", "--protected-mode", "no", "--dir", str(self._folder)),
            *("--save", "", "--appendonly", "no", "--maxmemory", str(MAX_REDIS_BYTES)),
            *("--maxmemory-policy", "noeviction"),
            *("--client-output-buffer-limit", "pubsub", "32mb", "16mb", "10"),
        )
        self.broker = redis.Redis(self.addresses["redis"], REDIS_PORT, protocol=2)
        self._exit_stack.callback(self.broker.close)
        until(self.redis_answers, "Redis answers")

    def redis_answers(self) -> bool:
        """Whether Redis answers."""
        with contextlib.suppress(redis.ConnectionError):
            return bool(self.broker.ping())
        return False

    def _start_nginx(self, *workers: str) -> None:
        (self._folder / "nginx.conf").write_text(nginx_configuration(str(self._folder), *workers))
        command = ("nginx", "-c", f"{self._folder}/nginx.conf", "-e", "stderr", "-g", "daemon off;")
        self._add("nginx", "nginx", *command)
        self.url = f"http://{self.addresses['nginx']}:{NGINX_PORT}"
        until(self._is_ready, "nginx forwards a worker's answers")

    def _is_ready(self) -> bool:
        with contextlib.suppress(requests.RequestException):
            return requests.get(f"{self.url}/readyz", timeout=5).ok
        return False

    def _python(self, name: str, module: str, *options: str) -> None:
        self._add(name, name, sys.executable, "-m", module, *options)

    def _start_proxy(self, host: str, port: int, to: int) -> int:
        options = ("-m", "tests.chaos.damaging_proxy", str(port), "127.0.0.1", str(to))
        self._add(f"damaging proxy of {host}", host, sys.executable, *options)
        return port

    def _add(self, name: str, host: str, *command: str) -> None:
        environ = self._clock(name) if self._clocks else None
        part = self.parts[name] = Part(name, self._hosts[host], *command, environ=environ)
        self._exit_stack.callback(self._stop_part, part)

    @staticmethod
    def _stop_part(part: Part) -> None:
        part.restarts = False
        part.kill_all()

    # ---- disturbances

    def kill(self, *names: str) -> None:
        """Kill these parts, and do not restart them."""
        for name in names:
            self.parts[name].restarts = False
            self.parts[name].kill_all()

    def start(self, *names: str) -> None:
        """Start these parts, and restart them from now on when they end."""
        for name in names:
            self.parts[name].start()
            self.parts[name].restarts = True

    def signal(self, number: signal.Signals, *names: str) -> None:
        """Send a signal to all processes of these parts."""
        for name in names:
            self.parts[name].signal_all(number)

    def drop_packets(self, sender: str, receiver: str) -> None:
        """Drop the packets from one to the other."""
        self.switch.drop_packets(self.addresses[sender], self.addresses[receiver])

    def forward_packets(self, sender: str, receiver: str) -> None:
        """Forward the packets again."""
        self.switch.forward_packets(self.addresses[sender], self.addresses[receiver])

    def set_clock(self, name: str, offset_s: int) -> None:
        """Set a part's wall clock, effective within a second; its monotonic clock is unchanged."""
        self._clock_file(name).write_text(f"{offset_s:+d}\n")

    def fill_redis(self) -> None:
        """Fill all memory that Redis may use, and a little more, with other programs' data."""
        with contextlib.suppress(redis.exceptions.OutOfMemoryError):
            for number in itertools.count():
                self.broker.set(f"other:{number}", bytes(1 << 20))
        # Otherwise a slow reader's buffer would become free again.
        self.broker.config_set("maxmemory", MAX_REDIS_BYTES // 2)

    def empty_redis(self) -> None:
        """Delete the other programs' data."""
        self.broker.config_set("maxmemory", MAX_REDIS_BYTES)
        for key in self.broker.scan_iter("other:*", 1000):
            self.broker.delete(key)

    def _clock_file(self, name: str) -> Path:
        return self._folder / f"clock of {name}"

    def _clock(self, name: str) -> dict[str, str]:
        self.set_clock(name, 0)
        return {
            "LD_PRELOAD": find_faketime(),
            "FAKETIME_TIMESTAMP_FILE": str(self._clock_file(name)),
            "FAKETIME_CACHE_DURATION": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        }

    # ---- observations

    def start_viewers(self, count: int) -> Viewers:
        """Start ``count`` simulated viewers in one process."""
        viewers = Viewers(self.addresses["nginx"], None, "--count", str(count))
        self._exit_stack.callback(viewers.kill)
        until(
            lambda: len({frame.viewer for frame in viewers.frames}) == count,
            f"{count} viewers receive frames",
        )
        return viewers

    def count_viewers(self) -> int:
        """Return the number of viewers by the gate."""
        return int(self.broker.get("beamcast:camera:viewers") or 0)

    def worker_of(self, rendition: str) -> str:
        """Return the worker with a viewer of this rendition."""
        for holder, lease in self.broker.hgetall("beamcast:camera:leases").items():
            if lease.decode().endswith(f" {rendition}"):
                port = int(holder.split(b":")[-2])
                return next(name for name in WEB if WEB_PORTS[name] == port)
        raise AssertionError(f"no viewer watches {rendition}")

    def resources(self) -> dict[str, ResourceCount]:
        """Count each part's files and threads; the workers are counted together."""
        counts = {name: part.resources for name, part in self.parts.items()}
        web = [counts.pop(name) for name in WEB]
        return counts | {
            "web": ResourceCount(sum(s.files for s in web), sum(s.threads for s in web))
        }

    def tracebacks(self) -> list[str]:
        """Return the outputs with a traceback since the last call."""
        outputs = {name: part.new_output() for name, part in self.parts.items()}
        return [f"{name}:\n{text[-6000:]}" for name, text in outputs.items() if "Traceback" in text]

    def stop(self) -> None:
        """Stop everything."""
        self._exit_stack.close()


def find_faketime() -> str:
    """Return the path of the library that gives a program its own wall clock."""
    libraries = glob.glob("/usr/lib/*/faketime/libfaketimeMT.so.1")
    if not libraries:
        pytest.fail("These tests set clocks: apt-get install faketime")
    return libraries[0]
