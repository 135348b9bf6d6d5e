"""The faults of messages that the source cannot use."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import zmq

from ingest.demand import Gate
from ingest.mailbox import Mailbox
from ingest.sources.bsread.source import READ_INTERVAL_S, BsreadSource
from shared.renditions import Rendition
from tests.support.messages import channel, main_header, message

GOOD = message(1, channel("n", np.float64(5.25)))


def make_source(watched: bool = True) -> BsreadSource:
    gate, socket = Gate(), _Socket()
    gate.set([Rendition("full")] if watched else [])
    return BsreadSource(socket, "", gate, Mailbox())


class _Socket:
    """A socket that does nothing."""

    def on_message(self, now: float) -> None:
        pass

    def __getattr__(self, name: str) -> Any:
        raise AttributeError(name)


def take(source: BsreadSource, parts: Sequence[bytes], now: float = 1.0) -> None:
    source._take([zmq.Frame(part) for part in parts], now)


def test_the_fault_is_reported_until_a_message_can_be_used() -> None:
    source = make_source()
    assert source.fault == ""

    for bad, words in (
        ([GOOD[0], b"{"], "data header is not JSON"),
        ([b"{", GOOD[1]], "main header is not JSON"),
        ([GOOD[0]], "has no data header"),
        ([main_header(1, hash=None), b""], "data header is empty"),
    ):
        take(source, bad)
        assert words in source.fault
        take(source, GOOD)
        assert source.fault == ""


def test_a_valid_main_header_ends_the_fault_without_viewers() -> None:
    source = make_source(watched=False)

    take(source, [b"{", GOOD[1]], 1.0)
    assert "main header is not JSON" in source.fault
    take(source, GOOD, 1.0 + 2 * READ_INTERVAL_S)

    assert source.fault == ""


def test_faults_in_a_main_header_cost_no_message_and_are_counted() -> None:
    source = make_source()

    take(source, [main_header("word", global_timestamp=5), *GOOD[1:]])

    newest, _ = source._mailbox.take(0) or (None, [])
    assert newest
    assert (newest.pulse_id, newest.t_source) == (None, None)
    assert source.counters.errors == {"bad_pulse_id": 1, "bad_timestamp": 1}
    assert source.pulse_ids.last is None
