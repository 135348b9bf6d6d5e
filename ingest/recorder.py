"""Recording: socket → record queue → decode → compress → HDF5.

One thread takes every message off the socket. As many threads as there are cores decode and
compress in parallel, and write in the order in which the pulses arrived.
"""

import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import orjson
import zmq

from ingest.bsread.channel import Channel
from ingest.bsread.data_header_cache import KIND, DataHeaderCache
from ingest.bsread.message import BadMessage, DataHeader, MainHeader, read_main_header
from ingest.counters import Counters
from ingest.ordering import Sequencer
from ingest.sources.bsread.socket import BsreadSocket
from ingest.sources.pulse_ids import PulseIdStats
from shared.compression import BadData
from shared.hdf5 import CannotWrite, Recording
from shared.hdf5_row import Row, pack_row

MAX_COMPRESSED_BACKLOG_BYTES = 64 * 1024 * 1024
"""with more in the queue, images are written uncompressed, which is ten times as fast"""
CONNECT_TIMEOUT_S = 5.0
"""how long to wait for a source to answer"""
NO_SOURCE_STATES = ("connecting", "mismatch")


class NoSource(Exception):
    """No bsread source answers; the text names the address and what to do."""


class RawMessage(NamedTuple):
    """One message, undecoded; ``t_received`` in Unix seconds of this machine's clock."""

    header: MainHeader
    t_received: float
    data_header: DataHeader
    parts: list[zmq.Frame]
    """each channel's raw data"""
    n_bytes: int


