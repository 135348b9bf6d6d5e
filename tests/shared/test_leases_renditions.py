"""Each requested rendition is counted, and an event is published when they change."""

import fakeredis
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared import leases
from shared.redis_keys import RedisKeys
from shared.renditions import BadRendition, Rendition
from tests.support.fake_broker import FakeBroker
from tests.support.processes import RedisServer

names = RedisKeys()

STREAM = "camera"


def test_each_rendition_has_its_own_count(broker: FakeBroker) -> None:
    leases.write_lease(broker, STREAM, "worker-1", 3)
    leases.write_lease(broker, STREAM, "worker-2", 4, "half")

    counted = leases.count(broker, STREAM)

    assert counted.viewers == 7
    assert counted.renditions == {Rendition("full"): 3, Rendition("half"): 4}
    assert broker.get(names.viewers(STREAM, "half")) == b"4"
    assert not broker.exists(names.viewers(STREAM, "quarter"))


def test_a_lease_may_name_the_full_rendition(broker: FakeBroker) -> None:
    now, _ = broker.time()
    broker.hset(names.leases(STREAM), "by-hand", f"2 {now + 60} full")

    assert leases.count(broker, STREAM).renditions == {Rendition("full"): 2}


def test_all_precise_regions_of_an_image_are_counted_under_one_name(
    broker: FakeBroker,
) -> None:
    leases.write_lease(broker, STREAM, "worker-1", 1, "precise:0,0,3,2")
    leases.write_lease(broker, STREAM, "worker-2", 2, "precise:1,1,2,2")
    leases.write_lease(broker, STREAM, "worker-3", 4, "precise:1,1,2,2@CAM2")

    counted = leases.count(broker, STREAM)

    assert {str(name): viewers for name, viewers in counted.renditions.items()} == {
        "precise:0,0,3,2": 1,
        "precise:1,1,2,2": 2,
        "precise:1,1,2,2@CAM2": 4,
    }
    assert broker.get(names.viewers(STREAM, "precise")) == b"3"
    assert broker.get(names.viewers(STREAM, "precise@CAM2")) == b"4"
    assert broker.get(names.viewers(STREAM)) == b"7"


@pytest.mark.parametrize(
    "rendition", ["half", "quarter@CAM2", "full@kamera ü", "precise:0,0,1,1", "precise:0,0,1,1@a@b"]
)
def test_a_released_lease_leaves_no_key_of_any_rendition(
    broker: FakeBroker, rendition: str
) -> None:
    leases.write_lease(broker, STREAM, "worker-1", 1, rendition)
    assert len(broker.keys()) == 4

    leases.write_lease(broker, STREAM, "worker-1", 0, rendition)

    assert broker.keys() == []


def test_requested_renditions_can_be_read_with_plain_redis_commands(broker: FakeBroker) -> None:
    leases.write_lease(broker, STREAM, "worker-1", 3)
    leases.write_lease(broker, STREAM, "worker-2", 1, "precise:0,0,3,2")

    assert broker.hgetall(names.asked(STREAM)) == {b"full": b"3", b"precise:0,0,3,2": b"1"}


class Events:
    """A subscriber of the events."""

    def __init__(self, broker: FakeBroker) -> None:
        self._events = broker.pubsub(ignore_subscribe_messages=True)
        self._events.subscribe(names.events)
        self._events.get_message()

    def woken(self) -> bool:
        """Return whether an event has arrived since the last call."""
        return self._events.get_message() is not None


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("full", "half"),
        ("half", "half@CAM2"),
        ("half", "half-log"),
        ("precise:0,0,3,2", "precise:0,0,3,3"),
        ("precise:0,0,3,2", "precise:0,0,3,2@CAM2"),
    ],
)
def test_an_event_is_published_when_the_requested_renditions_change(
    broker: FakeBroker, first: str, second: str
) -> None:
    events = Events(broker)

    leases.write_lease(broker, STREAM, "worker-1", 1, first)
    assert events.woken()
    leases.write_lease(broker, STREAM, "worker-1", 2, first)
    assert not events.woken()
    leases.write_lease(broker, STREAM, "worker-2", 1, second)
    assert events.woken()
    leases.count(broker, STREAM)
    assert not events.woken()
    leases.write_lease(broker, STREAM, "worker-1", 1, second)
    assert events.woken()
    leases.write_lease(broker, STREAM, "worker-2", 0, second)
    assert not events.woken()


def ask(broker: FakeBroker, images: range) -> leases.Count:
    """Request one viewer for each of these images."""
    for number in images:
        leases.write_lease(broker, STREAM, f"worker-{number}", 1, f"full@{number}")
    return leases.count(broker, STREAM)


