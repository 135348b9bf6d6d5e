"""What the receiving thread says of messages that it cannot use."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import zmq

from ingest.demand import Gate
from ingest.mailbox import Mailbox
from ingest.sources.bsread.receiver import READ_EVERY_S, Receiver
from shared.renditions import Rendition
from tests.support.messages import channel, main_header, message

GOOD = message(1, channel("n", np.float64(5.25)))


def receiver(watched: bool = True) -> Receiver:
    gate, source = Gate(), _Source()
    gate.set([Rendition("full")] if watched else [])
    return Receiver(source, "", gate, Mailbox())


class _Source:
    """Takes note of nothing."""

    def received(self, now: float) -> None:
        pass

    def __getattr__(self, name: str) -> Any:
        raise AttributeError(name)


def take(receiver: Receiver, parts: Sequence[bytes], now: float = 1.0) -> None:
    receiver._take([zmq.Frame(part) for part in parts], now)


def test_why_no_message_can_be_used_is_said_until_one_can() -> None:
    receives = receiver()
    assert receives.fault == ""

    for bad, words in (
        ([GOOD[0], b"{"], "data header is not JSON"),
        ([b"{", GOOD[1]], "main header is not JSON"),
        ([GOOD[0]], "has no data header"),
        ([main_header(1, hash=None), b""], "data header is empty"),
    ):
        take(receives, bad)
        assert words in receives.fault
        take(receives, GOOD)
        assert receives.fault == ""


def test_a_main_header_that_is_good_again_ends_the_fault_while_nobody_watches() -> None:
    receives = receiver(watched=False)

    take(receives, [b"{", GOOD[1]], 1.0)
    assert "main header is not JSON" in receives.fault
    take(receives, GOOD, 1.0 + 2 * READ_EVERY_S)

    assert receives.fault == ""


def test_faults_in_a_main_header_cost_no_message_and_are_counted() -> None:
    receives = receiver()

    take(receives, [main_header("word", global_timestamp=5), *GOOD[1:]])

    newest, _ = receives._mailbox.take(0) or (None, [])
    assert newest
    assert (newest.pulse_id, newest.t_source) == (None, None)
    assert receives.tally.errors == {"bad_pulse_id": 1, "bad_timestamp": 1}
    assert receives.pulses.last is None
