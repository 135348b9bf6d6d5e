"""The newest epoch of a stream: what an ingest of an older one publishes comes too late."""

from typing import Any

from web.frame import Frame
from web.metrics import FRAMES_FENCED


class Fence:
    """Of one relay, used by its thread."""

    def __init__(self, stream: str) -> None:
        self._epoch = 0
        self._count = FRAMES_FENCED.labels(stream).inc

    def told(self, status: dict[str, Any]) -> None:
        """The word of the ingest that has the name counts, for an older epoch too: Redis may have
        forgotten the last one, with its clock set back, and nothing else would ever come."""
        epoch = status.get("epoch")
        if type(epoch) is int:
            self._epoch = epoch

    def stops(self, frame: Frame) -> bool:
        """Whether the frame is older, and then counts it."""
        if self.is_old(frame):
            self._count()
            return True
        self._epoch = frame.epoch
        return False

    def is_old(self, frame: Frame) -> bool:
        """Whether a newer epoch has begun."""
        return frame.epoch < self._epoch
