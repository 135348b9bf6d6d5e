"""A rate, and a stock."""

from shared.token_bucket import BURST_S, TokenBucket
from tests.support.stepped_clock import Clock


def test_a_burst_is_allowed_after_a_pause() -> None:
    allowance = TokenBucket(10, Clock())

    said = [allowance.try_take() for _ in range(100)]

    assert said.count(True) == 10 * BURST_S


def test_a_permanently_fast_sender_still_gets_its_rate() -> None:
    clock = Clock()
    allowance = TokenBucket(10, clock)
    taken = 0

    for _ in range(1000):  # 100 a second, for ten seconds
        clock.now += 0.01
        taken += allowance.try_take()

    assert 10 * (BURST_S + 9) <= taken <= 10 * (BURST_S + 11)


def test_charging_beyond_the_limit_counts_as_flooding() -> None:
    allowance = TokenBucket(1, Clock())

    for _ in range(20):
        allowance.charge()

    assert allowance.is_overdrawn
    assert allowance.is_flooding
