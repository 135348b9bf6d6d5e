"""``make run``: run Redis, a camera, ingest and web workers on this machine until Ctrl-C."""

import http.client
import os
import shutil
import socket
import sys
import tempfile
import threading
import webbrowser
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import NamedTuple

from deploy import env_file, ports
from deploy.supervised_process import SupervisedProcess, print_line
from shared import settings, video_url
from shared.broker import BrokerError, connect
from shared.broker_fault import explain
from shared.redis_url import is_sentinel, without_password
from shared.settings import (
    IngestSettings,
    PushSettings,
    RunSettings,
    SimulatorSettings,
    WebSettings,
)
from shared.signals import on_termination

ROOT = Path(__file__).resolve().parent.parent
START_TIMEOUT_S = 30.0
CAMERA_PORT = 8888
PUSH_PORTS = {"BEAMCAST_PUSH_PORT": 8800, "BEAMCAST_PUSH_TCP_PORT": 8801}
CAMERA_DELAY_S = 0.04


class CannotRun(RuntimeError):
    """The reason why Beamcast does not start; the text says what to do."""


def redis_server(port: int, directory: str) -> SupervisedProcess:
    """Return an embedded Redis without persistence."""
    in_venv = Path(sys.executable).with_name("redis-server")
    program = str(in_venv) if in_venv.exists() else shutil.which("redis-server")
    if not program:
        raise CannotRun(
            "redis-server is not installed: apt-get install redis-server, or use another Redis "
            "with REDIS_URL=redis://HOST:PORT/0"
        )
    options = {
        "port": str(port),
        "bind": "127.0.0.1",
        "dir": directory,
        "save": "",
        "appendonly": "no",
        "maxmemory": "256mb",
        "maxmemory-policy": "noeviction",
        "loglevel": "warning",
        "logfile": str(Path(directory, "redis.log")),
    }
    command = [program, *(part for name, value in options.items() for part in (f"--{name}", value))]
    url = f"redis://127.0.0.1:{port}/0"
    return SupervisedProcess("redis", command, os.environ, lambda _pid: not redis_error(url))


def redis_error(url: str, ca: str = "") -> str:
    """Return why the Redis at this address cannot be used; empty if it can."""
    try:
        with connect(url, ca, name="beamcast-run") as broker:
            broker.ping()
    except BrokerError as error:
        return str(explain(error))
    return ""


def is_ingesting(url: str, ca: str, installation: str, stream: str, pid: int) -> bool:
    """Whether this process reports the stream's status, or stands by."""
    try:
        with connect(url, ca, installation, "beamcast-run") as broker:
            standby = broker.get(broker.names.standby(stream)) or b""
            reports = broker.hget(broker.names.status(stream), "pid") == str(pid).encode()
            return reports or standby.startswith(f"pid {pid} on {socket.gethostname()} ".encode())
    except BrokerError:
        return False


def is_serving(host: str, port: int, _pid: int) -> bool:
    """Whether a web worker answers there and reaches Redis."""
    connection = http.client.HTTPConnection(local_address(host), port, timeout=2)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def local_address(host: str) -> str:
    """Return the address at which this machine reaches a server that listens on ``host``."""
    return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)


def page_address(host: str, port: int) -> str:
    """Return the page's URL."""
    name = local_address(host)
    return f"http://{f'[{name}]' if ':' in name else name}:{port}/"


def check_web_ports(run: RunSettings) -> None:
    """Raise :class:`CannotRun` if a web worker cannot listen on its port."""
    if run.port + run.web > 65536:
        raise CannotRun(
            f"{run.web} workers need the ports from {run.port} on, but the last port is 65535"
        )
    for port in range(run.port, run.port + run.web):
        why = ports.bind_error(run.host, port)
        if why:
            other = ports.find_free_ports(run.host, run.port + 1, run.web)
            hint = f"; try: make run PORT={other}" if other else ""
            raise CannotRun(f"Port {port} of {run.host} cannot be used ({why}){hint}")


class Plan(NamedTuple):
    """The processes in the order of their start, and the addresses of the source, of Redis and of
    the board's receiver, if there is one."""

    processes: list[SupervisedProcess]
    source: str
    broker: str
    push: str


