"""What every kind of source must do; see ``ingest/sources/base.py``."""

import threading
from collections.abc import Callable

import pytest

from ingest.demand import Gate
from ingest.mailbox import Mailbox
from ingest.push.image_streams import PushedImageSource
from ingest.sources.base import STATES, PulseSource
from ingest.sources.bsread.socket import BsreadSocket
from ingest.sources.bsread.source import BsreadSource
from ingest.sources.video.source import VideoSource


def bsread(gate: Gate, mailbox: Mailbox) -> PulseSource:
    return BsreadSource(BsreadSocket("tcp://127.0.0.1:1", "auto", 0.0), "", gate, mailbox)


def video(gate: Gate, mailbox: Mailbox) -> PulseSource:
    return VideoSource("rtsp://name:secret@127.0.0.1:1/stream", "", gate, mailbox)


SOURCES = [bsread, video, PushedImageSource]
"""for each kind a function that creates a source without a peer"""
Create = Callable[[Gate, Mailbox], PulseSource]


@pytest.mark.parametrize("create", SOURCES)
def test_a_source_without_viewers_reports_its_state_puts_nothing_and_stops(create: Create) -> None:
    mailbox, stop = Mailbox(), threading.Event()
    source = create(Gate(), mailbox)
    thread = threading.Thread(target=source.run, args=(stop,))

    thread.start()
    states = [(source.connection.state, source.connection.message) for _ in range(10)]
    stop.set()
    thread.join(5)

    assert not thread.is_alive()
    assert mailbox.take(0) is None
    assert {state for state, _ in states} <= set(STATES)
    assert all(message or state == "live" for state, message in states)
    assert source.data_header is None
    assert source.fault == ""


@pytest.mark.parametrize("create", SOURCES)
def test_a_source_counts_from_zero_and_hides_passwords(create: Create) -> None:
    source = create(Gate(), Mailbox())

    assert source.counters.counts.items() >= {"received": 0, "received_bytes": 0}.items()
    assert source.pulse_ids.last is None
    assert source.connection.last_arrival is None
    assert source.connection.mode
    assert "secret" not in source.connection.address + source.connection.message
    if isinstance(source, BsreadSource):
        source.connection.close()
