"""Random texts in settings, renditions, payloads of events, and log lines."""

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
from tests.fuzz.harness import RunInput
from tests.fuzz.mutate import NUMBERS, TEXTS, damage_bytes, mutate_json, random_value
from web.routes.socket_events import RequestRejected, parse_drawn, parse_watch

FIELDS = [field for command in COMMANDS for field in dataclasses.fields(command)]
PLAUSIBLE_TEXTS = (
    *("redis://127.0.0.1:6379/0", "rediss://user:pass@[::1]:6380/15", "redis://:p%40ss@h/1"),
    *("redis+sentinel://a:1,b:2,c/name/3", "rediss+sentinel://u:p@a,b/n", "tcp://127.0.0.1:8888"),
    *("127.0.0.0/8,::1", "https://elog.example", "25.5", "5000", "full@CAM", "precise:0,0,3,2@CAM"),
    *("camera", "X-Forwarded-User", "accounts/accounts.json", "1", "sub", "info"),
)
WATCH = {"stream": "camera", "rendition": "half", "image": "CAM"}
DRAWN = {"stream": "camera", "epoch": 3, "seq": 4, "ago": 0.5}


def random_text(rng: Random) -> str:
    """Return a plausible text with some damage, or an unusual one."""
    if rng.random() < 0.2:
        return rng.choice((*TEXTS, *map(str, NUMBERS)))
    return damage_bytes(rng, rng.choice(PLAUSIBLE_TEXTS).encode(), 2).decode("utf-8", "replace")


def check_setting(rng: Random) -> None:
    """Check that a value is accepted or rejected, and that accepted addresses of Redis work."""
    field, text = rng.choice(FIELDS), random_text(rng)
    try:
        field.metadata["validator"].parse(text)
    except (ValueError, KeyError):
        assert isinstance(without_password(text), str)
        return
    if field.name == "redis" and text:
        connect(text).close()


def check_rendition(rng: Random) -> None:
    """Check that a parsed rendition is written identically."""
    text = random_text(rng)
    try:
        assert str(Rendition.parse(text)) == text
        Rendition.parse(text, rng.choice(TEXTS))
    except BadRendition as error:
        assert error.allowed


def check_event(rng: Random) -> None:
    """Check that a payload is a watch request or a report, or is rejected with a hint."""
    payloads = [
        mutate_json(rng, rng.choice((WATCH, DRAWN)), 2) for _ in range(rng.choice((1, 1, 2)))
    ]
    if rng.random() < 0.2:
        payloads = [random_value(rng)]
    assert parse_drawn(tuple(payloads)) is None or isinstance(payloads[0], dict)
    try:
        assert parse_watch(tuple(payloads)).stream
    except RequestRejected as refusal:
        assert len(orjson.dumps(refusal.answer)) < 1000


def check_log_line(rng: Random) -> None:
    """Check that a log record is always one line."""
    noise = rng.randbytes(rng.randrange(20)).decode("latin-1")
    argument = random_text(rng) + noise + random_text(rng)
    record = logging.LogRecord("web", logging.INFO, "", 0, "text %s", (argument,), None)
    for formatter in (TextLine(), JsonLine("worker", "camera")):
        line = formatter.format(record)
        assert len(line.splitlines()) == 1, line
    orjson.loads(line)


@contextmanager
def texts() -> Iterator[RunInput]:
    """Call a random one of the checks."""

    def run_input(rng: Random) -> None:
        rng.choice((check_setting, check_rendition, check_event, check_log_line))(rng)

    yield run_input
