"""A rate, and a stock."""

from shared.token_bucket import STOCK_S, TokenBucket
from tests.support.manual_clock import ManualClock


def test_who_was_quiet_may_say_much_at_once_and_no_more() -> None:
    allowance = TokenBucket(10, ManualClock())

    said = [allowance.take_one() for _ in range(100)]

    assert said.count(True) == 10 * STOCK_S


def test_who_sends_too_fast_for_ever_gets_its_rate_all_the_same() -> None:
    clock = ManualClock()
    allowance = TokenBucket(10, clock)
    taken = 0

    for _ in range(1000):  # 100 a second, for ten seconds
        clock.now += 0.01
        taken += allowance.take_one()

    assert 10 * (STOCK_S + 9) <= taken <= 10 * (STOCK_S + 11)


def test_what_counts_in_any_case_makes_a_flood() -> None:
    allowance = TokenBucket(1, ManualClock())

    for _ in range(20):
        allowance.take()

    assert allowance.is_over
    assert allowance.is_a_flood
