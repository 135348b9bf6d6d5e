"""Whoever works side by side goes on in the order of joining."""

import threading

import pytest

from ingest.ordering import Sequencer
from tests.support.waiting import until


def test_one_who_is_ready_early_waits_for_those_before() -> None:
    line, passed = Sequencer(), []
    first, second = line.join(), line.join()

    def pass_second() -> None:
        with second:
            second.wait()
            passed.append("second")

    thread = threading.Thread(target=pass_second)
    thread.start()
    with first:
        first.wait()
        passed.append("first")
    thread.join()

    assert passed == ["first", "second"]


def test_one_who_gives_up_keeps_nobody_waiting_and_lets_nobody_overtake() -> None:
    line, passed = Sequencer(), []
    first, second, third = line.join(), line.join(), line.join()

    def give_up() -> None:
        with pytest.raises(ZeroDivisionError), second:
            raise ZeroDivisionError

    def pass_third() -> None:
        with third:
            third.wait()
            passed.append("third")

    threads = [threading.Thread(target=work) for work in (give_up, pass_third)]
    for thread in threads:
        thread.start()
    with first:
        first.wait()
        assert passed == []
    for thread in threads:
        thread.join()

    until(lambda: passed == ["third"], "the third has passed")
