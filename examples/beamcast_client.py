"""Push live data to a Beamcast board, in a few lines::

    from beamcast_client import Beamcast

    bc = Beamcast()
    bc.line("Beam current", {"ring": 401.2})
    bc.text("Log", "Beam is back")

Copy this file beside your program: it needs only Python 3.9 or later.

No call waits for the network. A thread sends the queued messages in batches, and reconnects when
the connection is lost. Of images, and of charts that each message replaces as a whole, only the
newest message of a card is queued. Above MAX_QUEUED messages the oldest are dropped. ``dropped``
counts these and the replaced images; ``problem`` is the last error, which is logged too.

Values may be numbers of Python or numpy, Decimal, Fraction, datetime, Path, Enum, lists, sets,
dicts, arrays, and objects with ``tolist`` or ``to_numpy`` such as pandas' series. NaN and infinity
are gaps. Pushing anything else raises TypeError; what the board refuses is logged.

A ``DataStream`` is a source that is read periodically in a thread of its own.
"""

import atexit
import datetime
import enum
import http.client
import json
import logging
import math
import os
import threading
import time
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from urllib.parse import urlsplit

log = logging.getLogger("beamcast")

MAX_QUEUED = 10_000  # messages
MAX_BATCH = 1000  # messages
SEND_PERIOD_S = 0.02
TIMEOUT_S = 5.0
MAX_RETRY_DELAY_S = 2.0
MAX_READ_RETRY_DELAY_S = 30.0
MAX_DEPTH = 64  # of nested lists and dicts
IMAGE_TYPES = {"image", "heatmap"}
REPLACED_TYPES = {"pie", "doughnut", "radar", "polarArea", "custom", "video", *IMAGE_TYPES}
"""types of cards that each message replaces as a whole"""
DTYPES = {"L": "uint8", "RGB": "uint8", "I": "int32", "F": "float32", "I;16": "uint16"}
"""Pillow's modes that are sent unchanged"""
CONVERTED_MODES = {"1": "L", "LA": "L", "I;16B": "I"}
"""modes that are converted to these; all others are converted to RGB"""


