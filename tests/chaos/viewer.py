"""Viewers as a program, to run on another host: ``python -m tests.chaos.viewer HOST PORT``.

They watch as the page does: announce that reports will come, tell what they drew last, and connect
anew when they were cut off. Each frame is a line on the standard output, when its last byte has
come: ``[viewer, connection, seq, age in s, bytes, when]``; the age is that since ingest had it.
They end with the signal that ends any program.
"""

import argparse
import os
import random
import select
import time
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
AGAIN_WITHIN_S = 2.0

lines: list[bytes] = []


class Watching(RawViewer):
    """One connection of viewer ``number``."""

    def __init__(self, number: int, connection: int, arguments: argparse.Namespace) -> None:
        super().__init__(arguments.port, arguments.receive_buffer, arguments.host)
        self.number, self.connection = number, connection
        self._reports = not arguments.silent
        self._left = 0
        self._last_seq = -1
        self._reported = 0.0
        if self._reports:
            self.emit("drawn", {})
        self.watch(arguments.stream)

    def _take(self, kind: int, data: bytes) -> None:
        if kind != BINARY:
            super()._take(kind, data)
            return
        now = time.time()
        header = envelope.read_header(data)
        seq = header["seq"]
        age = now - header["t_received"]
        what = [self.number, self.connection, seq, round(age, 4), len(data), round(now, 4)]
        lines.append(orjson.dumps(what))
        if self._reports:
            self._report(header, now)

    def _report(self, header: dict[str, Any], now: float) -> None:
        seq = header["seq"]
        if seq != self._last_seq + 1:
            self._left = REPORTED_AT_ONCE
        if now - self._reported >= (REPORT_AGAIN_S if self._left else REPORT_EVERY_S):
            self._left = max(0, self._left - 1)
            self._reported = now
            self.emit("drawn", {"stream": header["stream"], "epoch": header["epoch"], "seq": seq})
        self._last_seq = seq


def soon() -> float:
    """When to connect anew, not all at once."""
    return time.monotonic() + random.uniform(0.1, AGAIN_WITHIN_S)


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
    arguments = parser.parse_args()
    poller = select.poll()
    by_file: dict[int, Watching] = {}
    start = time.monotonic()
    missing = [(number, 0, start + number * APART_S) for number in range(arguments.count)]
    """(viewer, connection, when to connect)"""
    while True:
        missing.sort(key=lambda when: when[2])
        while missing and missing[0][2] <= time.monotonic():
            number, connection, _ = missing.pop(0)
            try:
                viewer = Watching(number, connection, arguments)
            except (OSError, AssertionError):  # not now; nginx has no worker
                missing.append((number, connection, soon()))
                continue
            by_file[viewer.fileno()] = viewer
            poller.register(viewer.fileno(), select.POLLIN)
        for file, _ in poller.poll(10):
            viewer = by_file[file]
            try:
                viewer.read()
            except ConnectionError:
                viewer.closed = True
            if viewer.closed:
                poller.unregister(file)
                del by_file[file]
                viewer.close()
                missing.append((viewer.number, viewer.connection + 1, soon()))
        if lines:
            os.write(1, b"\n".join(lines) + b"\n")
            lines.clear()


if __name__ == "__main__":
    main()
