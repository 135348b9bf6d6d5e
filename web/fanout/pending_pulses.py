"""What a viewer is still told of frames that it was not sent: the scalars of their pulses."""

from collections import deque

from web.fanout.event import Event
from web.fanout.messages import Frame

LEAST_BYTES, MOST_BYTES = 32 * 1024, 256 * 1024
"""Of one stream's pulses there wait at most half of what its viewer may be sent ahead, within
these, so that they do not crowd out the pictures; the oldest go."""


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
