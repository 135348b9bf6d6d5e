"""Messages to viewers: a frame or an event, packed for WebSocket once for all of them."""

from functools import cached_property
from typing import Any

import orjson

from shared.envelope import BadEnvelope, blob, unpack
from web.websocket import BINARY, TEXT, websocket_head

EVENT = b'451-["frame",{"_placeholder":true,"num":0}]'
"""engine.io message (4), Socket.IO binary event (5) with one attachment (1-), which follows."""

MAX_FAULT_CHARS = 500
"""of the reason why a frame has no image"""

Buffer = bytes | memoryview


class Buffers:
    """Bytes in one or more buffers, sent without being joined, so that a worker has one copy of a
    frame for all viewers. They never change; ``len()`` is the number of bytes."""

    __slots__ = ("length", "parts", "source")

    def __init__(self, *parts: Buffer, source: bytes = b"") -> None:
        self.parts = parts
        """for sendmsg(2)"""
        self.source = source
        """the message that contains them, and which they keep in memory"""
        self.length = sum(map(len, parts))

    def __len__(self) -> int:
        return self.length

    def after(self, count: int) -> "Buffers":
        """Return the buffers without their first ``count`` bytes; copies nothing."""
        rest: list[Buffer] = []
        for part in self.parts:
            if count < len(part):
                rest.append(memoryview(part)[count:])
            count = max(0, count - len(part))
        return Buffers(*rest)


class Event:
    """A Socket.IO event of the namespace ``/``, without attachments."""

    def __init__(self, name: str, payload: dict[str, Any]) -> None:
        self.name = name
        self.payload = payload
        self._packed: dict[tuple[tuple[str, Any], ...], bytes] = {}

    def packed(self, **own: Any) -> bytes:
        """Return the event with its WebSocket framing, packed once for each ``own``."""
        packed = self._packed.get(key := tuple(own.items()))
        if packed is None:
            # engine.io message (4), Socket.IO event (2)
            text = b"42" + orjson.dumps([self.name, self.with_own(**own)])
            packed = self._packed[key] = websocket_head(TEXT, len(text)) + text
        return packed

    def with_own(self, **own: Any) -> dict[str, Any]:
        """Return the payload with the fields of one viewer."""
        return {**self.payload, **own}


class Frame:
    """A frame, shared by all viewers of a worker; raises BadEnvelope for any other bytes.

    ``stream`` is the stream of the channel on which it arrived, ``received`` the time when ingest
    received it (Unix seconds on Redis' clock), ``epoch`` the ingest's (0 if it has none); ``key``
    is its stream, epoch and seq.
    """

    def __init__(self, stream: str, message: bytes) -> None:
        self.stream = stream
        self.source = message
        """the message that contains its blobs"""
        self.parts: tuple[Buffer, ...] = (message,)
        """the envelope, in one or more buffers"""
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
        """The image, for readers of images alone; None if the frame has none."""
        place = self.header.get("image")
        if not place:
            return None
        try:
            return bytes(blob(place, self.body))
        except BadEnvelope:
            return None

    @property
    def image_fault(self) -> str:
        """The reason from ingest why there is no image although one was sent; else empty."""
        fault = self.header.get("image_fault")
        return fault[:MAX_FAULT_CHARS] if isinstance(fault, str) else ""

    @cached_property
    def pulses(self) -> Event:
        """The event with the scalars of its pulses, for a viewer that is not sent the frame."""
        keys = ("epoch", "seq", "t_received", "pulses")
        fields = {key: self.header.get(key) for key in keys}
        event = Event("pulses", {"stream": self.stream, **fields})
        try:
            event.packed()
        except orjson.JSONEncodeError:  # nested too deeply to be written, though not to be read
            event = Event("pulses", {**event.payload, "pulses": None})
        return event

    @cached_property
    def packed(self) -> Buffers:
        """The frame's Socket.IO event with its WebSocket framing; the envelope is not copied."""
        length = sum(map(len, self.parts))
        head = websocket_head(TEXT, len(EVENT)) + EVENT + websocket_head(BINARY, length)
        return Buffers(head, *self.parts, source=self.source)
