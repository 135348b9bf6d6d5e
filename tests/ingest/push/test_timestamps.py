"""The times of pushed points, in all units and text formats."""

from datetime import UTC, datetime
from typing import Any

import pytest

from ingest.push.board import Board
from ingest.push.message import InvalidMessage
from ingest.push.timestamps import MAX_TIME_S, MIN_TIME_S, UNITS, is_time, read_time

T = 1_795_990_000.123
NOON_S = datetime(2026, 11, 30, 12, tzinfo=UTC).timestamp()


@pytest.mark.parametrize("per_s", UNITS.values(), ids=UNITS)
@pytest.mark.parametrize("time_s", [MIN_TIME_S, T, MAX_TIME_S - 1])
def test_the_unit_is_recognised_by_the_size(per_s: float, time_s: float) -> None:
    for value in (time_s * per_s, int(time_s * per_s)):
        assert read_time(value) == pytest.approx(time_s, abs=1.01 / per_s + 1e-6)


def test_no_number_is_a_time_in_two_units() -> None:
    bounds = [bound * per_s for per_s in UNITS.values() for bound in (MIN_TIME_S, MAX_TIME_S)]

    assert bounds == sorted(bounds)


@pytest.mark.parametrize("value", [0, 5, -3.5, 99_999_999, -99_999_999])
def test_a_smaller_number_is_a_place_and_no_time(value: float) -> None:
    assert read_time(value) == value
    assert not is_time(value)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1e8, "100000000 is not in the years 1990 to 2100: in s, its likely unit, it is the year"),
        (MIN_TIME_S - 1, "in s, its likely unit, it is the year 1989"),
        (5e8, "it is the year 1985"),
        (5e9, "in s, its likely unit, it is the year 2128"),
        (1e11, "in ms, its likely unit, it is the year 1973"),
        (5e12, "in ms, its likely unit, it is the year 2128"),
        (5e15, "in µs, its likely unit"),
        (5e18, "in ns, its likely unit"),
        (1e30, "it is not a Unix time in s, ms, µs or ns"),
        (-T, "Unix times are above 0"),
        ("1989-12-31", "not in the years"),
        ("2101-01-01T00:00:00Z", "not in the years"),
        ("2026-13-01", "is not ISO 8601"),
        ("2026-11-30T25:00", "is not ISO 8601"),
        ("2026-11-30 night shift", "belongs in label"),
    ],
)
def test_a_time_of_another_century_is_refused_with_its_likely_unit(
    value: float | str, text: str
) -> None:
    with pytest.raises(ValueError, match=r".") as refused:
        read_time(value)

    assert text in str(refused.value)
    assert len(str(refused.value)) < 200


@pytest.mark.parametrize(
    "text",
    [
        *("2026-11-30T12:00:00Z", "2026-11-30t12:00:00.000z", "2026-11-30T13:00:00+01:00"),
        *("2026-11-30T06:30-0530", "2026-11-30T12:00:00", "2026-11-30 12:00", "20261130T120000Z"),
        *("2026-11-30T12:00:00,000000000Z", "2026-W49-1T12:00"),
    ],
)
def test_iso_8601_is_understood_and_without_a_zone_is_utc(text: str) -> None:
    assert read_time(text) == NOON_S
    assert read_time("2026-11-30") == NOON_S - 12 * 3600


@pytest.mark.parametrize("text", ["", "12:03", "now", "Monday", "1795990000", "run 2026-11-30"])
def test_another_text_is_a_label(text: str) -> None:
    assert read_time(text) == text


def rows(*messages: dict[str, Any]) -> tuple[list[Any], str]:
    board = Board()
    for message in messages:
        board.add({"id": "a", "value": 1, **message})
    return [row[0] for row in board.cards["a"].rows], board.cards["a"].axis


def test_a_card_has_seconds_whatever_came() -> None:
    ways = (T, T * 1e3, T * 1e6, int(T * 1e9), "2026-11-29T22:06:40.123Z")

    found, axis = rows(*({"time": way} for way in ways))

    assert found == pytest.approx([T] * 5, abs=1e-3)
    assert axis == "time"


def test_a_text_card_has_seconds_too() -> None:
    assert rows({"type": "text", "value": "x", "time": T * 1e3})[0] == pytest.approx([T])


def test_a_label_is_a_place_however_large_it_is() -> None:
    assert rows({"label": T * 1e3}, {"label": 5e9}) == ([T * 1e3, 5e9], "number")


def test_the_refusal_names_the_field() -> None:
    with pytest.raises(InvalidMessage, match=r"^time: .*the year 2128$") as refused:
        rows({"time": 5e9})

    assert refused.value.hint
