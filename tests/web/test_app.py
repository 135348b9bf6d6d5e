"""What a worker is wired of."""

import gc
import weakref
from collections.abc import Iterator

import pytest
from flask import Flask, request

from web.app import route_events

UPGRADE = {"Connection": "Upgrade", "Upgrade": "websocket"}


@pytest.fixture
def collector() -> Iterator[None]:
    """The garbage collector runs only when the test says so."""
    gc.collect()
    gc.disable()
    yield
    gc.enable()


@pytest.mark.parametrize(
    ("method", "headers"), [("GET", {}), ("POST", {}), ("GET", UPGRADE)], ids=str
)
def test_what_an_event_refers_to_ends_with_it(
    collector: None, method: str, headers: dict[str, str]
) -> None:
    app = Flask("web")
    route_events(app)

    with app.test_request_context("/socket.io/", method=method, headers=headers):
        left = weakref.ref(request._get_current_object())

    assert left() is None