class Beamcast:
    """A connection to a board; any thread may use it.

    ``url`` defaults to the environment variable BOARD_URL, or else to a board on this machine;
    ``password`` to BOARD_PASSWORD.
    """

    def __init__(self, url="", password=""):
        url = url or os.environ.get("BOARD_URL", "http://127.0.0.1:8800")
        password = (password or os.environ.get("BOARD_PASSWORD", "")).strip()
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError(f"url is {url!r}; allowed is http://HOST:PORT or https://HOST:PORT")
        if not (password.isascii() and password.isprintable()):
            raise ValueError("password has characters that are not printable ASCII")
        self.dropped = self.sent = self.refused = 0
        self.problem = ""
        is_https = parts.scheme == "https"
        connect = http.client.HTTPSConnection if is_https else http.client.HTTPConnection
        self._connection = connect(parts.hostname, parts.port, timeout=TIMEOUT_S)
        self._address = f"{parts.scheme}://{self._connection.host}:{self._connection.port}"
        self._path = parts.path.rstrip("/") + "/push"
        self._headers = {"Authorization": f"Bearer {password}"} if password else {}
        self._queue = OrderedDict()
        self._number = 0
        self._changed = threading.Condition()
        self._is_closed = False
        self._thread = threading.Thread(target=self._run, name="beamcast", daemon=True)
        self._thread.start()
        atexit.register(self.close)

    # ---- cards ----

    def line(self, card, value, **more):
        """Add a point to a line chart: a number, a list or ``{series: number}``."""
        self.push(card, "line", value, **more)

    def bar(self, card, value, **more):
        """Add a point as ``line`` does; with ``label=[…]`` replace the whole chart."""
        self.push(card, "bar", value, **more)

    def horizontal_bar(self, card, value, **more):
        """Like ``bar``, with horizontal bars."""
        self.push(card, "horizontalBar", value, **more)

    def pie(self, card, value, **more):
        """Replace the whole chart: ``{label: number}``."""
        self.push(card, "pie", value, **more)

    def doughnut(self, card, value, **more):
        """See ``pie``."""
        self.push(card, "doughnut", value, **more)

    def radar(self, card, value, **more):
        """See ``pie``."""
        self.push(card, "radar", value, **more)

    def polar_area(self, card, value, **more):
        """See ``pie``."""
        self.push(card, "polarArea", value, **more)

    def scatter(self, card, x, y, **more):
        """Add a point."""
        self.push(card, "scatter", {"x": x, "y": y}, **more)

    def bubble(self, card, x, y, r, **more):
        """Add a point with radius ``r`` in pixels."""
        self.push(card, "bubble", {"x": x, "y": y, "r": r}, **more)

    def map(self, card, lat, lon, name="", **more):
        """Add a place; latitude and longitude in degrees."""
        self.push(card, "map", {"lat": lat, "lon": lon, "name": name}, **more)

    def text(self, card, text, **more):
        """Append lines of text."""
        text = text.decode(errors="replace") if isinstance(text, bytes) else str(text)
        self.push(card, "text", text, **more)

    def custom(self, card, configuration, **more):
        """Show a Chart.js configuration: ``{"type": …, "data": …, "options": …}``."""
        self.push(card, "custom", configuration, **more)

    def image(self, card, picture, **more):
        """Show an image: a numpy array of shape (rows, columns) or (rows, columns, 3), a Pillow
        image, or the bytes of an image file."""
        self.push(card, "image", picture, **more)

    def heatmap(self, card, values, **more):
        """Show a heat map: a numpy array of shape (rows, columns), or a list of rows."""
        self.push(card, "heatmap", values, **more)

    def video(self, card, stream, **more):
        """Show the stream with this name; an operator starts it with ``python -m ingest``."""
        self.push(card, "video", stream, **more)

    # ---- sending ----

    def push(self, card, type, value, **more):
        """Send a message as described in docs/push.md; ``more``: its other fields."""
        self.send({"id": card, "type": type, "value": value, **more})

    def send(self, message):
        """Send a message as described in docs/push.md, as a dict; raises TypeError if it cannot be
        converted to JSON."""
        if not isinstance(message, Mapping):
            raise TypeError(f"message is a {type(message).__name__}; allowed is a dict")
        message, data, card_type = dict(message), b"", message.get("type")
        value = message.get("value")
        if card_type in IMAGE_TYPES and isinstance(value, (bytes, bytearray, memoryview)):
            data = bytes(message.pop("value"))
        elif card_type in IMAGE_TYPES and (image := pixels(value)):
            message["dtype"], message["shape"], data = image
            del message["value"]
        if is_time(message.get("label")):
            message.setdefault("time", message.pop("label"))
        for name, field in message.items():
            numeric = name == "time" or (name == "value" and card_type != "custom")
            try:
                message[name] = plain(field, numeric)
            except TypeError as error:
                raise TypeError(f"{name}: {error}") from None
        replaces = card_type in REPLACED_TYPES or isinstance(message.get("label"), list)
        self._put(str(message.get("id")), message, data, replaces)

    def _put(self, card, message, data, replaces):
        """Queue a message; ``replaces``: instead of one for the same card that is queued."""
        text = json.dumps(message, allow_nan=False).encode()
        with self._changed:
            if self._is_closed:
                self.dropped += 1
                self._report("dropped a message that was pushed after close()")
                return
            self._number += 1
            if replaces and self._queue.pop(card, None):
                self.dropped += data != b""
            self._queue[card if replaces else self._number] = text, data
            while len(self._queue) > MAX_QUEUED:
                self._queue.popitem(last=False)
                self.dropped += 1
            self._changed.notify()

    def flush(self, timeout_s=5.0):
        """Wait until all messages are sent; return whether they are."""
        deadline = time.monotonic() + timeout_s
        with self._changed:
            return self._changed.wait_for(lambda: not self._queue, deadline - time.monotonic())

    def close(self):
        """Send the queued messages for at most 1 s, and stop; log how many were not delivered."""
        atexit.unregister(self.close)
        self.flush(1.0)
        with self._changed:
            was_closed, self._is_closed = self._is_closed, True
            self._changed.notify_all()
        self._thread.join(TIMEOUT_S)
        left = len(self._queue)
        if left and not was_closed:
            were = "message was" if left == 1 else "messages were"
            also = f"; {self.dropped} more were dropped before" if self.dropped else ""
            log.warning("%d %s not delivered to %s%s", left, were, self._address, also)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def _run(self):
        delay_s = 0.1
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._queue or self._is_closed)
                if self._is_closed:
                    self._connection.close()
                    return
                batch = list(self._queue.items())[:MAX_BATCH]
            lines = [(key, message) for key, message in batch if not message[1]]
            try:
                if lines:
                    self._send("application/x-ndjson", lines)
                for key, message in batch:
                    if message[1]:
                        self._send("application/octet-stream", [(key, message)])
                delay_s = 0.1
            except (OSError, http.client.HTTPException) as error:
                self._connection.close()
                self._report(f"cannot send to the board ({error}); trying again")
                with self._changed:
                    self._changed.wait_for(lambda: self._is_closed, delay_s)
                delay_s = min(2 * delay_s, MAX_RETRY_DELAY_S)
                continue
            time.sleep(SEND_PERIOD_S)

    def _send(self, content_type, batch):
        """Send messages as one request; remove them from the queue once it is answered."""
        body = b"\n".join(part for _, message in batch for part in message if part)
        headers = {**self._headers, "Content-Type": content_type}
        self._connection.request("POST", self._path, body, headers)
        response = self._connection.getresponse()
        text = response.read()
        try:
            answer = dict(json.loads(text))
        except (TypeError, ValueError):
            answer = {"error": text[:200].decode(errors="replace")}
        if response.status >= 500 or (response.status == 429 and not answer.get("accepted")):
            raise OSError(f"{response.status}: {answer.get('error')}")
        self.sent += answer.get("accepted", 0)
        self.refused += len(batch) - answer.get("accepted", 0)
        if response.status != 200:
            self._report(f"{answer.get('error')} ({answer.get('hint', '')})")
        with self._changed:
            for key, message in batch:
                if self._queue.get(key) is message:  # otherwise a newer one is queued
                    del self._queue[key]
            self._changed.notify_all()

    def _report(self, problem):
        if problem != self.problem:
            self.problem = problem
            log.warning(problem)


