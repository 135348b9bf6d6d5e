"""A running stack for the tests of a module: when a Swarm ends, which others start, the engine
forgets the names in the networks that were there before."""

from collections.abc import Iterator

import pytest

from tests.deploy.stack import Stack, need_engine


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    need_engine()
    running = Stack()
    try:
        running.up()
        yield running
    finally:
        running.down()
