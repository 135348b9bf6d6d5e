"""What the flow does to a viewer's frames, on simulated lines and with wrong reports."""

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.slow_line import SlowLine
from web.fanout.flow_control import (
    MAX_BYTES,
    MAX_UNREPORTED,
    SILENCE_S,
    START_BYTES,
    FlowControl,
    sent_records,
)

MBIT = 125_000
"""bytes a second"""
FRAME = 50_000
HIDDEN = (300_000, math.inf)
"""what the buffers on the way take before the sender notices"""


def newest_age_s(line: SlowLine, since: float) -> float:
    return max(arrival.age_s for arrival in line.since(since))


@pytest.mark.parametrize("hidden", HIDDEN)
@pytest.mark.parametrize("round_trip_s", [0.001, 0.02, 0.05, 0.1])
def test_a_slow_line_carries_what_it_can_and_every_frame_comes_fresh(
    round_trip_s: float, hidden: float
) -> None:
    line = SlowLine(2 * MBIT, round_trip_s, hidden)

    line.stream(20)

    assert newest_age_s(line, 0) < 0.7
    # More of a second frame on the way would fill a far line too, but be too old.
    used = 0.8 if round_trip_s < 0.1 else 0.7
    assert len(line.arrivals) * FRAME >= used * 20 * line.rate


def test_without_reports_the_same_frames_come_old() -> None:
    line = SlowLine(2 * MBIT, 0.001, 300_000, reports=False)

    line.stream(20)

    assert newest_age_s(line, 0) > 1.0


@pytest.mark.parametrize(("fps", "length"), [(25, FRAME), (25, 500_000), (100, FRAME), (1, FRAME)])
def test_a_fast_line_gets_every_frame_and_few_reports_are_needed(fps: float, length: int) -> None:
    line = SlowLine(1000 * MBIT, 0.001, 300_000, draw_s=0.005)

    line.stream(20, fps, length)

    assert line.dropped_at == []
    assert line.reported <= 8 + 10


def test_a_long_way_costs_a_fast_line_nothing_but_the_first_seconds() -> None:
    line = SlowLine(100 * MBIT, 0.2)

    line.stream(10)

    assert line.fps(since=line.now - 4) == pytest.approx(25, abs=0.5)


def test_a_very_long_way_still_carries_a_moving_picture() -> None:
    line = SlowLine(100 * MBIT, 0.6)

    line.stream(10)

    assert line.fps(since=line.now - 9) > 5


@pytest.mark.parametrize("hidden", HIDDEN)
def test_a_line_a_little_too_thin_is_used_and_fresh(hidden: float) -> None:
    line = SlowLine(8 * MBIT, 0.01, hidden)

    line.stream(20)

    assert newest_age_s(line, 0) < 0.8
    assert line.fps(since=0) * FRAME <= line.rate
    assert len(line.arrivals) * FRAME >= 0.8 * 20 * line.rate


def test_a_line_that_suddenly_thins_is_fresh_again_within_three_seconds() -> None:
    line = SlowLine(100 * MBIT, 0.001, 300_000)
    line.stream(10)

    line.rate = 2 * MBIT
    line.stream(3)
    recovered = line.now
    line.stream(10)

    assert newest_age_s(line, recovered) < 0.7
    assert len(line.since(recovered)) * FRAME >= 0.8 * 10 * line.rate


def test_a_line_that_widens_again_is_used_again_within_a_second() -> None:
    line = SlowLine(2 * MBIT, 0.001, 300_000)
    line.stream(10)

    line.rate = 100 * MBIT
    line.stream(1)
    widened = line.now
    line.stream(5)

    assert line.fps(since=widened) == pytest.approx(25, abs=0.5)


def test_a_blocked_viewer_is_not_flooded_and_goes_on_at_once() -> None:
    line = SlowLine(100 * MBIT, 0.001)
    line.stream(10)

    line.blocked_until = line.now + 60
    line.stream(60)
    came_meanwhile = len(line.since(line.now - 60))
    line.stream(0.5)
    unblocked = line.now
    line.stream(5)

    assert came_meanwhile <= SILENCE_S * 25 + 60 / SILENCE_S
    assert line.fps(since=unblocked) == pytest.approx(25, abs=0.5)
    assert newest_age_s(line, unblocked) < 0.1