class DataStream:
    """A source: subclass it, set ``id``, ``type`` and ``every_s``, and have ``read()`` return the
    value, or None if there is none. It runs from ``start()`` to ``stop()``, or in a ``with``.

    An exception in ``read()`` is logged and counted (``failed``); it is called again after a delay
    that doubles each time, up to MAX_READ_RETRY_DELAY_S. If ``read()`` takes too long, calls are
    skipped and counted (``missed``)."""

    id = ""
    type = "line"
    every_s = 1.0
    more = None
    """other fields of each message, such as ``{"active_points": 500}``"""

    def __init__(self, beamcast):
        self.failed = self.missed = 0
        self._beamcast = beamcast
        self._stop = threading.Event()
        self._thread = None

    def start(self):
        """Call ``read()`` now and every ``every_s`` seconds; return this object."""
        if not self.id or not self.every_s > 0:
            values = f"they are {self.id!r} and {self.every_s!r}"
            raise ValueError(f"id has to be a text and every_s above 0; {values}")
        self.stop()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, args=(self._stop,), daemon=True)
        self._thread.start()
        return self

    def stop(self):
        """Stop; a ``read()`` that does not return is waited for only TIMEOUT_S."""
        self._stop.set()
        if self._thread not in (None, threading.current_thread()):
            self._thread.join(TIMEOUT_S)

    __enter__ = start

    def __exit__(self, *_):
        self.stop()

    def _run(self, stop):
        due, periods = time.monotonic(), 1
        while not stop.wait(max(0.0, due - time.monotonic())):
            try:
                value = self.read()
                if value is not None and not stop.is_set():
                    self._beamcast.push(self.id, self.type, value, **(self.more or {}))
                periods = 1
            except Exception:
                self.failed += 1
                max_periods = max(1, int(MAX_READ_RETRY_DELAY_S / self.every_s))
                periods = min(2 * periods, max_periods)
                delay_s = periods * self.every_s
                log.exception("reading %r failed; trying again in %g s", self.id, delay_s)
            late = int((time.monotonic() - due) / self.every_s)
            self.missed += max(0, late + 1 - periods)
            due += self.every_s * max(periods, late + 1)


