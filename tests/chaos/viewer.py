"""Viewers as a program, to run on another host: ``python -m tests.chaos.viewer HOST PORT``.

They watch as the page does: announce that reports will come, tell what they drew last, and connect
anew when they were cut off, or hear no ping any more. Each frame is a line on the standard output,
when its last byte has come: ``[viewer, connection, seq, age in s, bytes, when, epoch, pulse,
received, watched]``; the age is that since ingest had it, ``watched`` is when this viewer asked for
frames. What else they learn is an object: ``{"viewer", "connection", "when", "state", "words"}``.
They end with the signal that ends any program.
"""

import argparse
import os
import random
import select
import struct
import time
from collections import Counter
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import orjson

from shared import envelope
from tests.support.raw_viewer import BINARY, RawViewer

REPORTED_AT_ONCE = 8
"""So many reports after a watch or a gap follow soon after one another."""
REPORT_AGAIN_S = 0.15
REPORT_EVERY_S = 2.0
APART_S = 0.02
"""They come one after another: a rush is another trouble than a slow viewer."""
CONNECT_WITHIN_S = 4.0
FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.2, 2.0
ANSWER_WITHIN_S = 5.0
ASK_AGAIN_S = 1.0
NOT_UNDERSTOOD = (OSError, AssertionError, ValueError, LookupError, TypeError, struct.error)
"""what reading a line can raise that is cut, refused, or carries damaged bytes"""

lines: list[bytes] = []


class Watching(RawViewer):
    """One connection of viewer ``number``."""

    def __init__(self, number: int, connection: int, arguments: argparse.Namespace) -> None:
        super().__init__(
            arguments.port, arguments.receive_buffer, arguments.host, timeout_s=CONNECT_WITHIN_S
        )
        self.number, self.connection = number, connection
        self._stream = arguments.stream
        self._reports = not arguments.silent
        self._left = 0
        self._last_seq = -1
        self._reported = 0.0
        self._unreported: dict[str, Any] | None = None
        self._checked: tuple[Any, Any] = None, None
        self._patience_s = CONNECT_WITHIN_S
        self._silent_at = time.monotonic() + self._patience_s
        self._ask_at = self._answer_by = float("inf")
        self._asked = 0
        if self._reports:
            self.emit("drawn", {})
        self._ask()

    def _ask(self) -> None:
        self.watched_at = time.time()
        now = time.monotonic()
        self._ask_at, self._answer_by = float("inf"), now + ANSWER_WITHIN_S
        self._asked += 1
        self.send(f'42{self._asked}["watch",{{"stream":"{self._stream}"}}]')

    def look(self, now: float) -> None:
        """Does what is due; to be called often."""
        if now >= self._silent_at:
            self.say("unreachable", "no ping")
            self.closed = True
        elif now >= self._answer_by:
            self._refused(now, "no answer to watch")
        elif now >= self._ask_at:
            self._ask()
        if self._unreported:  # the last frame is reported, too, when none follows it
            self._report(self._unreported, time.time())

    def _refused(self, now: float, words: str) -> None:
        self._answer_by, self._ask_at = float("inf"), now + ASK_AGAIN_S
        self.say("refused", words)

    def say(self, state: Any, words: Any) -> None:
        """Notes what this viewer learnt."""
        if (state, words) == self._checked:
            return
        self._checked = state, words
        what = {"viewer": self.number, "connection": self.connection, "when": time.time()}
        lines.append(orjson.dumps(what | {"state": state, "words": words}))

    def _take(self, kind: int, data: bytes) -> None:
        if kind == BINARY:
            self._take_frame(data)
            return
        if data[:2] == b"0{":
            opened = orjson.loads(data[1:])
            self._patience_s = (opened["pingInterval"] + opened["pingTimeout"]) / 1000
        if data[:1] in b"02":
            self._silent_at = time.monotonic() + self._patience_s
        super()._take(kind, data)
        if self.events:
            name, payload = self.events.pop()
            if name == "status":
                self.say(payload["state"], payload.get("message"))
        answer = self.answers.pop(self._asked, None)
        if answer is not None and "error" in answer:
            self._refused(time.monotonic(), answer["error"])
        elif answer is not None:
            self._answer_by = float("inf")
            self.say(answer["status"].get("state"), answer["status"].get("message"))

    def _take_frame(self, data: bytes) -> None:
        now = time.time()
        header = envelope.read_header(data)
        received = header["t_received"]
        what = [self.number, self.connection, header["seq"], round(now - received, 4), len(data)]
        what += [round(now, 4), header["epoch"], header["pulse_id"], received, self.watched_at]
        lines.append(orjson.dumps(what))
        if self._reports:
            self._report(header, now)

    def _report(self, header: dict[str, Any], now: float) -> None:
        seq, self._unreported = header["seq"], header
        if seq not in (self._last_seq, self._last_seq + 1):
            self._left = REPORTED_AT_ONCE
        if now - self._reported >= (REPORT_AGAIN_S if self._left else REPORT_EVERY_S):
            self._left = max(0, self._left - 1)
            self._reported, self._unreported = now, None
            self.emit("drawn", {"stream": header["stream"], "epoch": header["epoch"], "seq": seq})
        self._last_seq = seq


