"""What the routes share, on values."""

import pytest
from flask import Flask

from shared.broker import connect
from shared.broker_clock import BrokerClock
from tests.support.fake_broker import FakeBroker
from web.broker_health import BrokerHealth
from web.routes.responses import ApiError, reject_while_unavailable, requested_picture


@pytest.mark.parametrize(
    ("path", "is_rejected"),
    [
        ("/api/streams", True),
        ("/api/streams/camera/frame.jpg", True),
        ("/api/boards/board", True),
        ("/api/streams/camera/stream.mjpg", False),
        ("/view/camera", False),
    ],
)
def test_requests_that_need_redis_are_rejected_while_it_is_unavailable(
    path: str, is_rejected: bool
) -> None:
    app = Flask("test")
    health = BrokerHealth(connect("redis://127.0.0.1:1/0"), BrokerClock(), "worker")
    health.check()

    with app.test_request_context(path):
        answer = reject_while_unavailable(health)

    assert bool(answer) is is_rejected
    assert not answer or answer[1] == 503


@pytest.mark.parametrize("rendition", ["full-log", "half-log@CAM2", "precise:0,0,1,1"])
def test_what_needs_a_header_is_rejected_where_a_plain_picture_is_requested(rendition: str) -> None:
    request = Flask("test").test_request_context(f"/?rendition={rendition}")

    with request, pytest.raises(ApiError) as refused:
        requested_picture("camera", FakeBroker(), "camera")

    assert refused.value.code == 400
    assert "use full, half, quarter;" in refused.value.hint
