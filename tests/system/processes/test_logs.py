"""The logs of real parts: one line for each event, in both formats, whatever a source sends."""

import contextlib
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator

import orjson
import pytest
import requests

from tests.support.beamcast import Beamcast
from tests.support.camera import RawSource
from tests.support.metrics import value
from tests.support.processes import ROOT, RedisServer, free_port
from tests.support.waiting import until

FORGED = "2026-11-21 13:00:00,000 INFO    ingest: all is well"
EVIL = f"x\n{FORGED}\r\x1b[2K\u2028{{}}"
TEXT = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} [A-Z]+ +[\w.]+: .+")
LARGE = [1100, 1000]


def send(source: RawSource) -> None:
    """Messages that are complained of by the names of their channels: one that cannot be read, one
    too many to travel, and one with the name of another."""
    odd = [{"name": EVIL, "type": "string", "shape": [1]}]
    source.send_message(1, odd, b"\xff")
    large = [{"name": f"{EVIL}{n}", "type": "float64", "shape": LARGE} for n in range(2)]
    source.send_message(2, [*large, *odd], *[bytes(8 * 1100 * 1000)] * 2, b"\xff")
    source.send_message(EVIL, odd, b"")
    source.send(f'{{"htype": "{FORGED}"}}'.encode(), b"")


@pytest.mark.parametrize("form", ["text", "json"])
def test_a_source_cannot_forge_a_log_line(beamcast: Beamcast, form: str) -> None:
    with RawSource() as source:
        ingest = beamcast.ingest(source.address, "--log-format", form, "--log-level", "debug")
        beamcast.write_lease()
        until(lambda: send(source) or len(beamcast.errors()) >= 3, "several faults are counted")

    lines = ingest.output.splitlines()

    assert any("all is well" in line for line in lines)
    assert not [line for line in lines if line.startswith(FORGED)]
    if form == "text":
        assert not [line for line in lines if not TEXT.fullmatch(line)]
    else:
        records = [orjson.loads(line) for line in lines]
        assert {line["stream"] for line in records} == {"camera"}
        (worker,) = {line["worker"] for line in records}
        assert worker.endswith(f":{ingest.pid}")


FLOODED = """
import logging, os, sys, threading
from web import __main__ as web
from web.server import eventlet_setup
prepare = eventlet_setup.prepare

def flood():
    while True:
        for number in range(100):
            logging.getLogger("web").warning("line %d of many", number)
        pause.wait(0.01)

def and_flood(mode):
    global pause
    prepare(mode)
    import threading
    pause = threading.Event()
    threading.Timer(1.0, flood).start()

eventlet_setup.prepare = and_flood
sys.exit(web.main(sys.argv[1:], os.environ))
"""


def test_a_worker_continues_when_its_log_is_not_read(
    redis_server: RedisServer, async_mode: str
) -> None:
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    options = "-P", str(port), "--redis", redis_server.url, "--async-mode", async_mode
    command = [sys.executable, "-c", FLOODED, *options]
    with subprocess.Popen(command, stderr=subprocess.PIPE, cwd=ROOT) as process:
        try:
            until(lambda: dropped(url) > 0, "lines are dropped, and counted")
            assert requests.get(f"{url}/healthz", timeout=20).ok
            process.send_signal(signal.SIGTERM)
            assert process.wait(20) == 0
        finally:
            process.kill()


def dropped(url: str) -> float:
    """Return the number of dropped log lines of a worker; 0 while it does not serve yet."""
    with contextlib.suppress(requests.ConnectionError):
        return value(url, "beamcast_log_dropped_total")
    return 0.0


@contextlib.contextmanager
def full_pipe() -> Iterator[int]:
    """Yield the writing end of a full pipe."""
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    with contextlib.suppress(BlockingIOError):
        while True:
            os.write(writing, bytes(4096))
    os.set_blocking(writing, True)
    yield writing
    os.close(reading)
    os.close(writing)


PRINT_LINES = """
from deploy.supervised_process import print_line
for _ in range(3000):
    print_line("x" * 1000)
exit(1)
"""


@pytest.mark.parametrize(
    "command",
    [
        ("-m", "web", "-P", "PORT"),
        ("-m", "ingest.simulator", "-o", "PORT"),
        ("-m", "ingest.push", "--push-port", "PORT"),
        ("-m", "ingest", "--metrics-port", "PORT"),
        ("-m", "ingest.record", "pyproject.toml"),
        ("-c", PRINT_LINES),
    ],
    ids=lambda command: command[1][:20],
)
def test_a_failing_command_ends_although_its_output_is_not_read(
    beamcast: Beamcast, command: tuple[str, ...]
) -> None:
    beamcast.ingest("tcp://127.0.0.1:9")
    with full_pipe() as full, socket.create_server(("127.0.0.1", 0)) as other:
        port = str(other.getsockname()[1])
        words = [port if word == "PORT" else word for word in command]
        environ = os.environ | {"BEAMCAST_REDIS": beamcast.redis.url}
        ended = subprocess.run(
            [sys.executable, *words], stdout=full, stderr=full, cwd=ROOT, env=environ, timeout=30
        )

    assert ended.returncode == 1
