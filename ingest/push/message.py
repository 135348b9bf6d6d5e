"""What a program may push: one message is one update of one card.

The field names are those that chart pushers of old use; docs/push.md describes each, and
``python -m ingest.push.message`` prints them as JSON Schema, which stands there too.
"""

import sys
from typing import Annotated, Any

import msgspec
from msgspec import UNSET, Meta, UnsetType

MAX_POINTS = 10_000
"""that a card shows at once"""
MAX_SERIES = 32
MAX_TEXT = 16 * 1024
MAX_VALUES = 100_000
"""in one message"""

Number = float | None
"""null is a gap"""
Short = Annotated[str, Meta(max_length=256)]
Color = Annotated[
    str, Meta(max_length=64, pattern=r"^(#[0-9A-Fa-f]{3,8}|[A-Za-z]+|(rgb|hsl)a?\([0-9.,%/ ]+\))$")
]
Pixels = Annotated[int, Meta(ge=50, le=8000)]
Names = Short | Annotated[list[Short], Meta(max_length=MAX_SERIES)]
Label = Short | float
Numbers = Annotated[list[Number], Meta(max_length=MAX_VALUES)]
Series = Annotated[dict[Short, Number], Meta(min_length=1, max_length=MAX_SERIES)]


class Refused(ValueError):
    """A message that is not taken; the text says what is wrong with it, ``hint`` what is allowed."""

    def __init__(self, error: str, hint: str = "") -> None:
        super().__init__(error)
        self.hint = hint


class Message(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """What every card takes. ``active_points``: how many points it shows; ``width`` and ``height``
    in pixels; ``time``: of the value, Unix seconds or a text; ``api_crypt``: the password."""

    id: Annotated[str, Meta(min_length=1, max_length=128, pattern=r"^[^\\x00-\\x1f\\x7f]+$")]
    type: str = ""
    active_points: Annotated[int, Meta(ge=1, le=MAX_POINTS)] | UnsetType = UNSET
    legend: Names | UnsetType = UNSET
    name: Short | UnsetType = UNSET
    width: Pixels | UnsetType = UNSET
    height: Pixels | UnsetType = UNSET
    backgroundColor: Color | Annotated[list[Color], Meta(max_length=256)] | UnsetType = UNSET
    borderColor: Color | Annotated[list[Color], Meta(max_length=256)] | UnsetType = UNSET
    fill: bool | UnsetType = UNSET
    time: Label | None = None
    api_crypt: str = ""


class Dot(msgspec.Struct, forbid_unknown_fields=True):
    """A point of a bubble or scatter chart; ``r`` in pixels."""

    x: float
    y: float
    r: Annotated[float, Meta(ge=0, le=500)] | None = None


class Place(msgspec.Struct, forbid_unknown_fields=True):
    """A point on the map, in degrees."""

    lat: Annotated[float, Meta(ge=-90, le=90)]
    lon: Annotated[float, Meta(ge=-180, le=180)]
    name: Short = ""


class Points(Message):
    """line, bar, horizontalBar. ``value``: a number; a list, one for each series; or an object,
    series → number. ``label``: where on the x axis; with a list of labels ``value`` is the whole
    chart."""

    value: Number | Numbers | Series
    label: Label | Annotated[list[Label], Meta(max_length=MAX_POINTS)] | None = None


class Shares(Message):
    """pie, doughnut, radar, polarArea: the whole chart. ``value``: an object, label → number, or a
    list with ``label`` as long."""

    value: Annotated[dict[Short, Number], Meta(min_length=1, max_length=MAX_POINTS)] | Numbers
    label: Annotated[list[Label], Meta(max_length=MAX_POINTS)] | None = None


class Dots(Message):
    """bubble, scatter. ``value``: one {x, y, r}, or several."""

    value: Dot | Annotated[list[Dot], Meta(min_length=1, max_length=MAX_POINTS)]
    label: Short = ""


class Custom(Message):
    """custom. ``value``: a configuration of Chart.js: its type, data and options, data only."""

    value: dict[str, Any]
    label: Short = ""


class Text(Message):
    """text. ``value``: lines that are appended."""

    value: Annotated[str, Meta(max_length=MAX_TEXT)]
    label: Short = ""


class Map(Message):
    """map. ``value``: one {lat, lon, name}, or several."""

    value: Place | Annotated[list[Place], Meta(min_length=1, max_length=MAX_POINTS)]
    label: Short = ""


def schema() -> bytes:
    """All messages as JSON Schema, as docs/push.md has it."""
    from ingest.push.kinds import KINDS  # which is made of these

    structs = list(dict.fromkeys(kind.message for kind in KINDS.values()))
    _, components = msgspec.json.schema_components(structs)
    return msgspec.json.format(msgspec.json.encode(components), indent=2)


if __name__ == "__main__":
    sys.stdout.buffer.write(schema() + b"\n")
