"""The names of two installations on one Redis never collide."""

import itertools

import pytest

from shared.broker import connect
from shared.redis_keys import RedisKeys

ALL = [
    RedisKeys(),
    RedisKeys("", 3),
    RedisKeys("alpha"),
    RedisKeys("alpha", 3),
    RedisKeys("alpha.b"),
    RedisKeys("3"),
]
PAIRS = list(itertools.combinations(ALL, 2))


def channels(names: RedisKeys) -> set[str]:
    return {names.events, names.notices, *(names.frames(s) for s in ("camera", "events", "3"))}


def keys(names: RedisKeys) -> set[str]:
    of_streams = [names.viewers, names.leases, names.asked, names.schema, names.status]
    of_streams += [names.owner, names.standby, names.epoch, names.cards]
    return {names.streams, names.revoked_sessions, names.limits, names.card("board", "a")} | {
        name(stream) for name in of_streams for stream in ("camera", "3")
    }


@pytest.mark.parametrize(("one", "other"), PAIRS)
def test_installations_share_no_channel(one: RedisKeys, other: RedisKeys) -> None:
    assert not channels(one) & channels(other)


@pytest.mark.parametrize(("one", "other"), PAIRS)
def test_installations_in_one_database_share_no_key(one: RedisKeys, other: RedisKeys) -> None:
    if one.database == other.database:
        assert not keys(one) & keys(other)


def test_names_in_database_0_have_no_number() -> None:
    names = RedisKeys()
    assert names.frames("camera", "half") == "beamcast:camera:frames:half"
    assert names.events == "beamcast:events"
    assert names.viewers("camera") == "beamcast:camera:viewers"


def test_only_channel_names_contain_another_database() -> None:
    names = RedisKeys("", 3)
    assert names.frames("camera") == "beamcast@3:camera:frames"
    assert names.leases("camera") == "beamcast:camera:leases"


def test_an_installation_is_in_all_names() -> None:
    names = RedisKeys("alpha", 3)
    assert names.frames("camera") == "beamcast-alpha@3:camera:frames"
    assert names.leases("camera") == "beamcast-alpha:camera:leases"


@pytest.mark.parametrize(
    ("url", "database"),
    [
        ("redis://h:1", 0),
        ("redis://h:1/", 0),
        ("redis://h:1/0", 0),
        ("redis://h:1/00", 0),
        ("redis://h:1/3", 3),
        ("rediss://h:1/3", 3),
        ("redis+sentinel://h:1,i:1/beam/3", 3),
        ("redis+sentinel://h:1,i:1/beam", 0),
    ],
)
def test_a_broker_has_the_names_of_its_installation(url: str, database: int) -> None:
    assert connect(url, installation="alpha").names == RedisKeys("alpha", database)