def plain(value, numeric=False, depth=0):
    """Convert a value for JSON; raises TypeError for unsupported types.

    NaN, infinity and missing values become None; times become texts. With ``numeric``, times become
    Unix seconds, and booleans 0 and 1.
    """
    if depth > MAX_DEPTH:
        raise TypeError("lists or dicts are nested too deeply")
    depth += 1
    if isinstance(value, str):
        return value.encode(errors="replace").decode()  # JSON allows no lone surrogates
    if value is None or isinstance(value, bool):
        return int(value) if numeric and value is not None else value
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else None
    if isinstance(value, int) and abs(value) < 2**63:
        return value
    if isinstance(value, enum.Enum):
        return plain(value.value, numeric, depth)
    if isinstance(value, os.PathLike):
        return plain(os.fsdecode(value))
    if is_time(value):
        return time_as(value, numeric)
    if isinstance(value, datetime.time):
        return str(value)
    if isinstance(value, datetime.timedelta):
        return plain(value.total_seconds())
    if dtype_kind(value) in ("M", "m"):  # numpy or pandas times
        if value.ndim:
            return [plain(each, numeric, depth) for each in value]
        return plain(value.astype("m8[us]").astype(float) / 1e6 if value == value else None)
    for name in ("tolist", "to_numpy"):  # numpy, pandas and the like
        if hasattr(value, name) and type(inner := getattr(value, name)()) is not type(value):
            return plain(inner, numeric, depth)
    if isinstance(value, Mapping):
        return {text_of(key): plain(inner, numeric, depth) for key, inner in value.items()}
    if isinstance(value, Iterable) and not isinstance(value, (bytes, bytearray)):
        return [plain(inner, numeric, depth) for inner in value]
    if hasattr(type(value), "__float__"):  # Decimal, Fraction and the like
        try:
            number = float(value)
        except (OverflowError, ValueError):  # too large; a signalling NaN
            return None
        return int(number) if number.is_integer() and abs(number) < 2**53 else plain(number)
    if type(value).__name__ == "NAType":  # pandas' missing value
        return None
    raise TypeError(
        f"a {type(value).__name__} cannot be pushed; allowed are numbers, texts, times, lists and "
        "dicts of these, arrays, and as the value of an image also bytes or a Pillow image"
    )


def text_of(key):
    """Convert the key of a dict for JSON."""
    return plain(str(key.value if isinstance(key, enum.Enum) else key))


def dtype_kind(value):
    """Return numpy's ``dtype.kind``: ``M`` for times, ``m`` for durations; empty without one."""
    return getattr(getattr(value, "dtype", None), "kind", "")


def is_time(value):
    """Return whether a value is a date, a datetime or a numpy time."""
    return isinstance(value, datetime.date) or (dtype_kind(value) == "M" and not value.ndim)


def time_as(value, numeric):
    """Convert a time to Unix seconds or a text; None for NaT. numpy times are UTC, others without
    a zone are local."""
    if not isinstance(value, datetime.date):
        value = value.astype("M8[us]").item()
        if not isinstance(value, datetime.datetime):  # NaT, or not in the years 1 to 9999
            return None
        value = value.replace(tzinfo=datetime.timezone.utc)  # noqa: UP017  (Python 3.9)
    if not numeric:
        return str(value)
    if not isinstance(value, datetime.datetime):
        value = datetime.datetime(value.year, value.month, value.day)
    try:
        return plain(value.timestamp())
    except (OverflowError, ValueError, OSError):  # a year that this platform does not support
        return None


def pixels(value):
    """Return dtype, shape and bytes of an array or a Pillow image; None for other values."""
    if hasattr(value, "getbands"):
        mode = value.mode if value.mode in DTYPES else CONVERTED_MODES.get(value.mode, "RGB")
        image = value if value.mode == mode else value.convert(mode)
        shape = [image.height, image.width] + [3] * (mode == "RGB")
        return DTYPES[mode], shape, image.tobytes()
    if hasattr(value, "__array__"):
        if hasattr(value, "filled"):  # a masked array: masked values are gaps
            value = value.astype(float).filled(math.nan)
        import numpy

        array = numpy.asarray(value)
        if array.dtype.kind == "f" and array.dtype.name not in ("float32", "float64"):
            array = array.astype("float32" if array.dtype.itemsize < 4 else "float64")
        if array.dtype.kind in "biuf" and array.ndim > 1:
            array = array.astype(array.dtype.newbyteorder("<"), order="C", copy=False)
            return array.dtype.name, list(array.shape), array.tobytes()
    return None
