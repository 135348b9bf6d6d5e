"""Flow control keeps frames fresh on simulated slow connections, and survives wrong reports."""

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.slow_connection import SlowConnection
from web.fanout.flow_control import (
    MAX_BYTES,
    MAX_UNREPORTED,
    SILENCE_S,
    START_BYTES,
    FlowControl,
    sent_records,
)

MBIT = 125_000
"""bytes per second"""
FRAME = 50_000
HIDDEN = (300_000, math.inf)
"""bytes that the buffers on the way take before the sender notices"""


def newest_age_s(connection: SlowConnection, since: float) -> float:
    return max(arrival.age_s for arrival in connection.since(since))


@pytest.mark.parametrize("hidden", HIDDEN)
@pytest.mark.parametrize("round_trip_s", [0.001, 0.02, 0.05, 0.1])
def test_a_slow_connection_is_used_fully_and_every_frame_is_fresh(
    round_trip_s: float, hidden: float
) -> None:
    connection = SlowConnection(2 * MBIT, round_trip_s, hidden)

    connection.stream(20)

    assert newest_age_s(connection, 0) < 0.7
    # A larger part of a second frame would fill a far connection too, but make frames too old.
    used = 0.8 if round_trip_s < 0.1 else 0.7
    assert len(connection.arrivals) * FRAME >= used * 20 * connection.rate


def test_without_reports_the_same_frames_are_old() -> None:
    connection = SlowConnection(2 * MBIT, 0.001, 300_000, reports=False)

    connection.stream(20)

    assert newest_age_s(connection, 0) > 1.0


@pytest.mark.parametrize(("fps", "length"), [(25, FRAME), (25, 500_000), (100, FRAME), (1, FRAME)])
def test_a_fast_connection_gets_every_frame_and_needs_few_reports(fps: float, length: int) -> None:
    connection = SlowConnection(1000 * MBIT, 0.001, 300_000, draw_s=0.005)

    connection.stream(20, fps, length)

    assert connection.dropped_at == []
    assert connection.reported <= 8 + 10


def test_a_long_round_trip_costs_a_fast_connection_only_the_first_seconds() -> None:
    connection = SlowConnection(100 * MBIT, 0.2)

    connection.stream(10)

    assert connection.fps(since=connection.now - 4) == pytest.approx(25, abs=0.5)


def test_a_very_long_round_trip_still_carries_a_moving_image() -> None:
    connection = SlowConnection(100 * MBIT, 0.6)

    connection.stream(10)

    assert connection.fps(since=connection.now - 9) > 5


@pytest.mark.parametrize("hidden", HIDDEN)
def test_a_connection_a_little_too_slow_is_used_and_fresh(hidden: float) -> None:
    connection = SlowConnection(8 * MBIT, 0.01, hidden)

    connection.stream(20)

    assert newest_age_s(connection, 0) < 0.8
    assert connection.fps(since=0) * FRAME <= connection.rate
    assert len(connection.arrivals) * FRAME >= 0.8 * 20 * connection.rate


def test_a_connection_that_suddenly_slows_down_is_fresh_again_within_three_seconds() -> None:
    connection = SlowConnection(100 * MBIT, 0.001, 300_000)
    connection.stream(10)

    connection.rate = 2 * MBIT
    connection.stream(3)
    recovered = connection.now
    connection.stream(10)

    assert newest_age_s(connection, recovered) < 0.7
    assert len(connection.since(recovered)) * FRAME >= 0.8 * 10 * connection.rate


def test_a_connection_that_recovers_is_used_fully_within_a_second() -> None:
    connection = SlowConnection(2 * MBIT, 0.001, 300_000)
    connection.stream(10)

    connection.rate = 100 * MBIT
    connection.stream(1)
    recovered = connection.now
    connection.stream(5)

    assert connection.fps(since=recovered) == pytest.approx(25, abs=0.5)


def test_a_blocked_viewer_is_not_flooded_and_continues_immediately() -> None:
    connection = SlowConnection(100 * MBIT, 0.001)
    connection.stream(10)

    connection.blocked_until = connection.now + 60
    connection.stream(60)
    arrived_meanwhile = len(connection.since(connection.now - 60))
    connection.stream(0.5)
    unblocked = connection.now
    connection.stream(5)

    assert arrived_meanwhile <= SILENCE_S * 25 + 60 / SILENCE_S
    assert connection.fps(since=unblocked) == pytest.approx(25, abs=0.5)
    assert newest_age_s(connection, unblocked) < 0.1


def test_a_frame_larger_than_the_window_is_sent_alone() -> None:
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


def test_a_report_means_that_earlier_frames_were_delivered_too() -> None:
    flow = FlowControl()
    for seq in range(3):
        flow.try_send(sent_records(("camera", 1, seq), 1000, 0.0))

    assert flow.on_drawn(("camera", 1, 1), 0.0, 0.25) == 0.25

    assert flow.in_flight == 1000
    assert flow.on_drawn(("camera", 1, 0), 0.0, 0.5) is None


def test_a_report_that_is_sent_some_time_after_the_drawing_gives_the_same_delay() -> None:
    flow = FlowControl()
    flow.try_send(sent_records(("camera", 1, 1), 1000, 10.0))

    assert flow.on_drawn(("camera", 1, 1), 0.5, 10.75) == 0.25


def test_frames_of_a_stream_that_is_unwatched_are_no_longer_in_flight() -> None:
    flow = FlowControl()
    flow.try_send(sent_records(("a", 1, 1), 1000, 0.0))
    flow.try_send(sent_records(("b", 1, 1), 200, 0.0))

    flow.forget("a")

    assert flow.in_flight == 200
    assert flow.on_drawn(("a", 1, 1), 0.0, 0.1) is None


WRONG: list[tuple[Any, Any, Any]] = [
    ("camera", 1, 2),  # not sent yet
    ("camera", 1, 0),
    ("camera", 1, -1),
    ("camera", 1, 10**4000),
    ("camera", 2, 1),
    ("other", 1, 1),
    ("camera", 1, math.nan),
    ("camera", None, None),
]


@pytest.mark.parametrize("report", WRONG)
def test_a_report_of_an_unknown_frame_changes_nothing(report: tuple[Any, Any, Any]) -> None:
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
def test_with_any_reports_the_window_keeps_its_limits_and_the_count_is_right(
    steps: list[tuple[str, str, int, int, float]],
) -> None:
    flow, now, largest = FlowControl(), 0.0, START_BYTES
    for seq, (action, stream, back, length, pause) in enumerate(steps):
        now += pause
        if action == "frame":
            if flow.try_send(sent_records((stream, 1, seq), length, now)):
                largest = max(largest, length)
        elif action == "drawn":
            flow.on_drawn((stream, 1, seq - back), 0.0, now)
        elif action == "forget":
            flow.forget(stream)

        assert 1 <= flow.window <= MAX_BYTES
        assert 0 <= flow.in_flight <= max(largest, MAX_BYTES)
        assert len(flow._unreported) <= MAX_UNREPORTED
    for stream in "ab":
        flow.forget(stream)
    assert flow.in_flight == 0
