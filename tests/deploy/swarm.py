"""Run deploy/stack.sh in a Swarm of this machine, with its own name and port."""

import json
import os
import secrets
import subprocess
from typing import Any

import pytest
import requests

from tests.deploy.stack import ROOT, need_engine
from tests.support.processes import free_port
from tests.support.waiting import until

SERVICES = {"redis": 1, "camera": 1, "ingest": 2, "web": 2, "nginx": 1}
"""service → number of tasks"""
IMAGE = "beamcast-test"


def docker(*arguments: str, check: bool = True, **options: Any) -> str:
    """Return the output of a docker command, which must succeed if ``check`` is set."""
    answer = subprocess.run(["docker", *arguments], capture_output=True, text=True, **options)
    if check and answer.returncode:
        pytest.fail(f"docker {' '.join(arguments)}: {answer.stderr[-3000:]}")
    return answer.stdout.strip()


class Swarm:
    """A stack whose page is at ``url``."""

    def __init__(self) -> None:
        need_engine()
        if docker("info", "--format", "{{.Swarm.LocalNodeState}}") != "inactive":
            pytest.fail("These tests make a Swarm of this machine, and it already is in one")
        docker("swarm", "init", "--advertise-addr", "127.0.0.1")
        self.name = f"beamcast-test-{secrets.token_hex(3)}"
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"

    def build(self, tag: str) -> None:
        """Build an image of this checkout; images with different tags differ."""
        what = ("-f", "deploy/Dockerfile", "--label", f"test={tag}", "-t", f"{IMAGE}:{tag}", ".")
        docker("build", "--quiet", *what, cwd=ROOT)

    def deploy(self, *files: str, **settings: str) -> None:
        """Deploy the stack; return when all tasks run."""
        kept = {k: v for k, v in os.environ.items() if not k.startswith("BEAMCAST_")}
        settings = {
            "STACK": self.name,
            "BEAMCAST_PORT": str(self.port),
            "BEAMCAST_CONTAINER_IMAGE": f"{IMAGE}:1",
            **settings,
        }
        command = ["sh", "deploy/stack.sh", *(word for file in files for word in ("-f", file))]
        answer = subprocess.run(
            command, cwd=ROOT, env=kept | settings, capture_output=True, text=True
        )
        assert answer.returncode == 0, answer.stderr
        until(self.all_run, f"all tasks of {self.name}", 180)

    def all_run(self) -> bool:
        """Whether every service has its tasks and none is being updated."""
        if any(self.update_state(service) == "updating" for service in SERVICES):
            return False
        return all(len(self.containers(service)) == count for service, count in SERVICES.items())

    def stream_state(self) -> str:
        """Return the state of the camera in ``/api/streams``; empty while nothing answers."""
        try:
            streams = requests.get(f"{self.url}/api/streams", timeout=5).json().get("streams", [])
        except (requests.RequestException, ValueError):
            return ""
        return str(streams[0]["state"]) if streams else ""

    def containers(self, service: str) -> list[dict[str, Any]]:
        """Return ``docker inspect`` of the running containers that are not unhealthy."""
        label = f"label=com.docker.swarm.service.name={self.name}_{service}"
        ids = docker("ps", "-q", "--filter", label).split()
        found = json.loads(docker("inspect", *ids, check=False) or "[]") if ids else []
        return [
            c for c in found if c["State"].get("Health", {}).get("Status", "") in ("", "healthy")
        ]

    def update(self, service: str, *changes: str) -> str:
        """Replace all tasks of a service; return how the update ended."""
        whole = f"{self.name}_{service}"
        docker("service", "update", "--quiet", "--detach=false", *changes, whole, check=False)
        return self.update_state(service)

    def update_state(self, service: str) -> str:
        """Return the state of the last update; empty before the first."""
        form = "{{if .UpdateStatus}}{{.UpdateStatus.State}}{{end}}"
        return docker("service", "inspect", "--format", form, f"{self.name}_{service}")

    def published(self, service: str) -> list[tuple[str, int, int]]:
        """Return publish mode, published port and target port of each port."""
        form = "{{json .Endpoint.Ports}}"
        ports = json.loads(docker("service", "inspect", "--format", form, f"{self.name}_{service}"))
        return [(p["PublishMode"], p["PublishedPort"], p["TargetPort"]) for p in ports or []]

    def log(self, service: str) -> str:
        """Return the log of all tasks of a service."""
        answer = subprocess.run(
            ["docker", "service", "logs", "--raw", f"{self.name}_{service}"],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        return answer.stdout

    def end(self) -> None:
        """Remove the stack and the Swarm; keep the image of the first tag for the next run."""
        docker("stack", "rm", self.name, check=False)
        mine = ("ps", "-aq", "--filter", f"label=com.docker.stack.namespace={self.name}")
        until(lambda: not docker(*mine), "no container of the stack is left", 60)
        docker("swarm", "leave", "--force")
        docker("network", "rm", "docker_gwbridge", check=False)
        docker("image", "rm", "--force", f"{IMAGE}:2", check=False)
