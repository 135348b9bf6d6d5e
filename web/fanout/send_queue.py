"""What one WebSocket still has to send: the rest of what has begun, engine.io's packets, and of
each stream one frame, always the newest; and how one frame goes to many."""

import time
from collections import deque
from collections.abc import Callable, Collection, Sequence
from typing import Any, Self

from web.fanout.backlog import BACKLOG, Backlog
from web.fanout.flow_control import FlowControl, Key, Sent, sent_records
from web.fanout.messages import Buffer, Buffers, Event, Frame

NOTHING = Buffers()
MAX_PACKETS = 64
"""engine.io's own packets that may wait; a line that takes not even those is given up."""
SMALL_PART = 8
"""A slow line keeps a copy of an excerpt that is less than this fraction of its message, instead of
the message: else a few people with small regions of a large picture would be cut off."""
LEAST_BYTES, MOST_BYTES = 32 * 1024, 256 * 1024
"""Of one stream's pulses there wait at most half of what its viewer may be sent ahead, within
these, so that they do not crowd out the pictures; the oldest go."""


class Delivery:
    """One frame on its way to many viewers: within ``with`` each of them says whether it may begin,
    and at its end it is sent to those.

    Not to one viewer after the other: a frame that is sent goes through the processor's caches, and
    what the next viewer has to say would have to be fetched anew, for several microseconds.
    ``now`` is of the clock that the outboxes read.
    """

    def __init__(self, frame: Frame, now: float) -> None:
        self.frame = frame
        self.notes = sent_records(frame.key, frame.packed.length, now)
        self.begun: list[SendQueue] = []
        """where the frame is what goes out next"""
        self.afterwards: list[Callable[[], None]] = []
        """what sends it in other ways, which may wait"""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        data = self.frame.packed
        parts = data.parts
        taken = [outbox.send(parts) for outbox in self.begun]
        for outbox, count in zip(self.begun, taken, strict=True):
            outbox.sent(data, count)
        for send in self.afterwards:
            send()


