"""What is done over and over, in a thread of its own, for as long as a worker lives."""

import logging
import threading
import time
from collections.abc import Callable

from web.metrics import FAULTS

log = logging.getLogger(__name__)


def run_periodically(step: Callable[[], None], every_s: float, part: str) -> None:
    """Begins it; a fault is counted for its part and logged, and does not end it."""

    def run() -> None:
        while True:
            try:
                step()
            except Exception:
                FAULTS.labels(part).inc()
                log.exception("a fault among the %s; it goes on", part)
            time.sleep(every_s)

    threading.Thread(target=run, name=part, daemon=True).start()
