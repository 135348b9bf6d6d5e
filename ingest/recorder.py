"""The way of a pulse into a file: socket → backlog → decode → compress → HDF5.

One thread takes every message off the socket. As many as there are cores decode and compress side
by side, and write in the order in which the pulses came.
"""

import threading
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import orjson
import zmq

from ingest.backlog import Backlog, Message
from ingest.bsread.channel import Channel
from ingest.bsread.data_header_cache import KIND, DataHeaderCache
from ingest.bsread.message import BadMessage, read_main_header
from ingest.counters import Counters
from ingest.ordering import Sequencer
from ingest.sources.bsread.socket import BsreadSocket
from ingest.sources.pulse_ids import PulseIdStats
from shared.compression import BadData
from shared.hdf5 import CannotWrite, Recording
from shared.row import Row, packed

PLAIN_ABOVE_BYTES = 64 * 1024 * 1024
"""When so much waits, pictures are written uncompressed, which is ten times as fast."""
PATIENCE_S = 5.0
"""how long an address where no source answers is tried"""
NOT_THERE = ("connecting", "mismatch")
"""states of a source that is none"""


class NoSource(Exception):
    """No bsread source answers; the text says what was tried and what to do."""


class Recorder:
    """Each thread runs one of :meth:`receive` and :meth:`write`; who ends them calls :meth:`flush`
    now and then, and :meth:`close`.

    ``create`` opens the file when the first pulse is to be written. ``fault`` is what made writing
    impossible.
    """

    def __init__(
        self,
        source: BsreadSocket,
        create: Callable[[], Recording],
        most_pulses: int,
        backlog: Backlog,
    ) -> None:
        self.pulses = PulseIdStats()
        self.received = Counters("accepted", "dropped", "unreadable")
        self.written = Counters("written", "bytes", "left_out")
        self.fault: Exception | None = None
        self.stop = threading.Event()
        self._source = source
        self._create = create
        self._most_pulses = most_pulses
        self._backlog = backlog
        self._layouts = DataHeaderCache()
        self._taking = threading.Lock()
        self._line = Sequencer()
        self._writing = threading.Lock()
        """held by who uses the file"""
        self._recording: Recording | None = None

    @property
    def waiting(self) -> int:
        """How many pulses have come that are not written yet."""
        return len(self._backlog)

    def about(self) -> dict[str, str | int]:
        """What was counted, as the file has it."""
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
        """Receives until all have come, the time is over or it is told to stop.

        Raises NoSource when none answers at first.
        """
        started = time.monotonic()
        came = False
        counts = self.received.counts
        try:
            while not self.stop.is_set() and counts["accepted"] != self._most_pulses:
                now = time.monotonic()
                parts = self._source.receive(now)
                if parts:
                    came = True
                    self._source.received(time.monotonic())
                    self._take(parts)
                elif not came and now - started > PATIENCE_S and self._source.state in NOT_THERE:
                    raise NoSource(self._source.message)
                if now - started >= seconds:
                    break
        finally:
            self._backlog.close()
            self._source.close()

    def write(self) -> None:
        """Writes until nothing more comes."""
        while self._carry():
            pass

    def flush(self) -> None:
        """Brings to the disk what was written so far."""
        if self._recording:
            self._do(self._flush)

    def close(self) -> None:
        """Ends the file; all threads have ended."""
        if self._recording:
            self._recording.about |= self.about()
            try:
                self.written.counts["bytes"] = self._recording.close()
            except CannotWrite as problem:
                self.fault = self.fault or problem

    def _take(self, parts: list[zmq.Frame]) -> None:
        try:
            header = read_main_header(parts[0].bytes)
            self.pulses.observe(header.pulse_id)
            layout, fault = self._layouts.of(header, parts)
        except BadMessage as problem:
            self.received.counts["unreadable"] += 1
            self.received.error(problem.kind, str(problem))
            return
        for kind, words in (*header.faults, *([(KIND, fault)] if fault else [])):
            self.received.error(kind, words)
        n_bytes = sum(map(len, parts))
        accepted = self._backlog.put(Message(header, time.time(), layout, parts[2::2], n_bytes))
        self.received.counts["accepted" if accepted else "dropped"] += 1

    def _carry(self) -> bool:
        """One pulse from the backlog into the file; False when there is none any more."""
        with self._taking:
            message = self._backlog.take()
            if message is None:
                return False
            place = self._line.join()
        with place:
            faults: list[tuple[str, str]] = []
            row = read_row(message, lambda *fault: faults.append(fault))
            row = packed(row, compress=self._backlog.n_bytes < PLAIN_ABOVE_BYTES)
            place.wait()
            for fault in faults:
                self.written.counts["left_out"] += 1
                self.written.error(*fault)
            self._do(lambda recording: self._append(recording, row))
        return True

    def _do(self, work: Callable[[Recording], Any]) -> None:
        """Works on the file, which is left alone after the first fault."""
        with self._writing:
            if self.fault:
                return
            try:
                self._recording = self._recording or self._create()
                work(self._recording)
            except CannotWrite as problem:
                self.fault = problem
                self.stop.set()
                self._backlog.clear()

    def _flush(self, recording: Recording) -> None:
        recording.about |= self.about()
        recording.flush()

    def _append(self, recording: Recording, row: Row) -> None:
        for name in recording.append(row):
            self.written.counts["left_out"] += 1
            self.written.error("changing_shape", f"channel {name!r} changes too often; left out")
        self.written.counts["written"] = recording.pulses
        self.written.counts["bytes"] = recording.n_bytes


def read_row(message: Message, errors: Callable[[str, str], None]) -> Row:
    """The message decoded, each value in the type in which it was sent; of channels with the same
    name the last one counts."""
    values: dict[str, Any] = {}
    attributes: dict[str, dict[str, str]] = {}
    for index, channel in enumerate(message.layout.channels):
        values[channel.name] = None
        if channel.unit:
            attributes[channel.name] = {"units": channel.unit}
        try:
            if index < len(message.parts):
                values[channel.name] = _as_sent(channel, channel.value(message.parts[index]))
        except BadData as fault:
            errors("bad_channel", f"channel {channel.name!r}: {fault}")
    header = message.header
    return Row(header.pulse_id, header.t_source, message.t_received, values, attributes)


def _as_sent(channel: Channel, value: Any) -> Any:
    """A number in its own type again: it was read as JSON would have it."""
    if value is None or channel.type == "string" or isinstance(value, np.ndarray):
        return value
    return np.dtype(channel.type).type(int(value) if isinstance(value, str) else value)
