"""The frame rate limit is kept, jitter does not cost frames, and cameras choose the same pulses."""

import random
from collections.abc import Iterable, Sequence
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.frame_rate import RATE_TOLERANCE, FrameRateLimit, PulseSelection, select_of


def times_taken(arrivals: list[float], max_per_s: float) -> list[float]:
    """Return when each arrival is taken, if the newest waits until it is due."""
    limit, times, free = FrameRateLimit(max_per_s), [], 0.0
    for t in arrivals:
        at = max(t, free)
        at += limit.wait_s(at)
        limit.count_frame(at)
        times.append(at)
        free = at
    return times


def test_the_first_frame_is_due_at_once() -> None:
    assert FrameRateLimit(25).wait_s(1234.5) == 0


def test_a_stream_at_the_limit_with_jitter_waits_less_than_its_jitter() -> None:
    arrivals = [1 + i / 25 + (0.015 if i % 2 else 0) for i in range(100)]

    waits = [at - t for at, t in zip(times_taken(arrivals, 25), arrivals, strict=True)]

    assert max(waits) < 0.016


@given(st.lists(st.floats(0, 0.2), min_size=10, max_size=100), st.floats(1, 100))
def test_never_more_frames_than_allowed(gaps: list[float], max_per_s: float) -> None:
    arrivals = [sum(gaps[: i + 1]) + 1 for i in range(len(gaps))]

    times = times_taken(arrivals, max_per_s)

    for first in range(len(times)):
        for last in range(first + 1, len(times)):
            max_frames = (times[last] - times[first]) * max_per_s + 1.5
            assert last - first <= max_frames + 1e-6


Arrival = tuple[float, int | None]
"""when a pulse is received, and its id"""


def arrivals_of(
    ids: Iterable[int],
    ids_per_s: float,
    delay_s: float = 0.0,
    jitter_s: float = 0.0,
    lost: float = 0.0,
    seed: int = 1,
) -> list[Arrival]:
    """Return the arrivals of pulses that are due at ``id / ids_per_s``, in order; each is late by
    a delay and by up to a jitter, and a share of them is lost."""
    chance, last, arrivals = random.Random(seed), 0.0, list[Arrival]()
    for pulse_id in ids:
        due = pulse_id / ids_per_s + delay_s + jitter_s * chance.random()
        last = max(last, due)
        if chance.random() >= lost:
            arrivals.append((last, pulse_id))
    return arrivals


def frames_of(arrivals: Sequence[Arrival], max_per_s: float) -> list[tuple[float, float, int]]:
    """Return the frames of a stream whose encoding takes no time: when each was taken and
    received, and its pulse id."""
    selection, limit = PulseSelection(max_per_s), FrameRateLimit(max_per_s)
    frames: list[tuple[float, float, int]] = []
    newest: tuple[float, int] | None = None
    for received, pulse_id in [*arrivals, (1e12, None)]:
        if newest:
            taken = newest[0] + limit.wait_s(newest[0])
            if taken <= received:
                limit.count_frame(taken, selection.is_steady)
                frames.append((taken, *newest))
                newest = None
        if selection.selects(pulse_id, received):
            newest = received, -1 if pulse_id is None else pulse_id
    return frames


def ids_of(arrivals: Sequence[Arrival], max_per_s: float, after_s: float = 3.0) -> list[int]:
    """Return the pulse ids of the frames, without those of the first seconds."""
    start = arrivals[0][0] + after_s
    return [pulse_id for taken, _, pulse_id in frames_of(arrivals, max_per_s) if taken >= start]


