"""The two kinds of viewers: a browser's Socket.IO session, and the reader of an HTTP response."""

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

MAX_QUEUED_PACKETS = 3
"""A frame is two packets: with this many in engine.io's queue a frame waits here. That queue itself
is not bounded (Flask-SocketIO#1081)."""

CONNECTION_CHECK_S = 0.5
"""between two checks whether the client of an HTTP request has disconnected"""

COUNT_SENT = DELIVERED.counter("socket")
COUNT_TAKEN = DELIVERED.counter("http")
COUNT_DROPPED = DROPPED.labels("socket").inc
COUNT_HELD_BACK = DROPPED.labels("flow").inc


class Viewer(Protocol):
    """A recipient of frames."""

    transport: str
    """the ``way`` of the metrics"""

    @property
    def offer(self) -> Callable[[Delivery], bool]:
        """Takes a frame and returns True, or returns False while the connection is busy; never
        waits."""

    def offer_again(self, delivery: Delivery) -> bool:
        """Offer a frame that the viewer could not take before."""

    def count_dropped(self, frame: Frame) -> None:
        """Count a frame that a newer one replaced while the connection was busy."""

    def send_event(self, event: Event) -> None:
        """Send a status or a schema; never waits."""


class SocketViewer:
    """A Socket.IO session; ``renditions`` has the rendition of each stream that it watches."""

    transport = "socket"

    def __init__(self, server: socketio.Server, sid: str, address: str = "") -> None:
        self.address = address
        """the key of the viewer's address, or of the proxy that it shares with others
        (``shared/ip_addresses.py``)"""
        self.renditions: dict[str, Rendition] = {}
        self.dropped = 0
        self._server = server
        self._sid = sid
        self._connection = server.eio.sockets[server.manager.eio_sid_from_sid(sid, "/")]
        self._send_queue: SendQueue | None = None
        self._flow: FlowControl | None = None
        self._pending_pulses = PendingPulses()
        self._schemas: dict[str, Event] = {}  # of each stream the newest, until it is sent
        self._has_ended = False
        self._refused_last = False  # the last frame, which then is in no send queue
        # A frame is two packets that must stay together; the relays of two streams are two threads.
        self._lock = threading.Lock()
        self.offer: Callable[[Delivery], bool] = self._offer_by_engineio
        """takes a frame; replaced by the send queue's own as soon as there is one"""

    def _offer_by_engineio(self, delivery: Delivery) -> bool:
        """Send the frame through engine.io's queue unless earlier ones still wait there: for
        viewers that poll, and for all in the ``threading`` mode."""
        send_queue = self._find_send_queue()
        self._refused_last = not send_queue and self._queued_packets() >= MAX_QUEUED_PACKETS
        if send_queue:
            return send_queue.offer(delivery)
        if self._refused_last:
            return False
        COUNT_SENT(len(delivery.frame.message))
        self._hold(delivery.frame.message)
        for event in self._pending_pulses.take(delivery.frame.stream):
            delivery.deferred.append(partial(self._emit, event.name, event.payload))
        delivery.deferred.append(partial(self._emit, "frame", delivery.frame.message))
        return True

    def _hold(self, message: bytes) -> None:
        """Record in the backlog what engine.io's queue holds: two frames at most."""
        is_first = not self._queued_packets()
        if is_first:
            BACKLOG.release((self, False))
        BACKLOG.hold((self, is_first), message, self._cut)
        if self._has_ended:  # in another thread, meanwhile
            self._release()

    def _cut(self) -> None:
        """End the session in a thread of its own, since that also counts it off in Redis."""
        end = partial(self._connection.close, wait=False, abort=True)
        threading.Thread(target=end, daemon=True).start()

    def _release(self) -> None:
        for is_first in (True, False):
            BACKLOG.release((self, is_first))

    def close(self) -> None:
        """Release what was to be sent: the session has ended. The queue of a session that polled
        would hold it until garbage is collected; a WebSocket's queue is emptied by its writer."""
        self._has_ended = True
        self._release()
        self.offer = _accept
        if self._connection.upgraded:
            return
        packets = self._connection.queue.queue
        with contextlib.suppress(IndexError):  # a sending thread has taken the rest
            for packet in tuple(packets):
                packets.popleft()
                if packet is None:  # which ends a thread that waits for packets
                    packets.append(packet)

    def offer_again(self, delivery: Delivery) -> bool:
        """Offer a frame that the viewer could not take before."""
        refused_last, self._refused_last = self._refused_last, False
        if self._send_queue and not refused_last:
            return self._send_queue.offer_again(delivery)
        return self.offer(delivery)

    def enable_reports(self) -> None:
        """Turn flow control on: the viewer reports what it has drawn, and is sent as much ahead of
        that as its connection carries."""
        if self._flow is None:
            self._flow = FlowControl()
            if self._send_queue:
                self._send_queue.flow = self._flow

    def on_drawn(self, key: Key, ago_s: float) -> None:
        """Handle the report that a frame was drawn; it has no effect for a frame that engine.io's
        queue carried."""
        self.enable_reports()
        if self._send_queue:
            delay_s = self._send_queue.on_drawn(key, ago_s)
            if delay_s is not None:
                DRAWN.observe(delay_s)

    @property
    def exceeds_rate(self) -> bool:
        """Whether the viewer has sent more messages than its limit."""
        bucket = getattr(self._connection, "message_bucket", None)
        return bool(bucket and bucket.is_overdrawn)

    def forget(self, stream: str) -> None:
        """Drop the frames of a stream that is no longer watched."""
        self._pending_pulses.take(stream)
        self._schemas.pop(stream, None)
        if self._send_queue:
            self._send_queue.forget(stream)

    def count_dropped(self, frame: Frame) -> None:
        """Count a frame that a newer one replaced while engine.io's queue was busy, and keep its
        pulses for a viewer that reports; a send queue does so itself."""
        if self._refused_last:
            self._refused_last = False
            if self._flow:
                self._pending_pulses.add(frame)
            self.dropped += 1
            COUNT_DROPPED()

    def _on_dropped(self, held_back: bool) -> None:
        self.dropped += 1
        COUNT_HELD_BACK() if held_back else COUNT_DROPPED()

    def _find_send_queue(self) -> SendQueue | None:
        """Return the connection's send queue, once it is a WebSocket and has one
        (``web/server/websocket_fast_path.py``)."""
        queue: SendQueue | None = getattr(self._connection, "send_queue", None)
        # While engine.io's queue has packets of a frame, another must not land between them.
        if queue and self._connection.upgraded and self._connection.queue.empty():
            queue.on_sent, queue.on_dropped, queue.flow = COUNT_SENT, self._on_dropped, self._flow
            queue.pending_pulses = self._pending_pulses  # with those that were not sent yet
            self._send_queue, self.offer = queue, queue.offer
        return self._send_queue

    def send_event(self, event: Event) -> None:
        """Send a status or a schema. While the connection is blocked a status is left out, and the
        newest schema of each stream waits until the next event after that."""
        if not self._queued_packets():
            self._release()
        if event.name == "schema":
            stream = str(event.payload["stream"])
            if stream in self.renditions:  # so few that they fit into MAX_PACKETS of a send queue
                self._schemas[stream] = event
        queue = self._send_queue or self._find_send_queue()
        if queue.is_blocked if queue else self._queued_packets() > 4 * MAX_QUEUED_PACKETS:
            return
        for stream in tuple(self._schemas):
            schema = self._schemas.pop(stream, None)
            if schema:  # another relay's thread may have been first
                self._send_now(schema)
        if event.name == "status":
            self._send_now(event, dropped=self.dropped)

    def _send_now(self, event: Event, **own: Any) -> None:
        if self._send_queue:
            self._send_queue.put(event.packed(**own))
        else:
            self._emit(event.name, event.with_own(**own))

    def _emit(self, event: str, payload: Any) -> None:
        # Our own viewer: past Socket.IO's message queue, which would carry frames as base64.
        # It may disconnect at any time: a thread then gets KeyError from Socket.IO.
        with self._lock, contextlib.suppress(SocketIsClosedError, KeyError):
            self._server.emit(event, payload, to=self._sid, ignore_queue=True)

    def _queued_packets(self) -> int:
        """Return the number of packets in engine.io's queue for this viewer."""
        return int(self._connection.queue.qsize())


