"""The estimated Redis clock is never ahead, and follows when Redis' clock is set."""

from shared.broker_clock import BrokerClock


def test_the_fastest_recent_answer_is_used() -> None:
    clock = BrokerClock()
    for answered, delay in ((10.0, 0.2), (11.0, 0.01), (12.0, 0.5)):
        clock.observe(1000 + answered - delay, answered)

    assert round(clock.at(20.0), 6) == 1019.99


def test_a_clock_that_was_set_back_is_followed_immediately() -> None:
    clock = BrokerClock()
    for answered in range(10):
        clock.observe(1000.0 + answered, answered)

    clock.observe(1010.0 - 3600, 10.0)
    assert clock.at(10.0) == 1010.0 - 3600

    clock.observe(1011.0 - 3600 - 0.3, 11.0)
    assert clock.at(11.0) == 1011.0 - 3600


def test_a_clock_that_was_set_forward_is_followed_immediately() -> None:
    clock = BrokerClock()
    clock.observe(1000.0, 0.0)

    clock.observe(4601.0, 1.0)

    assert clock.at(1.0) == 4601.0
