"""Logging as every command does it: an event a line, on standard error, as text or as JSON.

Nothing that logs waits for whoever reads the log (``shared/line_writer.py``).
"""

import faulthandler
import io
import logging
import math
import re
import sys
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import orjson

from shared.line_writer import LineWriter, QueuedStream
from shared.options import CommonSettings

_UNSEEN = "\x7f-\x9f\u2028\u2029\ud800-\udfff"
"""what ends a line somewhere, or is no text, and JSON leaves as it is"""
_IN_JSON = re.compile(f"[{_UNSEEN}]")
_IN_TEXT = re.compile(f"[\x00-\x1f{_UNSEEN}]")

MAX_TEXT = 16 * 1024
"""characters of a message, and of an exception: with the queue's lines this bounds its memory"""

log = logging.getLogger("python")


def set_up_log(options: CommonSettings, worker: str = "", stream: str = "") -> LineWriter:
    """Sets the root logger up; called once, by a command's main. Returns what writes to standard
    error, for a command that also writes there itself.

    ``worker`` and ``stream`` identify the process in JSON. Warnings, uncaught exceptions and
    whatever Python code writes to ``sys.stderr`` go to the log too. File descriptor 2 stays as it
    is, for the messages of a crash.
    """
    formatter = JsonLine(worker, stream) if options.log_format == "json" else TextLine()

    def dropped_line(count: int) -> str:
        text = f"{count} lines of this log were dropped: standard error was not read fast enough"
        record = logging.LogRecord("log", logging.WARNING, "", 0, text, (), None)
        return formatter.format(record) + "\n"

    writer = LineWriter(2, dropped_line)
    handler = logging.StreamHandler(QueuedStream(writer))
    handler.setFormatter(formatter)
    for logger in logging.root.manager.loggerDict.values():
        if isinstance(logger, logging.Logger):
            logger.handlers.clear()  # mflow's own would write past the queue
    logging.basicConfig(level=options.log_level.upper(), handlers=[handler])
    logging.captureWarnings(True)
    faulthandler.enable(2)
    sys.stderr = LogStream()
    sys.excepthook = _uncaught
    threading.excepthook = lambda end: _uncaught(end.exc_type, end.exc_value, end.exc_traceback)
    sys.unraisablehook = lambda end: _uncaught(end.exc_type, end.exc_value, end.exc_traceback)
    return writer


class LogStream(io.TextIOBase):
    """Logs what is written to it, a line a record; for code that prints to ``sys.stderr``."""

    def __init__(self) -> None:
        self._rest = ""

    def write(self, text: str) -> int:
        """Logs the lines that are complete."""
        *lines, self._rest = (self._rest + text).split("\n")
        self._rest = self._rest[:MAX_TEXT]
        for line in filter(str.strip, lines):
            log.error("%s", line)
        return len(text)


class TextLine(logging.Formatter):
    """For people. What came from outside cannot begin a line: its control characters are escaped,
    and an exception's lines are indented."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)-7s %(name)s: %(message)s")

    def formatMessage(self, record: logging.LogRecord) -> str:
        """The line."""
        record.message = bounded(record.message)
        return _escaped(_IN_TEXT, super().formatMessage(record))

    def formatException(self, ei: Any) -> str:
        """The lines below it."""
        lines = bounded(super().formatException(ei)).split("\n")
        return "\n".join("  " + _escaped(_IN_TEXT, line) for line in lines)


class JsonLine(logging.Formatter):
    """For programs: an object a line."""

    def __init__(self, worker: str, stream: str) -> None:
        super().__init__()
        self._worker = worker
        self._stream = stream

    def format(self, record: logging.LogRecord) -> str:
        """The line; a record's own ``stream`` is what its ``extra`` says."""
        created = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        said = {
            "time": created.replace("+00:00", "Z"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": bounded(record.getMessage()),
            "stream": getattr(record, "stream", self._stream) or None,
            "worker": self._worker or None,
        }
        if record.exc_info:
            said["exception"] = bounded(self.formatException(record.exc_info))
        clean = {key: value and _escaped(_IN_JSON, value) for key, value in said.items()}
        return orjson.dumps(clean).decode()


class RateLimitedWarning:
    """A warning about an event that may happen thousands of times a second: each event is counted
    by ``count``, and one in ``every_s`` seconds is logged. Used by one thread."""

    def __init__(
        self,
        log: "logging.Logger | logging.LoggerAdapter[logging.Logger]",
        count: Callable[[], object],
        every_s: float = 60.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._log, self._count = log, count
        self._every_s, self._clock = every_s, clock
        self._logged_at = -math.inf

    def __call__(self, message: str, *arguments: object) -> None:
        """Count an event, and log the message unless one was logged a short time ago."""
        self._count()
        now = self._clock()
        if now - self._logged_at >= self._every_s:
            self._logged_at = now
            self._log.warning(message, *arguments)


def bounded(text: str) -> str:
    """The text, without its middle where it is too long."""
    half = MAX_TEXT // 2
    left_out = len(text) - 2 * half
    return f"{text[:half]} … {left_out} characters … {text[-half:]}" if left_out > 0 else text


def _escaped(unwanted: re.Pattern[str], text: str) -> str:
    """``\\n`` for a line's end."""
    return unwanted.sub(lambda found: found[0].encode("unicode_escape").decode(), text)


def _uncaught(kind: type[BaseException], problem: BaseException | None, traceback: Any) -> None:
    if issubclass(kind, KeyboardInterrupt | SystemExit):
        return
    log.critical("nobody caught this", exc_info=(kind, problem or kind(), traceback))
