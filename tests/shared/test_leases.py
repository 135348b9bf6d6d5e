"""Only valid leases are counted, whatever happens to their holders."""

import fakeredis
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared import leases
from shared.redis_keys import RedisKeys
from tests.support.fake_broker import FakeBroker
from tests.support.processes import RedisServer
from tests.support.waiting import until

names = RedisKeys()

STREAM = "camera"


def test_the_viewers_are_the_sum_of_the_leases(broker: FakeBroker) -> None:
    leases.write_lease(broker, STREAM, "worker-1", 3)

    assert leases.write_lease(broker, STREAM, "worker-2", 4).viewers == 7
    assert broker.get(names.viewers(STREAM)) == b"7"


def test_a_released_lease_leaves_no_key(broker: FakeBroker) -> None:
    leases.write_lease(broker, STREAM, "worker-1", 3)

    leases.write_lease(broker, STREAM, "worker-1", 0)

    assert not broker.exists(names.viewers(STREAM), names.leases(STREAM))


def test_a_repeated_lease_of_a_holder_counts_once(broker: FakeBroker) -> None:
    leases.write_lease(broker, STREAM, "worker-1", 3)

    assert leases.write_lease(broker, STREAM, "worker-1", 3).viewers == 3


def test_each_stream_has_its_own_gate(broker: FakeBroker) -> None:
    leases.write_lease(broker, "one", "worker-1", 3)

    assert leases.count(broker, "other").viewers == 0


@pytest.mark.parametrize(
    "lease",
    [
        "",
        "1 later third",
        "1 later half@",
        "1 later @CAM2",
        "1 later precise",
        "1 later precise:0,0,1",
        "1 later precise:1,0,1,1",
        "1 later precise:0,0,1,10000",
        "1 later half@" + "x" * 257,
        "1 laterhalf",
        "1 later half ",
        "1",
        "one later",
        "-1 later",
        "0 later",
        "1 1",
        "1.5 later",
        "9999999 later",
        "1 nan",
        "1 inf",
        "1 99999999999999",
        "1  2",
    ],
)
def test_an_invalid_lease_is_deleted_and_not_counted(broker: FakeBroker, lease: str) -> None:
    now, _ = broker.time()
    broker.hset(names.leases(STREAM), "who", lease.replace("later", str(now + 60)))
    leases.write_lease(broker, STREAM, "worker-1", 2)

    assert leases.count(broker, STREAM).viewers == 2
    assert broker.hkeys(names.leases(STREAM)) == [b"worker-1"]


def test_a_viewers_key_of_another_program_is_corrected(
    broker: FakeBroker,
) -> None:
    broker.set(names.viewers(STREAM), "many")

    assert leases.count(broker, STREAM).viewers == 0
    assert not broker.exists(names.viewers(STREAM))


def test_events_are_published_when_the_gate_opens_and_closes_but_not_for_each_viewer(
    redis_server: RedisServer,
) -> None:
    broker = redis_server.broker
    with broker.pubsub(ignore_subscribe_messages=True) as events:
        events.subscribe(names.events)
        events.get_message(timeout=1)
        for viewers in (1, 2, 3, 0):
            leases.write_lease(broker, STREAM, "worker-1", viewers)
        broker.publish(names.events, "end")
        changes = []
        while changes[-1:] != [b"end"]:
            message = events.get_message(timeout=5)
            changes += [message["data"]] if message else []

    assert changes == [b"gate camera", b"gate camera", b"end"]


def test_the_lease_of_a_dead_holder_expires_and_others_do_not(redis_server: RedisServer) -> None:
    broker = redis_server.broker
    leases.write_lease(broker, STREAM, "dead", 5, lease_s=0.2)
    leases.write_lease(broker, STREAM, "alive", 2)

    until(lambda: leases.count(broker, STREAM).viewers == 2, "the dead holder's viewers are gone")


def test_the_count_expires_even_without_another_count(redis_server: RedisServer) -> None:
    broker = redis_server.broker
    leases.write_lease(broker, STREAM, "dead", 5, lease_s=0.2)

    until(lambda: not broker.exists(names.viewers(STREAM)), "the count expired by itself")


def test_the_time_of_a_count_is_that_of_redis(redis_server: RedisServer) -> None:
    before = redis_server.broker.time()
    t = leases.count(redis_server.broker, STREAM).t
    after = redis_server.broker.time()

    assert before[0] + before[1] / 1e6 <= t <= after[0] + after[1] / 1e6


@given(
    st.lists(
        st.tuples(st.sampled_from("abcd"), st.integers(min_value=0, max_value=50)), max_size=40
    )
)
def test_the_count_is_the_sum_of_the_last_lease_of_each_holder(
    changes: list[tuple[str, int]],
) -> None:
    broker = FakeBroker(server=fakeredis.FakeServer())
    for holder, viewers in changes:
        counted = leases.write_lease(broker, STREAM, holder, viewers)
        assert counted.viewers == int(broker.get(names.viewers(STREAM)) or 0)

    assert leases.count(broker, STREAM).viewers == sum(dict(changes).values())
