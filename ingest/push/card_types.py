"""The types of cards: what messages each accepts, and how a message becomes rows."""

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
    """The effect of a message on its card: rows to append, or to replace all others with."""

    rows: list[Row]
    replaces_all: bool = False
    axis: str = ""
    """what the first value of each row is: ``time`` (Unix s), ``number`` or ``label``"""
    stream: str = ""
    """the stream that the card shows from now on"""


def check_row(row: Any) -> Row:
    """Return the row if it is a list of numbers, texts and gaps; raises TypeError."""
    if not isinstance(row, list) or len(row) < 2:
        raise TypeError
    if not all(value is None or isinstance(value, str | int | float) for value in row):
        raise TypeError
    return row


def pack_configuration(row: Any) -> Row:
    """Return the row of a custom card with its configuration as JSON, which takes a twentieth of
    the memory of the objects; raises TypeError, ValueError."""
    [configuration] = row
    if not isinstance(configuration, dict):
        raise TypeError
    return [orjson.Fragment(orjson.dumps(configuration))]


class CardType(NamedTuple):
    """The messages that a type of card accepts, and the rows that it shows."""

    message: type[Message]
    update: Callable[[Any, list[str], float], Update]
    """makes rows of a message; called with the message, the names of the series, to which it may
    add, and the time of arrival, Unix s"""
    points: int = 20
    """rows that are shown unless ``active_points`` was pushed"""
    is_image: bool = False
    """whether a stream of its own carries what the card shows"""
    restore: Callable[[Any], Row] = check_row
    """returns a row from decoded JSON; raises TypeError or ValueError if it is invalid"""


def update_points(message: Points, series: list[str], now: float) -> Update:
    """Rows: [x, one value for each series]."""
    label, value = message.label, message.value
    if isinstance(label, list):
        if not isinstance(value, list) or len(value) != len(label):
            raise InvalidMessage(
                f"label is a list of {len(label)}, but value is not",
                "with a list of labels, value is the whole chart: a list of as many numbers",
            )
        series[:] = _series_names(message, 1)
        return Update([list(pair) for pair in zip(label, value, strict=True)], True, "label")
    time = now if message.time is None else message.time
    x = time if label is None else label
    if isinstance(x, str):
        axis = "label"
    else:
        axis = "time" if label is None and (message.time is None or is_time(x)) else "number"
    if isinstance(value, dict):
        for name in value:
            if name not in series:
                _add_series(series, name)
        return Update([[x, *map(value.get, series)]], axis=axis)
    values = value if isinstance(value, list) else [value]
    if not 0 < len(values) <= MAX_SERIES:
        raise InvalidMessage(
            f"value is a list of {len(values)}",
            f"1 to {MAX_SERIES} numbers, one for each series; or a list of as many labels",
        )
    names = _series_names(message, len(values))
    if not series or isinstance(message.legend, list):
        series[:] = names
    series += names[len(series) :]
    return Update([[x, *values]], axis=axis)


def update_shares(message: Shares, series: list[str], now: float) -> Update:
    """Rows: [label, value]; they replace all others."""
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


def update_positive_shares(message: Shares, series: list[str], now: float) -> Update:
    """Rows as of ``update_shares``; without negative values, as each is drawn as an area."""
    update = update_shares(message, series, now)
    for label, value in update.rows:
        if value is not None and value < 0:
            raise InvalidMessage(
                f"value of {str(label)[:40]!r} is {value:g}: it must not be negative",
                "numbers from 0, or null; bar and radar also show negative numbers",
            )
    return update


def update_dots(message: Dots, series: list[str], now: float) -> Update:
    """Rows: [x, y, radius in px or null], without gaps."""
    dots = message.value if isinstance(message.value, list) else [message.value]
    rows = [[dot.x, dot.y, dot.r] for dot in dots if None not in (dot.x, dot.y)]
    return Update(rows, axis="number")


def update_places(message: Map, series: list[str], now: float) -> Update:
    """Rows: [latitude, longitude, name], in degrees, without gaps."""
    places = message.value if isinstance(message.value, list) else [message.value]
    return Update([[p.lat, p.lon, p.name] for p in places if None not in (p.lat, p.lon)])


def update_text(message: Text, series: list[str], now: float) -> Update:
    """Rows: [time in Unix s, or the text that was pushed as time; a line]."""
    time = now if message.time is None else message.time
    return Update([[time, line] for line in message.value.splitlines() or [""]])


def update_image(message: Picture, series: list[str], now: float) -> Update:
    """No rows: the card's stream carries the images."""
    return Update([])


def update_video(message: Video, series: list[str], now: float) -> Update:
    """No rows: another ingest publishes the stream. Only an operator decides which video addresses
    are opened."""
    if not STREAM_NAME.fullmatch(message.value):  # not repeated, as it may contain a password
        raise InvalidMessage(
            "value is not a valid stream name",
            f"{STREAM.allowed}; an operator opens a video address with "
            "python -m ingest --source ADDRESS --stream NAME, and value is that NAME",
        )
    return Update([], stream=message.value)


def update_custom(message: Custom, series: list[str], now: float) -> Update:
    """Rows: [the configuration as JSON]; the row replaces the one before."""
    try:
        row = pack_configuration([message.value])
    except orjson.JSONEncodeError:
        raise InvalidMessage("value is nested too deeply", HINT) from None
    size = len(orjson.dumps(row[0]))
    if size > MAX_CUSTOM_BYTES:
        raise InvalidMessage(f"value has {size} bytes", f"at most {MAX_CUSTOM_BYTES}")
    check(message.value)
    return Update([row], True)


CARD_TYPES = {
    **dict.fromkeys(("line", "bar", "horizontalBar"), CardType(Points, update_points)),
    **dict.fromkeys(("pie", "doughnut", "polarArea"), CardType(Shares, update_positive_shares)),
    "radar": CardType(Shares, update_shares),
    **dict.fromkeys(("bubble", "scatter"), CardType(Dots, update_dots)),
    "custom": CardType(Custom, update_custom, restore=pack_configuration),
    "text": CardType(Text, update_text, 200),
    "map": CardType(Map, update_places),
    "image": CardType(Picture, update_image, 1, is_image=True),
    "heatmap": CardType(Heatmap, update_image, 1, is_image=True),
    "video": CardType(Video, update_video, 1),
}


def _without_separators(name: str) -> str:
    return re.sub("[ _-]", "", name).lower()


SPELLINGS = {_without_separators(name): name for name in CARD_TYPES} | {"videostream": "video"}


def type_of(spelling: str) -> str:
    """Return the type that e.g. ``horizontal_bar`` or ``video_stream`` means; raises
    InvalidMessage."""
    if name := SPELLINGS.get(_without_separators(spelling)):
        return name
    raise InvalidMessage(f"unknown type {spelling[:40]!r}", f"one of {', '.join(CARD_TYPES)}")


def _series_names(message: Message, count: int) -> list[str]:
    """Return the names in the legend, followed by numbers where it has too few."""
    legend = message.legend
    names = [] if legend is None else legend if isinstance(legend, list) else [legend]
    return [*names[:count], *(f"{number + 1}" for number in range(len(names), count))]


def _add_series(series: list[str], name: str) -> None:
    if len(series) >= MAX_SERIES:
        raise InvalidMessage(f"too many series: no room for {name!r}", f"at most {MAX_SERIES}")
    series.append(name)
