"""Fixtures that tests of a module share, because they only use the processes."""

from collections.abc import Iterator

import pytest

from tests.support.beamcast import Beamcast, Worker


@pytest.fixture(scope="module")
def shared_beamcast() -> Iterator[Beamcast]:
    """A Beamcast for all tests of a module."""
    beamcast = Beamcast()
    yield beamcast
    beamcast.stop()


@pytest.fixture(scope="module")
def shared_worker(shared_beamcast: Beamcast) -> Worker:
    """A worker of ``shared_beamcast``, without a login."""
    return shared_beamcast.worker()
