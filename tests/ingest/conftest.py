"""The port and the address of an ingest's metrics."""

import pytest

from tests.support.processes import free_port


@pytest.fixture
def port() -> int:
    return free_port()


@pytest.fixture
def url(port: int) -> str:
    return f"http://127.0.0.1:{port}"
