"""The types of cards: what each takes, and what a message becomes there, its rows."""

import re
from collections.abc import Callable
from typing import Any, NamedTuple

import orjson

from ingest.push.custom import HINT, check
from ingest.push.message import (
    MAX_SERIES,
    Custom,
    Dots,
    Heatmap,
    InvalidMessage,
    Map,
    Message,
    Picture,
    Points,
    Shares,
    Text,
    Video,
)
from ingest.push.timestamps import is_time
from shared.validators import STREAM, STREAM_NAME

Row = list[Any]
MAX_CUSTOM_BYTES = 256 * 1024


class Update(NamedTuple):
    """What a message does to its card: adds rows, or replaces all that are there (``whole``)."""

    rows: list[Row]
    replaces_all: bool = False
    axis: str = ""
    """what the rows' first value is: ``time`` (Unix s), ``number``, ``label``"""
    stream: str = ""
    """the stream that the card shows from now on"""


def plain(row: Any) -> Row:
    """The row, if it is one: a list of numbers, texts and gaps."""
    if not isinstance(row, list) or len(row) < 2:
        raise TypeError
    if not all(value is None or isinstance(value, str | int | float) for value in row):
        raise TypeError
    return row


def packed(row: Any) -> Row:
    """The row of a configuration, taking as many bytes as its JSON has: objects would take twenty
    times as many."""
    [configuration] = row
    if not isinstance(configuration, dict):
        raise TypeError
    return [orjson.Fragment(orjson.dumps(configuration))]


class CardType(NamedTuple):
    """``update`` makes rows of a message: it is given the names of the rows' values, to which it
    may add, and the time of arrival, Unix s. ``points``: how many rows show, unless the message
    says."""

    message: type[Message]
    update: Callable[[Any, list[str], float], Update]
    points: int = 20
    is_image: bool = False
    """a stream of its own has what it shows"""
    restore: Callable[[Any], Row] = plain
    """a row as JSON had it, as it is kept; raises TypeError or ValueError for what is none"""


def points(message: Points, series: list[str], now: float) -> Update:
    """[x, one value for each series]."""
    label, value = message.label, message.value
    if isinstance(label, list):
        if not isinstance(value, list) or len(value) != len(label):
            raise InvalidMessage(
                f"label is a list of {len(label)}, and value is not",
                "with a list of labels value is a list of as many numbers, the whole chart",
            )
        series[:] = _names(message, 1)
        return Update([list(pair) for pair in zip(label, value, strict=True)], True, "label")
    when = now if message.time is None else message.time
    x = when if label is None else label
    if isinstance(x, str):
        axis = "label"
    else:
        axis = "time" if label is None and (message.time is None or is_time(x)) else "number"
    if isinstance(value, dict):
        for name in value:
            if name not in series:
                _add(series, name)
        return Update([[x, *map(value.get, series)]], axis=axis)
    values = value if isinstance(value, list) else [value]
    if not 0 < len(values) <= MAX_SERIES:
        raise InvalidMessage(
            f"value is a list of {len(values)}",
            f"1 to {MAX_SERIES} numbers, one for each series; or label as a list as long",
        )
    names = _names(message, len(values))
    if not series or isinstance(message.legend, list):
        series[:] = names
    series += names[len(series) :]
    return Update([[x, *values]], axis=axis)


def shares(message: Shares, series: list[str], now: float) -> Update:
    """[label, value], all of them."""
    value = message.value
    labels = message.label if isinstance(message.label, list) else []
    if isinstance(value, dict):
        rows: list[Row] = [list(pair) for pair in value.items()]
    else:
        legend = message.legend if isinstance(message.legend, list) else []
        names: list[Any] = labels or [*legend] or [*range(1, len(value) + 1)]
        if len(names) != len(value) or not value:
            raise InvalidMessage(
                f"value has {len(value)} numbers, label {len(names)}", "one label for each number"
            )
        rows = [list(pair) for pair in zip(names, value, strict=True)]
    return Update(rows, True, "label")


