"""The whole of docker-compose.yml under a name and a port of its own."""

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
    """Fails, in words, where compose cannot run."""
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

    def compose(self, *arguments: str, said: str = "", **settings: str) -> str:
        """The output of ``docker compose …`` with further settings in its environment."""
        answer = subprocess.run(
            ["docker", "compose", "--project-name", self.project, *self._files, *arguments],
            cwd=ROOT,
            env=self.environ | settings,
            input=said,
            capture_output=True,
            text=True,
        )
        if answer.returncode:
            pytest.fail(f"docker compose {' '.join(arguments)}: {answer.stderr[-3000:]}")
        return answer.stdout

    def scale_web(self, workers: int) -> None:
        """What an operator types to have this many workers; returns when nginx uses them all."""
        self.compose("up", "-d", "--scale", f"web={workers}")
        until(lambda: self.serving() == workers, f"{workers} web workers that serve", 60)
        until(lambda: len(self.found_by_nginx()) == workers, f"nginx to know {workers} workers", 30)

    def containers(self, service: str = "") -> list[dict[str, Any]]:
        """``docker inspect`` of the running containers of a service, or of all."""
        ids = self.compose("ps", "-q", *([service] if service else [])).split()
        if not ids:
            return []
        answer = subprocess.run(["docker", "inspect", *ids], capture_output=True, text=True)
        return list(json.loads(answer.stdout)) if answer.returncode == 0 else []

    def healthy(self, service: str) -> int:
        """How many containers of the service are healthy."""
        states = [c["State"].get("Health", {}).get("Status") for c in self.containers(service)]
        return states.count("healthy")

    def serving(self) -> int:
        """How many web workers pass their health check now, before the engine's next look."""
        check = ["python", "-m", "deploy.health", "web"]
        answers = [
            subprocess.run(["docker", "exec", container["Id"], *check], capture_output=True)
            for container in self.containers("web")
        ]
        return sum(answer.returncode == 0 for answer in answers)

    def found_by_nginx(self) -> set[str]:
        """The workers, named by nginx' cookie, that newcomers are spread over."""
        answers = [requests.get(f"{self.url}/healthz", timeout=5) for _ in range(10)]
        return {answer.cookies.get("beamcast_worker", "") for answer in answers}

    def log(self, service: str) -> str:
        """What all containers of a service printed."""
        return self.compose("logs", "--no-log-prefix", service)

    def redis(self, *arguments: str) -> str:
        """The answer of ``redis-cli …`` inside the redis container."""
        return self.compose("exec", "-T", "redis", "redis-cli", *arguments).strip()

    def stream_state(self) -> str:
        """What ``/api/streams`` says of the camera; empty while nothing answers."""
        try:
            answer = requests.get(f"{self.url}/api/streams", timeout=5)
            streams = answer.json().get("streams", [])
        except (requests.RequestException, ValueError):
            return ""
        return next((str(one["state"]) for one in streams if one["stream"] == "camera"), "")

    def up(self) -> None:
        """Starts it with an image of this checkout, and waits for the stream."""
        self.compose("up", "-d", "--build")
        until(lambda: self.stream_state() == "live", "a live stream behind nginx", 60)

    def down(self) -> None:
        """Removes containers and networks; the image stays for the next run."""
        self.compose("down", "--volumes", "--remove-orphans", "--timeout", "3")
