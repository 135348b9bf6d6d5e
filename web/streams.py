"""What Redis knows of the streams, as the page and the API show it."""

import re
from functools import partial
from typing import Any

import orjson

from shared.broker import Broker, BrokerError, read_typed
from shared.broker_fault import explain
from shared.gate import MOST_RENDITIONS
from shared.image_shape import ALLOWED, ImageShape, find
from shared.renditions import BadRendition
from shared.validators import STREAM_NAME

TEXTS = frozenset(
    {"kind", "source", "mode", "state", "message", "image", "dtype", "host", "last_error"}
)
"""The fields of the status hash that are no numbers, besides ``errors``, which is JSON."""

EXACT = 2**53
"""integers beyond this travel as text, since browsers would round them"""

PICTURES = ("image", "heatmap")
"""types of cards that are streams of their own"""

NO_INGEST = (
    "No ingest is running for this stream, so nothing can come. "
    "Start it with: python -m ingest --stream {stream}"
)

NO_PUSH = (
    "Its ingest is not running, so nothing can come. "
    "Start it with: python -m ingest.push --board {stream}"
)

BROKER_ODD = (
    "Redis holds something that this web worker cannot deal with; its log says what. "
    "It tries again every two seconds."
)
CROWDED = (
    f"{MOST_RENDITIONS} different renditions of this stream are watched, and no more can be. "
    "Waiting until one is given up; the stream's own picture (full, half, quarter) comes at once."
)


MAX_NAMED_IMAGES = 32
"""images that an error names"""
MAX_NAME_LENGTH = 80
MAX_FAULT_LENGTH = 300
"""characters of a name, and of a channel's fault, in an error"""


def why_lost(problem: Exception) -> str:
    """What keeps a relay from its work, in words."""
    return str(explain(problem)) if isinstance(problem, BrokerError) else BROKER_ODD


def known_streams(broker: Broker) -> list[str]:
    """The names of all known streams, sorted; raises BrokerError."""
    found: list[bytes] = read_typed(lambda: broker.zrange(broker.names.streams, 0, -1), [])
    known = (name.decode(errors="replace") for name in found)
    return sorted(name for name in known if re.fullmatch(STREAM_NAME, name))


def is_known(broker: Broker, stream: str) -> bool:
    """Whether an ingest for this stream was ever seen; raises BrokerError."""
    score = read_typed(lambda: broker.zscore(broker.names.streams, stream), None)
    return score is not None


def is_board(broker: Broker, stream: str) -> bool | None:
    """Whether programs push to it, as its ingest says, or while none runs the cards that are left;
    None where neither is there, or Redis is away."""
    ask = broker.pipeline(transaction=False)
    ask.exists(broker.names.status(stream))
    ask.hget(broker.names.status(stream), "kind")
    ask.exists(broker.names.cards(stream))
    try:
        has_ingest, kind, has_cards = answers(ask)
    except BrokerError:
        return None
    if has_ingest:
        return bool(kind == b"board")
    return True if has_cards else None


def read_status(broker: Broker, stream: str) -> dict[str, Any]:
    """The status of one stream, numbers as numbers, with ``viewers``, and ``standby`` where an
    ingest waits to take over; raises BrokerError."""
    ask = broker.pipeline(transaction=False)
    ask.hgetall(broker.names.status(stream))
    ask.get(broker.names.viewers(stream))
    ask.get(broker.names.standby(stream))
    ask.exists(broker.names.cards(stream))
    fields, viewers, standby, has_cards = answers(ask)
    status = dict(_field(key, value) for key, value in (fields or {}).items())
    if not status:
        status = {"state": "no_ingest", "message": NO_INGEST.format(stream=stream)}
        if has_cards:
            status |= {"kind": "board", "message": NO_PUSH.format(stream=stream)}
    waits = {"standby": standby.decode(errors="replace")} if standby else {}
    return {**status, "stream": stream, "viewers": _json(viewers or b"0", 0), **waits}


