"""Fixtures for a private network and Beamcast in it."""

import json
from collections.abc import Callable, Iterator

import pytest

from tests.chaos.installation import Installation, need_nginx
from tests.chaos.network import apart, need_namespaces
from tests.chaos.outcome import Outcome
from tests.support.processes import ROOT


@pytest.fixture(scope="session")
def own_network() -> Iterator[None]:
    """All that the tests start is apart from the machine's network."""
    need_namespaces()
    need_nginx()
    with apart():
        yield


@pytest.fixture
def installation(own_network: None) -> Iterator[Installation]:
    """Beamcast behind nginx, with a camera of 25 fps x 50 kB."""
    whole = Installation()
    yield whole
    whole.stop()


@pytest.fixture
def report(capsys: pytest.CaptureFixture[str]) -> Callable[[str], None]:
    """Says a measured figure on the terminal, passed or failed."""

    def print_figure(text: str) -> None:
        with capsys.disabled():
            print(f"\n    {text}", end="", flush=True)

    return print_figure


@pytest.fixture(scope="session")
def outcomes(request: pytest.FixtureRequest) -> Iterator[list[Outcome]]:
    """What was seen of each fault: a table on the terminal at the end, and tests/out/chaos.json."""
    outcomes: list[Outcome] = []
    yield outcomes
    place = ROOT / "tests" / "out" / "chaos.json"
    place.parent.mkdir(exist_ok=True)
    place.write_text(json.dumps([outcome.as_json() for outcome in outcomes], indent=1) + "\n")
    with request.config.pluginmanager.getplugin("capturemanager").global_and_fixture_disabled():
        print("\n" + "\n".join(outcome.line() for outcome in outcomes))
