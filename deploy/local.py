"""``make run``: Redis, camera, ingest and web workers on this machine, until Ctrl-C."""

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
    """Why nothing was started, or all of it stopped again; the text says what to do."""


def redis_server(port: int, directory: str) -> SupervisedProcess:
    """An embedded Redis that keeps nothing."""
    beside = Path(sys.executable).with_name("redis-server")
    program = str(beside) if beside.exists() else shutil.which("redis-server")
    if not program:
        raise CannotRun(
            "There is no redis-server: apt-get install redis-server, or REDIS_URL=redis://HOST:PORT/0"
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
    """Why the Redis at this address is of no use; empty when it is."""
    try:
        with connect(url, ca, name="beamcast-run") as broker:
            broker.ping()
    except BrokerError as problem:
        return str(explain(problem))
    return ""


def is_ingesting(url: str, ca: str, installation: str, stream: str, pid: int) -> bool:
    """Whether this process reports on the stream, or stands by."""
    try:
        with connect(url, ca, installation, "beamcast-run") as broker:
            waits = broker.get(broker.names.standby(stream)) or b""
            reports = broker.hget(broker.names.status(stream), "pid") == str(pid).encode()
            return reports or waits.startswith(f"pid {pid} on {socket.gethostname()} ".encode())
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
    """The address under which this machine reaches a server that listens on ``host``."""
    return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)


def page_address(host: str, port: int) -> str:
    """The page's URL."""
    name = local_address(host)
    return f"http://{f'[{name}]' if ':' in name else name}:{port}/"


def check_web_ports(run: RunSettings) -> None:
    """Raises :class:`CannotRun` when a web worker could not listen."""
    if run.port + run.web > 65536:
        raise CannotRun(f"{run.web} workers from port {run.port} on pass the last port, 65535")
    for port in range(run.port, run.port + run.web):
        why = ports.bind_error(run.host, port)
        if why:
            other = ports.find_free_ports(run.host, run.port + 1, run.web)
            hint = f"; try: make run PORT={other}" if other else ""
            raise CannotRun(f"Port {port} of {run.host} cannot be used ({why}){hint}")


class Plan(NamedTuple):
    """What has to run, in the order of its start, and the addresses of the source, the broker and
    of where programs push, if they do."""

    children: list[SupervisedProcess]
    source: str
    broker: str
    push: str


def plan(run: RunSettings, environ: Mapping[str, str], directory: str) -> Plan:
    """All that these settings ask for; nothing is started."""
    found: list[SupervisedProcess] = []
    python = (sys.executable, "-m")
    broker, source = run.redis, run.source
    if not broker:
        port = ports.choose_port(6379)
        broker = f"redis://127.0.0.1:{port}/0"
        found.append(redis_server(port, directory))
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
        found.append(SupervisedProcess("camera", [*python, "ingest.simulator"], common | camera))
    stream = settings.read(IngestSettings, [], environ).stream
    found.append(
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
            name: environ.get(name) or str(ports.choose_port(usual))
            for name, usual in PUSH_PORTS.items()
        } | {"BEAMCAST_BOARD": run.board}
        push = f"http://127.0.0.1:{board['BEAMCAST_PUSH_PORT']}/push"
        found.append(
            SupervisedProcess(
                "push",
                [*python, "ingest.push"],
                common | board,
                lambda pid: is_ingesting(broker, run.redis_ca, run.installation, run.board, pid),
            )
        )
    for port in range(run.port, run.port + run.web):
        found.append(
            SupervisedProcess(
                f"web {port}",
                [*python, "web"],
                common | {"BEAMCAST_HOST": run.host, "BEAMCAST_PORT": str(port)},
                partial(is_serving, run.host, port),
            )
        )
    return Plan(found, source, broker, push)


def start_all(all_of_it: list[SupervisedProcess], stop: threading.Event) -> None:
    """Starts one after the other and waits until each works; raises :class:`CannotRun`."""
    for child in all_of_it:
        child.start()
        for _ in range(int(START_TIMEOUT_S / 0.05)):
            if child.check_ready() or stop.wait(0.05):
                break
            how = child.ended()
            if how:
                raise CannotRun(f"{child.name} did not start ({how}); its words stand above")
        else:
            raise CannotRun(f"{child.name} did not get to work within {START_TIMEOUT_S:g} s")
        if stop.is_set():
            return


def announce(run: RunSettings, run_so: Plan) -> None:
    """The addresses, for a person."""
    broker = run_so.broker
    pages = [page_address(run.host, port) for port in range(run.port, run.port + run.web)]
    cli = Path(sys.executable).with_name("redis-cli")
    cli_name = os.path.relpath(cli, ROOT) if cli.exists() else "redis-cli"
    lines = ["", "Beamcast runs."]
    lines += [f"  {'page' if page == pages[0] else '':<8}{page}" for page in pages]
    if run.host in ("0.0.0.0", "::"):
        lines.append(f"          from other machines: http://{socket.gethostname()}:{run.port}/")
    shown = video_url.without_login(run_so.source)
    lines.append(f"  source  {shown}{'' if run.source else '  (the simulated camera)'}")
    if run_so.push:
        lines.append(f"  push    {run_so.push} shows at {pages[0]}board/{run.board}")
    how = "" if is_sentinel(broker) else f"{cli_name} -u "
    lines.append(f"  redis   {how}{without_password(broker)}")
    lines.append("  stop    Ctrl-C")
    print_line("\n".join(lines) + "\n")


def main(argv: list[str]) -> int:
    """Runs until a signal; the exit status."""
    try:
        environ = {**env_file.read(ROOT / "beamcast.env"), **os.environ}
        run = settings.read(RunSettings, argv, environ)
        for command in (IngestSettings, SimulatorSettings, WebSettings):
            settings.read(command, [], environ)
        if run.board:
            settings.read(PushSettings, [], environ)
        check_web_ports(run)
    except (CannotRun, env_file.BadEnvFile) as problem:
        print_line(str(problem))
        return 2
    stop = threading.Event()
    on_termination(stop.set)
    with tempfile.TemporaryDirectory(prefix="beamcast-") as directory:
        return run_until(stop, run, environ, directory)


def run_until(
    stop: threading.Event, run: RunSettings, environ: Mapping[str, str], directory: str
) -> int:
    """Starts everything, keeps it running until ``stop`` is set, ends it in reverse order."""
    all_of_it: list[SupervisedProcess] = []
    try:
        run_so = plan(run, environ, directory)
        all_of_it = run_so.children
        why = run.redis and redis_error(run.redis, run.redis_ca)
        if why:
            raise CannotRun(
                f"The Redis at {without_password(run.redis)} cannot be used: {why} Without "
                "REDIS_URL one is started here"
            )
        start_all(all_of_it, stop)
        if not stop.is_set():
            announce(run, run_so)
            if run.open:
                webbrowser.open(page_address(run.host, run.port))
        while not stop.wait(0.2):
            for child in all_of_it:
                child.keep_running()
    except CannotRun as problem:
        print_line(str(problem))
        return 1
    finally:
        if stop.is_set():
            print_line("Ending")
        for child in reversed(all_of_it):
            child.stop()
    print_line("Ended")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
