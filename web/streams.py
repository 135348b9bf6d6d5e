"""Reads the streams' names, status and schema from Redis, for the page and the API."""

import re
from functools import partial
from typing import Any

import orjson

from shared.broker import Broker, BrokerError, read_typed
from shared.broker_fault import explain
from shared.image_shape import ALLOWED, ImageShape, find
from shared.leases import MAX_RENDITIONS
from shared.renditions import BadRendition
from shared.validators import STREAM_NAME

TEXT_FIELDS = frozenset(
    {"kind", "source", "mode", "state", "message", "image", "dtype", "host", "last_error"}
)
"""The fields of the status hash that are texts; all others are JSON."""

MAX_EXACT = 2**53
"""Integers beyond this are sent as text, since browsers would round them."""

IMAGE_CARDS = ("image", "heatmap")
"""types of cards that are streams of their own"""

NO_INGEST = (
    "No ingest is running for this stream, so no frames can arrive. "
    "Start it with: python -m ingest --stream {stream}"
)

NO_PUSH = (
    "The ingest of this board is not running, so no data can arrive. "
    "Start it with: python -m ingest.push --board {stream}"
)

UNEXPECTED_DATA = (
    "Redis contains data that this web worker cannot process; the worker's log has the details. "
    "It tries again every two seconds."
)
TOO_MANY_RENDITIONS = (
    f"{MAX_RENDITIONS} different renditions of this stream are watched, which is the limit. "
    "Waiting until one is free; the stream's own image (full, half or quarter) is always available."
)

INVALID_STREAM_NAME = "invalid stream name", "use 1 to 64 of A-Z a-z 0-9 . _ -"
MAX_LISTED = 32
"""streams or images that an error lists"""
MAX_NAME_LENGTH = 80
MAX_FAULT_LENGTH = 300
"""characters of a name, and of a channel's fault, in an error"""


def failure_message(error: Exception) -> str:
    """Return the message for the viewers of a relay that failed with an error."""
    return str(explain(error)) if isinstance(error, BrokerError) else UNEXPECTED_DATA


def known_streams(broker: Broker) -> list[str]:
    """Return the names of all known streams, sorted; raise BrokerError."""
    found: list[bytes] = read_typed(lambda: broker.zrange(broker.names.streams, 0, -1), [])
    names = (name.decode(errors="replace") for name in found)
    return sorted(name for name in names if re.fullmatch(STREAM_NAME, name))


def is_known(broker: Broker, stream: str) -> bool:
    """Return whether this stream has ever had an ingest; raise BrokerError."""
    score = read_typed(lambda: broker.zscore(broker.names.streams, stream), None)
    return score is not None


def unknown_stream(broker: Broker, stream: str) -> tuple[str, str]:
    """Return the error and the hint for a stream that is not known; raise BrokerError."""
    known = ", ".join(known_streams(broker)[:MAX_LISTED]) or "none"
    return f"unknown stream {stream!r}", f"known streams: {known}"


def is_board(broker: Broker, stream: str) -> bool | None:
    """Return whether a stream is a board, to which programs push: by the status of its ingest, or
    while none runs by the cards that are left. None if there is neither, or Redis is unavailable.
    """
    pipeline = broker.pipeline(transaction=False)
    pipeline.exists(broker.names.status(stream))
    pipeline.hget(broker.names.status(stream), "kind")
    pipeline.exists(broker.names.cards(stream))
    try:
        has_ingest, kind, has_cards = execute(pipeline)
    except BrokerError:
        return None
    if has_ingest:
        return bool(kind == b"board")
    return True if has_cards else None


def read_status(broker: Broker, stream: str) -> dict[str, Any]:
    """Return the status of a stream, numbers as numbers, with ``viewers``, and ``standby`` if an
    ingest waits to take over; raise BrokerError."""
    pipeline = broker.pipeline(transaction=False)
    pipeline.hgetall(broker.names.status(stream))
    pipeline.get(broker.names.viewers(stream))
    pipeline.get(broker.names.standby(stream))
    pipeline.exists(broker.names.cards(stream))
    fields, viewers, standby, has_cards = execute(pipeline)
    status = dict(_field(key, value) for key, value in (fields or {}).items())
    if not status:
        status = {"state": "no_ingest", "message": NO_INGEST.format(stream=stream)}
        if has_cards:
            status |= {"kind": "board", "message": NO_PUSH.format(stream=stream)}
    waiting = {"standby": standby.decode(errors="replace")} if standby else {}
    return {**status, "stream": stream, "viewers": _json(viewers or b"0", 0), **waiting}


