"""Why Redis does not do what it is asked for, in words for an operator, and what cures it.

Redis names its errors by a first word (``READONLY``, ``OOM``, …), which redis-py turns into a class
or leaves in the text. Before Redis 7 a script's error has it somewhere within its own text.
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
    """``kind`` is one word, ``reason`` a sentence without its full stop, ``hint`` what to do."""

    kind: str
    reason: str
    hint: str

    def __str__(self) -> str:
        return f"{self.reason}. {self.hint}"


KNOWN = (
    ("MASTERDOWN", BrokerFault("replica", "Redis is a replica that has lost its master", MASTER)),
    ("READONLY", BrokerFault("replica", "Redis is a replica, which takes no writes", MASTER)),
    (
        "CROSSSLOT|MOVED|ASK|CLUSTERDOWN|TRYAGAIN|in cluster mode",
        BrokerFault(
            "cluster",
            "Redis runs in cluster mode, which Beamcast does not support",
            "Use a Redis without it (cluster-enabled no).",
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
            "The user of Redis lacks a right that Beamcast needs",
            "ACL LOG in Redis shows which; deploy/redis/users.acl has all of them.",
        ),
    ),
    (
        "OOM",
        BrokerFault(
            "full",
            "Redis' memory is full (maxmemory)",
            "redis-cli --bigkeys shows what fills it; make room, or raise maxmemory.",
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
        BrokerFault("loading", "Redis is still loading its data", "Wait until it has."),
    ),
    (
        "MISCONF",
        BrokerFault(
            "saving",
            "Redis takes no writes because it cannot save its data to disk",
            "The log of Redis says why. Beamcast needs nothing saved: CONFIG SET save ''.",
        ),
    ),
    (
        "NOREPLICAS",
        BrokerFault(
            "replicas",
            "Redis takes no writes because it has too few replicas (min-replicas-to-write)",
            "Start the replicas, or lower min-replicas-to-write.",
        ),
    ),
    (
        "DENIED|protected mode",
        BrokerFault(
            "protected",
            "Redis is in protected mode and refuses other machines",
            "Give it users with passwords (docs/operations.md), and protected-mode no.",
        ),
    ),
    (
        "max number of clients",
        BrokerFault(
            "clients",
            "Redis has as many connections as it takes (maxclients)",
            "redis-cli CLIENT LIST shows whose they are; raise maxclients.",
        ),
    ),
    (
        "BUSY",
        BrokerFault(
            "busy", "Redis is busy with a long script", "redis-cli SCRIPT KILL ends that script."
        ),
    ),
    (
        "WRONGTYPE",
        BrokerFault(
            "type",
            "A key of Beamcast in Redis has another type",
            "Another program wrote it: delete that key (docs/protocol.md has the types).",
        ),
    ),
)
UNKNOWN_COMMAND = re.compile(r"unknown command [`'\"]?(\w+)", re.IGNORECASE)
ADDRESS = re.compile(r"^Error \S+ connecting to \S+\. ")
"""of Redis, which a page need not show"""


def explain(problem: Exception) -> BrokerFault:
    """What a BrokerError means."""
    text = f"{getattr(problem, 'status_code', None) or ''} {problem}".strip()
    for pattern, fault in KNOWN:
        if re.search(rf"\b(?:{pattern})\b", text):
            return fault
    if found := UNKNOWN_COMMAND.search(text):
        return BrokerFault(
            "command",
            f"Redis does not know the command {found[1].upper()}",
            "Remove its rename-command from the configuration of Redis; users with limited rights "
            "(deploy/redis/users.acl) protect it better.",
        )
    if isinstance(problem, TimeoutError):
        return BrokerFault("unreachable", "Redis is unreachable: it does not answer in time", REACH)
    if isinstance(problem, NoConnection):
        why = ADDRESS.sub("", text).rstrip(".")
        if number := getattr(errno, why, None):  # which is all that eventlet says
            why = os.strerror(number)
        return BrokerFault("unreachable", f"Redis is unreachable: {why}", REACH)
    return BrokerFault("error", f"Redis answers with an error: {text}", "Its log may say more.")


def is_wrong_type(answer: object) -> bool:
    """Whether this is Redis' answer to a command for another type of key."""
    return isinstance(answer, RedisError) and explain(answer).kind == "type"


class BrokerState:
    """Whether Redis does what a program needs. One thread reports, others read; the log has a line
    for each change of kind, however often something is tried."""

    def __init__(self, log: logging.Logger | logging.LoggerAdapter[logging.Logger]) -> None:
        self.fault: BrokerFault | None = None
        """why not; None while it does"""
        self._log = log

    def on_error(self, problem: Exception) -> BrokerFault:
        """Something that is needed was refused, or not answered."""
        fault = explain(problem)
        if self.fault is None or self.fault.kind != fault.kind:
            self._log.warning("%s Waiting for it.", fault)
        self.fault = fault
        return fault

    def on_success(self) -> None:
        """All that is needed was done."""
        if self.fault:
            self._log.info("Redis works again")
        self.fault = None