def make_plan(run: RunSettings, environ: Mapping[str, str], directory: str) -> Plan:
    """Return what to run with these settings, without starting it."""
    processes: list[SupervisedProcess] = []
    python = (sys.executable, "-m")
    broker, source = run.redis, run.source
    if not broker:
        port = ports.choose_port(6379)
        broker = f"redis://127.0.0.1:{port}/0"
        processes.append(redis_server(port, directory))
    common = {**environ, "PYTHONUNBUFFERED": "1", "BEAMCAST_REDIS": broker}
    common |= {"BEAMCAST_REDIS_FILE": "", "BEAMCAST_REDIS_CA": run.redis_ca}
    common["BEAMCAST_INSTALLATION"] = run.installation
    if not source:
        port = settings.read(SimulatorSettings, [], environ).output_port
        if not environ.get("BEAMCAST_OUTPUT_PORT"):
            port = ports.choose_port(CAMERA_PORT)
        source = f"tcp://127.0.0.1:{port}"
        delay = environ.get("BEAMCAST_DELAY") or str(CAMERA_DELAY_S)
        camera = {"BEAMCAST_OUTPUT_PORT": str(port), "BEAMCAST_DELAY": delay}
        processes.append(
            SupervisedProcess("camera", [*python, "ingest.simulator"], common | camera)
        )
    stream = settings.read(IngestSettings, [], environ).stream
    processes.append(
        SupervisedProcess(
            "ingest",
            [*python, "ingest"],
            common | {"BEAMCAST_SOURCE": source, "BEAMCAST_SOURCE_FILE": ""},
            lambda pid: is_ingesting(broker, run.redis_ca, run.installation, stream, pid),
        )
    )
    push = ""
    if run.board:
        board = {
            name: environ.get(name) or str(ports.choose_port(default))
            for name, default in PUSH_PORTS.items()
        } | {"BEAMCAST_BOARD": run.board}
        push = f"http://127.0.0.1:{board['BEAMCAST_PUSH_PORT']}/push"
        processes.append(
            SupervisedProcess(
                "push",
                [*python, "ingest.push"],
                common | board,
                lambda pid: is_ingesting(broker, run.redis_ca, run.installation, run.board, pid),
            )
        )
    for port in range(run.port, run.port + run.web):
        processes.append(
            SupervisedProcess(
                f"web {port}",
                [*python, "web"],
                common | {"BEAMCAST_HOST": run.host, "BEAMCAST_PORT": str(port)},
                partial(is_serving, run.host, port),
            )
        )
    return Plan(processes, source, broker, push)


def start_all(processes: list[SupervisedProcess], stop: threading.Event) -> None:
    """Start the processes in turn and wait until each works; raises :class:`CannotRun`."""
    for child in processes:
        child.start()
        for _ in range(int(START_TIMEOUT_S / 0.05)):
            if child.check_ready() or stop.wait(0.05):
                break
            reason = child.exit_reason()
            if reason:
                raise CannotRun(f"{child.name} did not start ({reason}); see its output above")
        else:
            raise CannotRun(f"{child.name} was not ready within {START_TIMEOUT_S:g} s")
        if stop.is_set():
            return


def announce(run: RunSettings, plan: Plan) -> None:
    """Print the addresses."""
    broker = plan.broker
    pages = [page_address(run.host, port) for port in range(run.port, run.port + run.web)]
    cli = Path(sys.executable).with_name("redis-cli")
    cli_name = os.path.relpath(cli, ROOT) if cli.exists() else "redis-cli"
    lines = ["", "Beamcast is running."]
    lines += [f"  {'page' if page == pages[0] else '':<8}{page}" for page in pages]
    if run.host in ("0.0.0.0", "::"):
        lines.append(f"          from other machines: http://{socket.gethostname()}:{run.port}/")
    source = video_url.without_login(plan.source)
    lines.append(f"  source  {source}{'' if run.source else '  (the simulated camera)'}")
    if plan.push:
        lines.append(f"  push    {plan.push}  (board: {pages[0]}board/{run.board})")
    command = "" if is_sentinel(broker) else f"{cli_name} -u "
    lines.append(f"  redis   {command}{without_password(broker)}")
    lines.append("  stop    Ctrl-C")
    print_line("\n".join(lines) + "\n")


def main(argv: list[str]) -> int:
    """Run until a signal; return the exit status."""
    try:
        environ = {**env_file.read(ROOT / "beamcast.env"), **os.environ}
        run = settings.read(RunSettings, argv, environ)
        for command in (IngestSettings, SimulatorSettings, WebSettings):
            settings.read(command, [], environ)
        if run.board:
            settings.read(PushSettings, [], environ)
        check_web_ports(run)
    except (CannotRun, env_file.BadEnvFile) as error:
        print_line(str(error))
        return 2
    stop = threading.Event()
    on_termination(stop.set)
    with tempfile.TemporaryDirectory(prefix="beamcast-") as directory:
        return run_until(stop, run, environ, directory)


def run_until(
    stop: threading.Event, run: RunSettings, environ: Mapping[str, str], directory: str
) -> int:
    """Start everything, keep it running until ``stop`` is set, stop it in reverse order."""
    processes: list[SupervisedProcess] = []
    try:
        plan = make_plan(run, environ, directory)
        processes = plan.processes
        why = run.redis and redis_error(run.redis, run.redis_ca)
        if why:
            raise CannotRun(
                f"The Redis at {without_password(run.redis)} cannot be used: {why} Without "
                "REDIS_URL, make run starts one"
            )
        start_all(processes, stop)
        if not stop.is_set():
            announce(run, plan)
            if run.open:
                webbrowser.open(page_address(run.host, run.port))
        while not stop.wait(0.2):
            for child in processes:
                child.keep_running()
    except CannotRun as error:
        print_line(str(error))
        return 1
    finally:
        if stop.is_set():
            print_line("Stopping")
        for child in reversed(processes):
            child.stop()
    print_line("Stopped")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
