"""What a viewer is, and the two kinds: a browser's socket, and the reader of an HTTP response."""

import contextlib
import threading
import time
from collections.abc import Callable
from functools import partial
from typing import Any, Protocol

import socketio
from engineio.exceptions import SocketIsClosedError

from shared.renditions import Rendition
from web.fanout.backlog import BACKLOG
from web.fanout.flow_control import FlowControl, Key
from web.fanout.messages import Event, Frame
from web.fanout.send_queue import Delivery, PendingPulses, SendQueue
from web.metrics import DELIVERED, DRAWN, DROPPED

MAX_PACKETS_WAITING = 3
"""A frame is two packets: so many may wait in engine.io's queue before a frame waits here. That
queue itself knows no bound (Flask-SocketIO#1081)."""

LOOK_S = 0.5
"""between two looks whether the client of an HTTP request is still there"""

SENT = DELIVERED.of("socket")
TAKEN = DELIVERED.of("http")
LOST = DROPPED.labels("socket").inc
HELD_BACK = DROPPED.labels("flow").inc


class Viewer(Protocol):
    """Whoever watches."""

    transport: str
    """how, for the metrics"""

    @property
    def offer(self) -> Callable[[Delivery], bool]:
        """Takes the frame, or says that the line is busy; never waits."""

    def offer_again(self, delivery: Delivery) -> bool:
        """As ``offer``, of a frame that it could not take before."""

    def count_dropped(self, frame: Frame) -> None:
        """Counts a frame that a newer one replaced while the line was busy."""

    def send_event(self, event: Event) -> None:
        """Takes a status or a schema; never waits."""


