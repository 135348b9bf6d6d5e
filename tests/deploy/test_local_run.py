"""Test the parts of ``make run`` that start no Beamcast program."""

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from deploy import env_file, local, ports
from deploy.supervised_process import SupervisedProcess
from shared import settings
from tests.support.waiting import until

ROOT = Path(__file__).parents[2]


def python_child(code: str) -> SupervisedProcess:
    return SupervisedProcess("child", [sys.executable, "-uc", code], os.environ)


def test_a_child_that_ends_is_restarted_and_reported(capfd: pytest.CaptureFixture[str]) -> None:
    child = python_child("print('at work'); raise SystemExit(3)")
    child.start()
    output = ""

    def worked_twice() -> bool:
        nonlocal output
        child.keep_running()
        output += capfd.readouterr().out
        return output.count("at work") == 2

    until(worked_twice, "a second start")
    assert "child ended (exit status 3); restarting in 0.5 s" in output


def test_pauses_grow_while_a_child_keeps_ending(capfd: pytest.CaptureFixture[str]) -> None:
    child = python_child("raise SystemExit(1)")
    child.start()
    until(lambda: child.keep_running() or "in 2 s" in capfd.readouterr().out, "2 s pause")
    child.stop()


def test_a_child_that_ignores_signals_is_killed(capfd: pytest.CaptureFixture[str]) -> None:
    child = python_child(
        "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf');\n"
        "while True: time.sleep(1)"
    )
    child.start()
    until(lambda: "deaf" in capfd.readouterr().out, "its word")
    child.stop(timeout_s=0.2)
    assert child.exit_reason() == "killed by SIGKILL"


def test_children_die_with_a_killed_parent() -> None:
    parent = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import os, sys, time; from deploy.supervised_process import SupervisedProcess\n"
            "program = 'import os, time; print(os.getpid()); time.sleep(600)'\n"
            "child = SupervisedProcess('c', [sys.executable, '-uc', program], os.environ)\n"
            "child.start(); time.sleep(600)",
        ],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert parent.stdout
    pid = int(parent.stdout.readline().rpartition("|")[2])
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    parent.stdout.close()
    until(lambda: not is_running(pid), "the child's end")


def is_running(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"


def test_a_busy_port_is_reported_with_a_free_one() -> None:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        busy = holder.getsockname()[1]
        with pytest.raises(local.CannotRun) as refusal:
            local.check_web_ports(settings.RunSettings(port=busy))
    assert f"Port {busy} of 127.0.0.1 cannot be used (Address already in use)" in str(refusal.value)
    assert "make run PORT=" in str(refusal.value)


def test_a_host_of_another_machine_is_rejected_with_a_message() -> None:
    with pytest.raises(local.CannotRun, match=r"Port 5000 of 192\.0\.2\.1 cannot be used"):
        local.check_web_ports(settings.RunSettings(host="192.0.2.1"))


def test_the_password_of_redis_is_not_shown() -> None:
    assert local.without_password("redis://u:secret@host:6379/0") == "redis://u:…@host:6379/0"
    assert local.without_password("redis://host:6379/0") == "redis://host:6379/0"
    assert (
        local.without_password("rediss+sentinel://:se@cret@a:26379,b:26379/beam")
        == "rediss+sentinel://:…@a:26379,b:26379/beam"
    )


def test_the_reason_why_redis_is_unreachable_is_reported() -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        port = nobody.getsockname()[1]
        for url in (f"redis://127.0.0.1:{port}/0", f"redis+sentinel://127.0.0.1:{port}/beam"):
            assert "Connection refused" in local.redis_error(url)


def test_another_port_is_chosen_if_the_preferred_one_is_busy() -> None:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        taken = holder.getsockname()[1]
        assert ports.choose_port(taken) != taken


def test_port_of_connections_just_closed_is_free() -> None:
    with socket.socket() as server, socket.socket() as client:
        server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as servers do
        server.bind(("127.0.0.1", 0))
        server.listen()
        port = server.getsockname()[1]
        client.connect(("127.0.0.1", port))
        accepted, _ = server.accept()
        accepted.close()  # the side that closes first keeps the port in TIME_WAIT
        client.recv(1)
    assert ports.choose_port(port) == port


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("BEAMCAST_STREAM=gun", "gun"),
        (" BEAMCAST_STREAM = gun ", "gun"),
        ("BEAMCAST_STREAM=gun # the gun's camera", "gun"),
        ("BEAMCAST_STREAM='gun # 1'", "gun # 1"),
        ('BEAMCAST_STREAM="gun" # one', "gun"),
        ("BEAMCAST_STREAM=", ""),
    ],
)
def test_settings_file_is_read_as_compose_reads_it(tmp_path: Path, line: str, value: str) -> None:
    path = tmp_path / "beamcast.env"
    path.write_text(f"# a comment\n\n{line}\n")
    assert env_file.read(path) == {"BEAMCAST_STREAM": value}


def test_a_line_without_a_value_is_reported(tmp_path: Path) -> None:
    path = tmp_path / "beamcast.env"
    path.write_text("BEAMCAST_STREAM=gun\nBEAMCAST_PORT 5001\n")
    with pytest.raises(env_file.BadEnvFile, match="line 2 is 'BEAMCAST_PORT 5001'"):
        env_file.read(path)
