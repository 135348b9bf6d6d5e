"""Threads that work in parallel finish in the order of their tickets."""

import threading

import pytest

from ingest.ordering import Sequencer
from tests.support.waiting import until


def test_a_later_ticket_waits_for_the_earlier_one() -> None:
    sequencer, passed = Sequencer(), []
    first, second = sequencer.ticket(), sequencer.ticket()

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


def test_an_exception_neither_blocks_later_tickets_nor_lets_them_overtake() -> None:
    sequencer, passed = Sequencer(), []
    first, second, third = sequencer.ticket(), sequencer.ticket(), sequencer.ticket()

    def fail() -> None:
        with pytest.raises(ZeroDivisionError), second:
            raise ZeroDivisionError

    def pass_third() -> None:
        with third:
            third.wait()
            passed.append("third")

    threads = [threading.Thread(target=work) for work in (fail, pass_third)]
    for thread in threads:
        thread.start()
    with first:
        first.wait()
        assert passed == []
    for thread in threads:
        thread.join()

    until(lambda: passed == ["third"], "the third has passed")
