"""Run docker-compose.yml with its own name and port."""

import json
import os
import secrets
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.support.processes import free_port
from tests.support.waiting import until

ROOT = Path(__file__).parents[2]


def need_engine() -> None:
    """Fail with an explanation if compose is not available."""
    if not shutil.which("docker"):
        pytest.fail("These tests need a container engine: there is no `docker` on this machine")
    for command, what in (("info", "the engine"), ("compose version", "Compose v2")):
        answer = subprocess.run(["docker", *command.split()], capture_output=True, text=True)
        if answer.returncode:
            reason = (answer.stderr or answer.stdout).strip()
            pytest.fail(f"These tests need {what}, and `docker {command}` says: {reason}")


class Stack:
    """Compose commands for one project, of docker-compose.yml and more ``files``; its page is at
    ``url``."""

    def __init__(self, *files: str, **settings: str) -> None:
        self.project = f"beamcast-test-{secrets.token_hex(3)}"
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._files = [word for file in ("docker-compose.yml", *files) for word in ("-f", file)]
        kept = {k: v for k, v in os.environ.items() if not k.startswith("BEAMCAST_")}
        self.environ = kept | {"BEAMCAST_PORT": str(self.port), "COMPOSE_ANSI": "never"} | settings

    def compose(self, *arguments: str, stdin: str = "", **settings: str) -> str:
        """Return the output of ``docker compose …`` with more settings in its environment."""
        answer = subprocess.run(
            ["docker", "compose", "--project-name", self.project, *self._files, *arguments],
            cwd=ROOT,
            env=self.environ | settings,
            input=stdin,
            capture_output=True,
            text=True,
        )
        if answer.returncode:
            pytest.fail(f"docker compose {' '.join(arguments)}: {answer.stderr[-3000:]}")
        return answer.stdout

    def scale_web(self, workers: int) -> None:
        """Scale to this number of workers; return when nginx uses all of them."""
        self.compose("up", "-d", "--scale", f"web={workers}")
        until(lambda: self.serving() == workers, f"{workers} web workers that serve", 60)
        until(lambda: len(self.found_by_nginx()) == workers, f"nginx to know {workers} workers", 30)

    def containers(self, service: str = "") -> list[dict[str, Any]]:
        """Return ``docker inspect`` of the running containers of a service, or of all."""
        ids = self.compose("ps", "-q", *([service] if service else [])).split()
        if not ids:
            return []
        answer = subprocess.run(["docker", "inspect", *ids], capture_output=True, text=True)
        return list(json.loads(answer.stdout)) if answer.returncode == 0 else []

    def healthy(self, service: str) -> int:
        """Return the number of healthy containers of the service."""
        states = [c["State"].get("Health", {}).get("Status") for c in self.containers(service)]
        return states.count("healthy")

    def serving(self) -> int:
        """Return the number of web workers whose health check passes now."""
        check = ["python", "-m", "deploy.health", "web"]
        answers = [
            subprocess.run(["docker", "exec", container["Id"], *check], capture_output=True)
            for container in self.containers("web")
        ]
        return sum(answer.returncode == 0 for answer in answers)

    def found_by_nginx(self) -> set[str]:
        """Return the workers, as named by nginx' cookie, that new viewers are distributed to."""
        answers = [requests.get(f"{self.url}/healthz", timeout=5) for _ in range(10)]
        return {answer.cookies.get("beamcast_worker", "") for answer in answers}

    def log(self, service: str) -> str:
        """Return the log of all containers of a service."""
        return self.compose("logs", "--no-log-prefix", service)

    def redis(self, *arguments: str) -> str:
        """Return the answer of ``redis-cli …`` in the redis container."""
        return self.compose("exec", "-T", "redis", "redis-cli", *arguments).strip()

    def stream_state(self) -> str:
        """Return the state of the camera in ``/api/streams``; empty while nothing answers."""
        try:
            answer = requests.get(f"{self.url}/api/streams", timeout=5)
            streams = answer.json().get("streams", [])
        except (requests.RequestException, ValueError):
            return ""
        return next((str(one["state"]) for one in streams if one["stream"] == "camera"), "")

    def up(self) -> None:
        """Start the stack with an image of this checkout, and wait for the stream."""
        self.compose("up", "-d", "--build")
        until(lambda: self.stream_state() == "live", "a live stream behind nginx", 60)

    def down(self) -> None:
        """Remove containers and networks; keep the image for the next run."""
        self.compose("down", "--volumes", "--remove-orphans", "--timeout", "3")
