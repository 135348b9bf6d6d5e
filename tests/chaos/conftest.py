"""A network of the tests' own, and Beamcast in it."""

from collections.abc import Callable, Iterator

import pytest

from tests.chaos.installation import Installation, need_nginx
from tests.chaos.network import apart, need_namespaces


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

    def said(text: str) -> None:
        with capsys.disabled():
            print(f"\n    {text}", end="", flush=True)

    return said