def _accept(_: Delivery) -> bool:
    return True


class HttpViewer:
    """The newest frame for the thread that answers one HTTP request; ``has_hung_up`` returns
    whether its client has disconnected."""

    transport = "http"

    def __init__(self, has_hung_up: Callable[[], bool] = lambda: False) -> None:
        self.has_hung_up = has_hung_up
        self._newest: Frame | None = None
        self._changed = threading.Condition()

    def offer(self, delivery: Delivery) -> bool:
        """Replace the frame that waits."""
        with self._changed:
            if self._newest:
                DROPPED.labels("http").inc()
            self._newest = delivery.frame
            self._changed.notify()
        return True

    def offer_again(self, delivery: Delivery) -> bool:
        """Never called, since ``offer`` always takes the frame."""
        return self.offer(delivery)

    def count_dropped(self, frame: Frame) -> None:
        """Never called, since ``offer`` always takes the frame."""

    def send_event(self, event: Event) -> None:
        """Ignore the event: an HTTP response has no place for it."""

    def take(self, timeout_s: float) -> Frame | None:
        """Return the newest frame, or None if none came in time or the client disconnected."""
        end = time.monotonic() + timeout_s
        while not (newest := self._take(min(CONNECTION_CHECK_S, end - time.monotonic()))):
            if time.monotonic() >= end or self.has_hung_up():
                return None
        COUNT_TAKEN(sum(map(len, newest.parts)))
        return newest

    def _take(self, timeout_s: float) -> Frame | None:
        with self._changed:
            self._changed.wait_for(lambda: self._newest is not None, max(0.0, timeout_s))
            newest, self._newest = self._newest, None
        return newest
