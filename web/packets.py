"""Packets that are no Socket.IO, or more than a viewer may send: counted, not worth a traceback."""

import logging
import traceback
from pathlib import Path

from socketio.packet import Packet

from web.metrics import REFUSED

OURS = str(Path(__file__).parent)


MAX_ATTACHMENTS = 2
"""Nothing that a viewer has to say needs one; two are enough to be told so."""


class ModestPacket(Packet):
    """The library would collect as many attachments as a packet announces."""

    def decode(self, encoded_packet: str) -> int:
        """Reads a packet; how many attachments follow. Raises ValueError."""
        attachments: int = super().decode(encoded_packet)
        if attachments > MAX_ATTACHMENTS:
            raise ValueError(f"{attachments} attachments; at most {MAX_ATTACHMENTS} are taken")
        return attachments


def count_malformed_packets() -> None:
    """Drops what the Socket.IO server logs of a viewer's malformed packet, and counts it instead.

    An exception that passed through our own code, but for the reading of packets here, is our own
    fault and stays in the log.
    """
    for name in ("engineio.server", "socketio.server"):
        logging.getLogger(name).addFilter(_is_ours)


def _is_ours(record: logging.LogRecord) -> bool:
    if not record.exc_info or not record.exc_info[2]:
        return True
    passed = {frame.filename for frame in traceback.extract_tb(record.exc_info[2])} - {__file__}
    if any(name.startswith(OURS) for name in passed):
        return True
    REFUSED.labels("packet").inc()
    return False
