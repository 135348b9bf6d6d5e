"""One running stack for all tests that need it."""

from collections.abc import Iterator

import pytest

from tests.deploy.stack import Stack, need_engine


@pytest.fixture(scope="session")
def stack() -> Iterator[Stack]:
    need_engine()
    running = Stack()
    try:
        running.up()
        yield running
    finally:
        running.down()
