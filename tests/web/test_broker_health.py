"""A worker checks whether Redis does what it needs."""

import time

import pytest

from shared.broker import connect
from shared.broker_clock import BrokerClock
from tests.support.processes import RedisServer
from tests.support.waiting import until
from web.broker_health import BrokerHealth


def test_the_fault_is_set_while_redis_fails_and_cleared_when_it_works_again(
    redis_server: RedisServer,
) -> None:
    clock = BrokerClock()
    health = BrokerHealth(connect(redis_server.url_of("web")), clock, "worker")
    health.check()
    assert health.fault is None
    assert abs(clock.at(time.monotonic()) - time.time()) < 60

    redis_server.broker.config_set("maxmemory", 1)
    health.check()
    assert health.fault
    assert health.fault.kind == "full"

    redis_server.kill()
    health.check()
    assert health.fault.kind == "unreachable"

    redis_server.start()
    health.check()
    assert health.fault is None


def test_the_check_requests_no_frames(redis_server: RedisServer) -> None:
    broker = redis_server.broker
    BrokerHealth(connect(redis_server.url_of("web")), BrokerClock(), "worker").check()

    assert all(key.startswith(b"beamcast::") for key in broker.keys("*"))


def test_an_unexpected_error_does_not_end_the_checks(
    redis_server: RedisServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    health = BrokerHealth(connect(redis_server.url_of("web")), BrokerClock(), "worker")
    checks: list[float] = []

    def check() -> None:
        checks.append(time.monotonic())
        if len(checks) == 1:
            raise RuntimeError("unexpected")

    monkeypatch.setattr(health, "check", check)
    health.start()

    until(lambda: len(checks) > 1, "it checks again")
