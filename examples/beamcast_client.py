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

A ``DataStream`` is a source that a thread of its own reads again and again.
"""

import atexit
import http.client
import json
import logging
import os
import threading
import time
from collections import OrderedDict
from urllib.parse import urlsplit

log = logging.getLogger("beamcast")

MOST_WAITING = 10_000
MOST_AT_ONCE = 1000
EVERY_S = 0.02
TIMEOUT_S = 5.0
LONGEST_PAUSE_S = 2.0
LONGEST_REST_S = 30.0
PICTURES = {"image", "heatmap"}
REPLACED = {"pie", "doughnut", "radar", "polarArea", "custom", "video", *PICTURES}
"""types of which a message is the whole card"""


class Beamcast:
    """A board, reached at ``url`` (else the environment's BOARD_URL, else this machine);
    ``password`` (else BOARD_PASSWORD) is one of the board's. Any thread may call it."""

    def __init__(self, url="", password=""):
        url = url or os.environ.get("BOARD_URL", "http://127.0.0.1:8800")
        password = password or os.environ.get("BOARD_PASSWORD", "")
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError(f"url is {url!r}; allowed is http://HOST:PORT or https://HOST:PORT")
        self.dropped = self.sent = self.refused = 0
        self.problem = ""
        kind = (
            http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        )
        self._line = kind(parts.hostname, parts.port, timeout=TIMEOUT_S)
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
        self.push(card, "text", str(text), **more)

    def custom(self, card, configuration, **more):
        """A configuration of Chart.js: ``{"type": …, "data": …, "options": …}``."""
        self.push(card, "custom", configuration, **more)

    def image(self, card, picture, **more):
        """A picture: a numpy array of rows and columns (and 3 colours), or the bytes of a file."""
        self.push(card, "image", picture, **more)

    def heatmap(self, card, values, **more):
        """A numpy array of rows and columns, or a list of rows."""
        self.push(card, "heatmap", values, **more)

    def video(self, card, stream, **more):
        """The stream of this name, as an operator started it with ``python -m ingest``."""
        self.push(card, "video", stream, **more)

    # ---- the way ----

    def push(self, card, type, value, **more):
        """Any message of docs/push.md. Raises TypeError or ValueError for what JSON cannot hold."""
        message, attached = {"id": card, "type": type, **more}, b""
        if type in PICTURES and isinstance(value, (bytes, bytearray, memoryview)):
            attached = bytes(value)
        elif type in PICTURES and hasattr(value, "dtype"):
            value = value.astype(value.dtype.newbyteorder("<"), order="C", copy=False)
            message["dtype"], message["shape"] = value.dtype.name, list(value.shape)
            attached = value.tobytes()
        else:
            message["value"] = plain(value)
        whole = type in REPLACED or isinstance(more.get("label"), (list, tuple))
        self._put(card, message, attached, whole)

    def _put(self, card, message, attached, whole):
        """``whole``: one that waits is replaced."""
        text = json.dumps(message, allow_nan=False).encode()
        with self._changed:
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
        """Sends what waits, for a second at most, and ends."""
        atexit.unregister(self.close)
        self.flush(1.0)
        with self._changed:
            self._ending = True
            self._changed.notify_all()
        self._thread.join(TIMEOUT_S)

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


def plain(value):
    """numpy's numbers and arrays as Python's own."""
    if hasattr(value, "tolist"):
        return value.tolist()
    if isinstance(value, dict):
        return {key: plain(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(inner) for inner in value]
    return value
