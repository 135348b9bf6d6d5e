"""Packets that are no Socket.IO: counted, not worth a traceback each."""

import logging
import traceback
from pathlib import Path

from web.metrics import REFUSED

OURS = str(Path(__file__).parent)


def count_malformed_packets() -> None:
    """Drops what the Socket.IO server logs of a viewer's malformed packet, and counts it instead.

    An exception that passed through our own code is our own fault, and stays in the log.
    """
    for name in ("engineio.server", "socketio.server"):
        logging.getLogger(name).addFilter(_is_ours)


def _is_ours(record: logging.LogRecord) -> bool:
    if not record.exc_info or not record.exc_info[2]:
        return True
    if any(frame.filename.startswith(OURS) for frame in traceback.extract_tb(record.exc_info[2])):
        return True
    REFUSED.labels("packet").inc()
    return False
