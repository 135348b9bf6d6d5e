"""Push live data to a Beamcast board, in a few lines::

    from beamcast_client import Beamcast

    bc = Beamcast()
    bc.line("Beam current", {"ring": 401.2})
    bc.text("Log", "Beam is back")

Copy this file beside your program: it needs nothing but Python 3.9 or later.

Every call returns at once. A thread sends what waits, many messages at a time, and connects again
whenever the line was lost. What waits is bounded: of a chart that is whole in each message only the
newest waits, and of a picture; of all others so many that the oldest go; ``dropped`` counts them.
``problem`` is what the board last did not like, which is logged too.

Values may be Python's or numpy's numbers, Decimal, Fraction, datetime, Path, Enum, lists, sets,
dicts, arrays and what has ``tolist`` or ``to_numpy``, as pandas' series. NaN and infinity are gaps.
A push raises TypeError for anything else, and nothing more: what the board refuses is logged.

A ``DataStream`` is a source that a thread of its own reads again and again.
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

MOST_WAITING = 10_000
MOST_AT_ONCE = 1000
EVERY_S = 0.02
TIMEOUT_S = 5.0
LONGEST_PAUSE_S = 2.0
LONGEST_REST_S = 30.0
MAX_DEPTH = 64  # of lists and dicts in each other
PICTURES = {"image", "heatmap"}
REPLACED = {"pie", "doughnut", "radar", "polarArea", "custom", "video", *PICTURES}
"""types of which a message is the whole card"""
DTYPES = {"L": "uint8", "RGB": "uint8", "I": "int32", "F": "float32", "I;16": "uint16"}
"""Pillow's modes that are sent as they are"""
CONVERTED = {"1": "L", "LA": "L", "I;16B": "I"}
"""and what others become; the rest is RGB"""


