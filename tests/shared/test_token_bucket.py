"""Token buckets allow a rate, and bursts."""

from shared.token_bucket import BURST_S, TokenBucket
from tests.support.manual_clock import ManualClock


def test_a_burst_is_allowed_after_a_pause() -> None:
    bucket = TokenBucket(10, ManualClock())

    results = [bucket.try_take() for _ in range(100)]

    assert results.count(True) == 10 * BURST_S


def test_a_permanently_fast_sender_still_gets_its_rate() -> None:
    clock = ManualClock()
    bucket = TokenBucket(10, clock)
    taken = 0

    for _ in range(1000):  # 100 a second, for ten seconds
        clock.now += 0.01
        taken += bucket.try_take()

    assert 10 * (BURST_S + 9) <= taken <= 10 * (BURST_S + 11)


def test_charging_beyond_the_limit_counts_as_flooding() -> None:
    bucket = TokenBucket(1, ManualClock())

    for _ in range(20):
        bucket.charge()

    assert bucket.is_overdrawn
    assert bucket.is_flooding
