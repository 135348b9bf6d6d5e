"""What a program may push: one message is one update of one card.

The field names are those that chart pushers of old use; docs/push.md describes each, and
``python -m ingest.push.message`` prints docs/push.schema.json.
"""

import json
from itertools import takewhile
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    model_validator,
)
from pydantic.json_schema import models_json_schema
from pydantic_core import PydanticCustomError

from ingest.push.timestamps import read_time
from shared.validators import STREAM_NAME

MOST_POINTS = 10_000
"""that a card shows at once"""
MAX_SERIES = 32
MAX_TEXT = 16 * 1024
MAX_VALUES = 100_000
"""in one message"""

MAX_NUMBER = 1e300
"""An axis also needs the difference of two numbers, and the room around them."""

Finite = Annotated[float, Field(ge=-MAX_NUMBER, le=MAX_NUMBER)]
Number = Finite | None
"""null is a gap"""
Short = Annotated[str, StringConstraints(max_length=256)]
Color = Annotated[
    str,
    StringConstraints(
        max_length=64,
        pattern=r"^(#[0-9A-Fa-f]{3,8}|[A-Za-z]+|(rgb|hsl)a?\([0-9.,%/ ]+\))$",
    ),
]
IdText = Annotated[
    str, StringConstraints(min_length=1, max_length=128, pattern=r"^[^\x00-\x1f\x7f]+$")
]
Id = Annotated[
    IdText,
    BeforeValidator(
        lambda told: str(told) if type(told) is int else told,  # a bool is none
        json_schema_input_type=IdText | int,
    ),
]
Pixels = Annotated[int, Field(ge=50, le=8000)]
Label = Short | Finite
# fail_fast: a fault is noted for each entry else, and there may be millions.
Labels = Annotated[list[Label], Field(max_length=MOST_POINTS, fail_fast=True)]
Numbers = Annotated[list[Number], Field(min_length=1, max_length=MAX_VALUES, fail_fast=True)]
Colors = Annotated[list[Color], Field(max_length=256, fail_fast=True)]


def _read_time(value: float | str) -> float | str:
    try:
        return read_time(value)
    except ValueError as problem:
        raise PydanticCustomError("time", "{words}", {"words": str(problem)}) from None


class InvalidMessage(ValueError):
    """A message that is not taken; the text says what is wrong, ``hint`` what is allowed."""

    def __init__(self, error: str, hint: str = "") -> None:
        super().__init__(error)
        self.hint = hint


class Part(BaseModel):
    """Anything in a message: no other fields than these, no other types, no NaN."""

    model_config = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False, frozen=True)

    @model_validator(mode="before")
    @classmethod
    def _has_no_more_fields_than_there_are(cls, told: Any) -> Any:
        if isinstance(told, dict) and len(told) > len(cls.model_fields):
            said = {"came": len(told), "most": len(cls.model_fields)}
            raise PydanticCustomError("fields", "{came} fields came; there are {most}", said)
        return told


class Message(Part):
    """What every card takes."""

    id: Id = Field(description="which card; an integer is the same as its text")
    type: str = Field("", description="of card; without it that which the card has, at first line")
    active_points: Annotated[int, Field(ge=1, le=MOST_POINTS)] | None = Field(
        None, description="how many points the card shows"
    )
    label: Label | Labels | None = Field(
        None,
        description="where on the x axis; or the names of all points or shares of the chart; "
        "accepted without effect by other types of card",
    )
    legend: Short | Annotated[list[Short], Field(max_length=MAX_SERIES, fail_fast=True)] | None = (
        Field(None, description="the name of the series, or of each")
    )
    name: Short | None = Field(None, description="the card's title; its id where there is none")
    width: Pixels | None = Field(None, description="of the card at first, px")
    height: Pixels | None = Field(None, description="of the card at first, px")
    backgroundColor: Color | Colors | None = Field(
        None, description="of what is filled, or of each series or share: a colour of CSS"
    )
    borderColor: Color | Colors | None = Field(
        None, description="of lines, or of each series or share"
    )
    fill: bool | None = Field(None, description="whether the area below a line is filled")
    time: Annotated[Label, AfterValidator(_read_time)] | None = Field(
        None,
        description="when: a Unix time in s, ms, µs or ns; ISO 8601, UTC without a zone; another "
        "text; without it when the message came",
    )
    api_crypt: str = Field("", description="the password, where one is needed")


