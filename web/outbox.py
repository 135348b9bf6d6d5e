"""What one WebSocket still has to send: the rest of what has begun, engine.io's packets, and of
each stream one frame, always the newest."""

from collections import deque
from collections.abc import Callable

MAX_PACKETS = 64
"""engine.io's own packets that may wait; a line that takes not even those is given up."""


class Outbox:
    """The only writer of one connection; used from one thread.

    ``send(bytes)`` writes without blocking: how many bytes it took, BlockingIOError when none.
    ``wait(go_on)`` has ``go_on`` called once when there is room again. What has begun is always
    finished first; then come engine.io's packets in their order, and then the newest frames. One
    that a newer one replaces before its first byte was sent is dropped and counted.
    """

    def __init__(
        self, send: Callable[[memoryview], int], wait: Callable[[Callable[[], None]], None]
    ) -> None:
        self.on_sent: Callable[[], None] = _nothing
        """called for each frame that is begun"""
        self.on_dropped: Callable[[], None] = _nothing
        """called for each frame that a newer one replaced"""
        self._send = send
        self._wait = wait
        self._rest = memoryview(b"")
        self._packets: deque[bytes] = deque()
        self._newest: dict[str, bytes] = {}  # the stream that waits longest is first
        self._waiting = False

    def offer(self, stream: str, frame: bytes, at_once: bool = True) -> None:
        """Takes a frame, framed for the wire. ``at_once`` is False when an earlier packet is still
        on its way to :meth:`put`: the frame then goes after it. Raises OSError."""
        if stream in self._newest:
            self.on_dropped()
        self._newest[stream] = frame
        if at_once:
            self._go_on()

    def forget(self, stream: str) -> None:
        """Lets go of a stream's frame that has not begun: it was unwatched."""
        self._newest.pop(stream, None)

    def put(self, packet: bytes) -> None:
        """Takes one of engine.io's packets, framed for the wire. Raises OSError."""
        if len(self._packets) >= MAX_PACKETS:
            raise BrokenPipeError(f"{MAX_PACKETS} packets wait: the viewer takes nothing")
        self._packets.append(packet)
        self._go_on()

    def _go_on(self) -> None:
        if not self._waiting:
            self._flush()

    def _flush(self) -> None:
        """Writes until the line is full or nothing is left."""
        self._waiting = False
        while self._rest or self._begin():
            try:
                self._rest = self._rest[self._send(self._rest) :]
            except BlockingIOError:
                self._waiting = True
                self._wait(self._flush)
                return

    def _begin(self) -> bool:
        if self._packets:
            self._rest = memoryview(self._packets.popleft())
        elif self._newest:
            stream = next(iter(self._newest))
            self._rest = memoryview(self._newest.pop(stream))
            self.on_sent()
        return bool(self._rest)


def _nothing() -> None:
    pass
