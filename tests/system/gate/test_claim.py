"""The claim of a stream: a second ingest ends, and the claim of a dead one expires soon."""

import itertools
import logging
import re
import signal
import threading

import pytest
from bsread import PUB

from ingest.demand import Gate
from ingest.publishing.claim import Claim, NameTaken
from ingest.publishing.control_loop import ControlLoop
from ingest.publishing.publisher import Publisher, Withheld
from shared import envelope
from shared.broker import connect
from shared.broker_clock import BrokerClock
from tests.support.beamcast import Beamcast
from tests.support.camera import Camera
from tests.support.fake_servers import SilentServer
from tests.support.frame_listener import FrameListener
from tests.support.processes import Process, RedisServer, python
from tests.support.waiting import until


def epoch(ingest: Process) -> int:
    """Return the epoch of an ingest."""
    found = until(lambda: re.search(r"epoch (\d+)", ingest.output), "it has its claim")
    return int(found[1])


def test_a_second_ingest_ends_naming_the_owner_and_never_connects(beamcast: Beamcast) -> None:
    untouched = SilentServer()
    try:
        with Camera() as camera:
            first = beamcast.ingest(camera.address)
            second = python("ingest", "--source", untouched.address, "--redis", beamcast.ingest_url)

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


def test_an_ingest_that_ends_releases_its_claim_immediately(beamcast: Beamcast) -> None:
    with Camera() as camera:
        first = beamcast.ingest(camera.address)
        until(beamcast.status, "a status")

        assert first.stop() == 0

        assert beamcast.broker.get("beamcast:camera:owner") is None
        assert beamcast.status() == {}
        assert epoch(beamcast.ingest(camera.address)) > epoch(first)


def test_a_stopped_ingest_ends_after_another_took_its_claim(beamcast: Beamcast) -> None:
    with Camera(mode=PUB) as camera:
        first = beamcast.ingest(camera.address)
        beamcast.write_lease()
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

        second = python("ingest", "--source", camera.address, "--redis", beamcast.ingest_url)

        assert second.wait() == 1
        assert first.returncode is None


@pytest.mark.parametrize(
    "life_ms", [1500, 3_600_000, None], ids=["a dead one's", "after a clock set back", "for ever"]
)
def test_an_abandoned_claim_is_waited_for_with_a_log_line_and_taken(
    redis_server: RedisServer, caplog: pytest.LogCaptureFixture, life_ms: int | None
) -> None:
    redis_server.broker.set("beamcast:camera:owner", "pid 1 on moon", px=life_ms)
    caplog.set_level(logging.INFO)
    claim = Claim(redis_server.broker, "camera")

    claim.acquire()

    assert claim.epoch > 0
    assert redis_server.broker.get("beamcast:camera:owner") != b"pid 1 on moon"
    assert 0 < redis_server.broker.pttl("beamcast:camera:owner") <= 2000
    messages = [record.getMessage() for record in caplog.records]
    assert len(messages) == 1
    assert "'camera' is claimed by pid 1 on moon; waiting up to 2 s to see" in messages[0]


def test_an_ingest_that_ends_keeps_the_claim_and_status_of_its_successor(
    redis_server: RedisServer,
) -> None:
    broker = redis_server.broker
    claim = Claim(broker, "camera")
    claim.acquire()
    control_loop = ControlLoop(broker, claim, Gate(), BrokerClock(), dict, str)
    broker.set("beamcast:camera:owner", "the successor", px=60_000)
    broker.hset("beamcast:camera:status", "state", "live")
    stop = threading.Event()
    stop.set()

    control_loop.run(stop)
    claim.release()

    assert broker.get("beamcast:camera:owner") == b"the successor"
    assert broker.hget("beamcast:camera:status", "state") == b"live"


def test_a_claim_held_by_another_meanwhile_gets_a_new_epoch(
    redis_server: RedisServer,
) -> None:
    broker = redis_server.broker
    first, second = Claim(broker, "camera"), Claim(broker, "camera")
    first.acquire()
    broker.delete("beamcast:camera:owner")  # it expired while the first slept
    second.acquire()
    second.release()

    with pytest.raises(NameTaken, match="'camera' was taken over"):
        first.renew()

    assert broker.get("beamcast:camera:owner") is None


