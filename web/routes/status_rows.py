"""The rows of the status page: one for each stream, from its status. Pure.

A status is not trusted: any program may have written it.
"""

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Look = Literal["live", "wait", "act"]
Level = Literal["act", "look", "fine"]

LOSS_COUNTERS = ("missed", "publish_failed", "pulses_lost", "withheld")
"""counters of the status that the page shows as losses"""
BADGES: dict[str, tuple[Look, str]] = {
    "live": ("live", "Live"),
    "closed": ("wait", "Closed"),
    **dict.fromkeys(
        ("connecting", "silent", "lost", "mismatch", "no_ingest", "broker_lost"),
        ("act", "Not live"),
    ),
}
"""state → look and word of its badge, as on the page of a picture, where they are not those of a
stream that waits"""
WAITING: tuple[Look, str] = "wait", "Waiting"
LEVELS: tuple[Level, ...] = "act", "look", "fine"
"""worst first"""
MAX_NUMBER = 2**64
NO_VALUE = "–"
NARROW_SPACE = "\u202f"
DIGITS = re.compile(r"(\d+)")


@dataclass(frozen=True)
class Row:
    """What the page shows of a stream. Numbers are None where they are unknown."""

    stream: str
    look: Look
    word: str
    level: Level
    """``act`` and ``look``: it needs someone"""
    is_live: bool
    """whether it is as it should be: live, or a video that nobody watches"""
    cause: str
    cure: str
    source: str
    ingest: str
    fps_in: float | None
    fps_out: float | None
    is_board: bool
    cards: float | None
    pulse_id: str
    pulse: float | None
    age_s: float | None
    viewers: float | None
    holders: Mapping[str, int]
    standby: str
    losses: Mapping[str, float]
    running_s: float | None
    errors: Mapping[str, Any] = field(default_factory=dict)
    last_error: str = ""

    @property
    def lost(self) -> float | None:
        """What it lost since its ingest was started; None without an ingest."""
        return sum(self.losses.values()) if self.ingest else None


def make_row(
    status: Mapping[str, Any],
    holders: Mapping[str, int],
    now: float | None,
    reported: float | None = None,
) -> Row:
    """Return the row of a stream.

    ``holders`` has the viewers of each worker or other program, ``now`` is the time on Redis' clock
    and ``reported`` when an ingest last wrote a status, both None if unknown.
    """
    state, message = str(status.get("state", "")), text(status.get("message"))
    look, word = BADGES.get(state, WAITING)
    is_live = state in ("live", "closed")
    needs_look = bool(message) if state == "live" else state != "closed"
    level: Level = "act" if look == "act" else "look" if needs_look else "fine"
    cause, stop, cure = message.partition(". ")
    started, at = number(status.get("started")), number(status.get("t"))
    errors = status.get("errors")
    counters = ((name, number(status.get(name))) for name in LOSS_COUNTERS)
    return Row(
        stream=str(status.get("stream", "")),
        look=look,
        word=word,
        level=level,
        is_live=is_live,
        cause=cause + stop.strip() if level != "fine" else "",
        cure=cure if level != "fine" else "",
        source=text(status.get("source")),
        ingest=f"{host}, pid {text(status.get('pid'))}"
        if (host := text(status.get("host")))
        else "",
        fps_in=number(status.get("fps_in")),
        fps_out=number(status.get("fps_out")),
        is_board=status.get("kind") == "board",
        cards=number(status.get("cards")),
        pulse_id=text(status.get("pulse_id")),
        pulse=number(status.get("pulse_id")),
        age_s=find_age(status, now, reported),
        viewers=number(status.get("viewers")),
        holders=holders,
        standby=text(status.get("standby")),
        losses={name: count for name, count in counters if count},
        running_s=at - started if at is not None and started is not None else None,
        errors=errors if isinstance(errors, dict) else {},
        last_error=text(status.get("last_error")),
    )


def find_age(status: Mapping[str, Any], now: float | None, reported: float | None) -> float | None:
    """Return the seconds since the last data of a stream: of a board since a card changed; without
    an ingest since there was one; None if unknown."""
    state, age, at = status.get("state"), number(status.get("age")), number(status.get("t"))
    if state == "live" and age is not None:
        return age  # when the status was written: newer data have arrived since
    then = reported if state == "no_ingest" else None
    if status.get("kind") == "board" and then is None:
        then = number(status.get("changed")) or None
    elif age is not None and at is not None:
        then = at - age
    return None if now is None or then is None else max(0.0, now - then)


def sort_rows(rows: Iterable[Row]) -> list[Row]:
    """Return the rows that need someone first, then by name, numbers in it by value."""
    return sorted(rows, key=lambda row: (LEVELS.index(row.level), by_name(row.stream)))


def by_name(name: str) -> list[tuple[int, int, str]]:
    """Return a key that sorts ``cam10`` after ``cam2``."""
    parts = enumerate(DIGITS.split(name.lower()))
    return [(1, int(part), "") if i % 2 else (0, 0, part) for i, part in parts]


def count_ingests(statuses: Iterable[Mapping[str, Any]]) -> tuple[int, int]:
    """Return the number of ingest processes and of hosts on which they run."""
    processes = {
        (host, text(status.get("pid"))) for status in statuses if (host := text(status.get("host")))
    }
    return len(processes), len({host for host, _ in processes})


def number(value: Any) -> float | None:
    """Return a number as it is, and None for everything else, and for what is no number of a
    status: NaN, infinity and integers of more than 64 bits."""
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return value if is_number and abs(value) < MAX_NUMBER else None


def text(value: Any) -> str:
    """Return a value as text, and an empty text for none."""
    return "" if value is None else str(value)


def format_count(value: float | None) -> str:
    """Return a whole number in groups of three digits, as the pages' scripts do."""
    return NO_VALUE if value is None else f"{round(value):,}".replace(",", NARROW_SPACE)


def format_rate(value: float | None) -> str:
    """Return a rate with one digit after the point, below one a second with two."""
    return NO_VALUE if value is None else f"{value:.2f}" if 0 < value < 1 else f"{value:.1f}"


def format_age(seconds: float | None) -> str:
    """Return an age: below 10 s with hundredths, then in its largest unit."""
    if seconds is None:
        return NO_VALUE
    return f"{math.floor(100 * seconds) / 100:.2f} s" if seconds < 10 else format_duration(seconds)


def format_duration(seconds: float | None) -> str:
    """Return a duration in its largest unit that gives a number of two or more."""
    if seconds is None:
        return NO_VALUE
    for unit, unit_s in (("d", 86400), ("h", 3600), ("min", 60)):
        if seconds >= 2 * unit_s:
            return f"{seconds / unit_s:.0f} {unit}"
    return f"{max(seconds, 0):.0f} s"