@pytest.mark.parametrize(
    ("ids_per_s", "step", "max_per_s", "stride"),
    [
        (100, 1, 25, 4),
        (100, 1, 30, 4),
        (100, 1, 24, 5),
        (100, 1, 10, 10),
        (100, 2, 25, 4),
        (100, 4, 25, 4),
        (100, 4, 100, 4),
        (100.05, 1, 25, 4),
        (99.95, 1, 25, 4),
        (120, 1, 25, 5),
        (59.94, 1, 30, 2),
        (1000, 10, 25, 40),
    ],
)
def test_pulses_are_chosen_by_a_stride_of_their_ids(
    ids_per_s: float, step: int, max_per_s: float, stride: int
) -> None:
    first = 28_000_000_000 - 28_000_000_000 % step
    span = int(10 * ids_per_s)
    arrivals = arrivals_of(range(first, first + span, step), ids_per_s, jitter_s=0.002)

    ids = ids_of(arrivals, max_per_s)

    assert len(ids) > 6 * ids_per_s / stride
    assert {pulse_id % stride for pulse_id in ids} == {0}
    assert {b - a for a, b in pairwise(ids)} == {stride}


def test_above_half_of_the_rate_the_last_of_each_group_is_left_out() -> None:
    ids = ids_of(arrivals_of(range(1000, 3000), 100), 75)

    assert {pulse_id % 4 for pulse_id in ids} == {0, 1, 2}
    assert len(ids) == pytest.approx(17 * 75, abs=5)


def test_a_camera_whose_ids_are_not_multiples_of_their_step_is_chosen_too() -> None:
    ids = ids_of(arrivals_of(range(1001, 3001, 2), 100), 25)

    assert {b - a for a, b in pairwise(ids)} == {4}


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from([(100.0, 1), (100.0, 2), (50.0, 1), (120.0, 1), (10.0, 1)]),
    st.sampled_from([10.0, 20.0, 25.0, 30.0, 60.0]),
    st.tuples(st.floats(0, 0.3), st.floats(0, 0.3)),
    st.tuples(st.floats(0, 0.04), st.floats(0, 0.04)),
    st.integers(0, 10**6),
)
def test_streams_with_different_delays_and_jitter_choose_the_same_pulses(
    camera: tuple[float, int],
    max_per_s: float,
    delays_s: tuple[float, float],
    jitters_s: tuple[float, float],
    seed: int,
) -> None:
    ids_per_s, step = camera
    first = 10_000_000
    ids = range(first, first + int(20 * ids_per_s), step)
    streams = [
        arrivals_of(ids, ids_per_s, delay_s, jitter_s, seed=seed + number)
        for number, (delay_s, jitter_s) in enumerate(zip(delays_s, jitters_s, strict=True))
    ]

    chosen = [set(ids_of(arrivals, max_per_s, after_s=6)) for arrivals in streams]

    # those that both had time for; a frame may still be replaced by a newer one
    low, high = (max(map(min, chosen)), min(map(max, chosen)))
    inside = [{pulse_id for pulse_id in each if low <= pulse_id <= high} for each in chosen]
    assert len(inside[0] ^ inside[1]) <= 0.02 * len(inside[0] | inside[1])


@settings(max_examples=100, deadline=None)
@given(
    st.floats(1, 200),
    st.floats(1, 100),
    st.floats(0, 0.05),
    st.floats(0, 0.2),
    st.integers(0, 10**6),
)
def test_the_mean_rate_is_at_most_the_limit_and_not_far_below(
    rate: float, max_per_s: float, jitter_s: float, lost: float, seed: int
) -> None:
    ids = range(5_000_000, 5_000_000 + int(30 * rate))
    arrivals = arrivals_of(ids, rate, jitter_s=jitter_s, lost=lost, seed=seed)

    taken = [t for t, _, _ in frames_of(arrivals, max_per_s)]

    later = [t for t in taken if t > arrivals[0][0] + 5]
    span = arrivals[-1][0] - arrivals[0][0] - 5
    burst = 0.25 * max_per_s + 2
    assert len(later) <= span * max_per_s * RATE_TOLERANCE**2 + burst
    most = min(max_per_s * 2 / 3, rate)
    # lost pulses are missing; those that come at once are replaced by the newest
    replaced = 1 / (1 + 2 * jitter_s * rate)
    assert len(later) >= (1 - lost) * replaced * span * most * 0.85 - 4


