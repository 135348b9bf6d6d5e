"""Logging of every command: one line per event on standard error, as text or as JSON.

Logging never waits for the reader of the log (``shared/line_writer.py``).
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

_UNPRINTABLE = "\x7f-\x9f\u2028\u2029\ud800-\udfff"
"""characters that some program takes for the end of a line, or that are not text; JSON keeps
them"""
_IN_JSON = re.compile(f"[{_UNPRINTABLE}]")
_IN_TEXT = re.compile(f"[\x00-\x1f{_UNPRINTABLE}]")

MAX_TEXT_CHARS = 16 * 1024
"""of a message, and of an exception; together with MAX_LINES this bounds the queue's memory"""

log = logging.getLogger("python")


def set_up_log(options: CommonSettings, worker: str = "", stream: str = "") -> LineWriter:
    """Set up the root logger; a command's main calls this once. Return the writer to standard
    error.

    ``worker`` and ``stream`` identify the process in JSON. Warnings, uncaught exceptions and all
    that Python code writes to ``sys.stderr`` are logged too. File descriptor 2 is left alone, for
    the messages of a crash.
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
            logger.handlers.clear()  # mflow's handler would bypass the queue
    logging.basicConfig(level=options.log_level.upper(), handlers=[handler])
    logging.captureWarnings(True)
    faulthandler.enable(2)
    sys.stderr = LogStream()
    sys.excepthook = _uncaught
    threading.excepthook = lambda args: _uncaught(args.exc_type, args.exc_value, args.exc_traceback)
    sys.unraisablehook = lambda args: _uncaught(args.exc_type, args.exc_value, args.exc_traceback)
    return writer


class LogStream(io.TextIOBase):
    """A stream that logs each line written to it, for code that prints to ``sys.stderr``."""

    def __init__(self) -> None:
        self._rest = ""

    def write(self, text: str) -> int:
        """Log the complete lines."""
        *lines, self._rest = (self._rest + text).split("\n")
        self._rest = self._rest[:MAX_TEXT_CHARS]
        for line in filter(str.strip, lines):
            log.error("%s", line)
        return len(text)


class TextLine(logging.Formatter):
    """A format for people. Text from outside cannot start a new line: control characters are
    escaped, and the lines of an exception are indented."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)-7s %(name)s: %(message)s")

    def formatMessage(self, record: logging.LogRecord) -> str:
        """Return the line."""
        record.message = limit_length(record.message)
        return _escaped(_IN_TEXT, super().formatMessage(record))

    def formatException(self, ei: Any) -> str:
        """Return the lines below it."""
        lines = limit_length(super().formatException(ei)).split("\n")
        return "\n".join("  " + _escaped(_IN_TEXT, line) for line in lines)


class JsonLine(logging.Formatter):
    """A format for programs: one JSON object per line."""

    def __init__(self, worker: str, stream: str) -> None:
        super().__init__()
        self._worker = worker
        self._stream = stream

    def format(self, record: logging.LogRecord) -> str:
        """Return the line; a ``stream`` in the record's ``extra`` takes precedence."""
        created = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        fields = {
            "time": created.replace("+00:00", "Z"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": limit_length(record.getMessage()),
            "stream": getattr(record, "stream", self._stream) or None,
            "worker": self._worker or None,
        }
        if record.exc_info:
            fields["exception"] = limit_length(self.formatException(record.exc_info))
        clean = {key: value and _escaped(_IN_JSON, value) for key, value in fields.items()}
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


def limit_length(text: str) -> str:
    """Return the text, without its middle if it is too long."""
    half = MAX_TEXT_CHARS // 2
    omitted = len(text) - 2 * half
    return f"{text[:half]} … {omitted} characters … {text[-half:]}" if omitted > 0 else text


def _escaped(unwanted: re.Pattern[str], text: str) -> str:
    """Replace the end of a line by ``\\n``, for example."""
    return unwanted.sub(lambda found: found[0].encode("unicode_escape").decode(), text)


def _uncaught(kind: type[BaseException], error: BaseException | None, traceback: Any) -> None:
    if issubclass(kind, KeyboardInterrupt | SystemExit):
        return
    log.critical("uncaught exception", exc_info=(kind, error or kind(), traceback))
