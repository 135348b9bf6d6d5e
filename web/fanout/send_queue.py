"""The send queue of one WebSocket, and the delivery of one frame to many of them."""

import time
from collections import deque
from collections.abc import Callable, Collection, Sequence
from typing import Any, Self

from web.fanout.backlog import BACKLOG, Backlog
from web.fanout.flow_control import FlowControl, Key, SentFrame, sent_records
from web.fanout.messages import Buffer, Buffers, Event, Frame

NOTHING = Buffers()
MAX_PACKETS = 64
"""Packets of engine.io that may wait; a connection on which more wait is closed."""
SMALL_PART = 8
"""Of a region's frame that is smaller than its message by this factor, a slow connection keeps a
copy instead of the message: a few viewers of small regions of a large image would otherwise fill
the backlog and be disconnected."""
MIN_PULSES_BYTES, MAX_PULSES_BYTES = 32 * 1024, 256 * 1024
"""Limits of the pending pulses of one stream. Between them it is half of the flow control window,
so that pulses do not crowd out the images; the oldest are dropped."""


class Delivery:
    """The delivery of one frame to many viewers: within ``with`` it is offered to each of them, and
    at the end it is sent to those that are ready.

    Not to one viewer after the other: sending a frame flushes the processor's caches, and each
    viewer's state would have to be fetched again, for several microseconds. ``now`` comes from the
    clock that the send queues read.
    """

    def __init__(self, frame: Frame, now: float) -> None:
        self.frame = frame
        self.sent_records = sent_records(frame.key, frame.packed.length, now)
        self.ready: list[SendQueue] = []
        """those that send the frame next"""
        self.deferred: list[Callable[[], None]] = []
        """functions that send the frame in other ways, after that"""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        data = self.frame.packed
        parts = data.parts
        counts = [queue.send(parts) for queue in self.ready]
        for queue, count in zip(self.ready, counts, strict=True):
            queue.on_frame_sent(data, count)
        for send in self.deferred:
            send()


