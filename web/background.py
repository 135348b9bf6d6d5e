"""Work that a worker repeats in a background thread for as long as it runs."""

import logging
import threading
import time
from collections.abc import Callable

from web.metrics import FAULTS

log = logging.getLogger(__name__)


def run_periodically(step: Callable[[], None], every_s: float, part: str) -> None:
    """Start a thread that calls ``step`` again and again. An exception is counted for ``part`` and
    logged, and the thread continues."""

    def run() -> None:
        while True:
            try:
                step()
            except Exception:
                FAULTS.labels(part).inc()
                log.exception("unexpected error in the background thread %r, which continues", part)
            time.sleep(every_s)

    threading.Thread(target=run, name=part, daemon=True).start()