class Crowd:
    """All viewers of this program; connecting is done beside, since it may hang."""

    def __init__(self, arguments: argparse.Namespace) -> None:
        self._arguments = arguments
        self._poller = select.poll()
        self._by_file: dict[int, Watching] = {}
        start = time.monotonic()
        count = arguments.count
        self._missing = [(start + number * APART_S, number, 0) for number in range(count)]
        """(when to connect, viewer, connection)"""
        self._failures: Counter[int] = Counter()
        self._connecting: list[tuple[int, int, Future[Watching]]] = []
        self._beside = ThreadPoolExecutor(min(count, 32))

    def step(self) -> None:
        """Connects whom it is due, and reads what has come."""
        now = time.monotonic()
        self._missing.sort()
        while self._missing and self._missing[0][0] <= now:
            _, *who = self._missing.pop(0)
            begun = self._beside.submit(Watching, *who, self._arguments)
            self._connecting.append((*who, begun))
        for who in [each for each in self._connecting if each[2].done()]:
            self._connecting.remove(who)
            self._connected(*who)
        for file, _ in self._poller.poll(10):
            viewer = self._by_file[file]
            try:
                viewer.read()
            except NOT_UNDERSTOOD as problem:
                viewer.say("unreachable", str(problem))
                viewer.closed = True
        for file, viewer in tuple(self._by_file.items()):
            try:
                viewer.look(now)
            except OSError:
                viewer.closed = True
            if viewer.closed:
                self._lost(file, viewer)

    def _connected(self, number: int, connection: int, begun: Future[Watching]) -> None:
        try:
            viewer = begun.result()
        except NOT_UNDERSTOOD:  # not now; nginx has no worker
            self._again(number, connection)
            return
        self._failures[number] = 0
        self._by_file[viewer.fileno()] = viewer
        self._poller.register(viewer.fileno(), select.POLLIN)

    def _lost(self, file: int, viewer: Watching) -> None:
        viewer.say("unreachable", "closed")
        self._poller.unregister(file)
        del self._by_file[file]
        viewer.close()
        self._again(viewer.number, viewer.connection + 1)

    def _again(self, number: int, connection: int) -> None:
        pause_s = min(LONGEST_PAUSE_S, FIRST_PAUSE_S * 2 ** self._failures[number])
        self._failures[number] += 1
        due = time.monotonic() + pause_s * random.uniform(0.5, 1.0)
        self._missing.append((due, number, connection))


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("host")
    parser.add_argument("port", type=int)
    parser.add_argument("--stream", default="camera")
    parser.add_argument("--count", type=int, default=1)
    parser.add_argument(
        "--receive-buffer", type=int, help="bytes; the kernel's own choice if not given"
    )
    parser.add_argument("--silent", action="store_true", help="report nothing")
    crowd = Crowd(parser.parse_args())
    while True:
        crowd.step()
        if lines:
            os.write(1, b"\n".join(lines) + b"\n")
            lines.clear()


if __name__ == "__main__":
    main()
