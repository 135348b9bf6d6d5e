"""Messages on a frames channel that are no frames: counted, and told now and then, since whoever
publishes them may do so thousands of times a second."""

import logging
import time
from collections.abc import Callable

from web.metrics import FRAMES_UNREADABLE

EVERY_S = 60.0


class Unreadable:
    """Of one relay, used by its thread."""

    def __init__(
        self,
        stream: str,
        log: "logging.LoggerAdapter[logging.Logger]",
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._stream, self._log, self._clock = stream, log, clock
        self._count = FRAMES_UNREADABLE.labels(stream).inc
        self._told_at = -EVERY_S

    def came(self, problem: Exception) -> None:
        """One more."""
        self._count()
        now = self._clock()
        if now - self._told_at >= EVERY_S:
            self._told_at = now
            self._log.warning("stream %s: a message that is no frame: %s", self._stream, problem)
