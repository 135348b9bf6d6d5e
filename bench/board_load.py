"""The load on a board: viewers and a program that pushes, each in its own process."""

import contextlib
import json
import os
import select
import socket
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

from bench.feeds import STREAM
from bench.process_usage import cpu_s, private_kb
from bench.viewer import BINARY, TEXT, Viewer
from shared.envelope import unpack

CARDS, POINTS = 50, 1000
BATCH_S = 0.01
SAMPLE_INTERVAL = 20
"""Of messages that arrive one by one, every 20th is parsed for its age."""


class BoardViewer(Viewer):
    """A viewer of a board that counts rows, sent in frames or as one event for each message."""

    def __init__(self, port: int) -> None:
        super().__init__(port, reports=True, offers_deflate=False)
        self.rows = 0
        self.rows_lost = 0
        self.ages: list[tuple[float, float]] = []
        """(time of arrival, monotonic s; time from sending to arrival, s)"""
        self._ends: dict[str, int] = {}
        self._buffer = bytearray()

    def read(self) -> int:
        """Receive available data and return the number of new rows; raise ConnectionError."""
        if not self._is_watching or self._bytes_to_discard:
            return super().read()
        self._buffer += self._head[: self._head_bytes]
        self._head_bytes = 0
        try:
            piece = self.socket.recv(1 << 20)
        except BlockingIOError:
            return 0
        if not piece:
            raise ConnectionError("the server closed the connection")
        self.bytes += len(piece)
        self._buffer += piece
        before = self.rows
        for kind, body in self._messages():
            if kind == BINARY:
                self._read_numbers(body[:128])
                self._is_frame = True
                self._end_message()
                self._count_rows(body)
            elif body.startswith(b'42["push",'):
                self.rows += 1
                if self.rows % SAMPLE_INTERVAL == 0:
                    self._add_age(json.loads(body[2:])[1]["time"])
            elif kind == TEXT:
                self._on_text(kind, body)
        return self.rows - before

    def _messages(self) -> Iterator[tuple[int, bytes]]:
        buffer, start = self._buffer, 0
        while len(buffer) - start >= 2:
            length, body = buffer[start + 1] & 127, start + 2
            if length > 125:
                body += 2 if length == 126 else 8
                if len(buffer) < body:
                    break
                length = int.from_bytes(buffer[start + 2 : body], "big")
            if len(buffer) < body + length:
                break
            yield buffer[start] & 15, bytes(buffer[body : body + length])
            start = body + length
        del buffer[:start]

    def _count_rows(self, envelope: bytes) -> None:
        header, _ = unpack(envelope)
        for card in header["cards"]:
            first = card["n"] - len(card["rows"])
            self.rows_lost += max(0, first - self._ends.get(card["id"], first))
            self._ends[card["id"]] = card["n"]
            self.rows += len(card["rows"])
        rows = header["cards"][-1]["rows"]
        for row in rows[:1] + rows[-1:]:
            self._add_age(row[0])  # the oldest and the newest

    def _add_age(self, sent: float) -> None:
        self.ages.append((time.monotonic(), time.time() - sent))


@dataclass
class BoardMeasurement:
    """The sums over all viewers of one run."""

    seconds: float
    rows: int
    rows_lost: int
    bytes: int
    ages: list[float]
    """From sending to arrival, in the order of arrival, s."""
    cpu_s: dict[str, float]
    """Name → processor time of the measured processes, and of "viewers" (this process)."""
    grown_kb: dict[str, int]


def measure_viewers(
    ports: tuple[int, ...], count: int, pids: dict[str, int], warm_up_s: float, seconds: float
) -> BoardMeasurement:
    """Connect the viewers, wait for the warm-up, and count for ``seconds``."""
    viewers = [BoardViewer(ports[index % len(ports)]) for index in range(count)]
    for viewer in viewers:
        viewer.open_session()
    for viewer in viewers:
        viewer.watch(STREAM)
    poll = select.epoll()
    by_file = {viewer.socket.fileno(): viewer for viewer in viewers}
    for viewer in viewers:
        viewer.finish_watch()
        poll.register(viewer.socket, select.EPOLLIN)

    def read_for(seconds: float) -> None:
        end = time.monotonic() + seconds
        while (left_s := end - time.monotonic()) > 0:
            for file, _ in poll.poll(left_s):
                by_file[file].read()

    def sums() -> list[int]:
        names = "rows", "rows_lost", "bytes"
        return [sum(getattr(viewer, name) for viewer in viewers) for name in names]

    read_for(warm_up_s)
    measured = pids | {"viewers": os.getpid()}
    start, before, memory = time.monotonic(), sums(), _for_each(private_kb, pids)
    used = _for_each(cpu_s, measured)
    read_for(seconds)
    used = _differences(_for_each(cpu_s, measured), used)
    rows, lost, size = (now - then for now, then in zip(sums(), before, strict=True))
    timed_ages = sorted(pair for viewer in viewers for pair in viewer.ages)
    ages = [age for at, age in timed_ages if at >= start]
    grown = _differences(_for_each(private_kb, pids), memory)
    for viewer in viewers:
        viewer.socket.close()
    return BoardMeasurement(seconds, rows, lost, size, ages, used, grown)


def _for_each(measure: Callable[[int], Any], pids: dict[str, int]) -> dict[str, Any]:
    return {name: measure(pid) for name, pid in pids.items()}


def _differences(after: dict[str, Any], before: dict[str, Any]) -> dict[str, Any]:
    return {name: after[name] - before[name] for name in after}


class SentMessages(NamedTuple):
    """The number of messages sent since ``start`` (Unix s).

    Message ``n`` was due ``n / per_s`` after the start, for card ``n % CARDS``, whose first row was
    empty.
    """

    start: float
    messages: int


def push_messages(port: int, per_s: float, seconds: float) -> SentMessages:
    """Send up to ``per_s`` messages a second over TCP, to all cards in turn."""
    connection = socket.create_connection(("127.0.0.1", port), 20)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 16)
    first = b'{"id":"card %d","value":null,"time":%.4f,"active_points":%d}\n'
    connection.sendall(b"".join(first % (n, time.time(), POINTS) for n in range(CARDS)))
    sent, start, start_unix = 0, time.monotonic(), time.time()
    with contextlib.suppress(TimeoutError), connection:
        while (elapsed_s := time.monotonic() - start) < seconds:
            due = range(sent, int(per_s * elapsed_s))
            now = time.time()
            connection.settimeout(max(0.001, seconds - elapsed_s))
            connection.sendall(
                b"".join(
                    b'{"id":"card %d","value":%d,"time":%.4f}\n' % (n % CARDS, n % 97, now)
                    for n in due
                )
            )
            sent += len(due)
            time.sleep(BATCH_S)
    return SentMessages(start_unix, sent)
