"""The thread that takes every message off the socket, and keeps it only if there are viewers.

It does nothing else, so that the newest message is always at hand. While there are no viewers a
message is counted and dropped undecoded, and only its headers are kept for a moment; else it goes
into the mailbox as raw parts.
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

READ_INTERVAL_S = 0.2
"""While there are no viewers, main headers are parsed in batches: a single one costs 40 µs at
25 Hz, with cold caches."""
MAX_DEFERRED_BYTES = 4096
"""a larger main header is parsed immediately"""


class BsreadSource:
    """Receives a bsread stream; see ``PulseSource``. Only its own thread uses the socket."""

    def __init__(self, connection: BsreadSocket, image: str, gate: Gate, mailbox: Mailbox) -> None:
        self.connection = connection
        self.pulse_ids = PulseIdStats()
        self.counters = Counters("received", "received_bytes")
        self.data_header: DataHeader | None = None
        self.fault = ""
        self._unread: list[bytes] = []
        self._read_at = 0.0
        self._gate = gate
        self._mailbox = mailbox
        self._data_headers = DataHeaderCache(image)

    def run(self, stop: threading.Event) -> None:
        """Receive until ``stop`` is set."""
        try:
            while not stop.is_set():
                self._receive()
        finally:
            self.connection.close()

    def _receive(self) -> None:
        """Receive one message; no variable here keeps it, so that the next can reuse its memory."""
        parts = self.connection.receive(time.monotonic())
        if parts:
            self._take(parts, time.monotonic())
        else:
            self._read_headers()

    def _take(self, parts: list[zmq.Frame], now: float) -> None:
        self.connection.on_message(now)
        self.counters.counts["received"] += 1
        self.counters.counts["received_bytes"] += sum(map(len, parts))
        self._unread.append(parts[0].bytes)
        is_small = len(parts[0]) <= MAX_DEFERRED_BYTES
        if not self._gate.is_open:
            self._data_headers.remember(parts)
            if is_small and now < self._read_at:
                return
        self._read_at = now + READ_INTERVAL_S
        header = self._read_headers()
        if not header:
            return
        if not self._gate.is_open:
            self.fault = ""
            return
        try:
            data_header, fault = self._data_headers.find(header, parts)
        except BadMessage as error:
            self._count_unusable(error)
            return
        self.data_header, self.fault = data_header, ""
        if fault:
            self.counters.error(KIND, fault)
        images = self._gate.demand.images
        self._mailbox.put(
            Pulse(header.pulse_id, header.t_source, now, data_header, parts[2::2], images)
        )

    def _count_unusable(self, error: BadMessage) -> None:
        """Count a message that cannot be used at all."""
        self.fault = str(error)
        self.counters.error(error.kind, self.fault)

    def _read_headers(self) -> MainHeader | None:
        """Parse the main headers since the last call and count their pulses; return the last header
        if it is valid."""
        header = None
        for part in self._unread:
            try:
                header = read_main_header(part)
                self.pulse_ids.observe(header.pulse_id)
                for fault in header.faults:
                    self.counters.error(*fault)
            except BadMessage as error:
                header = None
                self._count_unusable(error)
        self._unread.clear()
        return header
