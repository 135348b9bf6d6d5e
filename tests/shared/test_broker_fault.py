"""Errors of Redis are explained."""

import logging

import pytest
import redis

from shared import leases
from shared.broker import connect
from shared.broker_fault import BrokerState, explain
from tests.support.processes import RedisServer, users_of_tests

SCRIPT = "ERR Error running script (call to f_1): @user_script:9: @user_script: 9: "


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("replica", "READONLY You can't write against a read only replica."),
        ("replica", SCRIPT + "-READONLY You can't write against a read only replica."),
        ("replica", "READONLY You can't write against a read only replica. script: 1, on @x:1."),
        ("replica", "MASTERDOWN Link with MASTER is down and replica-serve-stale-data is 'no'."),
        ("cluster", "CROSSSLOT Keys in request don't hash to the same slot"),
        ("cluster", "MOVED 3999 127.0.0.1:6381"),
        ("cluster", "CLUSTERDOWN Hash slot not served"),
        ("cluster", "SELECT is not allowed in cluster mode"),
        ("rights", "NOPERM this user has no permissions to run the 'evalsha' command"),
        ("rights", "this user has no permissions to access one of the keys used as arguments"),
        ("rights", SCRIPT + "The user executing the script can't run this command or subcommand"),
        ("login", "NOAUTH Authentication required."),
        ("login", "WRONGPASS invalid username-password pair or user is disabled."),
        ("login", "AUTH <password> called without any password configured for the default user."),
        ("command", "unknown command `EVALSHA`, with args beginning with: `a`"),
        ("command", "ERR unknown command 'evalsha', with args beginning with: 'a'"),
        ("full", "OOM command not allowed when used memory > 'maxmemory'."),
        ("full", SCRIPT + "-OOM command not allowed when used memory > 'maxmemory'."),
        ("database", "DB index is out of range"),
        ("loading", "LOADING Redis is loading the dataset in memory"),
        (
            "saving",
            "MISCONF Redis is configured to save RDB snapshots, but cannot",
        ),
        ("replicas", "NOREPLICAS Not enough good replicas to write."),
        ("protected", "DENIED Redis is running in protected mode because …"),
        ("busy", "BUSY Redis is busy running a script."),
        ("type", "WRONGTYPE Operation against a key holding the wrong kind of value"),
        ("type", SCRIPT + "-WRONGTYPE Operation against a key holding the wrong kind of value"),
        ("error", "ERR something else"),
    ],
)
def test_each_error_has_a_reason_and_a_hint(kind: str, text: str) -> None:
    fault = explain(redis.ResponseError(text))

    assert fault.kind == kind
    assert fault.reason
    assert str(fault).endswith(".")


def test_an_unreachable_redis_is_explained_without_its_address() -> None:
    refused = redis.ConnectionError("Error 111 connecting to 10.0.0.7:6379. Connection refused.")
    assert explain(refused).reason == "Redis is unreachable: Connection refused"
    eventlets = redis.ConnectionError("Error 111 connecting to 10.0.0.7:6379. ECONNREFUSED.")
    assert explain(eventlets) == explain(refused)
    assert explain(redis.TimeoutError("Timeout connecting to server")).kind == "unreachable"
    assert explain(redis.ConnectionError("max number of clients reached")).kind == "clients"


@pytest.mark.parametrize(
    ("kind", "options", "login", "database"),
    [
        ("login", (), "nobody:wrong@", 0),
        ("database", (), "", 99),
        ("command", ("--rename-command", "EVALSHA", ""), "", 0),
        ("replica", ("--replicaof", "127.0.0.1", "1"), "", 0),
        ("cluster", ("--cluster-enabled", "yes"), "", 0),
        ("full", ("--maxmemory", "1"), "", 0),
    ],
)
def test_a_real_redis_that_refuses_is_understood(
    kind: str, options: tuple[str, ...], login: str, database: int
) -> None:
    server = RedisServer(*options)
    try:
        with (
            connect(f"redis://{login}127.0.0.1:{server.port}/{database}") as broker,
            pytest.raises(redis.RedisError) as refused,
        ):
            leases.write_lease(broker, "camera", "test", 1)
        assert explain(refused.value).kind == kind
    finally:
        server.stop()


def test_a_missing_permission_is_explained() -> None:
    users = users_of_tests().replace("+hset", "", 2)
    server = RedisServer(users=users)
    try:
        with (
            connect(server.url_of("web")) as broker,
            pytest.raises(redis.RedisError) as refused,
        ):
            leases.write_lease(broker, "camera", "test", 1)
        assert explain(refused.value).kind == "rights"
    finally:
        server.stop()


def test_the_log_has_one_line_for_each_change(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    state = BrokerState(logging.getLogger("test"))
    state.on_success()
    for _ in range(5):
        for text in ("Connection closed by server.", "Error 111 connecting to h:1. Refused."):
            state.on_error(redis.ConnectionError(text))
    for _ in range(5):
        state.on_error(redis.ResponseError("LOADING"))
    for _ in range(5):
        state.on_success()

    assert [record.getMessage().partition(".")[0] for record in caplog.records] == [
        "Redis is unreachable: Connection closed by server",
        "Redis is still loading its data",
        "Redis works again",
    ]
