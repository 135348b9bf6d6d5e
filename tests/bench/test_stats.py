"""Rounds, pairs and medians of the benchmarks."""

from bench.stats import Quartiles, paired_ratios, percentiles, quartiles, rounds


def test_every_second_round_is_reversed():
    assert list(rounds({"a": 3, "b": 3}, budget_s=60)) == ["a", "b", "b", "a", "a", "b"]


def test_a_contender_with_fewer_rounds_is_in_the_first_ones():
    assert list(rounds({"a": 3, "b": 1}, budget_s=60)) == ["a", "b", "a", "a"]


def test_exceeded_budget_starts_no_new_round_but_completes_the_first():
    assert list(rounds({"a": 9, "b": 9}, budget_s=0)) == ["a", "b"]


def test_quartiles_contain_the_median():
    assert quartiles([5.0, 1.0, 3.0, 2.0, 4.0]) == Quartiles(3.0, 2.0, 4.0, 5)
    assert quartiles([7.0]) == Quartiles(7.0, 7.0, 7.0, 1)


def test_ratios_are_of_the_same_rounds():
    assert paired_ratios([2.0, 6.0, 8.0], [1.0, 2.0]) == Quartiles(2.5, 2.25, 2.75, 2)


def test_percentiles_of_a_hundred_and_one_values():
    assert percentiles(range(101)) == {"p50": 50, "p95": 95, "p99": 99}
