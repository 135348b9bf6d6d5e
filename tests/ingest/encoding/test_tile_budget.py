"""Encoding tiles takes at most a quarter of one core, and what it leaves out is told."""

from dataclasses import dataclass
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from ingest.encoding.tile_budget import TileBudget
from ingest.mailbox import MAX_PULSES


@dataclass
class Pulse:
    """What the queue needs of a pulse."""

    pulse_id: int
    weight: int = 1


def pulses(*ids: int) -> list[Any]:
    return [Pulse(pulse_id) for pulse_id in ids]


def test_after_a_turn_comes_a_pause_three_times_as_long() -> None:
    limit = TileBudget()
    assert limit.turn([], 100.0)
    limit.spent(2.0, 102.0)

    assert not limit.turn([], 107.9)
    assert limit.turn([], 108.0)


def test_there_is_no_second_turn_while_the_first_one_lasts() -> None:
    limit = TileBudget()
    limit.turn([], 100.0)

    assert not limit.turn([], 1e9)


def test_a_turn_says_how_many_frames_were_left_out_since_the_last() -> None:
    limit = TileBudget()
    first = limit.turn([], 0.0)
    limit.spent(1.0, 1.0)
    for now in (1.5, 2.0, 3.5):
        limit.turn([], now)

    second = limit.turn([], 5.0)

    assert (first.left_out, second.left_out) == (0, 3)


def test_no_pulse_is_forgotten_for_a_frame_that_is_left_out() -> None:
    limit = TileBudget()
    limit.turn(pulses(1), 0.0)
    limit.spent(1.0, 1.0)
    limit.turn(pulses(2, 3), 2.0)
    limit.turn(pulses(4), 3.0)

    turn = limit.turn(pulses(5, 6), 4.0)

    assert [pulse.pulse_id for pulse in turn.pulses] == [2, 3, 4, 5, 6]
    assert turn.lost == 0


def test_pulses_that_are_too_many_are_lost_and_told_once() -> None:
    limit = TileBudget()
    limit.turn([], 0.0)
    limit.turn(pulses(*range(MAX_PULSES + 5)), 1.0)
    limit.spent(0.0, 2.0)

    turn = limit.turn([], 2.0)
    limit.spent(0.0, 2.0)

    assert [turn.pulses[0].pulse_id, len(turn.pulses), turn.lost] == [5, MAX_PULSES, 5]
    assert limit.turn([], 2.0).lost == 0


@given(st.lists(st.tuples(st.floats(0, 1), st.floats(0.001, 1)), max_size=60))
def test_it_never_takes_more_than_a_quarter_of_the_time(
    frames: list[tuple[float, float]],
) -> None:
    """Each frame comes so long after the last one, and would take so long to encode."""
    limit, now, spent = TileBudget(), 0.0, 0.0
    for wait_s, cost_s in frames:
        now += wait_s
        if limit.turn([], now):
            assert 4 * spent <= now + 1e-6
            now += cost_s
            spent += cost_s
            limit.spent(cost_s, now)
