"""Losses counted by pulse ids."""

from hypothesis import given
from hypothesis import strategies as st

from ingest.sources.pulse_ids import PulseIdStats


def counted(*pulse_ids: int) -> PulseIdStats:
    count = PulseIdStats()
    for pulse_id in pulse_ids:
        count.observe(pulse_id)
    return count


def test_a_gap_counts_as_missed() -> None:
    assert counted(1, 2, 3, 6, 7).missed == 2


def test_a_camera_at_a_quarter_of_the_machines_rate_misses_nothing() -> None:
    assert counted(0, 4, 8, 12, 16).missed == 0


def test_a_gap_at_a_quarter_of_the_rate_counts_whole_periods() -> None:
    assert counted(0, 4, 8, 20, 24).missed == 2


def test_the_same_id_twice_counts_as_duplicate() -> None:
    assert counted(1, 2, 2, 3).duplicate == 1


def test_an_id_that_goes_back_counts_as_reverted_and_not_as_missed() -> None:
    count = counted(100, 101, 0, 1, 2)

    assert (count.reverted, count.missed) == (1, 0)


def test_a_restart_with_a_far_higher_id_does_not_count_as_a_loss() -> None:
    count = counted(0, 1, 2, 20_000_000_000, 20_000_000_001)

    assert (count.reverted, count.missed) == (1, 0)


@given(
    st.sets(st.integers(min_value=1, max_value=200)),
    st.integers(min_value=1, max_value=100),
    st.integers(min_value=0, max_value=10**12),
)
def test_in_any_steady_stream_pulses_left_out_count_as_missed(
    left_out: set[int], period: int, first: int
) -> None:
    steps = [0, 1, *(step for step in range(2, 202) if step not in left_out), 202]

    count = counted(*(first + step * period for step in steps))

    assert count.missed == 203 - len(steps)
    assert (count.duplicate, count.reverted, count.last) == (0, 0, first + 202 * period)
