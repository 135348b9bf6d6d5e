"""The machine on which the figures were measured."""

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


def machine() -> dict[str, Any]:
    """Return processor, memory, kernel and versions."""
    return {
        "cpu": _line("/proc/cpuinfo", "model name"),
        "cores": os.cpu_count(),
        "memory": _line("/proc/meminfo", "MemTotal"),
        "kernel": platform.release(),
        "python": platform.python_version(),
        "node": output_of(find_node(), "--version"),
        "socket.io (Node.js)": _node_version("socket.io"),
        "ws (Node.js)": _node_version("ws"),
        "redis-server": output_of(find_redis_server(), "--version"),
        "chromium": output_of(find_chromium(), "--version"),
        **{name: metadata.version(name) for name in PACKAGES},
    }


def _line(path: str, beginning: str) -> str:
    lines = Path(path).read_text().splitlines()
    found = next((line for line in lines if line.startswith(beginning)), ":")
    return found.partition(":")[2].strip()


def _node_version(package: str) -> str:
    about = json.loads((NODE_MODULES / package / "package.json").read_text())
    return str(about["version"])


def output_of(*command: str) -> str:
    """Return the first line that a program prints."""
    done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=True)
    return done.stdout.partition("\n")[0].strip()
