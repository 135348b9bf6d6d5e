"""What one thread counts; every other thread only reads."""

import logging
import time

log = logging.getLogger(__name__)

LOG_EVERY_S = 10.0


class Counters:
    """Counters and faults by kind, rising only. Owned by the thread that writes it."""

    def __init__(self, *names: str) -> None:
        self.counts = dict.fromkeys(names, 0)
        self.errors: dict[str, int] = {}
        self.last_error = ""
        self.last_error_at = 0.0
        self._logged: dict[str, float] = {}

    def error(self, kind: str, text: str) -> None:
        """Counts a fault and keeps its words; one of each kind in ten seconds is warned of."""
        self.errors[kind] = self.errors.get(kind, 0) + 1
        now = time.monotonic()
        self.last_error, self.last_error_at = text, now
        level = logging.DEBUG
        if now - self._logged.get(kind, -LOG_EVERY_S) >= LOG_EVERY_S:
            self._logged[kind] = now
            level = logging.WARNING
        log.log(level, "%s (%s so far: %d)", text, kind, self.errors[kind])