class Beamcast:
    """A board, reached at ``url`` (else the environment's BOARD_URL, else this machine);
    ``password`` (else BOARD_PASSWORD) is one of the board's. Any thread may call it."""

    def __init__(self, url="", password=""):
        url = url or os.environ.get("BOARD_URL", "http://127.0.0.1:8800")
        password = (password or os.environ.get("BOARD_PASSWORD", "")).strip()
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError(f"url is {url!r}; allowed is http://HOST:PORT or https://HOST:PORT")
        if not (password.isascii() and password.isprintable()):
            raise ValueError("password has characters that no password of a board has")
        self.dropped = self.sent = self.refused = 0
        self.problem = ""
        kind = (
            http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        )
        self._line = kind(parts.hostname, parts.port, timeout=TIMEOUT_S)
        self._where = f"{parts.scheme}://{self._line.host}:{self._line.port}"
        self._path = parts.path.rstrip("/") + "/push"
        self._headers = {"Authorization": f"Bearer {password}"} if password else {}
        self._waiting = OrderedDict()
        self._number = 0
        self._changed = threading.Condition()
        self._ending = False
        self._thread = threading.Thread(target=self._run, name="beamcast", daemon=True)
        self._thread.start()
        atexit.register(self.close)

    # ---- cards ----

    def line(self, card, value, **more):
        """A point of a line chart: a number, a list or ``{series: number}``."""
        self.push(card, "line", value, **more)

    def bar(self, card, value, **more):
        """As ``line``; with ``label=[…]`` the whole chart."""
        self.push(card, "bar", value, **more)

    def horizontal_bar(self, card, value, **more):
        """As ``bar``."""
        self.push(card, "horizontalBar", value, **more)

    def pie(self, card, value, **more):
        """The whole chart, ``{label: number}``."""
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
        """A point."""
        self.push(card, "scatter", {"x": x, "y": y}, **more)

    def bubble(self, card, x, y, r, **more):
        """A point, ``r`` being its radius in pixels."""
        self.push(card, "bubble", {"x": x, "y": y, "r": r}, **more)

    def map(self, card, lat, lon, name="", **more):
        """A place, in degrees."""
        self.push(card, "map", {"lat": lat, "lon": lon, "name": name}, **more)

    def text(self, card, text, **more):
        """Lines that are appended."""
        text = text.decode(errors="replace") if isinstance(text, bytes) else str(text)
        self.push(card, "text", text, **more)

    def custom(self, card, configuration, **more):
        """A configuration of Chart.js: ``{"type": …, "data": …, "options": …}``."""
        self.push(card, "custom", configuration, **more)

    def image(self, card, picture, **more):
        """A picture: a numpy array of rows and columns (and 3 colours), an image of Pillow, or the
        bytes of a file."""
        self.push(card, "image", picture, **more)

    def heatmap(self, card, values, **more):
        """A numpy array of rows and columns, or a list of rows."""
        self.push(card, "heatmap", values, **more)

    def video(self, card, stream, **more):
        """The stream of this name, as an operator started it with ``python -m ingest``."""
        self.push(card, "video", stream, **more)

    # ---- the way ----

    def push(self, card, type, value, **more):
        """A message of docs/push.md, whose other fields are ``more``."""
        self.send({"id": card, "type": type, "value": value, **more})

    def send(self, message):
        """Any message of docs/push.md, as a dict. Raises TypeError for what cannot be pushed."""
        if not isinstance(message, Mapping):
            raise TypeError(f"message is a {type(message).__name__}; allowed is a dict")
        message, attached, kind = dict(message), b"", message.get("type")
        value = message.get("value")
        if kind in PICTURES and isinstance(value, (bytes, bytearray, memoryview)):
            attached = bytes(message.pop("value"))
        elif kind in PICTURES and (found := pixels(value)):
            message["dtype"], message["shape"], attached = found
            del message["value"]
        if is_time(message.get("label")):
            message.setdefault("time", message.pop("label"))
        for name, held in message.items():
            numeric = name == "time" or (name == "value" and kind != "custom")
            try:
                message[name] = plain(held, numeric)
            except TypeError as problem:
                raise TypeError(f"{name}: {problem}") from None
        whole = kind in REPLACED or isinstance(message.get("label"), list)
        self._put(str(message.get("id")), message, attached, whole)

    def _put(self, card, message, attached, whole):
        """``whole``: one that waits is replaced."""
        text = json.dumps(message, allow_nan=False).encode()
        with self._changed:
            if self._ending:
                self.dropped += 1
                self._say("a message was pushed after close(), and is dropped")
                return
            self._number += 1
            if whole and self._waiting.pop(card, None):
                self.dropped += attached != b""
            self._waiting[card if whole else self._number] = text, attached
            while len(self._waiting) > MOST_WAITING:
                self._waiting.popitem(last=False)
                self.dropped += 1
            self._changed.notify()

    def flush(self, timeout_s=5.0):
        """Waits until all was sent; whether it was."""
        end = time.monotonic() + timeout_s
        with self._changed:
            return self._changed.wait_for(lambda: not self._waiting, end - time.monotonic())

    def close(self):
        """Sends what waits, for a second at most, and ends; logs how much was not delivered."""
        atexit.unregister(self.close)
        self.flush(1.0)
        with self._changed:
            is_closed, self._ending = self._ending, True
            self._changed.notify_all()
        self._thread.join(TIMEOUT_S)
        left = len(self._waiting)
        if left and not is_closed:
            were = "message was" if left == 1 else "messages were"
            also = f"; {self.dropped} more had been dropped" if self.dropped else ""
            log.warning("%d %s not delivered to %s%s", left, were, self._where, also)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def _run(self):
        pause_s = 0.1
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._waiting or self._ending)
                if self._ending:
                    self._line.close()
                    return
                taken = list(self._waiting.items())[:MOST_AT_ONCE]
            lines = [(key, message) for key, message in taken if not message[1]]
            try:
                if lines:
                    self._send("application/x-ndjson", lines)
                for key, message in taken:
                    if message[1]:
                        self._send("application/octet-stream", [(key, message)])
                pause_s = 0.1
            except (OSError, http.client.HTTPException) as problem:
                self._line.close()
                self._say(f"the board does not answer ({problem}); trying again")
                with self._changed:
                    self._changed.wait_for(lambda: self._ending, pause_s)
                pause_s = min(2 * pause_s, LONGEST_PAUSE_S)
                continue
            time.sleep(EVERY_S)

    def _send(self, kind, taken):
        """Sends them as one request; once it was answered they wait no longer."""
        body = b"\n".join(part for _, message in taken for part in message if part)
        self._line.request("POST", self._path, body, {**self._headers, "Content-Type": kind})
        answer = self._line.getresponse()
        said = answer.read()
        try:
            told = dict(json.loads(said))
        except (TypeError, ValueError):
            told = {"error": said[:200].decode(errors="replace")}
        if answer.status >= 500 or (answer.status == 429 and not told.get("accepted")):
            raise OSError(f"{answer.status}: {told.get('error')}")
        self.sent += told.get("accepted", 0)
        self.refused += len(taken) - told.get("accepted", 0)
        if answer.status != 200:
            self._say(f"{told.get('error')} ({told.get('hint', '')})")
        with self._changed:
            for key, message in taken:
                if self._waiting.get(key) is message:  # else a newer one waits
                    del self._waiting[key]
            self._changed.notify_all()

    def _say(self, words):
        if words != self.problem:
            self.problem = words
            log.warning(words)


