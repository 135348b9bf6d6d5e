"""A worker looks whether Redis does what it needs."""

import time

import pytest
from flask import Flask

from shared.broker import connect
from shared.broker_clock import BrokerClock
from tests.support.processes import RedisServer
from tests.support.waiting import until
from web.broker_health import BrokerHealth
from web.routes.responses import reject_while_unavailable


def test_it_knows_why_redis_is_of_no_use_and_when_it_is_again(redis_server: RedisServer) -> None:
    clock = BrokerClock()
    watch = BrokerHealth(connect(redis_server.url_of("web")), clock, "worker")
    watch.look()
    assert watch.fault is None
    assert abs(clock.at(time.monotonic()) - time.time()) < 60

    redis_server.broker.config_set("maxmemory", 1)
    watch.look()
    assert watch.fault
    assert watch.fault.kind == "full"

    redis_server.kill()
    watch.look()
    assert watch.fault.kind == "unreachable"

    redis_server.start()
    watch.look()
    assert watch.fault is None


def test_looking_asks_for_no_frames(redis_server: RedisServer) -> None:
    broker = redis_server.broker
    BrokerHealth(connect(redis_server.url_of("web")), BrokerClock(), "worker").look()

    assert all(key.startswith(b"beamcast::") for key in broker.keys("*"))


def test_a_fault_of_our_own_does_not_end_the_looking(
    redis_server: RedisServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    watch = BrokerHealth(connect(redis_server.url_of("web")), BrokerClock(), "worker")
    looks: list[float] = []

    def look() -> None:
        looks.append(time.monotonic())
        if len(looks) == 1:
            raise RuntimeError("nobody thought of that")

    monkeypatch.setattr(watch, "look", look)
    watch.start()

    until(lambda: len(looks) > 1, "it looks again")


@pytest.mark.parametrize(
    ("path", "is_refused"),
    [
        ("/api/streams", True),
        ("/api/streams/camera/frame.jpg", True),
        ("/api/boards/board", True),
        ("/api/streams/camera/stream.mjpg", False),
        ("/view/camera", False),
    ],
)
def test_what_cannot_be_had_is_refused_but_a_motion_stream_says_so_and_goes_on(
    path: str, is_refused: bool
) -> None:
    app = Flask("test")
    watch = BrokerHealth(connect("redis://127.0.0.1:1/0"), BrokerClock(), "worker")
    watch.look()

    with app.test_request_context(path):
        answer = reject_while_unavailable(watch)

    assert bool(answer) is is_refused
    assert not answer or answer[1] == 503
