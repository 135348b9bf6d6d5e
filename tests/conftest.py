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
from tests.support.push_served import Serve, Served

STACK_FIXTURES = {"redis_server", "beamcast", "push"}
STARTS_PROCESSES = {"subprocess", "Process", "RedisServer", "Beamcast", "python", "Page"}
"""names whose import says that a test file starts processes"""

# How long an example takes is the machine's business.
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
    refused = server.refused()
    server.stop()
    assert not refused, "a right is missing"


@pytest.fixture(params=["eventlet", "threading"])
def async_mode(request: pytest.FixtureRequest) -> str:
    """Both ways a worker may serve."""
    return str(request.param)


@pytest.fixture
def beamcast(request: pytest.FixtureRequest) -> Iterator[Beamcast]:
    """A whole Beamcast; a test that also asks for ``async_mode`` runs in both."""
    mode = "eventlet"
    if "async_mode" in request.fixturenames:
        mode = request.getfixturevalue("async_mode")
    whole = Beamcast(mode)
    yield whole
    whole.stop()


@pytest.fixture
def push(beamcast: Beamcast) -> Push:
    """What takes messages for the board of ``beamcast``."""
    made = Push(beamcast.redis)
    beamcast.add(made.process)
    return made


@pytest.fixture
def serve(monkeypatch: pytest.MonkeyPatch) -> Iterator[Serve]:
    """``serve(password, …)``: the ports of a board, in this process."""
    monkeypatch.setattr(http_server, "LINGER_S", 0.1)
    made: list[Served] = []

    def begin(*passwords: str, **options: Any) -> Served:
        made.append(Served(*passwords, **options))
        return made[-1]

    yield begin
    for each in made:
        each.stop()


@pytest.fixture(autouse=True)
def no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever runs the tests may have BEAMCAST_… set."""
    for name in tuple(os.environ):
        if name.startswith("BEAMCAST_"):
            monkeypatch.delenv(name)
