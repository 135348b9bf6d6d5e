"""Packets that are no Socket.IO, or more than a viewer may send: counted, not worth a traceback."""

import logging
import traceback
from pathlib import Path

from socketio.packet import BINARY_ACK, BINARY_EVENT, Packet

from web.metrics import REFUSED

OURS = str(Path(__file__).parent)


class TextPacket(Packet):
    """What viewers send: no attachments. The library would collect as many as one announces."""

    def decode(self, encoded_packet: str) -> int:
        """Reads a packet; raises ValueError."""
        attachments = super().decode(encoded_packet)
        if attachments or self.packet_type in (BINARY_EVENT, BINARY_ACK):
            raise ValueError("attachments are not taken")
        return 0


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
