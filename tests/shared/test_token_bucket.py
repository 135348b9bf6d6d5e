"""A rate, and a stock."""

from shared.token_bucket import BURST_S, TokenBucket
from tests.support.stepped_clock import Clock


def test_who_was_quiet_may_say_much_at_once_and_no_more() -> None:
    allowance = TokenBucket(10, Clock())

    said = [allowance.try_take() for _ in range(100)]

    assert said.count(True) == 10 * BURST_S


def test_who_sends_too_fast_for_ever_gets_its_rate_all_the_same() -> None:
    clock = Clock()
    allowance = TokenBucket(10, clock)
    taken = 0

    for _ in range(1000):  # 100 a second, for ten seconds
        clock.now += 0.01
        taken += allowance.try_take()

    assert 10 * (BURST_S + 9) <= taken <= 10 * (BURST_S + 11)


def test_what_counts_in_any_case_makes_a_flood() -> None:
    allowance = TokenBucket(1, Clock())

    for _ in range(20):
        allowance.charge()

    assert allowance.is_overdrawn
    assert allowance.is_flooding