def parts(message: Shares, series: list[str], now: float) -> Update:
    """[label, value], all of them; none may be negative, as each is drawn as an area."""
    update = shares(message, series, now)
    for label, value in update.rows:
        if value is not None and value < 0:
            raise InvalidMessage(
                f"value of {str(label)[:40]!r} is {value:g}: no part can be negative",
                "numbers from 0 on, or null; bar and radar also show negative ones",
            )
    return update


def dots(message: Dots, series: list[str], now: float) -> Update:
    """[x, y, radius in px or null]; nothing of a gap."""
    several = message.value if isinstance(message.value, list) else [message.value]
    rows = [[dot.x, dot.y, dot.r] for dot in several if None not in (dot.x, dot.y)]
    return Update(rows, axis="number")


def places(message: Map, series: list[str], now: float) -> Update:
    """[latitude, longitude, name], degrees; nothing of a gap."""
    several = message.value if isinstance(message.value, list) else [message.value]
    return Update([[p.lat, p.lon, p.name] for p in several if None not in (p.lat, p.lon)])


def lines(message: Text, series: list[str], now: float) -> Update:
    """[when, Unix s or as told; a line]."""
    when = now if message.time is None else message.time
    return Update([[when, line] for line in message.value.splitlines() or [""]])


def picture(message: Picture, series: list[str], now: float) -> Update:
    """None: they are elsewhere."""
    return Update([])


def video(message: Video, series: list[str], now: float) -> Update:
    """None: another ingest has the pictures. Whose address it opens is the operator's choice."""
    if not STREAM_NAME.fullmatch(message.value):  # which is not told: there may be a password in it
        raise InvalidMessage(
            "value is no stream's name",
            f"{STREAM.allowed}; an operator opens an address as a stream, with "
            "python -m ingest --source ADDRESS --stream NAME, and value is that NAME",
        )
    return Update([], stream=message.value)


def custom(message: Custom, series: list[str], now: float) -> Update:
    """[the configuration, as JSON]."""
    try:
        row = packed([message.value])
    except orjson.JSONEncodeError:
        raise InvalidMessage("value is nested too deep", HINT) from None
    size = len(orjson.dumps(row[0]))
    if size > MAX_CUSTOM_BYTES:
        raise InvalidMessage(f"value has {size} bytes", f"at most {MAX_CUSTOM_BYTES}")
    check(message.value)
    return Update([row], True)


CARD_TYPES = {
    **dict.fromkeys(("line", "bar", "horizontalBar"), CardType(Points, points)),
    **dict.fromkeys(("pie", "doughnut", "polarArea"), CardType(Shares, parts)),
    "radar": CardType(Shares, shares),
    **dict.fromkeys(("bubble", "scatter"), CardType(Dots, dots)),
    "custom": CardType(Custom, custom, restore=packed),
    "text": CardType(Text, lines, 200),
    "map": CardType(Map, places),
    "image": CardType(Picture, picture, 1, is_image=True),
    "heatmap": CardType(Heatmap, picture, 1, is_image=True),
    "video": CardType(Video, video, 1),
}
"""type → what it takes"""


def _without_separators(name: str) -> str:
    return re.sub("[ _-]", "", name).lower()


SPELLINGS = {_without_separators(name): name for name in CARD_TYPES} | {"videostream": "video"}


def type_of(spelling: str) -> str:
    """The type that ``horizontal_bar`` or ``video_stream`` means; raises Refused."""
    if name := SPELLINGS.get(_without_separators(spelling)):
        return name
    raise InvalidMessage(f"type is {spelling[:40]!r}", f"one of {', '.join(CARD_TYPES)}")


def _names(message: Message, count: int) -> list[str]:
    """The legend's names, as many as there are values."""
    legend = message.legend
    told = [] if legend is None else legend if isinstance(legend, list) else [legend]
    return [*told[:count], *(f"{number + 1}" for number in range(len(told), count))]


def _add(series: list[str], name: str) -> None:
    if len(series) >= MAX_SERIES:
        raise InvalidMessage(f"{name!r} is one series too many", f"at most {MAX_SERIES}")
    series.append(name)