class PendingPulses:
    """The pulses of frames that newer ones replaced, until the next frame begins; of one viewer."""

    def __init__(self) -> None:
        self.events: dict[str, deque[Event]] = {}
        """of each stream, the oldest first; read only"""
        self._bytes: dict[str, int] = {}

    def hold(self, frame: Frame, window: int = 0) -> None:
        """Takes the pulses of a frame that will not be sent; ``window``: bytes that the viewer may
        be sent ahead."""
        events = self.events.setdefault(frame.stream, deque())
        events.append(frame.pulses)
        length = self.length(frame.stream) + len(frame.pulses.packed())
        most = min(MOST_BYTES, max(LEAST_BYTES, window // 2))
        while length > most:
            length -= len(events.popleft().packed())
        self._bytes[frame.stream] = length

    def length(self, stream: str) -> int:
        """How many bytes wait, packed for a WebSocket."""
        return self._bytes.get(stream, 0)

    def take(self, stream: str) -> list[Event]:
        """What waits, the oldest first, once; it goes out before the stream's next frame."""
        self._bytes.pop(stream, None)
        return list(self.events.pop(stream, ()))


class SendQueue:
    """The only writer of one connection; used from one thread.

    ``send(buffers)`` writes without blocking: how many bytes it took, BlockingIOError when none.
    ``hang_up`` ends the connection without waiting.
    ``wait(go_on)`` has ``go_on`` called once when there is room again. ``coming`` holds what is
    still on its way to :meth:`put`, before which no frame may begin. What has begun is always
    finished first; then come engine.io's packets in their order, and then the newest frames, as far
    as ``flow`` lets them when the viewer reports what it draws. One that a newer one replaces
    before its first byte was sent is dropped and counted; of its pulses a viewer that reports is
    told before the next.
    """

    def __init__(
        self,
        send: Callable[[Sequence[Buffer]], int],
        wait: Callable[[Callable[[], None]], None],
        coming: Collection[object] = (),
        clock: Callable[[], float] = time.monotonic,
        hang_up: Callable[[], None] = lambda: None,
        backlog: Backlog = BACKLOG,
    ) -> None:
        self.flow: FlowControl | None = None
        """None for a viewer that reports nothing"""
        self.on_sent: Callable[[int], None] = _nothing
        """called for each frame that is begun, with its bytes"""
        self.on_dropped: Callable[[bool], None] = _nothing
        """called for each frame that a newer one replaced: whether the line had room for it, but
        the viewer had too much on its way"""
        self.held = PendingPulses()
        """of frames that were not sent; also those from before it had the line, if somebody had"""
        self._send = send
        self._wait = wait
        self._coming = coming
        self._clock = clock
        self._hang_up, self._backlog = hang_up, backlog
        self._rest = NOTHING
        self._packets: deque[bytes] = deque()
        self._newest: dict[str, Frame] = {}  # the stream that waits longest is first
        self._waiting = False

    def offer(self, delivery: Delivery) -> bool:
        """Takes a frame; whether it need not be offered again, since it has begun or will when the
        line has room."""
        frame = delivery.frame
        busy = self._waiting or self._newest or self._packets or self._coming or self.held.events
        if not busy and self._begins(delivery.notes):
            self._waiting = True
            delivery.begun.append(self)
            return True
        waits = self._newest.get(frame.stream)
        if waits is None or frame.received >= waits.received:  # two relays may offer: a change-over
            if waits and frame.received > waits.received:
                self.on_dropped(not self._waiting)
                if self.flow:
                    self.held.hold(waits, self.flow.window)
            self._newest[frame.stream] = frame
        self._go_on()
        return frame.stream not in self._newest or (self._waiting and self.flow is None)

    def offer_again(self, delivery: Delivery) -> bool:
        """As :meth:`offer`, of a frame that was offered before and may have begun meanwhile."""
        return delivery.frame.stream not in self._newest or self.offer(delivery)

    def on_drawn(self, key: Key, ago_s: float = 0.0) -> float | None:
        """The viewer has drawn a frame, which may let the next one begin: how many seconds after
        its first byte, or None when no such frame is out."""
        delay_s = self.flow.on_drawn(key, ago_s, self._clock()) if self.flow else None
        if delay_s is not None:
            self._go_on()
        return delay_s

    def forget(self, stream: str) -> None:
        """Lets go of a stream's frames, those under way too: it was unwatched."""
        self._newest.pop(stream, None)
        self.held.take(stream)
        if self.flow:
            self.flow.forget(stream)

    def close(self) -> None:
        """Lets go of everything: the connection has ended."""
        self._rest = NOTHING
        self._newest.clear()
        self._backlog.release(self)
        self.on_sent = self.on_dropped = _nothing

    def cut(self) -> None:
        """Ends the connection: it takes too long for what it has begun."""
        self.close()
        self._hang_up()

    @property
    def is_stuck(self) -> bool:
        """Whether packets wait: the line takes nothing."""
        return bool(self._packets)

    def put(self, packet: bytes) -> None:
        """Takes one of engine.io's packets, framed for the wire; raises OSError for too many."""
        if len(self._packets) >= MAX_PACKETS:
            raise BrokenPipeError(f"{MAX_PACKETS} packets wait: the viewer takes nothing")
        self._packets.append(packet)
        self._go_on()

    def send(self, parts: Sequence[Buffer]) -> int:
        """How many bytes the line takes now."""
        try:
            return self._send(parts)
        except BlockingIOError:
            return 0
        except OSError:  # it has left, which its reader notices too
            return sum(map(len, parts))

    def sent(self, data: Buffers, taken: int) -> None:
        """So much of a frame that began has gone; the rest goes when there is room, and what came
        meanwhile after that."""
        self._waiting = False
        if taken < data.length:
            self._keep(data, taken)
        elif self._packets or self._newest:
            self._flush()

    def _go_on(self) -> None:
        if not self._waiting:
            self._flush()

    def _flush(self) -> None:
        """Writes until the line is full or nothing may begin."""
        self._waiting = False
        while data := self._rest or self._next():
            taken = self.send(data.parts)
            if taken < data.length:
                self._keep(data, taken)
                return
            if self._rest:
                self._rest = NOTHING
                self._backlog.release(self)

    def _keep(self, data: Buffers, taken: int) -> None:
        """Keeps what the line did not take for when it has room."""
        begins, self._rest, self._waiting = not self._rest, data.after(taken), True
        self._wait(self._flush)
        if begins and data.source:
            kept = data.source
            if data.length * SMALL_PART < len(kept):
                kept = b"".join(self._rest.parts)
                self._rest = Buffers(kept)
            self._backlog.hold(self, kept, self.cut)

    def _next(self) -> Buffers:
        """What begins now; empty when nothing may."""
        if self._packets:
            return Buffers(self._packets.popleft())
        if self._coming:
            return NOTHING
        for stream, frame in self._newest.items():
            length = self.held.length(stream) + frame.packed.length
            if not self._begins(sent_records(frame.key, length, self._clock())):
                break
            del self._newest[stream]
            held = [event.packed() for event in self.held.take(stream)]
            packed = frame.packed
            if held:
                packed = Buffers(b"".join(held), *packed.parts, source=packed.source)
            return packed
        return NOTHING

    def _begins(self, frame: tuple[Sent, Sent]) -> bool:
        """Whether the frame may begin, which then is noted."""
        if self.flow and not self.flow.begins(frame):
            return False
        self.on_sent(frame[0][1])
        return True


def _nothing(*_: Any) -> None:
    pass
