"""One ingest a stream: a second one refuses, and a dead one's name is free soon."""

import logging
import re
import signal
import threading

import pytest
from bsread import PUB

from ingest.claim import Claim
from ingest.gatekeeper import Gate, Gatekeeper
from shared import envelope
from shared.broker_clock import BrokerClock
from tests.support.beamcast import Beamcast
from tests.support.camera import Camera
from tests.support.ports import Listener
from tests.support.processes import Process, RedisServer, python
from tests.support.waiting import until


def epoch(ingest: Process) -> int:
    """The epoch that an ingest has drawn."""
    found = until(lambda: re.search(r"epoch (\d+)", ingest.output), "it has its claim")
    return int(found[1])


def test_a_second_ingest_refuses_says_who_is_there_and_never_connects(beamcast: Beamcast) -> None:
    untouched = Listener()
    try:
        with Camera() as camera:
            first = beamcast.ingest(camera.address)
            second = python("ingest", "--source", untouched.address, "--redis", beamcast.redis.url)

            assert second.wait() == 1

            assert f"'camera' is already ingested by pid {first.pid} on " in second.output
            assert "--stream" in second.output
            assert "Traceback" not in second.output
            assert untouched.connections == 0
            assert first.returncode is None
    finally:
        untouched.close()


def test_other_streams_are_free(beamcast: Beamcast) -> None:
    with Camera() as one, Camera() as two:
        beamcast.ingest(one.address)
        beamcast.ingest(two.address, "--stream", "two")

        until(lambda: beamcast.status("camera").get("state") == "live", "the first is live")
        until(lambda: beamcast.status("two").get("state") == "live", "the second is live")
    assert sorted(beamcast.broker.zrange("beamcast:streams", 0, -1)) == [b"camera", b"two"]


def test_a_killed_ingest_is_succeeded_by_one_of_a_later_epoch(beamcast: Beamcast) -> None:
    with Camera() as camera:
        first = beamcast.ingest(camera.address)
        viewer = beamcast.viewer(beamcast.worker())
        viewer.watch()
        viewer.wait_for(2)

        first.kill()
        second = beamcast.ingest(camera.address)
        viewer.wait_for_more(2)

    assert epoch(second) > epoch(first)
    epochs = [frame.header["epoch"] for frame in viewer.frames]
    assert epochs == sorted(epochs)
    assert set(epochs) == {epoch(first), epoch(second)}


def test_an_ingest_that_ends_as_it_should_leaves_its_name_at_once(beamcast: Beamcast) -> None:
    with Camera() as camera:
        first = beamcast.ingest(camera.address)
        until(beamcast.status, "a status")

        assert first.stop() == 0

        assert beamcast.broker.get("beamcast:camera:owner") is None
        assert beamcast.status() == {}
        assert epoch(beamcast.ingest(camera.address)) > epoch(first)


def test_an_ingest_that_slept_while_another_took_its_name_ends(beamcast: Beamcast) -> None:
    with Camera(mode=PUB) as camera:
        first = beamcast.ingest(camera.address)
        beamcast.hold()
        until(lambda: int(beamcast.status().get("published", 0)) > 0, "frames")

        first.send(signal.SIGSTOP)
        second = beamcast.ingest(camera.address)
        first.send(signal.SIGCONT)

        assert first.wait() == 1
        assert f"'camera' was taken over by pid {second.pid} on " in first.output
        frames = beamcast.broker.pubsub(ignore_subscribe_messages=True)
        frames.subscribe("beamcast:camera:frames")
        for _ in range(5):
            message = until(lambda: frames.get_message(timeout=1), "a frame")
            assert envelope.read_header(message["data"])["epoch"] == epoch(second)
        frames.close()


def test_epochs_grow_even_when_redis_forgets_them(beamcast: Beamcast) -> None:
    with Camera() as camera:
        first = beamcast.ingest(camera.address)
        first.stop()
        beamcast.broker.flushall()

        second = beamcast.ingest(camera.address)

    assert epoch(second) > epoch(first)


def test_a_forgotten_claim_is_made_again(beamcast: Beamcast) -> None:
    with Camera() as camera:
        first = beamcast.ingest(camera.address)
        beamcast.broker.flushall()
        until(lambda: beamcast.broker.get("beamcast:camera:owner"), "it claims its name again")

        second = python("ingest", "--source", camera.address, "--redis", beamcast.redis.url)

        assert second.wait() == 1
        assert first.returncode is None


@pytest.mark.parametrize(
    "life_ms", [1500, 3_600_000, None], ids=["a dead one's", "after a clock set back", "for ever"]
)
def test_a_name_that_nobody_renews_is_waited_for_aloud_and_taken(
    redis_server: RedisServer, caplog: pytest.LogCaptureFixture, life_ms: int | None
) -> None:
    redis_server.broker.set("beamcast:camera:owner", "pid 1 on moon", px=life_ms)
    caplog.set_level(logging.INFO)
    claim = Claim(redis_server.broker, "camera")

    claim.acquire()

    assert claim.epoch > 0
    assert redis_server.broker.get("beamcast:camera:owner") != b"pid 1 on moon"
    assert 0 < redis_server.broker.pttl("beamcast:camera:owner") <= 3000
    said = [record.getMessage() for record in caplog.records]
    assert len(said) == 1
    assert "'camera' is claimed by pid 1 on moon, which may be dead; waiting up to 3 s" in said[0]


def test_an_ingest_that_ends_leaves_the_name_and_the_status_of_its_successor(
    redis_server: RedisServer,
) -> None:
    broker = redis_server.broker
    claim = Claim(broker, "camera")
    claim.acquire()
    keeper = Gatekeeper(broker, claim, Gate(), BrokerClock(), dict, str)
    broker.set("beamcast:camera:owner", "the successor", px=60_000)
    broker.hset("beamcast:camera:status", "state", "live")
    stop = threading.Event()
    stop.set()

    keeper.run(stop)
    claim.give_back()

    assert broker.get("beamcast:camera:owner") == b"the successor"
    assert broker.hget("beamcast:camera:status", "state") == b"live"
