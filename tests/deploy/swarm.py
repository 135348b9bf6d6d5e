"""deploy/stack.sh in a Swarm of this machine alone, under a name and a port of its own."""

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
"""and how many tasks each has"""
IMAGE = "beamcast-test"


def docker(*arguments: str, check: bool = True, **options: Any) -> str:
    """What a docker command says; it has to succeed, unless told otherwise."""
    answer = subprocess.run(["docker", *arguments], capture_output=True, text=True, **options)
    if check and answer.returncode:
        pytest.fail(f"docker {' '.join(arguments)}: {answer.stderr[-3000:]}")
    return answer.stdout.strip()


class Swarm:
    """A stack; its page is at ``url``."""

    def __init__(self) -> None:
        need_engine()
        if docker("info", "--format", "{{.Swarm.LocalNodeState}}") != "inactive":
            pytest.fail("These tests make a Swarm of this machine, and it already is in one")
        docker("swarm", "init", "--advertise-addr", "127.0.0.1")
        self.name = f"beamcast-test-{secrets.token_hex(3)}"
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"

    def build(self, tag: str) -> None:
        """An image of this checkout; those of two tags differ."""
        what = ("-f", "deploy/Dockerfile", "--label", f"test={tag}", "-t", f"{IMAGE}:{tag}", ".")
        docker("build", "--quiet", *what, cwd=ROOT)

    def deploy(self, *files: str, **settings: str) -> None:
        """What an operator types; returns when all of it runs."""
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
        """Whether every service has its tasks, none is being updated, and pictures could come."""
        if any(self.update_state(service) == "updating" for service in SERVICES):
            return False
        return all(len(self.containers(service)) == count for service, count in SERVICES.items())

    def stream_state(self) -> str:
        """What ``/api/streams`` says of the camera; empty while nothing answers."""
        try:
            streams = requests.get(f"{self.url}/api/streams", timeout=5).json().get("streams", [])
        except (requests.RequestException, ValueError):
            return ""
        return str(streams[0]["state"]) if streams else ""

    def containers(self, service: str) -> list[dict[str, Any]]:
        """``docker inspect`` of those that are up, and healthy where that is asked."""
        label = f"label=com.docker.swarm.service.name={self.name}_{service}"
        ids = docker("ps", "-q", "--filter", label).split()
        found = json.loads(docker("inspect", *ids, check=False) or "[]") if ids else []
        return [
            c for c in found if c["State"].get("Health", {}).get("Status", "") in ("", "healthy")
        ]

    def update(self, service: str, *changes: str) -> str:
        """Replaces all tasks of a service; how that ended."""
        whole = f"{self.name}_{service}"
        docker("service", "update", "--quiet", "--detach=false", *changes, whole, check=False)
        return self.update_state(service)

    def update_state(self, service: str) -> str:
        """Of the last update; empty before the first."""
        form = "{{if .UpdateStatus}}{{.UpdateStatus.State}}{{end}}"
        return docker("service", "inspect", "--format", form, f"{self.name}_{service}")

    def published(self, service: str) -> list[tuple[str, int, int]]:
        """How, at which port of a machine, and which port of a task."""
        form = "{{json .Endpoint.Ports}}"
        ports = json.loads(docker("service", "inspect", "--format", form, f"{self.name}_{service}"))
        return [(p["PublishMode"], p["PublishedPort"], p["TargetPort"]) for p in ports or []]

    def log(self, service: str) -> str:
        """What all tasks of a service printed."""
        answer = subprocess.run(
            ["docker", "service", "logs", "--raw", f"{self.name}_{service}"],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        return answer.stdout

    def end(self) -> None:
        """Ends the stack and the Swarm; the image of the first tag stays for the next run."""
        docker("stack", "rm", self.name, check=False)
        mine = ("ps", "-aq", "--filter", f"label=com.docker.stack.namespace={self.name}")
        until(lambda: not docker(*mine), "no container of the stack is left", 60)
        docker("swarm", "leave", "--force")
        docker("network", "rm", "docker_gwbridge", check=False)
        docker("image", "rm", "--force", f"{IMAGE}:2", check=False)
