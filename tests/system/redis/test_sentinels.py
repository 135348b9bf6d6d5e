"""Redis behind sentinels: after a failover all parts use the new master."""

import contextlib
import json
import signal
import time
from collections.abc import Iterator

import pytest

from ingest.publishing.publisher import Publisher
from shared.broker import BrokerError, connect, next_message
from tests.support.beamcast import Beamcast
from tests.support.camera import Camera
from tests.support.processes import RedisServer
from tests.support.sentinels import SentinelSetup, is_synchronised_replica, role
from tests.support.waiting import until

FAILOVER_S = 30
"""An election takes three seconds here; this is for a machine that is busy."""
FRAMES = "beamcast:camera:frames"


@pytest.fixture
def watched(beamcast: Beamcast) -> Iterator[SentinelSetup]:
    """The Redis of ``beamcast`` as the master."""
    made = SentinelSetup(beamcast.redis)
    yield made
    made.stop()


def is_left_alone(server: RedisServer) -> bool:
    """Return whether a server has no subscribers of frames and notices."""
    heard = server.broker.pubsub_numsub(FRAMES, "beamcast:events", "beamcast:socketio")
    return not any(count for _, count in heard)


def test_viewers_get_frames_again_after_the_master_died(
    beamcast: Beamcast, watched: SentinelSetup
) -> None:
    first, second = watched.master, watched.replica
    with Camera() as camera:
        ingest = beamcast.ingest(camera.address, "--redis", watched.url)
        workers = [beamcast.worker("--redis", watched.url) for _ in range(2)]
        viewers = [beamcast.viewer(worker) for worker in (*workers, workers[1])]
        for viewer in viewers:
            viewer.watch()
            viewer.wait_for(2)

        died = time.monotonic()
        first.kill()
        for viewer in viewers:
            viewer.wait_for_state("broker_lost")
        for viewer in viewers:
            viewer.wait_for_more(timeout_s=FAILOVER_S)
        print(f"frames again {time.monotonic() - died:.1f} s after the master's death")

        beamcast.redis = second
        until(lambda: beamcast.viewers() == 3, "the count is right")
        beamcast.broker.publish("beamcast:events", "status camera")
        for viewer in viewers:
            viewer.wait_for_state("live")
        until(lambda: notices(beamcast, "to all") >= 3, "notices reach every viewer")

        first.start()

        def is_a_replica() -> bool:
            assert is_left_alone(first)
            return role(first) == "slave" and is_synchronised_replica(first)

        until(is_a_replica, "it comes back as a replica", FAILOVER_S)
        assert beamcast.viewers() == 3

        watched.fail_over()
        until(lambda: watched.current_master() is first, "it is the master again", FAILOVER_S)

        def all_follow() -> bool:
            beamcast.redis = watched.current_master()
            (other,) = {first, second} - {beamcast.redis}
            return is_left_alone(other) and beamcast.viewers() == 3

        until(all_follow, "all follow", FAILOVER_S)
        for viewer in viewers:
            viewer.wait_for_more(5, FAILOVER_S)

    assert ingest.output.count("Waiting for it") == ingest.output.count("Redis works again") >= 2
    for viewer in viewers:
        order = [(frame.header["epoch"], frame.header["seq"]) for frame in viewer.frames]
        assert order == sorted(set(order))
        assert viewer.connects == 1


def notices(beamcast: Beamcast, text: str) -> int:
    """Send a notice as any program may; return the number of viewers with a notice."""
    message = {"method": "emit", "event": "notice", "data": {"text": text}, "namespace": "/"}
    beamcast.broker.publish("beamcast:socketio", json.dumps(message))
    return sum(bool(viewer.notices) for viewer in beamcast._viewers)


def test_clients_leave_a_master_that_was_stopped_during_the_election(
    beamcast: Beamcast, watched: SentinelSetup
) -> None:
    client = connect(watched.url)
    publisher = Publisher(client, lambda: True)
    publisher.publish(FRAMES, b"before")
    subscription = client.pubsub()
    subscription.subscribe(FRAMES)
    assert next_message(subscription, 5)
    sleepers = [watched.master, watched.sentinels[0]]
    for process in sleepers:
        process.send(signal.SIGSTOP)

    def moved() -> bool:
        with contextlib.suppress(BrokerError):
            return client.incr("moved") > 0
        return False

    until(moved, "a new master takes writes", FAILOVER_S)
    for process in sleepers:
        process.send(signal.SIGCONT)
    until(watched.sentinels[0].state, "the first sentinel answers again")

    # The master of the past still takes itself for one, and would do what it is asked.
    with pytest.raises(BrokerError):
        next_message(subscription, 0.1)
    with connect(watched.url) as fresh:
        assert fresh.get("moved") == b"1"
    with watched.replica.broker.pubsub(ignore_subscribe_messages=True) as new:
        new.subscribe(FRAMES)
        new.get_message(timeout=5)
        publisher.publish(FRAMES, b"after")
        assert until(lambda: new.get_message(timeout=5), "it comes")["data"] == b"after"
    subscription.close()
    client.close()


def test_a_script_rejected_by_a_replica_makes_the_client_find_the_master(
    watched: SentinelSetup,
) -> None:
    with connect(watched.url) as client:
        write = client.register_script("return redis.call('SET', KEYS[1], 1)")
        assert write(keys=["key"]) == b"OK"

        watched.master.broker.replicaof("127.0.0.1", watched.replica.port)
        with pytest.raises(
            BrokerError, match=r"not the master|no longer the master|is now a slave"
        ):
            write(keys=["key"])
        assert not any(
            connection.is_connected for connection in client.connection_pool._available_connections
        )


def test_unknown_masters_are_reported_and_a_minority_of_sentinels_is_not_trusted(
    watched: SentinelSetup,
) -> None:
    with (
        connect(watched.url.replace("/beam", "/bean")) as client,
        pytest.raises(BrokerError, match="know no master named 'bean'"),
    ):
        client.ping()
    for sentinel in watched.sentinels[1:]:
        sentinel.kill()

    with connect(watched.url) as client, pytest.raises(BrokerError, match="1 of 3 sentinels"):
        client.ping()