def test_an_ingest_that_lost_its_claim_does_not_write_the_status(
    redis_server: RedisServer,
) -> None:
    broker = redis_server.broker
    claim = Claim(broker, "camera")
    claim.acquire()
    calls = itertools.count()

    def state() -> str:
        if next(calls) == 0:
            return "live"
        broker.set("beamcast:camera:owner", "the successor", px=60_000)
        broker.hset("beamcast:camera:status", "pid", "of the successor")
        return "lost"

    control_loop = ControlLoop(
        broker, claim, Gate(), BrokerClock(), lambda: {"state": "live"}, state
    )

    with pytest.raises(NameTaken):
        control_loop.run(threading.Event())

    assert broker.hget("beamcast:camera:status", "pid") == b"of the successor"


def test_a_claim_is_held_exactly_until_it_may_expire_in_redis(
    redis_server: RedisServer,
) -> None:
    claim = Claim(redis_server.broker, "camera")
    assert not claim.is_held()
    claim.acquire()
    assert claim.is_held()

    def free() -> bool:
        return not redis_server.broker.exists("beamcast:camera:owner")

    until(free, "the claim expires")
    assert not claim.is_held()
    claim.renew()
    assert claim.is_held()
    claim.release()
    assert free()
    assert not claim.is_held()


def test_an_ingest_that_sees_another_owner_no_longer_holds_the_claim(
    redis_server: RedisServer,
) -> None:
    claim = Claim(redis_server.broker, "camera")
    claim.acquire()
    redis_server.broker.set("beamcast:camera:owner", "the successor", px=60_000)

    with pytest.raises(NameTaken, match="'camera' was taken over by the successor"):
        claim.renew()

    assert not claim.is_held()


def test_nothing_is_published_while_the_claim_may_have_expired(redis_server: RedisServer) -> None:
    claim, other = (Claim(redis_server.broker, "camera") for _ in range(2))
    publisher = Publisher(connect(redis_server.url_of("ingest")), claim.is_held)
    with FrameListener(redis_server) as ear:
        with pytest.raises(Withheld):
            publisher.publish("beamcast:camera:frames", b"early")
        with pytest.raises(Withheld):
            publisher.set("beamcast:camera:schema", "early")
        claim.acquire()
        publisher.publish("beamcast:camera:frames", b"ours")
        until(lambda: ear.messages, "it is heard")

        other.acquire(standby=True)  # when the claim that nobody renews has expired
        with pytest.raises(Withheld):
            publisher.publish("beamcast:camera:frames", b"late")
        redis_server.broker.publish("beamcast:camera:frames", b"the last")
        until(lambda: ear.messages > 1, "it is heard")
        assert ear.messages == 2
    assert redis_server.broker.get("beamcast:camera:schema") is None


def test_the_status_left_by_another_ingest_has_the_new_epoch_immediately(
    redis_server: RedisServer,
) -> None:
    redis_server.broker.hset("beamcast:camera:status", mapping={"epoch": 7, "state": "live"})
    claim = Claim(redis_server.broker, "camera")

    claim.acquire()

    status = redis_server.broker.hgetall("beamcast:camera:status")
    assert status == {b"epoch": str(claim.epoch).encode(), b"state": b"live"}


def test_an_ingest_whose_claim_redis_lost_keeps_its_epoch_and_logs_this(
    redis_server: RedisServer,
) -> None:
    claim = Claim(redis_server.broker, "camera")
    claim.acquire()
    before = claim.epoch
    redis_server.broker.flushall()

    claim.renew()

    assert claim.epoch == before
    assert redis_server.broker.get("beamcast:camera:epoch") == str(before).encode()


@pytest.mark.parametrize("value", [b"", b"x", b"nan", b"inf", b"-7", b"9" * 20, b"1" * 5000])
def test_an_impossible_epoch_is_ignored(redis_server: RedisServer, value: bytes) -> None:
    redis_server.broker.set("beamcast:camera:epoch", value)
    seconds, _ = redis_server.broker.time()
    claim = Claim(redis_server.broker, "camera")

    claim.acquire()
    claim.renew()

    assert 0 <= claim.epoch - 1000 * seconds < 600_000
