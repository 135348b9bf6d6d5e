"""Encoding tiles takes at most a quarter of one core, and frames left out are counted."""

from dataclasses import dataclass
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from ingest.encoding.tile_budget import TileBudget
from ingest.mailbox import MAX_PULSES


@dataclass
class Pulse:
    """The attributes of a pulse that the queue needs."""

    pulse_id: int
    weight: int = 1


def pulses(*ids: int) -> list[Any]:
    return [Pulse(pulse_id) for pulse_id in ids]


def test_a_slot_is_followed_by_a_pause_three_times_as_long() -> None:
    budget = TileBudget()
    assert budget.try_acquire([], 100.0)
    budget.finish(2.0, 102.0)

    assert not budget.try_acquire([], 107.9)
    assert budget.try_acquire([], 108.0)


def test_there_is_no_second_slot_before_the_first_is_finished() -> None:
    budget = TileBudget()
    budget.try_acquire([], 100.0)

    assert not budget.try_acquire([], 1e9)


def test_a_slot_has_the_number_of_frames_left_out_since_the_last() -> None:
    budget = TileBudget()
    first = budget.try_acquire([], 0.0)
    budget.finish(1.0, 1.0)
    for now in (1.5, 2.0, 3.5):
        budget.try_acquire([], now)

    second = budget.try_acquire([], 5.0)

    assert (first.left_out, second.left_out) == (0, 3)


def test_the_pulses_of_frames_left_out_are_kept() -> None:
    budget = TileBudget()
    budget.try_acquire(pulses(1), 0.0)
    budget.finish(1.0, 1.0)
    budget.try_acquire(pulses(2, 3), 2.0)
    budget.try_acquire(pulses(4), 3.0)

    slot = budget.try_acquire(pulses(5, 6), 4.0)

    assert [pulse.pulse_id for pulse in slot.pulses] == [2, 3, 4, 5, 6]
    assert slot.lost == 0


def test_pulses_beyond_the_limit_are_lost_and_counted_once() -> None:
    budget = TileBudget()
    budget.try_acquire([], 0.0)
    budget.try_acquire(pulses(*range(MAX_PULSES + 5)), 1.0)
    budget.finish(0.0, 2.0)

    slot = budget.try_acquire([], 2.0)
    budget.finish(0.0, 2.0)

    assert [slot.pulses[0].pulse_id, len(slot.pulses), slot.lost] == [5, MAX_PULSES, 5]
    assert budget.try_acquire([], 2.0).lost == 0


@given(st.lists(st.tuples(st.floats(0, 1), st.floats(0.001, 1)), max_size=60))
def test_it_never_takes_more_than_a_quarter_of_the_time(
    frames: list[tuple[float, float]],
) -> None:
    """``frames``: time since the last frame, and time to encode its tiles."""
    budget, now, spent_s = TileBudget(), 0.0, 0.0
    for wait_s, cost_s in frames:
        now += wait_s
        if budget.try_acquire([], now):
            assert 4 * spent_s <= now + 1e-6
            now += cost_s
            spent_s += cost_s
            budget.finish(cost_s, now)
