"""The commands for operators: their messages and exit codes."""

import signal
import socket
import sys
import time

import pytest

from tests.support.beamcast import Beamcast
from tests.support.camera import Camera
from tests.support.processes import Process, RedisServer, free_port, python
from tests.support.push import Push
from tests.support.waiting import until

COMMANDS = ("ingest", "ingest.simulator", "web", "deploy.local")


@pytest.mark.parametrize("command", COMMANDS)
def test_a_bad_option_ends_the_command_with_one_line(command: str) -> None:
    process = python(command, "--log-level", "loud")

    assert process.wait() == 2

    (line,) = process.output.splitlines()
    assert "--log-level is 'loud'; allowed is debug, info, warning or error" in line


@pytest.mark.parametrize("command", COMMANDS)
def test_an_unknown_variable_ends_the_command_with_one_line(command: str) -> None:
    process = python(command, environ={"BEAMCAST_SORUCE": "tcp://127.0.0.1:1"})

    assert process.wait() == 2

    (line,) = process.output.splitlines()
    assert "BEAMCAST_SORUCE is not a setting of Beamcast" in line


@pytest.mark.parametrize("command", COMMANDS)
def test_help_ends_without_an_error(command: str) -> None:
    process = python(command, "--help")

    assert process.wait() == 0
    assert "default: " in process.output


@pytest.mark.parametrize(
    ("command", "flag"), [("web", "-P"), ("ingest.simulator", "-o")], ids=["web", "simulator"]
)
def test_a_port_in_use_ends_the_command_with_a_message(command: str, flag: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        process = python(command, flag, str(port))

        assert process.wait() == 1

    assert str(port) in process.output
    assert flag in process.output
    assert "Traceback" not in process.output


def test_a_foreign_host_address_ends_the_worker_with_a_message() -> None:
    for host in ("192.0.2.1", "no-such-host.invalid"):
        process = python("web", "-H", host, "-P", str(free_port()), "--allow-anyone", "1")

        assert process.wait() == 1
        assert host in process.output
        assert "None" not in process.output
        assert "Traceback" not in process.output


def test_the_simulator_ends_after_its_images() -> None:
    process = python(
        "ingest.simulator", "-o", str(free_port()), "-n", "3", "-d", "0.01", "--sender", "pub"
    )

    assert process.wait() == 0
    assert "Traceback" not in process.output


@pytest.mark.parametrize("password", ["", ":wrong@"])
def test_a_redis_that_rejects_logins_is_reported(redis_server: RedisServer, password: str) -> None:
    redis_server.broker.config_set("requirepass", "secret")
    url = f"redis://{password}127.0.0.1:{redis_server.port}/0"
    process = python("ingest", "--redis", url)
    try:
        until(lambda: "Waiting for it" in process.output, "it logs this")
        assert "auth" in process.output.lower() or "password" in process.output.lower()
    finally:
        assert process.stop() == 0


def test_a_closed_terminal_ends_all_parts_as_an_operator_does(beamcast: Beamcast) -> None:
    with Camera() as camera:
        ingest = beamcast.ingest(camera.address)
        standby = beamcast.start_ingest(camera.address, "--standby", "1")
        push, worker = Push(beamcast.redis), beamcast.worker()
        beamcast.add(push.process)
        until(lambda: "standing by" in standby.output, "it is a standby")

        for process in (standby, ingest, push.process, worker.process):
            process.send(signal.SIGHUP)

            assert process.wait(20) == 0
            assert process is standby or process.output.splitlines()[-1].endswith(": ended")
    assert beamcast.broker.get("beamcast:camera:owner") is None


def test_under_nohup_a_closed_terminal_ends_nothing() -> None:
    port = free_port()
    command = f"trap '' HUP; exec {sys.executable} -m ingest.simulator -o {port}"
    process = Process("sh", "-c", command)
    try:
        until(lambda: "simulated camera" in process.output, "it runs")
        process.send(signal.SIGHUP)
        time.sleep(0.5)
        assert process.returncode is None
    finally:
        process.stop()
