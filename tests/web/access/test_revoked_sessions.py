"""Revoked sessions, and their exchange between workers."""

import time

import pytest

from shared.redis_keys import RedisKeys
from tests.support.processes import RedisServer
from web.access.authentication import PROXY_IDENTITY_LIFETIME_S, Identity, ProxyAuth
from web.access.revoked_sessions import RevokedSessions

names = RedisKeys()

DAY_S = 86400.0


def test_a_session_that_one_worker_revokes_is_revoked_at_the_others(
    redis_server: RedisServer,
) -> None:
    one, other = (RevokedSessions(redis_server.broker, DAY_S) for _ in range(2))
    before = time.time()
    one.revoke_session("abc")
    one.revoke_user("alice")
    other.exchange()

    for worker in (one, other):
        assert worker.is_revoked("abc", "bob", before)
        assert worker.is_revoked("def", "alice", before)
        assert not worker.is_revoked("def", "alice", time.time() + 1)
        assert not worker.is_revoked("def", "bob", before)


@pytest.mark.parametrize(("first_s", "later_s"), [(30 * DAY_S, 7 * DAY_S), (7 * DAY_S, 30 * DAY_S)])
def test_a_changed_session_lifetime_keeps_sessions_revoked(
    redis_server: RedisServer, first_s: float, later_s: float
) -> None:
    before = time.time()
    RevokedSessions(redis_server.broker, first_s).revoke_user("alice")

    later = RevokedSessions(redis_server.broker, later_s)
    later.exchange()

    assert later.is_revoked("x", "alice", before)
    assert not later.is_revoked("x", "alice", time.time() + 1)


def test_revocations_older_than_any_cookie_are_deleted(redis_server: RedisServer) -> None:
    redis_server.broker.zadd(names.revoked_sessions, {"session old": time.time() - 2 * DAY_S})
    revoked = RevokedSessions(redis_server.broker, DAY_S)
    revoked.exchange()
    assert not revoked.is_revoked("old", "x", time.time())
    assert redis_server.broker.zcard(names.revoked_sessions) == 0


def test_revocations_are_restored_in_a_redis_that_lost_them(redis_server: RedisServer) -> None:
    revoked = RevokedSessions(redis_server.broker, DAY_S)
    revoked.revoke_session("abc")
    redis_server.broker.flushall()
    revoked._next_full_exchange = 0.0
    revoked.exchange()
    assert redis_server.broker.zscore(names.revoked_sessions, "session abc")


def test_an_identity_from_a_proxy_expires() -> None:
    proxy, now = ProxyAuth("X-User"), time.time()
    assert proxy.is_valid(Identity("alice", "proxy", since=now))
    assert not proxy.is_valid(Identity("alice", "proxy", since=now - PROXY_IDENTITY_LIFETIME_S - 1))


def test_a_key_of_another_type_is_replaced(redis_server: RedisServer) -> None:
    redis_server.broker.set(names.revoked_sessions, "of another program")
    revoked = RevokedSessions(redis_server.broker, DAY_S)
    revoked.revoke_session("abc")
    revoked.exchange()
    assert redis_server.broker.zscore(names.revoked_sessions, "session abc")
