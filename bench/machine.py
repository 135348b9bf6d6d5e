"""Description of the machine and of the versions of the measured programs."""

import json
import os
import platform
import subprocess
from importlib import metadata
from pathlib import Path
from typing import Any

from bench.servers import NODE_MODULES, find_node
from tests.support.chromium import find_chromium
from tests.support.processes import find_redis_server

PACKAGES = (
    *("flask", "flask-socketio", "python-socketio", "python-engineio", "eventlet", "gevent"),
    *("simple-websocket", "redis", "hiredis", "psi-bsread", "pyzmq", "numpy", "pillow", "orjson"),
)


def describe_machine() -> dict[str, Any]:
    """Return the processor, memory, kernel and versions."""
    return {
        "cpu": _read_line("/proc/cpuinfo", "model name"),
        "cores": os.cpu_count(),
        "memory": _read_line("/proc/meminfo", "MemTotal"),
        "kernel": platform.release(),
        "python": platform.python_version(),
        "node": first_output_line(find_node(), "--version"),
        "socket.io (Node.js)": _node_version("socket.io"),
        "ws (Node.js)": _node_version("ws"),
        "redis-server": first_output_line(find_redis_server(), "--version"),
        "chromium": first_output_line(find_chromium(), "--version"),
        **{name: metadata.version(name) for name in PACKAGES},
    }


def _read_line(path: str, beginning: str) -> str:
    lines = Path(path).read_text().splitlines()
    found = next((line for line in lines if line.startswith(beginning)), ":")
    return found.partition(":")[2].strip()


def _node_version(package: str) -> str:
    package_json = json.loads((NODE_MODULES / package / "package.json").read_text())
    return str(package_json["version"])


def first_output_line(*command: str) -> str:
    """Return the first line that a program prints."""
    done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=True)
    return done.stdout.partition("\n")[0].strip()
