"""A viewer like the page: it watches, reconnects, and records the frames it received."""

import contextlib
import itertools
import threading
import time
from collections.abc import Sequence
from typing import Any, NamedTuple, Self

from socketio.exceptions import SocketIOError

from shared import envelope
from tests.support.viewer import Client


class Seen(NamedTuple):
    """A received frame."""

    at: float
    epoch: int
    seq: int
    width: int


class Viewer:
    """One python-socketio client, by default with WebSocket as the page."""

    def __init__(self, url: str, transports: Sequence[str] = ("websocket",)) -> None:
        self.frames: list[Seen] = []
        self.refusals: list[dict[str, Any]] = []
        self.connections = 0
        self._url = url
        self._transports = list(transports)
        self._client = Client(reconnection_delay=0.2, reconnection_delay_max=2)
        self._client.on("connect", self._watch)
        self._client.on("frame", self._see)

    def __enter__(self) -> Self:
        self._client.connect(self._url, transports=self._transports, retry=True)
        return self

    def __exit__(self, *_: object) -> None:
        # No frame may be on its way: the client forgets a frame's first half when it disconnects.
        with contextlib.suppress(SocketIOError):
            self._client.call("unwatch", timeout=5)
        self._client.shutdown()

    @property
    def transport(self) -> str:
        return self._client.transport()

    def longest_pause_s(self, since: float, until: float) -> float:
        """Return the longest time without a frame between two moments."""
        moments = [since, *(f.at for f in self.frames if since < f.at < until), until]
        return max(b - a for a, b in itertools.pairwise(moments))

    def _watch(self) -> None:
        self.connections += 1
        # In a thread of its own: an event's answer cannot be awaited inside an event's handler.
        threading.Thread(target=self._ask, daemon=True).start()

    def _ask(self) -> None:
        answer = self._client.call("watch", {"stream": "camera"}, timeout=10)
        if "error" in answer:
            self.refusals.append(answer)

    def _see(self, message: bytes) -> None:
        header = envelope.read_header(message)
        width = (header["image"] or {}).get("width", 0)
        self.frames.append(Seen(time.monotonic(), header["epoch"], header["seq"], width))