def read_all(broker: Broker) -> list[dict[str, Any]]:
    """The status of each known stream. A picture of a board, whose ``mode`` is ``push``, is that
    too while nothing feeds it. Raises BrokerError."""
    told = [read_status(broker, stream) for stream in known_streams(broker)]
    boards = [status["stream"] for status in told if status.get("kind") == "board"]
    gone = [status for status in told if status["state"] == "no_ingest" and "kind" not in status]
    if boards and gone:
        pictures = set().union(*(_pictures(broker, board) for board in boards))
        for status in gone:
            status |= {"mode": "push"} if status["stream"] in pictures else {}
    return told


def _pictures(broker: Broker, board: str) -> set[str]:
    """The streams of a board's pictures, as its cards have them."""
    found: list[bytes] = read_typed(lambda: broker.hvals(broker.names.cards(board)), [])
    cards = [card for card in map(_json, found) if isinstance(card, dict)]
    return {str(card.get("stream")) for card in cards if card.get("type") in PICTURES}


def read_schema(broker: Broker, stream: str) -> dict[str, Any] | None:
    """``{hash, channels}`` of one stream, None before its first frame; raises BrokerError."""
    found = read_typed(lambda: broker.get(broker.names.schema(stream)), None)
    schema = _json(found or b"null")
    return schema if isinstance(schema, dict) else None


def check_image(image: str, schema: dict[str, Any] | None) -> None:
    """Raises BadRendition for what cannot be an image of the stream, as far as is known."""
    if not image or schema is None:
        return
    known = image_names(schema)
    if not find(image, known):
        names = ", ".join(name[:MAX_NAME_LENGTH] for name in list(known)[:MAX_NAMED_IMAGES])
        raise BadRendition(
            f"{image[:MAX_NAME_LENGTH]!r} is no image of this stream",
            f"images are: {names or 'none'}{_reason(image, schema)}",
        )


def image_names(schema: dict[str, Any]) -> dict[str, ImageShape]:
    """The channels that can be an image; anyone may have written the schema."""
    found = {}
    for channel in _channels(schema):
        match channel:
            case {"name": str(name), "type": str(kind), "shape": [*shape]}:
                numbers = kind != "string" and all(type(side) is int for side in shape)
                image = ImageShape.of(shape) if numbers and not channel.get("fault") else None
                if image:
                    found[name] = image
    return found


def _reason(image: str, schema: dict[str, Any]) -> str:
    """Why a channel of this name is no image, to end a sentence; empty if there is none."""
    for channel in _channels(schema):
        match channel:
            case {"name": str(name), "fault": str(fault)} if name == image:
                return f"; {fault[:MAX_FAULT_LENGTH]}"
            case {"name": str(name), "type": str(kind), "shape": [*shape]} if name == image:
                sides = shape if all(type(side) is int for side in shape) else "no shape"
                found = f"{kind[:MAX_NAME_LENGTH]} {str(sides)[:MAX_NAME_LENGTH]}"
                return f"; it is {found}, allowed are {ALLOWED}"
    return ""


def _channels(schema: dict[str, Any]) -> list[Any]:
    channels = schema.get("channels")
    return channels if isinstance(channels, list) else []


def answers(ask: Any) -> list[Any]:
    """A pipeline's answers, None for a key of a type that we do not write; raises BrokerError."""
    answers = ask.execute(raise_on_error=False)
    return [read_typed(partial(_raised, answer), None) for answer in answers]


def _raised(answer: Any) -> Any:
    if isinstance(answer, Exception):
        raise answer
    return answer


def _field(key: bytes, value: bytes) -> tuple[str, Any]:
    name, text = key.decode(errors="replace"), value.decode(errors="replace")
    told = text if name in TEXTS else _json(text, text)
    is_exact = type(told) is not int or abs(told) <= EXACT
    return name, told if is_exact else text


def _json(text: str | bytes, otherwise: Any = None) -> Any:
    """Ingest writes JSON, but anyone may write to Redis."""
    try:
        value = orjson.loads(text)  # which refuses NaN, as browsers do
        orjson.dumps(value)  # which refuses what is nested deeper than it could be told
    except (orjson.JSONDecodeError, orjson.JSONEncodeError):
        return otherwise
    return value
