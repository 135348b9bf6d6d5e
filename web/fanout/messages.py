"""One frame in a worker: the envelope as it came, and the same as it goes to WebSockets."""

from functools import cached_property
from typing import Any

import orjson

from shared.envelope import BadEnvelope, blob, unpack
from web.websocket import BINARY, TEXT, websocket_head

EVENT = b'451-["frame",{"_placeholder":true,"num":0}]'
"""engine.io message (4), Socket.IO binary event (5) with one attachment (1-), which follows."""

MAX_FAULT = 500
"""characters of why there is no picture"""

Buffer = bytes | memoryview


class Buffers:
    """Some bytes in one or more buffers, never changed; ``len()`` is how many bytes they have."""

    __slots__ = ("length", "parts", "source")

    def __init__(self, *parts: Buffer, source: bytes = b"") -> None:
        self.parts = parts
        """as sendmsg(2) takes them"""
        self.source = source
        """the message of which they are parts, and which stays in memory with them"""
        self.length = sum(map(len, parts))

    def __len__(self) -> int:
        return self.length

    def after(self, taken: int) -> "Buffers":
        """Without the first bytes, of which there are ``taken``; copies nothing."""
        rest: list[Buffer] = []
        for part in self.parts:
            if taken < len(part):
                rest.append(memoryview(part)[taken:])
            taken = max(0, taken - len(part))
        return Buffers(*rest)


class Event:
    """A Socket.IO event of the namespace ``/``, without attachments."""

    def __init__(self, name: str, payload: dict[str, Any]) -> None:
        self.name = name
        self.payload = payload
        self._packed: dict[tuple[tuple[str, Any], ...], bytes] = {}

    def packed(self, **own: Any) -> bytes:
        """The same with its WebSocket framing, made once for each ``own``."""
        packed = self._packed.get(key := tuple(own.items()))
        if packed is None:
            # engine.io message (4), Socket.IO event (2)
            text = b"42" + orjson.dumps([self.name, self.with_own(**own)])
            packed = self._packed[key] = websocket_head(TEXT, len(text)) + text
        return packed

    def with_own(self, **own: Any) -> dict[str, Any]:
        """The payload with what is one viewer's own."""
        return {**self.payload, **own}


class Frame:
    """Shared by all viewers of a worker; raises BadEnvelope for bytes that are no frame.

    ``stream`` is the one whose channel it came on, ``received`` when ingest had it (Unix seconds on
    Redis' clock), ``epoch`` that ingest's (0 if it tells none); ``key`` is its stream, epoch and
    seq.
    """

    def __init__(self, stream: str, message: bytes) -> None:
        self.stream = stream
        self.source = message
        """in which its blobs lie"""
        self.parts: tuple[Buffer, ...] = (message,)
        """the envelope, in as many buffers as it lies in"""
        self.header: dict[str, Any]
        self.header, self.body = unpack(message)
        received, image = self.header.get("t_received"), self.header.get("image")
        self.epoch = self.header.get("epoch", 0)
        if isinstance(received, bool) or not isinstance(received, int | float):
            raise BadEnvelope("t_received must be a number")
        if type(self.epoch) is not int:
            raise BadEnvelope("epoch must be an integer")
        if type(self.header.get("seq", 0)) is not int:
            raise BadEnvelope("seq must be an integer")
        if image is not None and not isinstance(image, dict):
            raise BadEnvelope("image must be an object or null")
        self.received = float(received)
        self.key = stream, self.header.get("epoch"), self.header.get("seq")

    @cached_property
    def body(self) -> memoryview:
        """The blobs, in one buffer."""
        return unpack(self.message)[1]

    @cached_property
    def message(self) -> bytes:
        """The envelope in one buffer."""
        return b"".join(self.parts) if len(self.parts) > 1 else bytes(self.parts[0])

    @cached_property
    def jpeg(self) -> bytes | None:
        """The picture, for all readers of pictures; None in a frame without one."""
        place = self.header.get("image")
        if not place:
            return None
        try:
            return bytes(blob(place, self.body))
        except BadEnvelope:
            return None

    @property
    def image_fault(self) -> str:
        """Why there is no picture although one was sent, in ingest's words; else empty."""
        fault = self.header.get("image_fault")
        return fault[:MAX_FAULT] if isinstance(fault, str) else ""

    @cached_property
    def pulses(self) -> Event:
        """The scalars of its pulses alone, for a viewer that is not sent the frame."""
        parts = ("epoch", "seq", "t_received", "pulses")
        told = {part: self.header.get(part) for part in parts}
        event = Event("pulses", {"stream": self.stream, **told})
        try:
            event.packed()
        except orjson.JSONEncodeError:  # what was read may be too deep to be written
            event = Event("pulses", {**event.payload, "pulses": None})
        return event

    @cached_property
    def packed(self) -> Buffers:
        """The Socket.IO event with its WebSocket framing, for all viewers; the envelope is not
        copied."""
        length = sum(map(len, self.parts))
        head = websocket_head(TEXT, len(EVENT)) + EVENT + websocket_head(BINARY, length)
        return Buffers(head, *self.parts, source=self.source)
