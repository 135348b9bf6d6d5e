"""Texts from outside that are read or shown: settings, renditions, events' payloads, lines of the
log."""

import dataclasses
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from random import Random

import orjson

from shared.broker import connect
from shared.log import JsonLine, TextLine
from shared.redis_url import without_password
from shared.renditions import BadRendition, Rendition
from shared.settings import COMMANDS
from tests.fuzz.harness import One
from tests.fuzz.mutate import NUMBERS, TEXTS, changed, damaged, value
from web.routes.socket_events import RequestRejected, parse_drawn, parse_watch

FIELDS = [field for command in COMMANDS for field in dataclasses.fields(command)]
LIKELY = (
    *("redis://127.0.0.1:6379/0", "rediss://user:pass@[::1]:6380/15", "redis://:p%40ss@h/1"),
    *("redis+sentinel://a:1,b:2,c/name/3", "rediss+sentinel://u:p@a,b/n", "tcp://127.0.0.1:8888"),
    *("127.0.0.0/8,::1", "https://elog.example", "25.5", "5000", "full@CAM", "precise:0,0,3,2@CAM"),
    *("camera", "X-Forwarded-User", "accounts/accounts.json", "1", "sub", "info"),
)
WATCH = {"stream": "camera", "rendition": "half", "image": "CAM"}
DRAWN = {"stream": "camera", "epoch": 3, "seq": 4, "ago": 0.5}


def text(chance: Random) -> str:
    """One that could be right, or was."""
    if chance.random() < 0.2:
        return chance.choice((*TEXTS, *map(str, NUMBERS)))
    return damaged(chance, chance.choice(LIKELY).encode(), 2).decode("utf-8", "replace")


def settings(chance: Random) -> None:
    """A value is taken, or refused in the one way; what is taken for Redis' address is one."""
    field, given = chance.choice(FIELDS), text(chance)
    try:
        field.metadata["validator"].parse(given)
    except (ValueError, KeyError):
        assert isinstance(without_password(given), str)
        return
    if field.name == "redis" and given:
        connect(given).close()


def renditions(chance: Random) -> None:
    """What is read is written the same."""
    given = text(chance)
    try:
        assert str(Rendition.parse(given)) == given
        Rendition.parse(given, chance.choice(TEXTS))
    except BadRendition as problem:
        assert problem.allowed


def events(chance: Random) -> None:
    """A payload is a watch request or a report, or rejected with a hint."""
    given = [
        changed(chance, chance.choice((WATCH, DRAWN)), 2) for _ in range(chance.choice((1, 1, 2)))
    ]
    if chance.random() < 0.2:
        given = [value(chance)]
    assert parse_drawn(tuple(given)) is None or isinstance(given[0], dict)
    try:
        assert parse_watch(tuple(given)).stream
    except RequestRejected as refusal:
        assert len(orjson.dumps(refusal.answer)) < 1000


def lines(chance: Random) -> None:
    """A line is a line."""
    noise = chance.randbytes(chance.randrange(20)).decode("latin-1")
    argument = text(chance) + noise + text(chance)
    record = logging.LogRecord("web", logging.INFO, "", 0, "said %s", (argument,), None)
    for formatter in (TextLine(), JsonLine("worker", "camera")):
        line = formatter.format(record)
        assert len(line.splitlines()) == 1, line
    orjson.loads(line)


@contextmanager
def texts() -> Iterator[One]:
    """All of these in turn."""

    def one(chance: Random) -> None:
        chance.choice((settings, renditions, events, lines))(chance)

    yield one