def test_of_too_many_renditions_the_first_ones_are_admitted(broker: FakeBroker) -> None:
    first = ask(broker, range(leases.MAX_RENDITIONS))
    events = Events(broker)

    more = ask(broker, range(100, 120))

    assert more.renditions == first.renditions
    assert more.viewers == leases.MAX_RENDITIONS
    assert not events.woken()


def test_a_waiting_rendition_is_admitted_when_another_is_released(broker: FakeBroker) -> None:
    ask(broker, range(leases.MAX_RENDITIONS))
    waits = Rendition.parse("full@100")
    assert waits not in ask(broker, range(100, 101)).renditions
    events = Events(broker)

    counted = leases.write_lease(broker, STREAM, "worker-7", 0)

    assert waits in counted.renditions
    assert len(counted.renditions) == leases.MAX_RENDITIONS
    assert events.woken()


@pytest.mark.parametrize("size", ["full", "half", "quarter", "full-log", "quarter-log"])
def test_the_streams_own_picture_is_admitted_however_many_others_are(
    broker: FakeBroker, size: str
) -> None:
    ask(broker, range(leases.MAX_RENDITIONS))

    counted = leases.write_lease(broker, STREAM, "viewer", 1, size)

    assert counted.renditions[Rendition(size)] == 1
    assert len(counted.renditions) == leases.MAX_RENDITIONS + 1
    assert len(ask(broker, range(100, 101)).renditions) == leases.MAX_RENDITIONS + 1


def test_all_regions_of_an_image_count_as_one_rendition(
    broker: FakeBroker,
) -> None:
    regions = [f"precise:{n},0,{n + 1},1" for n in range(2 * leases.MAX_RENDITIONS)]
    leases.write_leases(broker, STREAM, (leases.Lease(region, 1, region) for region in regions))

    counted = ask(broker, range(leases.MAX_RENDITIONS - 1))

    assert len(counted.renditions) == len(regions) + leases.MAX_RENDITIONS - 1
    assert counted.viewers == len(counted.renditions)
    assert Rendition.parse("full@100") not in ask(broker, range(100, 101)).renditions


def test_several_leases_are_written_and_released_in_one_step(
    broker: FakeBroker,
) -> None:
    both = [leases.Lease("worker/1", 2, "half"), leases.Lease("worker/2", 1, "precise:0,0,1,1")]

    counted = leases.write_leases(broker, STREAM, both)

    assert {str(rendition): n for rendition, n in counted.renditions.items()} == {
        "half": 2,
        "precise:0,0,1,1": 1,
    }
    leases.write_leases(broker, STREAM, [lease._replace(viewers=0) for lease in both])
    assert broker.keys() == []


PIECES = [
    "full",
    "half",
    "-log",
    "precise",
    ":",
    ",",
    "0",
    "00",
    "3",
    "12",
    "9999",
    "10000",
    "@",
    "ü",
    " ",
]


@given(
    st.lists(st.sampled_from([*PIECES, "precise:0,0,3,2", "\n", "\x7f", "x" * 256])).map("".join)
    | st.tuples(*[st.integers(0, 10_001)] * 4).map(
        lambda four: f"precise:{four[0]},{four[1]},{four[2]},{four[3]}"
    )
)
def test_the_gate_counts_only_valid_renditions(text: str) -> None:
    broker = FakeBroker(server=fakeredis.FakeServer())
    now, _ = broker.time()
    broker.hset(names.leases(STREAM), "by-hand", f"1 {now + 60} {text}")
    try:
        expected = {Rendition.parse(text): 1}
    except BadRendition:
        expected = {}

    counted = leases.count(broker, STREAM)

    assert counted.renditions == expected
    assert counted.viewers == len(expected)
    assert broker.exists(names.leases(STREAM)) == len(expected)


def test_a_name_that_is_not_utf8_is_not_a_rendition(broker: FakeBroker) -> None:
    now, _ = broker.time()
    broker.hset(names.leases(STREAM), "by-hand", f"1 {now + 60} half@".encode() + b"\xff")

    assert leases.count(broker, STREAM).renditions == {}


def test_an_asked_key_of_another_program_is_corrected(
    redis_server: RedisServer,
) -> None:
    redis_server.broker.set(names.asked(STREAM), "many")

    leases.write_lease(redis_server.broker, STREAM, "worker-1", 1, "half")

    assert redis_server.broker.hgetall(names.asked(STREAM)) == {b"half": b"1"}