class SocketViewer:
    """One Socket.IO session; ``renditions`` says which rendition of each stream it watches."""

    transport = "socket"

    def __init__(self, server: socketio.Server, sid: str, address: str = "") -> None:
        self.address = address
        """the key of its machine's, or of the proxy's that it shares with others
        (``shared/addresses.py``)"""
        self.renditions: dict[str, Rendition] = {}
        self.dropped = 0
        self._server = server
        self._sid = sid
        self._connection = server.eio.sockets[server.manager.eio_sid_from_sid(sid, "/")]
        self._outbox: SendQueue | None = None
        self._flow: FlowControl | None = None
        self._held = PendingPulses()
        self._schemas: dict[str, Event] = {}  # of each stream the newest, until it is told
        self._has_ended = False
        self._turned_away = False  # the last frame, which then is in no outbox
        # A frame is two packets that must stay together; the relays of two streams are two threads.
        self._lock = threading.Lock()
        self.offer: Callable[[Delivery], bool] = self._offer_ordinarily
        """sends a frame; a WebSocket's own outbox takes over as soon as it can"""

    def _offer_ordinarily(self, delivery: Delivery) -> bool:
        """Sends the frame through engine.io's queue, unless earlier ones still wait there: for
        polling viewers, and for all in the ``threading`` mode."""
        outbox = self._direct()
        self._turned_away = not outbox and self._waiting() >= MAX_PACKETS_WAITING
        if outbox:
            return outbox.offer(delivery)
        if self._turned_away:
            return False
        SENT(len(delivery.frame.message))
        self._keep(delivery.frame.message)
        for event in self._held.take(delivery.frame.stream):
            delivery.afterwards.append(partial(self._emit, event.name, event.payload))
        delivery.afterwards.append(partial(self._emit, "frame", delivery.frame.message))
        return True

    def _keep(self, message: bytes) -> None:
        """Notes what engine.io's queue holds: two frames at most."""
        first = not self._waiting()
        if first:
            BACKLOG.release((self, False))
        BACKLOG.hold((self, first), message, self._cut)
        if self._has_ended:  # in another thread, meanwhile
            self._keeps_none()

    def _cut(self) -> None:
        """Ends the session, beside whatever goes on: it is counted off in Redis."""
        end = partial(self._connection.close, wait=False, abort=True)
        threading.Thread(target=end, daemon=True).start()

    def _keeps_none(self) -> None:
        for first in (True, False):
            BACKLOG.release((self, first))

    def close(self) -> None:
        """Lets go of what it was to be sent: the session has ended. The queue of one that polled
        would hold it until garbage is collected; a WebSocket's is emptied by its writer."""
        self._has_ended = True
        self._keeps_none()
        self.offer = _has_left
        if self._connection.upgraded:
            return
        waiting = self._connection.queue.queue
        with contextlib.suppress(IndexError):  # a thread that sends was first
            for packet in tuple(waiting):
                waiting.popleft()
                if packet is None:  # which ends who waits for more
                    waiting.append(packet)

    def offer_again(self, delivery: Delivery) -> bool:
        """Sends a frame that it could not take before."""
        turned_away, self._turned_away = self._turned_away, False
        if self._outbox and not turned_away:
            return self._outbox.offer_again(delivery)
        return self.offer(delivery)

    def enable_reports(self) -> None:
        """It will say what it has drawn: so much is sent ahead of that as its line carries."""
        if self._flow is None:
            self._flow = FlowControl()
            if self._outbox:
                self._outbox.flow = self._flow

    def on_drawn(self, key: Key, ago_s: float) -> None:
        """It has drawn a frame; that says nothing of one that went the ordinary way."""
        self.enable_reports()
        if self._outbox:
            delay_s = self._outbox.on_drawn(key, ago_s)
            if delay_s is not None:
                DRAWN.observe(delay_s)

    @property
    def exceeds_rate(self) -> bool:
        """Whether it has sent more than its allowance."""
        allowance = getattr(self._connection, "allowance", None)
        return bool(allowance and allowance.is_over)

    def forget(self, stream: str) -> None:
        """Lets go of a stream's frames: the viewer has unwatched it."""
        self._held.take(stream)
        self._schemas.pop(stream, None)
        if self._outbox:
            self._outbox.forget(stream)

    def count_dropped(self, frame: Frame) -> None:
        """Counts a frame that a newer one replaced while the line was busy, and keeps its pulses
        for a viewer that reports; an outbox does so itself."""
        if self._turned_away:
            self._turned_away = False
            if self._flow:
                self._held.hold(frame)
            self.dropped += 1
            LOST()

    def _replaced(self, held_back: bool) -> None:
        self.dropped += 1
        HELD_BACK() if held_back else LOST()

    def _direct(self) -> SendQueue | None:
        """The connection's outbox, once it is a WebSocket and has one (``websocket_fast_path``)."""
        outbox: SendQueue | None = getattr(self._connection, "outbox", None)
        # With packets of an ordinary frame still under way, another must not land between them.
        if outbox and self._connection.upgraded and self._connection.queue.empty():
            outbox.on_sent, outbox.on_dropped, outbox.flow = SENT, self._replaced, self._flow
            outbox.held = self._held  # with what was not told yet
            self._outbox, self.offer = outbox, outbox.offer
        return self._outbox

    def send_event(self, event: Event) -> None:
        """Sends a status or schema. While the line is stuck a status is left out, and of each
        stream the newest schema waits until the next event that finds it free."""
        if not self._waiting():
            self._keeps_none()
        if event.name == "schema":
            stream = str(event.payload["stream"])
            if stream in self.renditions:  # so few at once are within an outbox's MAX_PACKETS
                self._schemas[stream] = event
        outbox = self._outbox or self._direct()
        if outbox.is_stuck if outbox else self._waiting() > 4 * MAX_PACKETS_WAITING:
            return
        for stream in tuple(self._schemas):
            waited = self._schemas.pop(stream, None)
            if waited:  # another relay's thread may have been first
                self._say(waited)
        if event.name == "status":
            self._say(event, dropped=self.dropped)

    def _say(self, event: Event, **own: Any) -> None:
        if self._outbox:
            self._outbox.put(event.packed(**own))
        else:
            self._emit(event.name, event.with_own(**own))

    def _emit(self, event: str, payload: Any) -> None:
        # Our own viewer: around Socket.IO's message queue, which would carry frames as base64.
        # It may leave at any time: KeyError is what a thread gets of Socket.IO then.
        with self._lock, contextlib.suppress(SocketIsClosedError, KeyError):
            self._server.emit(event, payload, to=self._sid, ignore_queue=True)

    def _waiting(self) -> int:
        """Packets in engine.io's queue for this viewer."""
        return int(self._connection.queue.qsize())


def _has_left(_: Delivery) -> bool:
    return True


class HttpViewer:
    """Holds the newest frame for the thread that answers one HTTP request; ``has_hung_up`` says
    whether its client has left."""

    transport = "http"

    def __init__(self, has_hung_up: Callable[[], bool] = lambda: False) -> None:
        self.has_hung_up = has_hung_up
        self._newest: Frame | None = None
        self._changed = threading.Condition()

    def offer(self, delivery: Delivery) -> bool:
        """Replaces the frame that waits."""
        with self._changed:
            if self._newest:
                DROPPED.labels("http").inc()
            self._newest = delivery.frame
            self._changed.notify()
        return True

    def offer_again(self, delivery: Delivery) -> bool:
        """Never: it always takes what it is offered."""
        return self.offer(delivery)

    def count_dropped(self, frame: Frame) -> None:
        """Never: it is always the newest that waits here."""

    def send_event(self, event: Event) -> None:
        """An HTTP response has no place for it."""

    def take(self, timeout_s: float) -> Frame | None:
        """The newest frame, or None when none came in time, or the client has left meanwhile."""
        end = time.monotonic() + timeout_s
        while not (newest := self._take(min(LOOK_S, end - time.monotonic()))):
            if time.monotonic() >= end or self.has_hung_up():
                return None
        TAKEN(sum(map(len, newest.parts)))
        return newest

    def _take(self, timeout_s: float) -> Frame | None:
        with self._changed:
            self._changed.wait_for(lambda: self._newest is not None, max(0.0, timeout_s))
            newest, self._newest = self._newest, None
        return newest