class RecordQueue:
    """Messages between the socket and the disk, in order and bounded by their bytes.

    One thread puts, several take.
    """

    def __init__(self, max_bytes: int) -> None:
        self.n_bytes = 0
        """bytes in the queue; any thread may read it"""
        self._max_bytes = max_bytes
        self._messages: deque[RawMessage] = deque()
        self._changed = threading.Condition()
        self._closed = False

    def __len__(self) -> int:
        return len(self._messages)

    def put(self, message: RawMessage) -> bool:
        """Append a message; False when there is no room for it. Older messages are kept."""
        with self._changed:
            room = not self._messages or self.n_bytes + message.n_bytes <= self._max_bytes
            if room:
                self._messages.append(message)
                self.n_bytes += message.n_bytes
                self._changed.notify()
            return room

    def take(self) -> RawMessage | None:
        """Wait for the oldest message and remove it; None once the queue is closed and empty."""
        with self._changed:
            self._changed.wait_for(lambda: self._messages or self._closed)
            if not self._messages:
                return None
            message = self._messages.popleft()
            self.n_bytes -= message.n_bytes
            return message

    def close(self) -> None:
        """Accept no more messages; those in the queue can still be taken."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def clear(self) -> None:
        """Drop all messages."""
        with self._changed:
            self._messages.clear()
            self.n_bytes = 0


class Recorder:
    """Records a source into one file.

    One thread runs :meth:`receive`, several run :meth:`write`. The thread that waits for them calls
    :meth:`flush` now and then, and :meth:`close` at the end. ``create`` opens the file when the
    first pulse is written. ``write_error`` is the error that made writing impossible.
    """

    def __init__(
        self,
        source: BsreadSocket,
        create: Callable[[], Recording],
        max_pulses: int,
        queue: RecordQueue,
    ) -> None:
        self.pulses = PulseIdStats()
        self.received = Counters("accepted", "dropped", "unreadable")
        self.written = Counters("written", "bytes", "left_out")
        self.write_error: Exception | None = None
        self.stop = threading.Event()
        self._source = source
        self._create = create
        self._max_pulses = max_pulses
        self._queue = queue
        self._data_headers = DataHeaderCache()
        self._take_lock = threading.Lock()
        self._sequencer = Sequencer()
        self._file_lock = threading.Lock()
        self._recording: Recording | None = None

    @property
    def queue_length(self) -> int:
        """How many pulses were received and are not written yet."""
        return len(self._queue)

    def counts(self) -> dict[str, str | int]:
        """Return the counts that are stored in the file."""
        errors = self.received.errors | self.written.errors
        return {
            "missed": self.pulses.missed,
            "duplicate": self.pulses.duplicate,
            "reverted": self.pulses.reverted,
            "dropped": self.received.counts["dropped"],
            "unreadable": self.received.counts["unreadable"],
            "left_out": self.written.counts["left_out"],
            "faults": orjson.dumps(errors).decode(),
        }

    def receive(self, seconds: float) -> None:
        """Receive until there are enough pulses, the time is over, or ``stop`` is set.

        Raises NoSource when no source answers at the beginning.
        """
        started = time.monotonic()
        has_received = False
        counts = self.received.counts
        try:
            while not self.stop.is_set() and counts["accepted"] != self._max_pulses:
                now = time.monotonic()
                parts = self._source.receive(now)
                if parts:
                    has_received = True
                    self._source.on_message(time.monotonic())
                    self._take(parts)
                elif (
                    not has_received
                    and now - started > CONNECT_TIMEOUT_S
                    and self._source.state in NO_SOURCE_STATES
                ):
                    raise NoSource(self._source.message)
                if now - started >= seconds:
                    break
        finally:
            self._queue.close()
            self._source.close()

    def write(self) -> None:
        """Write until the queue is closed and empty."""
        while self._write_next():
            pass

    def flush(self) -> None:
        """Flush the file to disk."""
        if self._recording:
            self._with_file(self._flush)

    def close(self) -> None:
        """Complete the file, after all threads have ended."""
        if self._recording:
            self._recording.about |= self.counts()
            try:
                self.written.counts["bytes"] = self._recording.close()
            except CannotWrite as error:
                self.write_error = self.write_error or error

    def _take(self, parts: list[zmq.Frame]) -> None:
        try:
            header = read_main_header(parts[0].bytes)
            self.pulses.observe(header.pulse_id)
            data_header, fault = self._data_headers.find(header, parts)
        except BadMessage as error:
            self.received.counts["unreadable"] += 1
            self.received.error(error.kind, str(error))
            return
        for kind, text in (*header.faults, *([(KIND, fault)] if fault else [])):
            self.received.error(kind, text)
        n_bytes = sum(map(len, parts))
        message = RawMessage(header, time.time(), data_header, parts[2::2], n_bytes)
        self.received.counts["accepted" if self._queue.put(message) else "dropped"] += 1

    def _write_next(self) -> bool:
        """Write one pulse from the queue to the file; False when there are no more."""
        with self._take_lock:
            message = self._queue.take()
            if message is None:
                return False
            ticket = self._sequencer.ticket()
        with ticket:
            faults: list[tuple[str, str]] = []
            row = read_row(message, lambda *fault: faults.append(fault))
            row = pack_row(row, compress=self._queue.n_bytes < MAX_COMPRESSED_BACKLOG_BYTES)
            ticket.wait()
            for fault in faults:
                self.written.counts["left_out"] += 1
                self.written.error(*fault)
            self._with_file(lambda recording: self._append(recording, row))
        return True

    def _with_file(self, work: Callable[[Recording], Any]) -> None:
        """Do some work on the file, unless writing has failed before."""
        with self._file_lock:
            if self.write_error:
                return
            try:
                self._recording = self._recording or self._create()
                work(self._recording)
            except CannotWrite as error:
                self.write_error = error
                self.stop.set()
                self._queue.clear()

    def _flush(self, recording: Recording) -> None:
        recording.about |= self.counts()
        recording.flush()

    def _append(self, recording: Recording, row: Row) -> None:
        for name in recording.append(row):
            self.written.counts["left_out"] += 1
            self.written.error("changing_shape", f"channel {name!r} changes too often; left out")
        self.written.counts["written"] = recording.pulses
        self.written.counts["bytes"] = recording.n_bytes


def read_row(message: RawMessage, errors: Callable[[str, str], None]) -> Row:
    """Decode a message, with each value in the type in which it was sent.

    Of several channels with the same name the last one counts.
    """
    values: dict[str, Any] = {}
    attributes: dict[str, dict[str, str]] = {}
    for index, channel in enumerate(message.data_header.channels):
        values[channel.name] = None
        if channel.unit:
            attributes[channel.name] = {"units": channel.unit}
        try:
            if index < len(message.parts):
                values[channel.name] = _as_sent(channel, channel.value(message.parts[index]))
        except BadData as error:
            errors("bad_channel", f"channel {channel.name!r}: {error}")
    header = message.header
    return Row(header.pulse_id, header.t_source, message.t_received, values, attributes)


def _as_sent(channel: Channel, value: Any) -> Any:
    """Return a number in the type of its channel; decoding made it a JSON number."""
    if value is None or channel.type == "string" or isinstance(value, np.ndarray):
        return value
    return np.dtype(channel.type).type(int(value) if isinstance(value, str) else value)
