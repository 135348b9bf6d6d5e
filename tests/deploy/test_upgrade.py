"""Upgrade with compose as docs/operations.md describes, while viewers watch."""

import time

import pytest

from tests.deploy.crowd import Crowd, crowd
from tests.deploy.stack import Stack
from tests.deploy.swarm import docker
from tests.support.waiting import until

pytestmark = [pytest.mark.deploy, pytest.mark.timeout(300)]

AIM_S = 3.0
SLACK = 3.0


def ids(stack: Stack, service: str) -> set[str]:
    return set(stack.compose("ps", "-q", service).split())


def replace(stack: Stack, service: str, count: int, **settings: str) -> None:
    """Start this number of new containers beside the old ones, then end those."""
    old = ids(stack, service)
    new = ("--no-deps", "--no-recreate", "--scale", f"{service}={len(old) + count}")
    stack.compose("up", "-d", "--wait", *new, service, **settings)
    docker("stop", *old)
    docker("rm", *old)
    assert len(ids(stack, service)) == count
    assert not ids(stack, service) & old


def gap_s(viewers: Crowd, since: float, what: str) -> float:
    """Return the longest gap of the upgrade that has just ended."""
    ended = time.time()
    until(lambda: viewers.all_see(ended), "pictures for all afterwards", 30)
    found = viewers.longest_gap_s(since)
    print(f"\n{what} upgraded in {ended - since:.0f} s, no pictures for {found:.2f} s")
    return found


def test_viewers_hardly_notice_new_web_workers(stack: Stack) -> None:
    stack.scale_web(2)
    with crowd(stack.port) as viewers:
        start = time.time()
        replace(stack, "web", 2)
        assert gap_s(viewers, start, "web") < AIM_S * SLACK


def test_viewers_hardly_notice_new_ingests(stack: Stack) -> None:
    standby = {"BEAMCAST_STANDBY": "1"}
    stack.compose("up", "-d", "--wait", "--scale", "ingest=2", "ingest", **standby)
    until(lambda: stack.redis("EXISTS", "beamcast:camera:standby") == "1", "who stands by", 30)
    try:
        with crowd(stack.port) as viewers:
            start = time.time()
            replace(stack, "ingest", 2, **standby)
            assert gap_s(viewers, start, "ingest") < AIM_S * SLACK
    finally:
        stack.compose("up", "-d", "--scale", "ingest=1", "ingest")
        until(lambda: stack.stream_state() == "live", "a live stream", 30)


@pytest.mark.parametrize("service", ["nginx", "redis"])
def test_a_single_service_is_back_within_seconds(stack: Stack, service: str) -> None:
    with crowd(stack.port) as viewers:
        start = time.time()
        stack.compose("up", "-d", "--no-deps", "--force-recreate", service)
        assert gap_s(viewers, start, service) < AIM_S * SLACK