class Points(Message):
    """line, bar, horizontalBar"""

    value: (
        Number
        | Numbers
        | Annotated[dict[Short, Number], Field(min_length=1, max_length=MAX_SERIES)]
    ) = Field(
        description="a number; a list, one number for each series; an object, series: number; with "
        "a list of labels the whole chart, a number for each"
    )


class Shares(Message):
    """pie, doughnut, radar, polarArea"""

    value: Annotated[dict[Short, Number], Field(min_length=1, max_length=MOST_POINTS)] | Numbers = (
        Field(description="the whole chart: an object, label: number, or a list of numbers")
    )


class Dot(Part):
    """A point of a bubble or scatter chart; without a coordinate it is a gap."""

    x: Number
    y: Number
    r: Annotated[float, Field(ge=0, le=500)] | None = Field(None, description="radius, px")


class Dots(Message):
    """bubble, scatter"""

    value: (
        Dot | Annotated[list[Dot], Field(min_length=1, max_length=MOST_POINTS, fail_fast=True)]
    ) = Field(description="a point, or several")


class Custom(Message):
    """custom"""

    value: dict[str, Any] = Field(
        description="a configuration of Chart.js, its type, data and options; data only"
    )


class Text(Message):
    """text"""

    value: Annotated[str, StringConstraints(max_length=MAX_TEXT)] = Field(
        description="lines that are appended"
    )


class Place(Part):
    """A point of a map; without a coordinate it is a gap."""

    lat: Annotated[float, Field(ge=-90, le=90)] | None = Field(description="degrees")
    lon: Annotated[float, Field(ge=-180, le=180)] | None = Field(description="degrees")
    name: Short = ""


class Map(Message):
    """map"""

    value: (
        Place | Annotated[list[Place], Field(min_length=1, max_length=MOST_POINTS, fail_fast=True)]
    ) = Field(description="a place, or several")


Dtype = Literal[
    "bool",
    "int8",
    "uint8",
    "int16",
    "uint16",
    "int32",
    "uint32",
    "int64",
    "uint64",
    "float32",
    "float64",
]
Side = Annotated[int, Field(ge=1, le=1_000_000)]
Rows = Annotated[list[Numbers], Field(min_length=1, max_length=MAX_VALUES, fail_fast=True)]


class Picture(Message):
    """image"""

    value: str | Rows | None = Field(
        None, description="a picture's file as base64; or rows of numbers; null where bytes come"
    )
    dtype: Dtype | None = Field(None, description="of the bytes that come, little-endian, as numpy")
    shape: Annotated[list[Side], Field(min_length=2, max_length=3)] | None = Field(
        None, description="of the bytes that come: rows, columns, and 3 for colours"
    )


class Heatmap(Picture):
    """heatmap"""


class Video(Message):
    """video"""

    value: str = Field(
        description="the name of a stream that an operator has started",
        json_schema_extra={"pattern": f"^{STREAM_NAME.pattern}$"},
    )


MESSAGES: tuple[type[Message], ...] = (
    *(Points, Shares, Dots, Custom, Text, Map),
    *(Picture, Heatmap, Video),
)


def read(told: dict[str, Any], message: type[Message]) -> Message:
    """A message of this kind from what JSON held; raises Refused."""
    value = told.get("value")
    most = MOST_POINTS if isinstance(value, dict) else MAX_VALUES
    if isinstance(value, dict | list) and len(value) > most:
        raise InvalidMessage(f"value has {len(value)} entries", f"at most {most}")
    try:
        return message.model_validate(told)
    except ValidationError as problem:
        raise InvalidMessage(_words(problem), f"docs/push.md describes {message.__doc__}") from None


def _words(problem: ValidationError) -> str:
    """What is wrong with the first field at fault; of a field that may be one thing or another,
    what it is of neither."""
    faults = problem.errors(include_url=False, include_input=False, include_context=False)
    field = faults[0]["loc"][:1]
    same = takewhile(lambda fault: fault["loc"][:1] == field, faults)
    words = dict.fromkeys(fault["msg"] for fault in same)
    name = str(field[0])[:80] if field else "message"
    text = "; or: ".join([*words][:4])
    return f"{name}: {text.replace('1' + 300 * '0', '1e300')}"


def schema() -> dict[str, Any]:
    """All messages as JSON Schema."""
    _, found = models_json_schema([(message, "validation") for message in MESSAGES])
    return found


if __name__ == "__main__":
    print(json.dumps(schema(), indent=2))
