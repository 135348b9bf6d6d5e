"""The receiving thread: takes every message off the socket, and keeps it only if somebody watches.

It does nothing else, so that the newest message is always at hand: while nobody watches a message
is counted and dropped undecoded, and only its main header kept for a moment; else it goes into the
mailbox as raw parts.
"""

import threading
import time

import zmq

from ingest.bsread.data_header import DataHeader
from ingest.bsread.data_header_cache import KIND, DataHeaderCache
from ingest.bsread.main_header import BadMessage, MainHeader, read_main_header
from ingest.bsread.message import Pulse
from ingest.counters import Counters
from ingest.demand import Gate
from ingest.mailbox import Mailbox
from ingest.sources.bsread.socket import BsreadSocket
from ingest.sources.pulse_ids import PulseIdStats

READ_EVERY_S = 0.2
"""While nobody watches, main headers are read together: one alone costs 40 µs at 25 Hz, with the
caches cold."""
SMALL_BYTES = 4096
"""a larger header is read at once"""


class Receiver:
    """Owns the source; others may read ``source``, ``pulses``, ``tally`` and ``layout``."""

    def __init__(self, source: BsreadSocket, image: str, gate: Gate, mailbox: Mailbox) -> None:
        self.source = source
        self.pulses = PulseIdStats()
        self.tally = Counters("received", "received_bytes")
        self.layout: DataHeader | None = None
        """of the last message that was kept"""
        self.fault = ""
        """why the last message could not be used at all"""
        self._unread: list[bytes] = []
        self._read_at = 0.0
        self._gate = gate
        self._mailbox = mailbox
        self._layouts = DataHeaderCache(image)

    def run(self, stop: threading.Event) -> None:
        """Receives until told to stop."""
        try:
            while not stop.is_set():
                self._receive()
        finally:
            self.source.close()

    def _receive(self) -> None:
        """One message, of which nothing is kept here: the next can have its memory."""
        parts = self.source.receive(time.monotonic())
        if parts:
            self._take(parts, time.monotonic())
        else:
            self._read_headers()

    def _take(self, parts: list[zmq.Frame], now: float) -> None:
        self.source.received(now)
        self.tally.counts["received"] += 1
        self.tally.counts["received_bytes"] += sum(map(len, parts))
        self._unread.append(parts[0].bytes)
        small = len(parts[0]) <= SMALL_BYTES
        if not self._gate.is_open:
            self._layouts.note(parts)
            if small and now < self._read_at:
                return
        self._read_at = now + READ_EVERY_S
        header = self._read_headers()
        if not header:
            return
        if not self._gate.is_open:
            self.fault = ""
            return
        try:
            layout, fault = self._layouts.of(header, parts)
        except BadMessage as problem:
            self._refuse(problem)
            return
        self.layout, self.fault = layout, ""
        if fault:
            self.tally.error(KIND, fault)
        wanted = self._gate.demand.images
        self._mailbox.put(Pulse(header.pulse_id, header.t_source, now, layout, parts[2::2], wanted))

    def _refuse(self, problem: BadMessage) -> None:
        """Counts a message that cannot be used at all."""
        self.fault = str(problem)
        self.tally.error(problem.kind, self.fault)

    def _read_headers(self) -> MainHeader | None:
        """Counts the pulses that came since the last time; the last one's header, if it is good."""
        header = None
        for text in self._unread:
            try:
                header = read_main_header(text)
                self.pulses.observe(header.pulse_id)
                for fault in header.faults:
                    self.tally.error(*fault)
            except BadMessage as problem:
                header = None
                self._refuse(problem)
        self._unread.clear()
        return header
