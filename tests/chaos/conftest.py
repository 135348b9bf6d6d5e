"""Fixtures for a private network with Beamcast in it."""

import json
from collections.abc import Callable, Iterator

import pytest

from tests.chaos.effect import Effect
from tests.chaos.installation import Installation, need_nginx
from tests.chaos.network import need_namespaces, private_network
from tests.support.processes import ROOT


@pytest.fixture(scope="session")
def own_network() -> Iterator[None]:
    """Run everything that the tests start in its own network."""
    need_namespaces()
    need_nginx()
    with private_network():
        yield


@pytest.fixture
def installation(own_network: None) -> Iterator[Installation]:
    """Start Beamcast behind nginx, with a camera of 25 fps x 50 kB."""
    installation = Installation()
    yield installation
    installation.stop()


@pytest.fixture
def report(capsys: pytest.CaptureFixture[str]) -> Callable[[str], None]:
    """Return a function that prints a measured figure, whether the test passes or not."""

    def print_figure(text: str) -> None:
        with capsys.disabled():
            print(f"\n    {text}", end="", flush=True)

    return print_figure


@pytest.fixture(scope="session")
def effects(request: pytest.FixtureRequest) -> Iterator[list[Effect]]:
    """Collect the effects of faults; print a table at the end, and write tests/out/chaos.json."""
    effects: list[Effect] = []
    yield effects
    file = ROOT / "tests" / "out" / "chaos.json"
    file.parent.mkdir(exist_ok=True)
    file.write_text(json.dumps([effect.as_json() for effect in effects], indent=1) + "\n")
    with request.config.pluginmanager.getplugin("capturemanager").global_and_fixture_disabled():
        print("\n" + "\n".join(effect.line() for effect in effects))
