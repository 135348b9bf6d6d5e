"""Counters that one thread writes and any other thread may read."""

import logging
import time

log = logging.getLogger(__name__)

LOG_EVERY_S = 10.0


class Counters:
    """Counters by name and faults by kind, which only rise; written by one thread."""

    def __init__(self, *names: str) -> None:
        self.counts = dict.fromkeys(names, 0)
        self.errors: dict[str, int] = {}
        self.last_error = ""
        self.last_error_at = 0.0
        self._logged: dict[str, float] = {}

    def error(self, kind: str, text: str) -> None:
        """Count a fault and keep its text; one of each kind in ten seconds is logged as a warning,
        the others at debug level."""
        self.errors[kind] = self.errors.get(kind, 0) + 1
        now = time.monotonic()
        self.last_error, self.last_error_at = text, now
        level = logging.DEBUG
        if now - self._logged.get(kind, -LOG_EVERY_S) >= LOG_EVERY_S:
            self._logged[kind] = now
            level = logging.WARNING
        log.log(level, "%s (%s so far: %d)", text, kind, self.errors[kind])
