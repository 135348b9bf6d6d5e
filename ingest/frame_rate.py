"""Limits the frame rate of a stream: which pulses become frames.

Ingests of different cameras must choose the same pulses, so that their pictures can be compared
pulse by pulse. They do not know of each other. What they share are the pulse ids, hence each one
chooses by these, as long as they advance steadily. Otherwise frames are chosen by time.
"""

import math
import statistics
from collections import deque

WINDOW_S = 10.0
"""how long the pulse ids per second are measured"""
MIN_SPAN_S = 2.0
"""less is too short to measure them"""
SAMPLE_INTERVAL_S = 0.25
RECENT_SAMPLES = 8
MAX_CHANGE = 1 / 3
"""of the ids per second in the recent samples; more is another rate"""
MAX_LEAD_S = 2.0
"""ids that are further ahead of the rate have jumped"""
MAX_STEPS = 32
"""steps between pulse ids that are remembered"""
MIN_STEPS = 8
MIN_PRESENT = 0.75
"""the share of a camera's pulses that must arrive"""
RATE_TOLERANCE = 1.01
"""100.05 Hz are four times 25 Hz: clocks differ, and measured rates vary"""
BURST_S = 0.25
"""by how much a frame chosen by its pulse id may be late without delaying the next ones"""


class FrameRateLimit:
    """A limit on the frame rate that tolerates jitter: a late frame does not delay the next one."""

    def __init__(self, max_per_s: float) -> None:
        self._period_s = 1 / max_per_s
        self._due = 0.0

    def wait_s(self, now: float) -> float:
        """Return the time until the next frame is due, or 0."""
        return max(0.0, self._due - now)

    def count_frame(self, now: float, is_selected: bool = False) -> None:
        """Count a frame taken at ``now``. ``is_selected``: pulse ids limit the rate already, and
        this limit is to stop only a burst."""
        period_s, tolerance_s = self._period_s, self._period_s / 2
        if is_selected:
            period_s /= RATE_TOLERANCE**2
            tolerance_s = max(BURST_S, tolerance_s)
        self._due = max(self._due, now - tolerance_s) + period_s


class PulseSelection:
    """Selects pulses by their ids; used by the thread that receives them.

    A camera's pulses are numbered ``id // step``, where ``step`` is what its ids have in common:
    1, or 4 for a camera at 25 Hz in a machine at 100 Hz. Selected is each pulse whose number is a
    multiple of the smallest stride that keeps the limit; above half of the camera's rate, all
    except the last of each group. So a limit of 25 or 30 Hz selects every fourth pulse of 100 Hz,
    and never less than two thirds of the limit are selected.
    """

    def __init__(self, max_per_s: float) -> None:
        self.is_steady = False
        """whether the pulse ids advance steadily; otherwise each pulse is selected"""
        self._max_per_s = max_per_s
        self._last: tuple[float, int] | None = None
        self._steps: deque[int] = deque(maxlen=MAX_STEPS)
        self._samples: deque[tuple[float, int]] = deque()
        self._ids_per_s = 0.0
        self._step = self._chosen = self._group = 1

    @property
    def interval_s(self) -> float:
        """The time between two pulses of the camera; 0 before the first measurement."""
        return self._step / self._ids_per_s if self._ids_per_s else 0.0

    def selects(self, pulse_id: int | None, now: float) -> bool:
        """Whether the next pulse is selected, which was received at ``now``."""
        if pulse_id is None:
            self._restart()
            return True
        if self._last:
            then, last_id = self._last
            lead = pulse_id - last_id
            if lead > 0 and not self._is_jump(lead, now - then):
                self._steps.append(lead)
            else:
                self._restart()
        self._last = now, pulse_id
        if not self._samples or now - self._samples[-1][0] >= SAMPLE_INTERVAL_S:
            self._add_sample(now, pulse_id)
        return not self.is_steady or pulse_id // self._step % self._group < self._chosen

    def expects_soon(self, now: float, wait_s: float) -> bool:
        """Whether the pulses of a steady stream have not stopped for longer than ``wait_s``."""
        return self.is_steady and self._last is not None and now - self._last[0] <= wait_s

    def _is_jump(self, lead: int, elapsed_s: float) -> bool:
        most = self._ids_per_s * (elapsed_s + MAX_LEAD_S) + self._step
        return self.is_steady and lead > most

    def _restart(self) -> None:
        self.is_steady = False
        self._last = None
        self._steps.clear()
        self._samples.clear()

    def _add_sample(self, now: float, pulse_id: int) -> None:
        samples = self._samples
        samples.append((now, pulse_id))
        while now - samples[0][0] > WINDOW_S:
            samples.popleft()
        recent = list(samples)[-RECENT_SAMPLES:]
        self._ids_per_s = _rate(list(samples))
        if abs(_slope(recent[0], recent[-1]) / self._ids_per_s - 1) > MAX_CHANGE:
            samples.clear()
            samples.extend(recent[-1:])
        self.is_steady = now - samples[0][0] >= MIN_SPAN_S and self._is_regular()
        if self.is_steady:
            pulses_per_frame = self._ids_per_s / self._step / self._max_per_s
            self._chosen, self._group = select_of(pulses_per_frame)

    def _is_regular(self) -> bool:
        """Find the step of the pulse ids; return whether nearly all steps are that."""
        if len(self._steps) < MIN_STEPS:
            return False
        self._step = math.gcd(*self._steps)
        return self._step * len(self._steps) >= MIN_PRESENT * sum(self._steps)


def select_of(pulses_per_frame: float) -> tuple[int, int]:
    """Return how many pulses to select of how many: ``pulses_per_frame`` is the rate of the pulses
    divided by the maximum rate of the frames."""
    share = RATE_TOLERANCE / pulses_per_frame
    if share >= 1:
        return 1, 1
    if share > 1 / 2:
        group = math.floor(1 / (1 - share))
        return group - 1, group
    return 1, math.ceil(1 / share)


def _slope(first: tuple[float, int], last: tuple[float, int]) -> float:
    """Return the ids per second between two samples; of one and the same, a rate of no meaning."""
    return (last[1] - first[1]) / (last[0] - first[0]) if last[0] > first[0] else math.inf


def _rate(samples: list[tuple[float, int]]) -> float:
    """Return the ids per second: the median of many slopes, which some late messages do not
    change."""
    half = len(samples) // 2
    return statistics.median(map(_slope, samples[: len(samples) - half], samples[half:]))
