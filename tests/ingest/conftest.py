"""Where an ingest of a test tells its metrics."""

import pytest

from tests.support.processes import free_port


@pytest.fixture
def port() -> int:
    return free_port()


@pytest.fixture
def url(port: int) -> str:
    return f"http://127.0.0.1:{port}"
