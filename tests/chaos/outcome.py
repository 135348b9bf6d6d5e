"""The effect of a fault on viewers, in figures."""

import itertools
import statistics
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

from tests.chaos.installation import ReceivedFrame
from tests.chaos.screen import DrawnFrame, PageState

HOUR_S = 3600.0
SEEN_WITHIN_S, HEALED_WITHIN_S = 3.0, 5.0
SLACK = 2
"""factor on the limits, for a machine that runs other programs"""


@dataclass(frozen=True)
class Outcome:
    """The effect of one fault; times in seconds."""

    fault: str
    seen: float | None
    """from the fault, or the last picture after it, until the page reported it; None: not needed"""
    words: str
    """the titles that the page showed, in order"""
    healed: float
    """from the cure until the page stayed live, with a frame received after the cure"""
    all_healed: float
    """from the cure until the last of all viewers had such a frame"""
    without: float
    """the longest time without a new picture on the page"""
    oldest_as_live: float
    """the maximum age of the picture while the page was live"""
    lost: int
    """pulses of the camera that a viewer did not receive, the median"""
    late: int
    """frames older than a second on arrival after the cure, of all viewers together"""

    def check(self) -> None:
        """Check that the fault was reported and healed in time."""
        assert self.seen is None or self.seen < SLACK * SEEN_WITHIN_S
        assert self.oldest_as_live < SLACK * SEEN_WITHIN_S
        assert max(self.healed, self.all_healed) < SLACK * HEALED_WITHIN_S

    def line(self) -> str:
        """Return the outcome as a line for a terminal."""
        seen = "–" if self.seen is None else f"{self.seen:.1f}"
        return (
            f"{self.fault:<44} seen {seen:>4}  healed {self.healed:4.1f}  "
            f"all {self.all_healed:4.1f}  without {self.without:4.1f}  oldest as live "
            f"{self.oldest_as_live:3.1f}  lost {self.lost:>4}  late {self.late:>4}  {self.words}"
        )

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def received(frame: ReceivedFrame) -> float:
    """Return when ingest received it by the tests' clock; Redis' may be off by whole hours."""
    age = frame.when - frame.received
    return frame.when - (age - HOUR_S * round(age / HOUR_S))


def live_for_good(states: list[PageState], drawn: list[DrawnFrame], since: float) -> float | None:
    """Return from when on the page stayed live with a frame received later; None: not yet."""
    fresh = next((frame.at for frame in drawn if frame.received >= since), None)
    if fresh is None or not states or states[-1].state != "live":
        return None
    bad = any(state.at > fresh and state.state != "live" for state in states)
    return max(fresh, states[-1].at) if bad or states[-1].at > fresh else fresh


def first_words(
    states: list[PageState], drawn: list[DrawnFrame], since: float, until: float
) -> tuple[float | None, str]:
    """Return for how long after the fault the page had no picture until it reported it; and all its
    titles."""
    fault_states = [one for one in states if since <= one.at < until and one.state != "live"]
    words = ", ".join(key for key, _ in itertools.groupby(one.title for one in fault_states))
    if not fault_states:
        return None, words
    last = max((frame.at for frame in drawn if frame.at <= fault_states[0].at), default=since)
    return fault_states[0].at - max(since, last), words


def longest_without(drawn: list[DrawnFrame], since: float) -> float:
    """Return the longest pause between two pictures on the page that ended after the fault."""
    pairs = itertools.pairwise(drawn)
    return max((b.at - a.at for a, b in pairs if b.at > since), default=0.0)


def fresh_since(got: Iterable[ReceivedFrame], moment: float) -> dict[int, float]:
    """Return when each viewer got its first frame that ingest received after ``moment``."""
    first: dict[int, float] = {}
    for frame in got:
        if received(frame) >= moment:
            first.setdefault(frame.viewer, frame.when)
    return first


def lost_pulses(got: Iterable[ReceivedFrame]) -> int:
    """Return the number of pulses that a viewer did not receive, the median of all viewers. A
    camera that is restarted sends none meanwhile."""
    lost: dict[int, int] = {}
    last: dict[int, int] = {}
    for frame in got:
        before = last.get(frame.viewer, frame.pulse)
        last[frame.viewer] = frame.pulse
        lost[frame.viewer] = lost.get(frame.viewer, 0) + max(0, frame.pulse - before - 1)
    return round(statistics.median(lost.values())) if lost else 0


def violations(got: Iterable[ReceivedFrame]) -> list[str]:
    """Return violations: frames from before a viewer watched, and frames after newer ones."""
    found = []
    newest: dict[int, tuple[int, int]] = {}
    for frame in got:
        if received(frame) < frame.watched:
            found.append(f"received {frame.watched - received(frame):.3f} s too early: {frame}")
        if (frame.epoch, frame.seq) <= newest.get(frame.viewer, (0, 0)):
            found.append(f"after a newer one: {frame}")
        newest[frame.viewer] = frame.epoch, frame.seq
    return found
