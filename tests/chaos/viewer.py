"""Viewers as a program, to run on another host: ``python -m tests.chaos.viewer HOST PORT``.

They behave like the page: they announce reports, report the last frame drawn, and reconnect when
they are disconnected or receive no ping. Each frame is a line on the standard output, written when
its last byte has arrived: ``[viewer, connection, seq, age in s, bytes, when, epoch, pulse,
received, watched]``; the age is the time since ingest received it, and ``watched`` is when this
viewer sent its watch request. Changes of state are objects:
``{"viewer", "connection", "when", "state", "text"}``. They run until they are terminated.
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

FREQUENT_REPORTS = 8
"""The number of reports after a watch request or a gap that are sent at shorter intervals."""
FREQUENT_REPORT_INTERVAL_S = 0.15
REPORT_INTERVAL_S = 2.0
CONNECT_INTERVAL_S = 0.02
"""Viewers connect one after another: a rush is not what is tested."""
CONNECT_TIMEOUT_S = 4.0
MIN_RECONNECT_DELAY_S, MAX_RECONNECT_DELAY_S = 0.2, 2.0
WATCH_TIMEOUT_S = 5.0
WATCH_RETRY_S = 1.0
READ_ERRORS = (OSError, AssertionError, ValueError, LookupError, TypeError, struct.error)
"""Errors of reading from a connection that is broken, refused, or carries damaged data."""

output_lines: list[bytes] = []


class ViewerConnection(RawViewer):
    """One connection of viewer ``number``."""

    def __init__(self, number: int, connection: int, arguments: argparse.Namespace) -> None:
        super().__init__(
            arguments.port, arguments.receive_buffer, arguments.host, timeout_s=CONNECT_TIMEOUT_S
        )
        self.number, self.connection = number, connection
        self._stream = arguments.stream
        self._reports = not arguments.silent
        self._frequent_reports_left = 0
        self._last_seq = -1
        self._last_report_at = 0.0
        self._unreported: dict[str, Any] | None = None
        self._last_state: tuple[Any, Any] = None, None
        self._ping_timeout_s = CONNECT_TIMEOUT_S
        self._ping_due_at = time.monotonic() + self._ping_timeout_s
        self._watch_at = self._answer_due_at = float("inf")
        self._request_id = 0
        if self._reports:
            self.emit("drawn", {})
        self._watch()

    def _watch(self) -> None:
        self.watched_at = time.time()
        now = time.monotonic()
        self._watch_at, self._answer_due_at = float("inf"), now + WATCH_TIMEOUT_S
        self._request_id += 1
        self.send(f'42{self._request_id}["watch",{{"stream":"{self._stream}"}}]')

    def check_timeouts(self, now: float) -> None:
        """Do what is due; to be called often."""
        if now >= self._ping_due_at:
            self.print_state("unreachable", "no ping")
            self.closed = True
        elif now >= self._answer_due_at:
            self._refused(now, "no answer to watch")
        elif now >= self._watch_at:
            self._watch()
        if self._unreported:  # reports the last frame, too, if none follows
            self._report(self._unreported, time.time())

    def _refused(self, now: float, text: str) -> None:
        self._answer_due_at, self._watch_at = float("inf"), now + WATCH_RETRY_S
        self.print_state("refused", text)

    def print_state(self, state: Any, text: Any) -> None:
        """Print a change of this viewer's state."""
        if (state, text) == self._last_state:
            return
        self._last_state = state, text
        fields = {"viewer": self.number, "connection": self.connection, "when": time.time()}
        output_lines.append(orjson.dumps(fields | {"state": state, "text": text}))

    def _take(self, kind: int, data: bytes) -> None:
        if kind == BINARY:
            self._take_frame(data)
            return
        if data[:2] == b"0{":
            opened = orjson.loads(data[1:])
            self._ping_timeout_s = (opened["pingInterval"] + opened["pingTimeout"]) / 1000
        if data[:1] in b"02":
            self._ping_due_at = time.monotonic() + self._ping_timeout_s
        super()._take(kind, data)
        if self.events:
            name, payload = self.events.pop()
            if name == "status":
                self.print_state(payload["state"], payload.get("message"))
        answer = self.answers.pop(self._request_id, None)
        if answer is not None and "error" in answer:
            self._refused(time.monotonic(), answer["error"])
        elif answer is not None:
            self._answer_due_at = float("inf")
            self.print_state(answer["status"].get("state"), answer["status"].get("message"))

    def _take_frame(self, data: bytes) -> None:
        now = time.time()
        header = envelope.read_header(data)
        received = header["t_received"]
        fields = [self.number, self.connection, header["seq"], round(now - received, 4), len(data)]
        fields += [round(now, 4), header["epoch"], header["pulse_id"], received, self.watched_at]
        output_lines.append(orjson.dumps(fields))
        if self._reports:
            self._report(header, now)

    def _report(self, header: dict[str, Any], now: float) -> None:
        seq, self._unreported = header["seq"], header
        if seq not in (self._last_seq, self._last_seq + 1):
            self._frequent_reports_left = FREQUENT_REPORTS
        if now - self._last_report_at >= (
            FREQUENT_REPORT_INTERVAL_S if self._frequent_reports_left else REPORT_INTERVAL_S
        ):
            self._frequent_reports_left = max(0, self._frequent_reports_left - 1)
            self._last_report_at, self._unreported = now, None
            self.emit("drawn", {"stream": header["stream"], "epoch": header["epoch"], "seq": seq})
        self._last_seq = seq


