"""Fixtures that every test may use."""

import os
from collections.abc import Iterator
from typing import Any

import hypothesis
import pytest

from ingest.push import http_server
from tests.support.beamcast import Beamcast
from tests.support.processes import RedisServer
from tests.support.push import Push
from tests.support.push_server import PushServer, Serve

STACK_FIXTURES = {"redis_server", "beamcast", "push"}
STARTS_PROCESSES = {"subprocess", "Process", "RedisServer", "Beamcast", "python", "Page"}
"""Names whose import shows that a test file starts processes."""

# The duration of an example depends on the machine.
hypothesis.settings.register_profile("beamcast", deadline=None)
hypothesis.settings.load_profile("beamcast")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests that start processes, which `make unit` leaves out."""
    for item in items:
        if isinstance(item, pytest.Function) and (
            STACK_FIXTURES.intersection(item.fixturenames)
            or STARTS_PROCESSES.intersection(vars(item.module))
        ):
            item.add_marker("stack")


@pytest.fixture
def redis_server() -> Iterator[RedisServer]:
    """A real, empty Redis."""
    server = RedisServer()
    yield server
    denied = server.denied()
    server.stop()
    assert not denied, "a user lacks a right"


@pytest.fixture(params=["eventlet", "threading"])
def async_mode(request: pytest.FixtureRequest) -> str:
    """Each way in which a worker may serve."""
    return str(request.param)


@pytest.fixture
def beamcast(request: pytest.FixtureRequest) -> Iterator[Beamcast]:
    """A complete Beamcast; a test that also uses ``async_mode`` runs in both modes."""
    mode = "eventlet"
    if "async_mode" in request.fixturenames:
        mode = request.getfixturevalue("async_mode")
    stack = Beamcast(mode)
    yield stack
    stack.stop()


@pytest.fixture
def push(beamcast: Beamcast) -> Push:
    """The process that receives messages for the board of ``beamcast``."""
    process = Push(beamcast.redis)
    beamcast.add(process.process)
    return process


@pytest.fixture
def serve(monkeypatch: pytest.MonkeyPatch) -> Iterator[Serve]:
    """``serve(password, …)`` serves the ports of a board in this process."""
    monkeypatch.setattr(http_server, "LINGER_S", 0.1)
    servers: list[PushServer] = []

    def begin(*passwords: str, **options: Any) -> PushServer:
        servers.append(PushServer(*passwords, **options))
        return servers[-1]

    yield begin
    for server in servers:
        server.stop()


@pytest.fixture(autouse=True)
def no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    """Remove BEAMCAST_… variables of the environment in which the tests run."""
    for name in tuple(os.environ):
        if name.startswith("BEAMCAST_"):
            monkeypatch.delenv(name)
