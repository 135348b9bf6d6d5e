"""Explain errors of Redis to an operator: the reason, and what to do about it.

An error of Redis begins with a word (``READONLY``, ``OOM``, …), which redis-py turns into a class
or leaves in the text. Before Redis 7 the error of a script has that word somewhere in its text.
"""

import errno
import logging
import os
import re
from typing import NamedTuple

from redis import ConnectionError as NoConnection
from redis import RedisError, TimeoutError

MASTER = "Set BEAMCAST_REDIS to the master's address, or to sentinels (redis+sentinel://…)."
LOGIN = "Check the user and the password in BEAMCAST_REDIS (redis://USER:PASSWORD@HOST:PORT/DB)."
REACH = "Check that Redis runs and that BEAMCAST_REDIS has its address."


class BrokerFault(NamedTuple):
    """An explained error: ``kind`` is one word, ``reason`` a sentence without its full stop,
    ``hint`` what to do."""

    kind: str
    reason: str
    hint: str

    def __str__(self) -> str:
        return f"{self.reason}. {self.hint}"


KNOWN = (
    ("MASTERDOWN", BrokerFault("replica", "Redis is a replica that has lost its master", MASTER)),
    ("READONLY", BrokerFault("replica", "Redis is a read-only replica", MASTER)),
    (
        "CROSSSLOT|MOVED|ASK|CLUSTERDOWN|TRYAGAIN|in cluster mode",
        BrokerFault(
            "cluster",
            "Redis runs in cluster mode, which Beamcast does not support",
            "Use a Redis without cluster mode (cluster-enabled no).",
        ),
    ),
    (
        "NOAUTH|WRONGPASS|[Aa]uthentication required|invalid username-password|invalid password"
        "|AUTH.* called without any password",
        BrokerFault("login", "Redis refuses the user or the password", LOGIN),
    ),
    (
        "NOPERM|no permissions|script can't (run|access)",
        BrokerFault(
            "rights",
            "The Redis user lacks a permission that Beamcast needs",
            "ACL LOG in Redis shows which one; deploy/redis/users.acl lists all of them.",
        ),
    ),
    (
        "OOM",
        BrokerFault(
            "full",
            "Redis' memory is full (maxmemory)",
            "redis-cli --bigkeys shows the largest keys; delete some, or raise maxmemory.",
        ),
    ),
    (
        "DB index is out of range|invalid DB index",
        BrokerFault(
            "database",
            "Redis has no database with the number in BEAMCAST_REDIS",
            "Use a number below `databases` in the configuration of Redis, which is usually 16.",
        ),
    ),
    (
        "LOADING|is loading the dataset",
        BrokerFault("loading", "Redis is still loading its data", "Wait until it has finished."),
    ),
    (
        "MISCONF",
        BrokerFault(
            "saving",
            "Redis rejects writes because it cannot save its data to disk",
            "The log of Redis says why. Beamcast does not need saving: CONFIG SET save ''.",
        ),
    ),
    (
        "NOREPLICAS",
        BrokerFault(
            "replicas",
            "Redis rejects writes because it has too few replicas (min-replicas-to-write)",
            "Start the replicas, or lower min-replicas-to-write.",
        ),
    ),
    (
        "DENIED|protected mode",
        BrokerFault(
            "protected",
            "Redis is in protected mode and rejects other machines",
            "Set up users with passwords (docs/operations.md) and protected-mode no.",
        ),
    ),
    (
        "max number of clients",
        BrokerFault(
            "clients",
            "Redis has no free connection (maxclients)",
            "redis-cli CLIENT LIST shows the clients; raise maxclients.",
        ),
    ),
    (
        "BUSY",
        BrokerFault(
            "busy", "Redis is busy with a long script", "redis-cli SCRIPT KILL stops the script."
        ),
    ),
    (
        "WRONGTYPE",
        BrokerFault(
            "type",
            "A key of Beamcast in Redis has the wrong type",
            "Another program wrote it: delete the key (docs/protocol.md lists the types).",
        ),
    ),
)
UNKNOWN_COMMAND = re.compile(r"unknown command [`'\"]?(\w+)", re.IGNORECASE)
ADDRESS = re.compile(r"^Error \S+ connecting to \S+\. ")
"""the start of an error text; it names the address of Redis, which the page must not show"""


def explain(error: Exception) -> BrokerFault:
    """Explain a BrokerError."""
    text = f"{getattr(error, 'status_code', None) or ''} {error}".strip()
    for pattern, fault in KNOWN:
        if re.search(rf"\b(?:{pattern})\b", text):
            return fault
    if found := UNKNOWN_COMMAND.search(text):
        return BrokerFault(
            "command",
            f"Redis does not know the command {found[1].upper()}",
            "Remove its rename-command from the configuration of Redis; users with limited "
            "permissions (deploy/redis/users.acl) protect it better.",
        )
    if isinstance(error, TimeoutError):
        return BrokerFault("unreachable", "Redis is unreachable: timed out", REACH)
    if isinstance(error, NoConnection):
        why = ADDRESS.sub("", text).rstrip(".")
        if number := getattr(errno, why, None):  # eventlet gives the name of the errno alone
            why = os.strerror(number)
        return BrokerFault("unreachable", f"Redis is unreachable: {why}", REACH)
    return BrokerFault(
        "error", f"Redis returned an error: {text}", "The log of Redis may say more."
    )


def is_wrong_type(answer: object) -> bool:
    """Whether this is Redis' error for a command on a key of another type."""
    return isinstance(answer, RedisError) and explain(answer).kind == "type"


class BrokerState:
    """Whether Redis works for this program. One thread reports results, others read ``fault``; each
    change of the fault's kind is logged once, however often the program retries."""

    def __init__(self, log: logging.Logger | logging.LoggerAdapter[logging.Logger]) -> None:
        self.fault: BrokerFault | None = None
        """None while Redis works"""
        self._log = log

    def on_error(self, error: Exception) -> BrokerFault:
        """Record that a command which the program needs has failed."""
        fault = explain(error)
        if self.fault is None or self.fault.kind != fault.kind:
            self._log.warning("%s Waiting for it.", fault)
        self.fault = fault
        return fault

    def on_success(self) -> None:
        """Record that all commands which the program needs have succeeded."""
        if self.fault:
            self._log.info("Redis works again")
        self.fault = None
