"""Logging as every command does it: an event a line, on standard error, as text or as JSON."""

import logging
import re
import sys
import threading
from datetime import UTC, datetime
from typing import Any

import orjson

from shared.options import Common

_UNSEEN = "\x7f-\x9f\u2028\u2029\ud800-\udfff"
"""what ends a line somewhere, or is no text, and JSON leaves as it is"""
_IN_JSON = re.compile(f"[{_UNSEEN}]")
_IN_TEXT = re.compile(f"[\x00-\x1f{_UNSEEN}]")

log = logging.getLogger("python")


def set_up_log(options: Common, worker: str = "", stream: str = "") -> None:
    """Sets the root logger up; called once, by a command's main.

    ``worker`` and ``stream`` are who speaks, in JSON. What Python itself has to say, of warnings
    and of what nobody caught, goes to the log too.
    """
    handler = logging.StreamHandler()
    json = options.log_format == "json"
    handler.setFormatter(JsonLine(worker, stream) if json else TextLine())
    logging.basicConfig(level=options.log_level.upper(), handlers=[handler])
    logging.captureWarnings(True)
    sys.excepthook = _uncaught
    threading.excepthook = lambda end: _uncaught(end.exc_type, end.exc_value, end.exc_traceback)


class TextLine(logging.Formatter):
    """For people. What came from outside cannot begin a line: its control characters are escaped,
    and an exception's lines are indented."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)-7s %(name)s: %(message)s")

    def formatMessage(self, record: logging.LogRecord) -> str:
        """The line."""
        return _escaped(_IN_TEXT, super().formatMessage(record))

    def formatException(self, ei: Any) -> str:
        """The lines below it."""
        lines = super().formatException(ei).split("\n")
        return "\n".join("  " + _escaped(_IN_TEXT, line) for line in lines)


class JsonLine(logging.Formatter):
    """For programs: an object a line."""

    def __init__(self, worker: str, stream: str) -> None:
        super().__init__()
        self._worker = worker
        self._stream = stream

    def format(self, record: logging.LogRecord) -> str:
        """The line; a record's own ``stream`` is what its ``extra`` says."""
        time = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        said = {
            "time": time.replace("+00:00", "Z"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            "stream": getattr(record, "stream", self._stream) or None,
            "worker": self._worker or None,
        }
        if record.exc_info:
            said["exception"] = self.formatException(record.exc_info)
        clean = {key: value and _escaped(_IN_JSON, value) for key, value in said.items()}
        return orjson.dumps(clean).decode()


def _escaped(unwanted: re.Pattern[str], text: str) -> str:
    """``\\n`` for a line's end."""
    return unwanted.sub(lambda found: found[0].encode("unicode_escape").decode(), text)


def _uncaught(kind: type[BaseException], problem: BaseException | None, traceback: Any) -> None:
    if issubclass(kind, KeyboardInterrupt | SystemExit):
        return
    log.critical("nobody caught this", exc_info=(kind, problem or kind(), traceback))
