"""A running stack for the tests of a module: when the Swarm of other tests ends, the engine loses
the names in networks that existed before."""

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
