"""Read the time of a pushed point: a Unix time in one of the usual units, or ISO 8601."""

import math
import re
from datetime import UTC, datetime

MIN_TIME_S = datetime(1990, 1, 1, tzinfo=UTC).timestamp()
MAX_TIME_S = datetime(2101, 1, 1, tzinfo=UTC).timestamp()
MAX_PLAIN = 1e8
"""A number closer to 0 is a position on an axis of numbers, not a time."""
UNITS = {"s": 1.0, "ms": 1e3, "µs": 1e6, "ns": 1e9}
"""Unit of a Unix time → how many make a second. The years 1990 to 2100 are a range of numbers in
each unit, and no two of these ranges overlap."""
ISO_START = re.compile(r"\d{4}-(\d\d-\d\d|W\d\d-\d)|\d{8}T")


def is_time(value: float) -> bool:
    """Return whether a number that ``read_time`` returned is a time."""
    return abs(value) >= MAX_PLAIN


def read_time(value: float | str) -> float | str:
    """Return Unix seconds for a time; return plain numbers and texts that are not dates unchanged.

    A date without a zone is UTC. Raises ValueError.
    """
    if isinstance(value, str):
        return _read_text(value)
    if not is_time(value):
        return value
    for per_s in UNITS.values():
        if MIN_TIME_S <= value / per_s < MAX_TIME_S:
            return value / per_s
    raise ValueError(f"{value:.17g} is not in the years 1990 to 2100: {_likely_year(value)}")


def _read_text(text: str) -> float | str:
    if not ISO_START.match(text):
        return text
    try:
        date = datetime.fromisoformat(text.strip().upper())
    except ValueError:
        raise ValueError(
            f"{text[:40]!r} starts as a date and is not ISO 8601, as 2026-11-30T12:00:00Z; "
            "a text that is not a time belongs in label"
        ) from None
    if not 1990 <= date.year <= 2100:
        raise ValueError(f"{text[:40]!r} is not in the years 1990 to 2100")
    return date.replace(tzinfo=date.tzinfo or UTC).timestamp()


def _likely_year(value: float) -> str:
    """Return the year of a number in the unit in which it is closest to the allowed years."""
    if value < 0:
        return "Unix times are above 0"
    unit = min(UNITS, key=lambda unit: abs(math.log(value / UNITS[unit] / MIN_TIME_S)))
    try:
        year = datetime.fromtimestamp(value / UNITS[unit], UTC).year
    except (ValueError, OverflowError):
        return "it is not a Unix time in s, ms, µs or ns"
    return f"in {unit}, its likely unit, it is the year {year}"
