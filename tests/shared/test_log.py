"""Each event is one line of the log, whatever text it contains."""

import logging
import sys
from datetime import datetime

import orjson
import pytest

from shared.log import JsonLine, RateLimitedWarning, TextLine
from tests.support.processes import Process

FORGED = "2026-11-21 13:00:00,000 INFO    ingest: all is well"
CONTROLS = ["\n", "\r\n", "\r", "\0", "\x0b", "\x1b[2K", "\x7f", "\x85", "\x9b", "\u2028", "\ud800"]


def record(message: str, *args: object, **more: object) -> logging.LogRecord:
    made = logging.LogRecord("web.fanout.relay", logging.WARNING, __file__, 1, message, args, None)
    made.created, made.msecs = 1_700_000_000.0625, 62.5
    vars(made).update(more)
    return made


def failed(text: str) -> logging.LogRecord:
    """Return the record that log.exception makes of an error with this text."""
    try:
        raise ValueError(text)
    except ValueError:
        return record("it broke", exc_info=sys.exc_info())


def test_a_text_line_has_time_level_logger_and_message() -> None:
    line = TextLine().format(record("stream %s: × and – as they are", "camera"))

    assert line.endswith(" WARNING web.fanout.relay: stream camera: × and – as they are")


@pytest.mark.parametrize("control", CONTROLS)
def test_outside_text_cannot_forge_a_text_line(control: str) -> None:
    line = TextLine().format(record("channel %s: bad", f"x{control}{FORGED}"))

    assert line.splitlines() == [line]
    assert line.isprintable()
    assert FORGED in line


def test_an_exception_message_cannot_forge_a_text_line() -> None:
    first, *rest = TextLine().format(failed(f"x\n{FORGED}\r{FORGED}")).splitlines()

    assert first.endswith(" it broke")
    assert rest[0] == "  Traceback (most recent call last):"
    assert all(line.startswith("  ") and line.isprintable() for line in rest)


def test_a_json_line_has_time_worker_and_stream() -> None:
    line = JsonLine("host:5000:7", "").format(record("lost", stream="camera"))

    assert orjson.loads(line) == {
        "time": "2023-11-14T22:13:20.062Z",
        "level": "warning",
        "logger": "web.fanout.relay",
        "message": "lost",
        "stream": "camera",
        "worker": "host:5000:7",
    }


def test_a_json_line_without_a_stream_has_that_of_the_process() -> None:
    line = JsonLine("host:7", "camera").format(record("lost"))

    assert orjson.loads(line)["stream"] == "camera"


@pytest.mark.parametrize("control", CONTROLS)
def test_outside_text_cannot_forge_a_json_line(control: str) -> None:
    line = JsonLine("", "").format(record("channel %s: bad", f'x{control}{{"level": "info"}}'))

    assert line.splitlines() == [line]
    assert line.isprintable()
    fields = orjson.loads(line)
    assert fields["level"] == "warning"
    assert fields["message"].startswith("channel x")


def test_an_exception_is_one_json_field() -> None:
    line = JsonLine("", "").format(failed(f"x\n{FORGED}\u2028"))

    assert line.splitlines() == [line]
    exception = orjson.loads(line)["exception"]
    assert exception.startswith("Traceback (most recent call last):\n")
    assert exception.endswith(f"ValueError: x\n{FORGED}\\u2028")


@pytest.mark.parametrize(
    "fault", ["raise KeyError('a\\nb')", "threading.Thread(target=lambda: 1 / 0).start()"]
)
def test_an_uncaught_exception_is_logged(fault: str) -> None:
    code = (
        "import sys, threading, warnings; from shared.log import set_up_log;"
        "from shared.options import CommonSettings;"
        "set_up_log(CommonSettings(log_format='json'), 'host:7');"
        f"warnings.warn('old\\nway'); {fault}"
    )
    process = Process(sys.executable, "-c", code)
    process.wait()

    warned, ended = map(orjson.loads, process.output.splitlines())

    assert "old\nway" in warned["message"]
    assert (ended["level"], ended["worker"]) == ("critical", "host:7")
    assert "Error" in ended["exception"]
    datetime.fromisoformat(ended["time"])


SET_UP = (
    "import ctypes, logging, os, resource, sys; from shared.log import set_up_log;"
    "from shared.options import CommonSettings; set_up_log(CommonSettings(), 'host:7');"
)


def logged_by(code: str) -> tuple[str, int]:
    """Return the output of a program that has set up its log, and its exit status."""
    process = Process(sys.executable, "-c", SET_UP + code)
    return_code = process.wait()
    return process.output, return_code


def test_prints_to_standard_error_are_logged() -> None:
    output, _ = logged_by(
        "print('first', 'part', file=sys.stderr); sys.stderr.write('rest\\nno end')"
    )

    assert [line.split(": ", 1)[1] for line in output.splitlines()] == ["first part", "rest"]


def test_an_exception_in_a_finalizer_is_logged() -> None:
    output, _ = logged_by("type('Odd', (), {'__del__': lambda self: 1 / 0})()")

    assert " CRITICAL python: uncaught exception" in output
    assert "  ZeroDivisionError: division by zero" in output


def test_the_handler_of_a_library_does_not_bypass_the_log() -> None:
    output, _ = logged_by(
        "import mflow; set_up_log(CommonSettings()); logging.getLogger('mflow.mflow').error('odd')"
    )

    assert [line.split(" ", 2)[2] for line in output.splitlines()] == ["ERROR   mflow.mflow: odd"]


def test_the_log_works_where_no_descriptor_is_left() -> None:
    output, _ = logged_by(
        "resource.setrlimit(resource.RLIMIT_NOFILE, (3, 3));\n"
        "try: open('/dev/null')\n"
        "except OSError: logging.getLogger('web').exception('cannot open')"
    )

    assert " ERROR   web: cannot open" in output
    assert "  OSError: [Errno 24] Too many open files: '/dev/null'" in output


@pytest.mark.parametrize(
    ("crash", "text"),
    [
        ("ctypes.string_at(0)", "Fatal Python error: Segmentation fault"),
        ("os.abort()", "Fatal Python error: Aborted"),
        ("ctypes.pythonapi.Py_FatalError(b'a reason')", "a reason"),
    ],
)
def test_a_crash_reaches_standard_error(crash: str, text: str) -> None:
    output, return_code = logged_by(crash)

    assert text in output
    assert 'File "<string>", line 1' in output
    assert return_code < 0


def test_a_very_long_message_is_shortened() -> None:
    for formatter in (TextLine(), JsonLine("", "")):
        line = formatter.format(record("begin %s end", "x" * 1_000_000))

        assert len(line) < 20_000
        assert "begin x" in line
        assert "x end" in line


def test_each_warning_is_counted_and_one_per_minute_is_logged(
    caplog: pytest.LogCaptureFixture,
) -> None:
    now, counted = 0.0, []
    warn = RateLimitedWarning(
        logging.getLogger("web"), lambda: counted.append(1), clock=lambda: now
    )

    for second in range(121):
        now = float(second)
        warn("event %d", second)

    assert caplog.messages == ["event 0", "event 60", "event 120"]
    assert len(counted) == 121
