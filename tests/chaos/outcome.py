"""The effect of a fault on viewers, in figures."""

import itertools
import statistics
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

from tests.chaos.installation import Got
from tests.chaos.screen import Drawn, Told

HOUR_S = 3600.0
SEEN_WITHIN_S, HEALED_WITHIN_S = 3.0, 5.0
SLACK = 2
"""of a machine that does other things besides"""


@dataclass(frozen=True)
class Outcome:
    """One line of the table; times in seconds."""

    fault: str
    seen: float | None
    """from the fault, or the last picture after it, until the page said so; None: it had no need"""
    words: str
    """what the page said, one after the other"""
    healed: float
    """from the cure until the page was live for good, with a frame received after the cure"""
    all_healed: float
    """until the last of the crowd had such a frame"""
    without: float
    """the longest that the page had no new picture"""
    oldest_as_live: float
    """the oldest picture that the page showed while it said live"""
    lost: int
    """pulses that the camera had and a viewer did not get, the median"""
    late: int
    """frames older than a second that viewers got after the cure, all viewers together"""

    def check(self) -> None:
        """That viewers were told soon, and saw soon again."""
        assert self.seen is None or self.seen < SLACK * SEEN_WITHIN_S
        assert self.oldest_as_live < SLACK * SEEN_WITHIN_S
        assert max(self.healed, self.all_healed) < SLACK * HEALED_WITHIN_S

    def line(self) -> str:
        """For a terminal."""
        seen = "–" if self.seen is None else f"{self.seen:.1f}"
        return (
            f"{self.fault:<44} seen {seen:>4}  healed {self.healed:4.1f}  "
            f"all {self.all_healed:4.1f}  without {self.without:4.1f}  oldest as live "
            f"{self.oldest_as_live:3.1f}  lost {self.lost:>4}  late {self.late:>4}  {self.words}"
        )

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def received(frame: Got) -> float:
    """When ingest received it, on the tests' clock; Redis' may have been set by whole hours."""
    age = frame.when - frame.received
    return frame.when - (age - HOUR_S * round(age / HOUR_S))


def live_for_good(states: list[Told], drawn: list[Drawn], since: float) -> float | None:
    """When the page was live, with a frame received since then, and stayed so; None: not yet."""
    fresh = next((frame.at for frame in drawn if frame.received >= since), None)
    if fresh is None or not states or states[-1].state != "live":
        return None
    bad = any(state.at > fresh and state.state != "live" for state in states)
    return max(fresh, states[-1].at) if bad or states[-1].at > fresh else fresh


def first_words(
    states: list[Told], drawn: list[Drawn], since: float, until: float
) -> tuple[float | None, str]:
    """How long the page had no picture, since the fault, until it said so first; and all that it
    said."""
    fault_states = [one for one in states if since <= one.at < until and one.state != "live"]
    words = ", ".join(key for key, _ in itertools.groupby(one.title for one in fault_states))
    if not fault_states:
        return None, words
    last = max((frame.at for frame in drawn if frame.at <= fault_states[0].at), default=since)
    return fault_states[0].at - max(since, last), words


def longest_without(drawn: list[Drawn], since: float) -> float:
    """The longest pause between two pictures on the page, of those that end after the fault."""
    pairs = itertools.pairwise(drawn)
    return max((b.at - a.at for a, b in pairs if b.at > since), default=0.0)


def fresh_since(got: Iterable[Got], moment: float) -> dict[int, float]:
    """viewer → when it had its first frame that ingest received after the moment."""
    first: dict[int, float] = {}
    for frame in got:
        if received(frame) >= moment:
            first.setdefault(frame.viewer, frame.when)
    return first


def lost_pulses(got: Iterable[Got]) -> int:
    """How many of the camera's pulses a viewer did not get, the median of all. A camera that began
    anew sent none meanwhile."""
    lost: dict[int, int] = {}
    last: dict[int, int] = {}
    for frame in got:
        before = last.get(frame.viewer, frame.pulse)
        last[frame.viewer] = frame.pulse
        lost[frame.viewer] = lost.get(frame.viewer, 0) + max(0, frame.pulse - before - 1)
    return round(statistics.median(lost.values())) if lost else 0


def wrongs(got: Iterable[Got]) -> list[str]:
    """What must never be: a frame of before the viewer watched, or after a newer one."""
    found = []
    newest: dict[int, tuple[int, int]] = {}
    for frame in got:
        if received(frame) < frame.watched:
            found.append(f"received {frame.watched - received(frame):.3f} s too early: {frame}")
        if (frame.epoch, frame.seq) <= newest.get(frame.viewer, (0, 0)):
            found.append(f"after a newer one: {frame}")
        newest[frame.viewer] = frame.epoch, frame.seq
    return found