def read_all(broker: Broker) -> list[dict[str, Any]]:
    """Return the status of each known stream; raise BrokerError. An image card's stream has the
    ``mode`` ``push`` even while no ingest runs."""
    statuses = [read_status(broker, stream) for stream in known_streams(broker)]
    boards = [status["stream"] for status in statuses if status.get("kind") == "board"]
    without_ingest = [
        status for status in statuses if status["state"] == "no_ingest" and "kind" not in status
    ]
    if boards and without_ingest:
        pushed = set().union(*(_image_streams(broker, board) for board in boards))
        for status in without_ingest:
            status |= {"mode": "push"} if status["stream"] in pushed else {}
    return statuses


def _image_streams(broker: Broker, board: str) -> set[str]:
    """Return the streams of a board's image cards."""
    found: list[bytes] = read_typed(lambda: broker.hvals(broker.names.cards(board)), [])
    cards = [card for card in map(_json, found) if isinstance(card, dict)]
    return {str(card.get("stream")) for card in cards if card.get("type") in IMAGE_CARDS}


def read_schema(broker: Broker, stream: str) -> dict[str, Any] | None:
    """Return a stream's ``{hash, channels}``, None before its first frame; raise BrokerError."""
    found = read_typed(lambda: broker.get(broker.names.schema(stream)), None)
    schema = _json(found or b"null")
    return schema if isinstance(schema, dict) else None


def check_image(image: str, schema: dict[str, Any] | None) -> None:
    """Raise BadRendition if the stream has no such image; a stream without a schema may."""
    if not image or schema is None:
        return
    images = image_names(schema)
    if not find(image, images):
        names = ", ".join(name[:MAX_NAME_LENGTH] for name in list(images)[:MAX_LISTED])
        raise BadRendition(
            f"{image[:MAX_NAME_LENGTH]!r} is not an image of this stream",
            f"images are: {names or 'none'}{_reason(image, schema)}",
        )


def image_names(schema: dict[str, Any]) -> dict[str, ImageShape]:
    """Return the channels that can be shown as an image. The schema is not trusted: any program may
    have written it."""
    images = {}
    for channel in _channels(schema):
        match channel:
            case {"name": str(name), "type": str(kind), "shape": [*shape]}:
                is_numeric = kind != "string" and all(type(side) is int for side in shape)
                image = ImageShape.of(shape) if is_numeric and not channel.get("fault") else None
                if image:
                    images[name] = image
    return images


def _reason(image: str, schema: dict[str, Any]) -> str:
    """Return why the channel of this name is not an image, as the end of a hint; empty if the
    stream has no such channel."""
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


def execute(pipeline: Any) -> list[Any]:
    """Return a pipeline's answers, None for a key of the wrong type; raise BrokerError."""
    answers = pipeline.execute(raise_on_error=False)
    return [read_typed(partial(_raise_error, answer), None) for answer in answers]


def _raise_error(answer: Any) -> Any:
    if isinstance(answer, Exception):
        raise answer
    return answer


def _field(key: bytes, value: bytes) -> tuple[str, Any]:
    name, text = key.decode(errors="replace"), value.decode(errors="replace")
    decoded = text if name in TEXT_FIELDS else _json(text, text)
    is_exact = type(decoded) is not int or abs(decoded) <= MAX_EXACT
    return name, decoded if is_exact else text


def _json(text: str | bytes, default: Any = None) -> Any:
    """Decode JSON; return ``default`` if it is invalid, as any program may write to Redis."""
    try:
        value = orjson.loads(text)  # rejects NaN, as browsers do
        orjson.dumps(value)  # rejects what is nested too deep to be sent
    except (orjson.JSONDecodeError, orjson.JSONEncodeError):
        return default
    return value