class DataStream:
    """A source: subclass it, say ``id``, ``type`` and ``every_s``, and have ``read()`` return the
    value, or None for nothing this time. It runs from ``start()`` to ``stop()``, or in a ``with``.

    What ``read()`` raises is logged and counted (``failed``), and it rests for twice as long each
    time, LONGEST_REST_S at most. Turns that it was too slow for are left out (``missed``)."""

    id = ""
    type = "line"
    every_s = 1.0
    more = None
    """other fields of each message, as ``{"active_points": 500}``"""

    def __init__(self, beamcast):
        self.failed = self.missed = 0
        self._beamcast = beamcast
        self._stop = threading.Event()
        self._thread = None

    def start(self):
        """Begins, from now on at every full ``every_s``; itself."""
        if not self.id or not self.every_s > 0:
            raise ValueError(f"id {self.id!r}, every_s {self.every_s!r}: needs a text, and above 0")
        self.stop()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, args=(self._stop,), daemon=True)
        self._thread.start()
        return self

    def stop(self):
        """Ends; a ``read()`` that hangs is waited for a while, and then left behind."""
        self._stop.set()
        if self._thread not in (None, threading.current_thread()):
            self._thread.join(TIMEOUT_S)

    __enter__ = start

    def __exit__(self, *_):
        self.stop()

    def _run(self, stop):
        due, rest = time.monotonic(), 1
        while not stop.wait(max(0.0, due - time.monotonic())):
            try:
                value = self.read()
                if value is not None and not stop.is_set():
                    self._beamcast.push(self.id, self.type, value, **(self.more or {}))
                rest = 1
            except Exception:
                self.failed += 1
                rest = min(2 * rest, max(1, int(LONGEST_REST_S / self.every_s)))
                log.exception("%r could not be read; again in %g s", self.id, rest * self.every_s)
            late = int((time.monotonic() - due) / self.every_s)
            self.missed += max(0, late + 1 - rest)
            due += self.every_s * max(rest, late + 1)


def plain(value, numeric=False, depth=0):
    """What JSON can hold of a value. NaN, infinity and missing values become None; times become
    texts, or ``numeric`` Unix seconds, and then truth values become 0 and 1. Raises TypeError for
    what has no such form."""
    if depth > MAX_DEPTH:
        raise TypeError("lists or dicts in each other are too deep")
    depth += 1
    if isinstance(value, str):
        return value.encode(errors="replace").decode()  # half a character is no JSON
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
    if dtype_kind(value) in ("M", "m"):  # times of numpy or pandas
        if value.ndim:
            return [plain(each, numeric, depth) for each in value]
        return plain(value.astype("m8[us]").astype(float) / 1e6 if value == value else None)
    for name in ("tolist", "to_numpy"):  # numpy and what is like it
        if hasattr(value, name) and type(inner := getattr(value, name)()) is not type(value):
            return plain(inner, numeric, depth)
    if isinstance(value, Mapping):
        return {text_of(key): plain(inner, numeric, depth) for key, inner in value.items()}
    if isinstance(value, Iterable) and not isinstance(value, (bytes, bytearray)):
        return [plain(inner, numeric, depth) for inner in value]
    if hasattr(type(value), "__float__"):  # Decimal, Fraction and the like
        try:
            number = float(value)
        except (OverflowError, ValueError):  # beyond all numbers; a Decimal that signals NaN
            return None
        return int(number) if number.is_integer() and abs(number) < 2**53 else plain(number)
    if type(value).__name__ == "NAType":  # pandas' own for a missing value
        return None
    raise TypeError(
        f"a {type(value).__name__} cannot be pushed; allowed are numbers, texts, times, lists and "
        "dicts of these, arrays, and as the value of an image bytes or an image of Pillow"
    )


def text_of(key):
    """A dict's key, as JSON has it."""
    return plain(str(key.value if isinstance(key, enum.Enum) else key))


def dtype_kind(value):
    """As numpy has it: ``M`` is a time, ``m`` a length of time; empty for what has none."""
    return getattr(getattr(value, "dtype", None), "kind", "")


def is_time(value):
    """Whether that is a date, a datetime or one of numpy's."""
    return isinstance(value, datetime.date) or (dtype_kind(value) == "M" and not value.ndim)


def time_as(value, numeric):
    """A time as Unix seconds or as a text; None for none (NaT). numpy's are UTC, and others without
    a zone local."""
    if not isinstance(value, datetime.date):
        value = value.astype("M8[us]").item()
        if not isinstance(value, datetime.datetime):  # NaT, or no year from 1 to 9999
            return None
        value = value.replace(tzinfo=datetime.timezone.utc)  # noqa: UP017  (Python 3.9)
    if not numeric:
        return str(value)
    if not isinstance(value, datetime.datetime):
        value = datetime.datetime(value.year, value.month, value.day)
    try:
        return plain(value.timestamp())
    except (OverflowError, ValueError, OSError):  # a year that this machine does not know
        return None


def pixels(value):
    """A picture's dtype, shape and bytes, of an array or an image of Pillow; None for others."""
    if hasattr(value, "getbands"):
        mode = value.mode if value.mode in DTYPES else CONVERTED.get(value.mode, "RGB")
        image = value if value.mode == mode else value.convert(mode)
        shape = [image.height, image.width] + [3] * (mode == "RGB")
        return DTYPES[mode], shape, image.tobytes()
    if hasattr(value, "__array__"):
        if hasattr(value, "filled"):  # a masked array: what is masked is a gap
            value = value.astype(float).filled(math.nan)
        import numpy

        array = numpy.asarray(value)
        if array.dtype.kind == "f" and array.dtype.name not in ("float32", "float64"):
            array = array.astype("float32" if array.dtype.itemsize < 4 else "float64")
        if array.dtype.kind in "biuf" and array.ndim > 1:
            array = array.astype(array.dtype.newbyteorder("<"), order="C", copy=False)
            return array.dtype.name, list(array.shape), array.tobytes()
    return None
