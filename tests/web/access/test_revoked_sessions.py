"""Which logins have ended, and how workers tell each other."""

import time

import pytest

from shared.redis_keys import Names
from tests.support.processes import RedisServer
from web.access.authentication import ASK_PROXY_EVERY_S, Identity, ProxyAuth
from web.access.revoked_sessions import RevokedSessions

names = Names()

DAY_S = 86400.0


def test_what_one_worker_ends_another_knows(redis_server: RedisServer) -> None:
    one, other = (RevokedSessions(redis_server.broker, DAY_S) for _ in range(2))
    before = time.time()
    one.session("abc")
    one.user("alice")
    other.exchange()

    for worker in (one, other):
        assert worker.has("abc", "bob", before)
        assert worker.has("def", "alice", before)
        assert not worker.has("def", "alice", time.time() + 1)
        assert not worker.has("def", "bob", before)


@pytest.mark.parametrize(("first_s", "later_s"), [(30 * DAY_S, 7 * DAY_S), (7 * DAY_S, 30 * DAY_S)])
def test_another_length_of_logins_changes_nothing_about_what_has_ended(
    redis_server: RedisServer, first_s: float, later_s: float
) -> None:
    before = time.time()
    RevokedSessions(redis_server.broker, first_s).user("alice")

    later = RevokedSessions(redis_server.broker, later_s)
    later.exchange()

    assert later.has("x", "alice", before)
    assert not later.has("x", "alice", time.time() + 1)


def test_what_no_cookie_can_be_of_any_more_is_forgotten(redis_server: RedisServer) -> None:
    redis_server.broker.zadd(names.ended_logins, {"session old": time.time() - 2 * DAY_S})
    ended = RevokedSessions(redis_server.broker, DAY_S)
    ended.exchange()
    assert not ended.has("old", "x", time.time())
    assert redis_server.broker.zcard(names.ended_logins) == 0


def test_a_redis_that_forgot_is_told_again(redis_server: RedisServer) -> None:
    ended = RevokedSessions(redis_server.broker, DAY_S)
    ended.session("abc")
    redis_server.broker.flushall()
    ended._all_at = 0.0  # the next time at which everything is compared
    ended.exchange()
    assert redis_server.broker.zscore(names.ended_logins, "session abc")


def test_a_proxy_is_asked_again_about_a_connection_that_lasts() -> None:
    way, now = ProxyAuth("X-User"), time.time()
    assert way.still(Identity("alice", "proxy", since=now))
    assert not way.still(Identity("alice", "proxy", since=now - ASK_PROXY_EVERY_S - 1))


def test_a_key_of_another_type_is_written_anew(redis_server: RedisServer) -> None:
    redis_server.broker.set(names.ended_logins, "of another program")
    ended = RevokedSessions(redis_server.broker, DAY_S)
    ended.session("abc")
    ended.exchange()
    assert redis_server.broker.zscore(names.ended_logins, "session abc")