class PendingPulses:
    """The pulses of frames that one viewer was not sent, until its next frame is sent."""

    def __init__(self) -> None:
        self.events: dict[str, deque[Event]] = {}
        """of each stream, the oldest first; read only"""
        self._bytes: dict[str, int] = {}

    def add(self, frame: Frame, window: int = 0) -> None:
        """Add the pulses of a frame that will not be sent; ``window`` is the flow control window in
        bytes."""
        events = self.events.setdefault(frame.stream, deque())
        events.append(frame.pulses)
        length = self.length(frame.stream) + len(frame.pulses.packed())
        limit = min(MAX_PULSES_BYTES, max(MIN_PULSES_BYTES, window // 2))
        while length > limit:
            length -= len(events.popleft().packed())
        self._bytes[frame.stream] = length

    def length(self, stream: str) -> int:
        """Return the number of pending bytes, packed for a WebSocket."""
        return self._bytes.get(stream, 0)

    def take(self, stream: str) -> list[Event]:
        """Remove and return the pending events, the oldest first."""
        self._bytes.pop(stream, None)
        return list(self.events.pop(stream, ()))


class SendQueue:
    """The send queue of one connection and its only writer; used from one thread.

    What has been sent in part is always finished first. Then come engine.io's packets in their
    order, and then the newest frame of each stream, as far as ``flow`` permits if the viewer
    reports what it draws. A frame that is replaced by a newer one before its first byte was sent
    is dropped and counted; a viewer that reports gets its pulses before the next frame.

    ``send(buffers)`` writes without blocking and returns the number of bytes written, or raises
    BlockingIOError. ``on_writable(callback)`` calls the callback once when the connection is
    writable again. ``hang_up`` closes the connection without waiting. ``queued`` holds the packets
    that are on their way to :meth:`put`; no frame overtakes them.
    """

    def __init__(
        self,
        send: Callable[[Sequence[Buffer]], int],
        on_writable: Callable[[Callable[[], None]], None],
        queued: Collection[object] = (),
        clock: Callable[[], float] = time.monotonic,
        hang_up: Callable[[], None] = lambda: None,
        backlog: Backlog = BACKLOG,
    ) -> None:
        self.flow: FlowControl | None = None
        """None for a viewer that does not report"""
        self.on_sent: Callable[[int], None] = _ignore
        """called for each frame of which sending begins, with its bytes"""
        self.on_dropped: Callable[[bool], None] = _ignore
        """called for each frame that a newer one replaced, with True if the connection was writable
        and flow control held the frame back"""
        self.pending_pulses = PendingPulses()
        """of frames that were not sent; may be set to those from before the connection's upgrade"""
        self._send = send
        self._on_writable = on_writable
        self._queued = queued
        self._clock = clock
        self._hang_up, self._backlog = hang_up, backlog
        self._rest = NOTHING
        self._packets: deque[bytes] = deque()
        self._newest: dict[str, Frame] = {}  # the stream that has waited longest is first
        self._is_busy = False  # waits until the connection is writable, or is in a delivery

    def offer(self, delivery: Delivery) -> bool:
        """Queue a frame. Return True if it need not be offered again: it is sent now, or will be
        when the connection is writable."""
        frame = delivery.frame
        busy = (
            self._is_busy
            or self._newest
            or self._packets
            or self._queued
            or self.pending_pulses.events
        )
        if not busy and self._try_begin(delivery.sent_records):
            self._is_busy = True
            delivery.ready.append(self)
            return True
        waiting = self._newest.get(frame.stream)
        # two relays may offer frames of one stream while its rendition changes
        if waiting is None or frame.received >= waiting.received:
            if waiting and frame.received > waiting.received:
                self.on_dropped(not self._is_busy)
                if self.flow:
                    self.pending_pulses.add(waiting, self.flow.window)
            self._newest[frame.stream] = frame
        self._flush_if_idle()
        return frame.stream not in self._newest or (self._is_busy and self.flow is None)

    def offer_again(self, delivery: Delivery) -> bool:
        """Offer a frame that was offered before, and may have been sent meanwhile."""
        return delivery.frame.stream not in self._newest or self.offer(delivery)

    def on_drawn(self, key: Key, ago_s: float = 0.0) -> float | None:
        """Handle the report that a frame was drawn, after which the next one may be sent. Return
        its delay [s] since its first byte was sent, or None if no such frame is in flight."""
        delay_s = self.flow.on_drawn(key, ago_s, self._clock()) if self.flow else None
        if delay_s is not None:
            self._flush_if_idle()
        return delay_s

    def forget(self, stream: str) -> None:
        """Drop the frames of a stream that is no longer watched, also those in flight."""
        self._newest.pop(stream, None)
        self.pending_pulses.take(stream)
        if self.flow:
            self.flow.forget(stream)

    def close(self) -> None:
        """Drop everything: the connection has ended."""
        self._rest = NOTHING
        self._newest.clear()
        self._backlog.release(self)
        self.on_sent = self.on_dropped = _ignore

    def cut(self) -> None:
        """Close the connection, which is too slow for what was sent in part."""
        self.close()
        self._hang_up()

    @property
    def is_blocked(self) -> bool:
        """Whether packets wait because the connection is not writable."""
        return bool(self._packets)

    def put(self, packet: bytes) -> None:
        """Queue one of engine.io's packets, framed for WebSocket; raises OSError if too many
        wait."""
        if len(self._packets) >= MAX_PACKETS:
            raise BrokenPipeError(f"the connection is blocked: {MAX_PACKETS} packets wait")
        self._packets.append(packet)
        self._flush_if_idle()

    def send(self, parts: Sequence[Buffer]) -> int:
        """Write without blocking and return the number of bytes written."""
        try:
            return self._send(parts)
        except BlockingIOError:
            return 0
        except OSError:  # the peer has disconnected, which the reader notices too
            return sum(map(len, parts))

    def on_frame_sent(self, data: Buffers, count: int) -> None:
        """Handle that ``count`` bytes of a delivered frame were written. The rest follows when the
        connection is writable, and then what was queued meanwhile."""
        self._is_busy = False
        if count < data.length:
            self._keep_rest(data, count)
        elif self._packets or self._newest:
            self._flush()

    def _flush_if_idle(self) -> None:
        if not self._is_busy:
            self._flush()

    def _flush(self) -> None:
        """Write until the connection is not writable or nothing may be sent."""
        self._is_busy = False
        while data := self._rest or self._next_packet():
            count = self.send(data.parts)
            if count < data.length:
                self._keep_rest(data, count)
                return
            if self._rest:
                self._rest = NOTHING
                self._backlog.release(self)

    def _keep_rest(self, data: Buffers, count: int) -> None:
        """Keep what was not written until the connection is writable."""
        is_first, self._rest, self._is_busy = not self._rest, data.after(count), True
        self._on_writable(self._flush)
        if is_first and data.source:
            kept = data.source
            if data.length * SMALL_PART < len(kept):
                kept = b"".join(self._rest.parts)
                self._rest = Buffers(kept)
            self._backlog.hold(self, kept, self.cut)

    def _next_packet(self) -> Buffers:
        """Return what is to be sent next; empty if nothing may be sent."""
        if self._packets:
            return Buffers(self._packets.popleft())
        if self._queued:
            return NOTHING
        for stream, frame in self._newest.items():
            length = self.pending_pulses.length(stream) + frame.packed.length
            if not self._try_begin(sent_records(frame.key, length, self._clock())):
                break
            del self._newest[stream]
            pulses = [event.packed() for event in self.pending_pulses.take(stream)]
            packed = frame.packed
            if pulses:
                packed = Buffers(b"".join(pulses), *packed.parts, source=packed.source)
            return packed
        return NOTHING

    def _try_begin(self, records: tuple[SentFrame, SentFrame]) -> bool:
        """Record a frame as sent and return True, or return False if flow control forbids it."""
        if self.flow and not self.flow.try_send(records):
            return False
        self.on_sent(records[0][1])
        return True


def _ignore(*_: Any) -> None:
    pass
