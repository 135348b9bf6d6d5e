"""The assembly of a worker."""

import gc
import weakref
from collections.abc import Iterator

import pytest
from flask import Flask, request

from web.app import route_events

UPGRADE = {"Connection": "Upgrade", "Upgrade": "websocket"}


@pytest.fixture
def collector() -> Iterator[None]:
    """Turn the garbage collector off during a test."""
    gc.collect()
    gc.disable()
    yield
    gc.enable()


@pytest.mark.parametrize(
    ("method", "headers"), [("GET", {}), ("POST", {}), ("GET", UPGRADE)], ids=str
)
def test_an_events_request_is_freed_without_the_garbage_collector(
    collector: None, method: str, headers: dict[str, str]
) -> None:
    app = Flask("web")
    route_events(app)

    with app.test_request_context("/socket.io/", method=method, headers=headers):
        remaining = weakref.ref(request._get_current_object())

    assert remaining() is None