@given(st.floats(0.01, 1000), st.floats(1, 1000))
def test_a_selection_keeps_the_limit_and_at_least_two_thirds_of_it(
    rate: float, max_per_s: float
) -> None:
    chosen, group = select_of(rate / max_per_s)

    mean = rate * chosen / group
    assert mean <= max_per_s * RATE_TOLERANCE * (1 + 1e-9)
    assert mean >= min(rate, max_per_s * 2 / 3) * (1 - 1e-9)


def test_a_selected_frame_is_not_held_back() -> None:
    arrivals = arrivals_of(range(10_000, 13_000), 100.02, jitter_s=0.03)

    waits = [taken - received for taken, received, _ in frames_of(arrivals, 25)]

    assert max(waits[100:]) == 0


def times_chosen(arrivals: list[Arrival], max_per_s: float) -> list[bool]:
    selection = PulseSelection(max_per_s)
    return [selection.selects(pulse_id, t) for t, pulse_id in arrivals]


@pytest.mark.parametrize(
    "ids",
    [
        [None] * 1000,
        [7] * 1000,
        list(range(1000, 0, -1)),
        [40_000 * n + (n * 7919) % 1000 for n in range(1000)],
        [5 if n % 2 else n for n in range(1000)],
    ],
    ids=["none", "repeated", "backwards", "times", "mixed"],
)
def test_where_the_ids_do_not_advance_steadily_frames_are_chosen_by_time(
    ids: list[int | None],
) -> None:
    arrivals: list[Arrival] = [(1 + n / 100, pulse_id) for n, pulse_id in enumerate(ids)]

    assert all(times_chosen(arrivals, 25))
    assert len(frames_of(arrivals, 25)) == pytest.approx(250, abs=3)


@pytest.mark.parametrize("jump", [-50_000, 10**9], ids=["back", "ahead"])
def test_after_a_jump_frames_are_chosen_by_time_until_the_ids_are_steady_again(jump: int) -> None:
    ids = [*range(100_000, 100_600), *range(100_600 + jump, 101_200 + jump)]
    arrivals: list[Arrival] = [(1 + n / 100, pulse_id) for n, pulse_id in enumerate(ids)]

    chosen = times_chosen(arrivals, 25)

    assert sum(chosen[300:600]) == 75
    assert all(chosen[600:790])
    assert sum(chosen[900:]) == 75


def test_a_camera_that_becomes_slower_is_shown_at_its_own_rate() -> None:
    """The machine counts on at 100 Hz."""
    ids = [*range(10_000, 11_000), *range(11_000, 12_000, 10)]

    shown = ids_of(arrivals_of(ids, 100), 25)

    assert [pulse_id for pulse_id in shown if pulse_id >= 11_400] == list(range(11_400, 12_000, 10))


def test_another_rate_of_the_ids_is_noticed_within_seconds() -> None:
    fast: list[Arrival] = [(1 + n / 100, 10_000 + n) for n in range(1000)]
    slow: list[Arrival] = [(11 + n / 50, 11_000 + n) for n in range(600)]

    frames = [t for t, _, _ in frames_of([*fast, *slow], 25)]

    assert sum(18 < t < 22 for t in frames) == pytest.approx(100, abs=1)


def test_a_camera_that_loses_many_pulses_is_limited_by_time() -> None:
    arrivals = arrivals_of(range(10_000, 12_000), 100, lost=0.5)

    assert len(frames_of(arrivals, 25)) >= 0.75 * 20 * 25


def test_a_burst_of_steady_ids_does_not_exceed_the_limit() -> None:
    """The camera suddenly sends ten times as fast."""
    slow: list[Arrival] = [(1 + n / 100, 10_000 + n) for n in range(500)]
    fast: list[Arrival] = [(6 + n / 1000, 10_500 + n) for n in range(5000)]

    frames = [t for t, _, _ in frames_of([*slow, *fast], 25)]

    assert sum(t >= 6 for t in frames) <= 5 * 25 * RATE_TOLERANCE**2 + 0.25 * 25 + 2
