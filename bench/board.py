"""The sender and the viewers of a board, each in a process of its own."""

import contextlib
import json
import os
import select
import socket
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

from bench.cpu import cpu_s, private_kb
from bench.feeds import STREAM
from bench.viewer import BINARY, TEXT, Viewer
from shared.envelope import unpack

CARDS, POINTS = 50, 1000
BATCH_S = 0.01
EVERY = 20
"""Of messages that arrive singly, one in this many is parsed for its age."""


class BoardViewer(Viewer):
    """A viewer that counts the rows it receives, in frames of a board or one in each event."""

    def __init__(self, port: int) -> None:
        super().__init__(port, reports=True, offers_deflate=False)
        self.rows = 0
        self.rows_lost = 0
        self.ages: list[tuple[float, float]] = []
        """time of arrival, monotonic s; time since the message was sent, s"""
        self._ends: dict[str, int] = {}
        self._buffer = bytearray()

    def read(self) -> int:
        """Read available data and return the number of rows in it; raises ConnectionError."""
        if not self._settled or self._left:
            return super().read()
        self._buffer += self._head[: self._have]
        self._have = 0
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
                self._see(body[:128])
                self._is_frame = True
                self._end()
                self._take_cards(body)
            elif body.startswith(b'42["push",'):
                self.rows += 1
                if self.rows % EVERY == 0:
                    self._note(json.loads(body[2:])[1]["time"])
            elif kind == TEXT:
                self._listen(kind, body)
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

    def _take_cards(self, envelope: bytes) -> None:
        header, _ = unpack(envelope)
        for card in header["cards"]:
            first = card["n"] - len(card["rows"])
            self.rows_lost += max(0, first - self._ends.get(card["id"], first))
            self._ends[card["id"]] = card["n"]
            self.rows += len(card["rows"])
        rows = header["cards"][-1]["rows"]
        for row in rows[:1] + rows[-1:]:
            self._note(row[0])  # the oldest and the newest of the frame

    def _note(self, sent: float) -> None:
        self.ages.append((time.monotonic(), time.time() - sent))


@dataclass
class Seen:
    """What all viewers of a turn received while it was measured."""

    seconds: float
    rows: int
    rows_lost: int
    bytes: int
    ages: list[float]
    """from sending to arrival, in the order of arrival, s"""
    cpu_s: dict[str, float]
    """of the measured processes; that of the viewers is called viewers"""
    grown_kb: dict[str, int]


def look(
    ports: tuple[int, ...], viewers: int, pids: dict[str, int], warm_up_s: float, seconds: float
) -> Seen:
    """Connect the viewers, let them warm up, and count for ``seconds``."""
    crowd = [BoardViewer(ports[place % len(ports)]) for place in range(viewers)]
    for viewer in crowd:
        viewer.say_hello()
    for viewer in crowd:
        viewer.watch(STREAM)
    poll = select.epoll()
    by_file = {viewer.socket.fileno(): viewer for viewer in crowd}
    for viewer in crowd:
        viewer.settle()
        poll.register(viewer.socket, select.EPOLLIN)

    def read_for(seconds: float) -> None:
        end = time.monotonic() + seconds
        while (left_s := end - time.monotonic()) > 0:
            for file, _ in poll.poll(left_s):
                by_file[file].read()

    def sums() -> list[int]:
        names = "rows", "rows_lost", "bytes"
        return [sum(getattr(viewer, name) for viewer in crowd) for name in names]

    read_for(warm_up_s)
    measured = pids | {"viewers": os.getpid()}
    start, before, memory = time.monotonic(), sums(), _of_each(private_kb, pids)
    used = _of_each(cpu_s, measured)
    read_for(seconds)
    used = _less(_of_each(cpu_s, measured), used)
    rows, lost, size = (now - then for now, then in zip(sums(), before, strict=True))
    noted = sorted(each for viewer in crowd for each in viewer.ages)
    ages = [age for at, age in noted if at >= start]
    grown = _less(_of_each(private_kb, pids), memory)
    for viewer in crowd:
        viewer.socket.close()
    return Seen(seconds, rows, lost, size, ages, used, grown)


def _of_each(ask: Callable[[int], Any], pids: dict[str, int]) -> dict[str, Any]:
    return {name: ask(pid) for name, pid in pids.items()}


def _less(after: dict[str, Any], before: dict[str, Any]) -> dict[str, Any]:
    return {name: after[name] - before[name] for name in after}


class Sent(NamedTuple):
    """What was sent. ``start``: Unix s; message ``n`` was due ``n / per_s`` later, for card
    ``n % CARDS``, whose first row was empty."""

    start: float
    messages: int


def push(port: int, per_s: float, seconds: float) -> Sent:
    """Send ``per_s`` messages a second over TCP to all cards in turn, fewer to a slow server."""
    connection = socket.create_connection(("127.0.0.1", port), 20)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 16)
    first = b'{"id":"card %d","value":null,"time":%.4f,"active_points":%d}\n'
    connection.sendall(b"".join(first % (n, time.time(), POINTS) for n in range(CARDS)))
    sent, start, start_unix = 0, time.monotonic(), time.time()
    with contextlib.suppress(TimeoutError), connection:
        while (gone_s := time.monotonic() - start) < seconds:
            due = range(sent, int(per_s * gone_s))
            now = time.time()
            connection.settimeout(max(0.001, seconds - gone_s))
            connection.sendall(
                b"".join(
                    b'{"id":"card %d","value":%d,"time":%.4f}\n' % (n % CARDS, n % 97, now)
                    for n in due
                )
            )
            sent += len(due)
            time.sleep(BATCH_S)
    return Sent(start_unix, sent)
