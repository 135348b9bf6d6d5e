"""What one WebSocket still has to send: the rest of what has begun, engine.io's packets, and of
each stream one frame, always the newest."""

import time
from collections import deque
from collections.abc import Callable
from typing import Any

from web.flow import Flow, Key
from web.frame import Frame

MAX_PACKETS = 64
"""engine.io's own packets that may wait; a line that takes not even those is given up."""


class Outbox:
    """The only writer of one connection; used from one thread.

    ``send(bytes)`` writes without blocking: how many bytes it took, BlockingIOError when none.
    ``wait(go_on)`` has ``go_on`` called once when there is room again. What has begun is always
    finished first; then come engine.io's packets in their order, and then the newest frames, as far
    as ``flow`` lets them when the viewer reports what it draws. One that a newer one replaces
    before its first byte was sent is dropped and counted.
    """

    def __init__(
        self,
        send: Callable[[bytes | memoryview], int],
        wait: Callable[[Callable[[], None]], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.flow: Flow | None = None
        """None for a viewer that reports nothing"""
        self.on_sent: Callable[[], None] = _nothing
        """called for each frame that is begun"""
        self.on_dropped: Callable[[bool], None] = _nothing
        """called for each frame that a newer one replaced: whether the line had room for it, but
        the viewer had too much on its way"""
        self._send = send
        self._wait = wait
        self._clock = clock
        self._rest: bytes | memoryview = b""
        self._packets: deque[bytes] = deque()
        self._newest: dict[str, Frame] = {}  # the stream that waits longest is first
        self._waiting = False

    def offer(self, frame: Frame, at_once: bool = True) -> bool:
        """Takes a frame; whether it need not be offered again, since it has begun or will when the
        line has room. ``at_once`` is False when an earlier packet is still on its way to
        :meth:`put`: the frame then goes after it."""
        if at_once and not (self._waiting or self._packets or self._newest) and self._begins(frame):
            self._write(frame.packed)
            return True
        waits = self._newest.get(frame.stream)
        if waits is None or frame.received >= waits.received:  # two relays may offer: a change-over
            if waits and frame.received > waits.received:
                self.on_dropped(not self._waiting)
            self._newest[frame.stream] = frame
        if at_once:
            self._go_on()
        return frame.stream not in self._newest or (self._waiting and self.flow is None)

    def drawn(self, key: Key, ago_s: float = 0.0, at_once: bool = True) -> float | None:
        """The viewer has drawn a frame, which may let the next one begin: how many seconds after
        its first byte, or None when no such frame is out."""
        delay_s = self.flow.drawn(key, ago_s, self._clock()) if self.flow else None
        if delay_s is not None and at_once:
            self._go_on()
        return delay_s

    def forget(self, stream: str) -> None:
        """Lets go of a stream's frames, those under way too: it was unwatched."""
        self._newest.pop(stream, None)
        if self.flow:
            self.flow.forget(stream)

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

    def _go_on(self) -> None:
        if not self._waiting:
            self._flush()

    def _flush(self) -> None:
        """Writes until the line is full or nothing may begin."""
        self._waiting = False
        while not self._waiting and (data := self._rest or self._next()):
            self._write(data)

    def _next(self) -> bytes:
        """What begins now; empty when nothing may."""
        if self._packets:
            return self._packets.popleft()
        for stream, frame in self._newest.items():
            if not self._begins(frame):
                break
            del self._newest[stream]
            return frame.packed
        return b""

    def _begins(self, frame: Frame) -> bool:
        """Whether the frame may begin, which then is noted."""
        if self.flow and not self.flow.begins(frame.key, len(frame.packed), self._clock()):
            return False
        self.on_sent()
        return True

    def _write(self, data: bytes | memoryview) -> None:
        """Sends what the line takes now, and the rest when it has room."""
        try:
            taken = self._send(data)
        except BlockingIOError:
            taken = 0
        except OSError:  # it has left, which its reader notices too
            taken = len(data)
        if taken < len(data):
            self._rest, self._waiting = memoryview(data)[taken:], True
            self._wait(self._flush)
        else:
            self._rest = b""


def _nothing(*_: Any) -> None:
    pass