class ViewerGroup:
    """All viewers of this program; threads connect them, since connecting may hang."""

    def __init__(self, arguments: argparse.Namespace) -> None:
        self._arguments = arguments
        self._poller = select.poll()
        self._by_file: dict[int, ViewerConnection] = {}
        start = time.monotonic()
        count = arguments.count
        self._due = [(start + number * CONNECT_INTERVAL_S, number, 0) for number in range(count)]
        """(when to connect, viewer, connection)"""
        self._failures: Counter[int] = Counter()
        self._connecting: list[tuple[int, int, Future[ViewerConnection]]] = []
        self._threads = ThreadPoolExecutor(min(count, 32))

    def step(self) -> None:
        """Connect the viewers that are due, and read available data."""
        now = time.monotonic()
        self._due.sort()
        while self._due and self._due[0][0] <= now:
            _, *identity = self._due.pop(0)
            future = self._threads.submit(ViewerConnection, *identity, self._arguments)
            self._connecting.append((*identity, future))
        for connecting in [each for each in self._connecting if each[2].done()]:
            self._connecting.remove(connecting)
            self._on_connect(*connecting)
        for file, _ in self._poller.poll(10):
            viewer = self._by_file[file]
            try:
                viewer.read()
            except READ_ERRORS as error:
                viewer.print_state("unreachable", str(error))
                viewer.closed = True
        for file, viewer in tuple(self._by_file.items()):
            try:
                viewer.check_timeouts(now)
            except OSError:
                viewer.closed = True
            if viewer.closed:
                self._on_disconnect(file, viewer)

    def _on_connect(self, number: int, connection: int, future: Future[ViewerConnection]) -> None:
        try:
            viewer = future.result()
        except READ_ERRORS:  # retry later; nginx may have no worker
            self._reconnect_later(number, connection)
            return
        self._failures[number] = 0
        self._by_file[viewer.fileno()] = viewer
        self._poller.register(viewer.fileno(), select.POLLIN)

    def _on_disconnect(self, file: int, viewer: ViewerConnection) -> None:
        viewer.print_state("unreachable", "closed")
        self._poller.unregister(file)
        del self._by_file[file]
        viewer.close()
        self._reconnect_later(viewer.number, viewer.connection + 1)

    def _reconnect_later(self, number: int, connection: int) -> None:
        delay_s = min(MAX_RECONNECT_DELAY_S, MIN_RECONNECT_DELAY_S * 2 ** self._failures[number])
        self._failures[number] += 1
        due = time.monotonic() + delay_s * random.uniform(0.5, 1.0)
        self._due.append((due, number, connection))


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("host")
    parser.add_argument("port", type=int)
    parser.add_argument("--stream", default="camera")
    parser.add_argument("--count", type=int, default=1)
    parser.add_argument("--receive-buffer", type=int, help="bytes; default: the kernel's choice")
    parser.add_argument("--silent", action="store_true", help="report nothing")
    group = ViewerGroup(parser.parse_args())
    while True:
        group.step()
        if output_lines:
            os.write(1, b"\n".join(output_lines) + b"\n")
            output_lines.clear()


if __name__ == "__main__":
    main()
