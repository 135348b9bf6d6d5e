"""The effect of a fault on viewers, in figures."""

import itertools
import statistics
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

from tests.chaos.installation import ReceivedFrame
from tests.chaos.page import DrawnFrame, PageState

HOUR_S = 3600.0
MAX_REPORTED_S, MAX_RECOVERED_S = 3.0, 5.0
SLACK = 2
"""A factor for machines that run other programs too."""


@dataclass(frozen=True)
class Effect:
    """The effect of one fault; times in seconds."""

    fault: str
    reported: float | None
    """From the fault, or the last picture after it, until the page's report; None: not needed."""
    texts: str
    """The texts that the page showed, in their order."""
    recovered: float
    """From the fault's end until the page was permanently live, with a frame received since."""
    all_recovered: float
    """From the fault's end until the last viewer had a frame received since."""
    longest_gap: float
    """The longest time without a new picture on the page."""
    oldest_as_live: float
    """The oldest picture that the page showed while it said that it was live."""
    lost: int
    """Pulses of the camera that a viewer did not receive, the median."""
    late: int
    """Frames older than a second that viewers received after the fault's end, in total."""

    def check(self) -> None:
        """Check that the fault was reported soon, and that viewers recovered soon."""
        assert self.reported is None or self.reported < SLACK * MAX_REPORTED_S
        assert self.oldest_as_live < SLACK * MAX_REPORTED_S
        assert max(self.recovered, self.all_recovered) < SLACK * MAX_RECOVERED_S

    def line(self) -> str:
        """Return the effect as a line for a terminal."""
        reported = "–" if self.reported is None else f"{self.reported:.1f}"
        return (
            f"{self.fault:<44} reported {reported:>4}  recovered {self.recovered:4.1f}  "
            f"all {self.all_recovered:4.1f}  longest gap {self.longest_gap:4.1f}  oldest as live "
            f"{self.oldest_as_live:3.1f}  lost {self.lost:>4}  late {self.late:>4}  {self.texts}"
        )

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def received_at(frame: ReceivedFrame) -> float:
    """Return when ingest received it, on the tests' clock; Redis' may be off by whole hours."""
    age = frame.when - frame.received
    return frame.when - (age - HOUR_S * round(age / HOUR_S))


def permanently_live_since(
    states: list[PageState], drawn: list[DrawnFrame], since: float
) -> float | None:
    """Return when the page was permanently live, with a frame received ``since``; None: not yet."""
    fresh = next((frame.at for frame in drawn if frame.received >= since), None)
    if fresh is None or not states or states[-1].state != "live":
        return None
    interrupted = any(state.at > fresh and state.state != "live" for state in states)
    return max(fresh, states[-1].at) if interrupted or states[-1].at > fresh else fresh


def first_report(
    states: list[PageState], drawn: list[DrawnFrame], since: float, until: float
) -> tuple[float | None, str]:
    """Return the time from the fault, or the last picture after it, until the page reported it, and
    all texts that it showed."""
    fault_states = [one for one in states if since <= one.at < until and one.state != "live"]
    texts = ", ".join(key for key, _ in itertools.groupby(one.title for one in fault_states))
    if not fault_states:
        return None, texts
    last = max((frame.at for frame in drawn if frame.at <= fault_states[0].at), default=since)
    return fault_states[0].at - max(since, last), texts


def longest_gap_after(drawn: list[DrawnFrame], since: float) -> float:
    """Return the longest time between two pictures on the page, the second after the fault."""
    pairs = itertools.pairwise(drawn)
    return max((b.at - a.at for a, b in pairs if b.at > since), default=0.0)


def fresh_since(frames: Iterable[ReceivedFrame], moment: float) -> dict[int, float]:
    """Return viewer → when it received its first frame that ingest received after ``moment``."""
    first: dict[int, float] = {}
    for frame in frames:
        if received_at(frame) >= moment:
            first.setdefault(frame.viewer, frame.when)
    return first


def lost_pulses(frames: Iterable[ReceivedFrame]) -> int:
    """Return the number of the camera's pulses that a viewer did not receive, the median of all.

    Pulse ids of a restarted camera have no gap, since it sent nothing meanwhile. A frame without a
    pulse id, which damage of a header causes, counts as a lost pulse.
    """
    lost: dict[int, int] = {}
    last: dict[int, int] = {}
    for frame in frames:
        if frame.pulse is None:
            continue
        before = last.get(frame.viewer, frame.pulse)
        last[frame.viewer] = frame.pulse
        lost[frame.viewer] = lost.get(frame.viewer, 0) + max(0, frame.pulse - before - 1)
    return round(statistics.median(lost.values())) if lost else 0


def find_violations(frames: Iterable[ReceivedFrame]) -> list[str]:
    """Return violations: frames received before the viewer watched, or sent after a newer one."""
    violations = []
    newest: dict[int, tuple[int, int]] = {}
    for frame in frames:
        if received_at(frame) < frame.watched:
            violations.append(
                f"received {frame.watched - received_at(frame):.3f} s too early: {frame}"
            )
        if (frame.epoch, frame.seq) <= newest.get(frame.viewer, (0, 0)):
            violations.append(f"after a newer one: {frame}")
        newest[frame.viewer] = frame.epoch, frame.seq
    return violations