def test_a_frame_larger_than_the_window_goes_alone() -> None:
    flow = FlowControl()

    assert flow.try_send(sent_records(("camera", 1, 1), 10 * START_BYTES, 0.0))
    assert not flow.try_send(sent_records(("camera", 1, 2), 1, 0.1))
    flow.on_drawn(("camera", 1, 1), 0.0, 5.0)
    assert flow.try_send(sent_records(("camera", 1, 3), 10 * START_BYTES, 5.0))


def test_a_silent_viewer_gets_one_frame_in_three_seconds() -> None:
    flow, sent = FlowControl(), 0
    for step in range(600):
        now = step / 10
        sent += flow.try_send(sent_records(("camera", 1, step), FRAME, now))

    assert sent <= 2 + 60 / SILENCE_S


def test_a_report_says_that_what_went_before_has_passed_too() -> None:
    flow = FlowControl()
    for seq in range(3):
        flow.try_send(sent_records(("camera", 1, seq), 1000, 0.0))

    assert flow.on_drawn(("camera", 1, 1), 0.0, 0.25) == 0.25

    assert flow.in_flight == 1000
    assert flow.on_drawn(("camera", 1, 0), 0.0, 0.5) is None


def test_a_report_that_comes_later_than_the_drawing_tells_the_same_delay() -> None:
    flow = FlowControl()
    flow.try_send(sent_records(("camera", 1, 1), 1000, 10.0))

    assert flow.on_drawn(("camera", 1, 1), 0.5, 10.75) == 0.25


def test_what_is_unwatched_is_no_longer_in_flight() -> None:
    flow = FlowControl()
    flow.try_send(sent_records(("a", 1, 1), 1000, 0.0))
    flow.try_send(sent_records(("b", 1, 1), 200, 0.0))

    flow.forget("a")

    assert flow.in_flight == 200
    assert flow.on_drawn(("a", 1, 1), 0.0, 0.1) is None


WRONG: list[tuple[Any, Any, Any]] = [
    ("camera", 1, 2),  # not begun yet
    ("camera", 1, 0),
    ("camera", 1, -1),
    ("camera", 1, 10**4000),
    ("camera", 2, 1),
    ("other", 1, 1),
    ("camera", 1, math.nan),
    ("camera", None, None),
]


@pytest.mark.parametrize("report", WRONG)
def test_a_report_of_no_frame_changes_nothing(report: tuple[Any, Any, Any]) -> None:
    flow = FlowControl()
    flow.try_send(sent_records(("camera", 1, 1), 1000, 0.0))
    before = dict(vars(flow))

    for _ in range(1000):
        assert flow.on_drawn(report, 0.0, 1.0) is None

    assert vars(flow) == before


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["frame", "drawn", "forget"]),
            st.sampled_from("ab"),
            st.integers(-2, 300),
            st.integers(1, 2_000_000),
            st.floats(0, 10),
        ),
        max_size=200,
    )
)
def test_whatever_is_reported_the_window_keeps_its_bounds_and_the_count_is_right(
    steps: list[tuple[str, str, int, int, float]],
) -> None:
    flow, now, largest = FlowControl(), 0.0, START_BYTES
    for seq, (what, stream, back, length, pause) in enumerate(steps):
        now += pause
        if what == "frame":
            if flow.try_send(sent_records((stream, 1, seq), length, now)):
                largest = max(largest, length)
        elif what == "drawn":
            flow.on_drawn((stream, 1, seq - back), 0.0, now)
        elif what == "forget":
            flow.forget(stream)

        assert 1 <= flow.window <= MAX_BYTES
        assert 0 <= flow.in_flight <= max(largest, MAX_BYTES)
        assert len(flow._unreported) <= MAX_UNREPORTED
    for stream in "ab":
        flow.forget(stream)
    assert flow.in_flight == 0
