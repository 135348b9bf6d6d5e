"""Packets that are no Socket.IO, or more than a viewer may send: counted, not worth a traceback."""

import logging
import traceback
from pathlib import Path
from typing import Any

from socketio.packet import Packet

from shared.token_bucket import TokenBucket
from web.metrics import FAULTS, REFUSED

log = logging.getLogger(__name__)

OURS = str(Path(__file__).parents[1])


MAX_ATTACHMENTS = 2
"""Nothing that a viewer has to say needs one; two are enough to be told so."""


OWN_EVENTS = ["connect"], ["disconnect"]
"""what the library tells us as it tells us a viewer's events"""


class LimitedPacket(Packet):
    """The library would collect as many attachments as a packet announces, and believe a viewer
    that says it connects anew."""

    def decode(self, encoded_packet: str) -> int:
        """Reads a packet; how many attachments follow. Raises ValueError."""
        attachments: int = super().decode(encoded_packet)
        if attachments > MAX_ATTACHMENTS:
            raise ValueError(f"{attachments} attachments; at most {MAX_ATTACHMENTS} are taken")
        if isinstance(self.data, list) and self.data[:1] in OWN_EVENTS:
            raise ValueError("no viewer's event")
        return attachments


def count_malformed_packets() -> None:
    """Drops what the Socket.IO server logs of a viewer's malformed packet, and counts it instead.

    An exception that passed through our own code, but for the reading of packets here, is our own
    fault and stays in the log.
    """
    for name in ("engineio.server", "socketio.server"):
        logging.getLogger(name).addFilter(_is_ours)


def _is_ours(record: logging.LogRecord) -> bool:
    if record.levelno == logging.WARNING:  # of requests and events that make no sense
        REFUSED.labels("packet").inc()
        return False
    if not record.exc_info or not record.exc_info[2]:
        return True
    passed = {frame.filename for frame in traceback.extract_tb(record.exc_info[2])} - {__file__}
    if any(name.startswith(OURS) for name in passed):
        FAULTS.labels("events").inc()
        return True
    REFUSED.labels("packet").inc()
    return False


def limit_messages(server: Any, per_s: float) -> None:
    """Gives each connection of a Socket.IO server an allowance, and cuts off who floods it. What is
    heard directly (``websocket_fast_path``) is counted there."""
    hear = server.eio.handlers["message"]

    def heard(sid: str, message: Any) -> Any:
        connection = server.eio.sockets.get(sid)
        if connection and charge_message(connection, per_s):
            return None
        return hear(sid, message)

    server.eio.handlers["message"] = heard


def disconnect_immediately(server: Any) -> None:
    """Has engine.io not wait until a viewer that it cuts off has polled once more: who never does
    would hold his connection, and a thread, for as long as the worker runs. Nor is a closed session
    kept, to which a POST would be a fault."""
    leave = server.eio.handlers["disconnect"]

    def disconnect(sid: str | None = None) -> None:
        connection = server.eio.sockets.get(sid)
        if connection:
            connection.close(wait=False, reason=server.eio.reason.SERVER_DISCONNECT)

    def left(sid: str, *reason: Any) -> None:
        try:
            leave(sid, *reason)
        finally:
            server.eio.sockets.pop(sid, None)

    server.eio.disconnect = disconnect
    server.eio.handlers["disconnect"] = left


def charge_message(connection: Any, per_s: float) -> bool:
    """Counts a message of an engine.io connection; whether it is one of a flood, and the connection
    closed."""
    allowance = getattr(connection, "allowance", None)
    if allowance is None:
        allowance = connection.allowance = TokenBucket(per_s)
    if not allowance.take():
        REFUSED.labels("events").inc()
    if allowance.is_a_flood and not connection.closed:
        log.warning("a viewer sends far more than %g messages a second; it is cut off", per_s)
        connection.close(wait=False)
    return bool(allowance.is_a_flood)
