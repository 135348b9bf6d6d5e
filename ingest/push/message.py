"""The messages that programs push: one message is one update of one card.

The field names are those of an older chart server. docs/push.md describes each field, and
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

MAX_CARD_POINTS = 10_000
"""the most points that a card shows"""
MAX_SERIES = 32
MAX_TEXT_CHARS = 16 * 1024
MAX_VALUES = 100_000
"""in one message"""

MAX_NUMBER = 1e300
"""below the largest float, as an axis needs the difference of two numbers and a margin"""

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
        lambda value: str(value) if type(value) is int else value,  # a bool is not an int here
        json_schema_input_type=IdText | int,
    ),
]
SizePx = Annotated[int, Field(ge=50, le=8000)]
Label = Short | Finite
# fail_fast: pydantic would otherwise record an error for each of possibly millions of entries.
Labels = Annotated[list[Label], Field(max_length=MAX_CARD_POINTS, fail_fast=True)]
Numbers = Annotated[list[Number], Field(min_length=1, max_length=MAX_VALUES, fail_fast=True)]
Colors = Annotated[list[Color], Field(max_length=256, fail_fast=True)]


def _read_time(value: float | str) -> float | str:
    try:
        return read_time(value)
    except ValueError as error:
        raise PydanticCustomError("time", "{text}", {"text": str(error)}) from None


class InvalidMessage(ValueError):
    """A message that is refused; ``hint`` says what is allowed."""

    def __init__(self, error: str, hint: str = "") -> None:
        super().__init__(error)
        self.hint = hint


class StrictModel(BaseModel):
    """A JSON object in a message: unknown fields, conversions of types, and NaN are errors."""

    model_config = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False, frozen=True)

    @model_validator(mode="before")
    @classmethod
    def _limit_fields(cls, value: Any) -> Any:
        if isinstance(value, dict) and len(value) > len(cls.model_fields):
            counts = {"count": len(value), "known": len(cls.model_fields)}
            text = "too many fields: {count}, of which at most {known} are known"
            raise PydanticCustomError("fields", text, counts)
        return value


class Message(StrictModel):
    """The fields of all types of card."""

    id: Id = Field(description="the card; an integer means the same as its text")
    type: str = Field(
        "", description="type of the card; default: unchanged, and line for a new card"
    )
    active_points: Annotated[int, Field(ge=1, le=MAX_CARD_POINTS)] | None = Field(
        None, description="how many points the card shows"
    )
    label: Label | Labels | None = Field(
        None,
        description="position on the x axis; or a list with the names of all points or segments of "
        "the chart; other types of card ignore it",
    )
    legend: Short | Annotated[list[Short], Field(max_length=MAX_SERIES, fail_fast=True)] | None = (
        Field(None, description="the name of the series, or a list with one for each")
    )
    name: Short | None = Field(None, description="the card's title; default: its id")
    width: SizePx | None = Field(None, description="initial width of the card, px")
    height: SizePx | None = Field(None, description="initial height of the card, px")
    backgroundColor: Color | Colors | None = Field(
        None, description="fill colour in CSS, or a list with one for each series or segment"
    )
    borderColor: Color | Colors | None = Field(
        None, description="line colour in CSS, or a list with one for each series or segment"
    )
    fill: bool | None = Field(None, description="whether the area below a line is filled")
    time: Annotated[Label, AfterValidator(_read_time)] | None = Field(
        None,
        description="a Unix time in s, ms, µs or ns; ISO 8601, UTC without a zone; or another "
        "text; default: the time of arrival",
    )
    api_crypt: str = Field("", description="the password, if the board needs one")


class Points(Message):
    """line, bar, horizontalBar"""

    value: (
        Number
        | Numbers
        | Annotated[dict[Short, Number], Field(min_length=1, max_length=MAX_SERIES)]
    ) = Field(
        description="a number; a list with a number for each series; an object, series: number; "
        "or, with a list of labels, the whole chart: a list with a number for each"
    )


class Shares(Message):
    """pie, doughnut, radar, polarArea"""

    value: (
        Annotated[dict[Short, Number], Field(min_length=1, max_length=MAX_CARD_POINTS)] | Numbers
    ) = Field(description="the whole chart: an object, label: number, or a list of numbers")


class Dot(StrictModel):
    """A point of a bubble or scatter chart; without a coordinate it is a gap."""

    x: Number
    y: Number
    r: Annotated[float, Field(ge=0, le=500)] | None = Field(None, description="radius, px")


class Dots(Message):
    """bubble, scatter"""

    value: (
        Dot | Annotated[list[Dot], Field(min_length=1, max_length=MAX_CARD_POINTS, fail_fast=True)]
    ) = Field(description="a point, or several")


class Custom(Message):
    """custom"""

    value: dict[str, Any] = Field(
        description="a Chart.js configuration: type, data and options, without functions"
    )


class Text(Message):
    """text"""

    value: Annotated[str, StringConstraints(max_length=MAX_TEXT_CHARS)] = Field(
        description="lines to append"
    )


class Place(StrictModel):
    """A point of a map; without a coordinate it is a gap."""

    lat: Annotated[float, Field(ge=-90, le=90)] | None = Field(description="degrees")
    lon: Annotated[float, Field(ge=-180, le=180)] | None = Field(description="degrees")
    name: Short = ""


class Map(Message):
    """map"""

    value: (
        Place
        | Annotated[list[Place], Field(min_length=1, max_length=MAX_CARD_POINTS, fail_fast=True)]
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
        None, description="an image file as base64, or rows of numbers; null if binary data follows"
    )
    dtype: Dtype | None = Field(
        None, description="element type of the binary data, as in numpy; little-endian"
    )
    shape: Annotated[list[Side], Field(min_length=2, max_length=3)] | None = Field(
        None, description="shape of the binary data: rows, columns, and 3 for colour"
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


def read(payload: dict[str, Any], message_type: type[Message]) -> Message:
    """Return a message from decoded JSON; raises InvalidMessage."""
    value = payload.get("value")
    max_entries = MAX_CARD_POINTS if isinstance(value, dict) else MAX_VALUES
    if isinstance(value, dict | list) and len(value) > max_entries:
        raise InvalidMessage(f"value has {len(value)} entries", f"at most {max_entries}")
    try:
        return message_type.model_validate(payload)
    except ValidationError as error:
        hint = f"docs/push.md describes {message_type.__doc__}"
        raise InvalidMessage(_error_text(error), hint) from None


def _error_text(error: ValidationError) -> str:
    """Return the errors of the first invalid field; a field that allows several types has one for
    each of them."""
    errors = error.errors(include_url=False, include_input=False, include_context=False)
    location = errors[0]["loc"][:1]
    of_field = takewhile(lambda one: one["loc"][:1] == location, errors)
    texts = dict.fromkeys(one["msg"] for one in of_field)
    name = str(location[0])[:80] if location else "message"
    text = "; or: ".join([*texts][:4])
    return f"{name}: {text.replace('1' + 300 * '0', '1e300')}"


def schema() -> dict[str, Any]:
    """Return the JSON Schema of all messages."""
    _, definitions = models_json_schema([(message, "validation") for message in MESSAGES])
    return definitions


if __name__ == "__main__":
    print(json.dumps(schema(), indent=2))
