"""Limits for what clients send: malformed packets are counted instead of logged with a traceback,
and messages beyond the rate limit are dropped."""

import logging
import traceback
from functools import partial
from pathlib import Path
from typing import Any

from socketio.packet import Packet

from shared.token_bucket import TokenBucket
from web.metrics import FAULTS, REFUSED
from web.websocket import check_message

log = logging.getLogger(__name__)

OWN_CODE = str(Path(__file__).parents[1])

MAX_ATTACHMENTS = 2
"""No event of a viewer needs one; with two the viewer still gets an error for its event."""

RESERVED_EVENTS = ["connect"], ["disconnect"]
"""events by which the library reports connections, like those of viewers"""


class LimitedPacket(Packet):
    """A Socket.IO packet with a limit of attachments and without reserved events. The library would
    collect as many attachments as a packet announces, and take a viewer's ``connect`` event for a
    connection."""

    def decode(self, encoded_packet: str) -> int:
        """Decode a packet and return the number of attachments that follow. Raises ValueError."""
        attachments: int = super().decode(encoded_packet)
        if attachments > MAX_ATTACHMENTS:
            raise ValueError(f"{attachments} attachments; at most {MAX_ATTACHMENTS} are allowed")
        if isinstance(self.data, list) and self.data[:1] in RESERVED_EVENTS:
            raise ValueError("the event's name is reserved")
        return attachments


def count_malformed_packets() -> None:
    """Count malformed packets of viewers instead of logging what the Socket.IO server says of them.

    An exception that passed through our own code, except this module's decoding of packets, is a
    fault of our own and stays in the log.
    """
    for name in ("engineio.server", "socketio.server"):
        logging.getLogger(name).addFilter(_is_own_fault)


def _is_own_fault(record: logging.LogRecord) -> bool:
    if record.levelno == logging.WARNING:  # about invalid requests and events
        REFUSED.labels("packet").inc()
        return False
    if not record.exc_info or not record.exc_info[2]:
        return True
    files = {frame.filename for frame in traceback.extract_tb(record.exc_info[2])} - {__file__}
    if any(name.startswith(OWN_CODE) for name in files):
        FAULTS.labels("events").inc()
        return True
    REFUSED.labels("packet").inc()
    return False


def check_messages(server: Any) -> None:
    """End the WebSocket of a client that sends a message which engine.io cannot read. It would fail
    outside of what it catches, and leave the session half open. To be called before
    ``install_fast_path``."""
    WebSocket: Any = server.eio._async["websocket"]

    class CheckedWebSocket(WebSocket):
        def __init__(self, handler: Any, server: Any) -> None:
            def handle(websocket: Any) -> Any:
                websocket.wait = partial(check_message, websocket.wait)
                try:
                    return handler(websocket)
                finally:
                    del websocket.wait  # a reference cycle

            super().__init__(handle, server)

    server.eio._async = {**server.eio._async, "websocket": CheckedWebSocket}


def limit_messages(server: Any, per_s: float) -> None:
    """Limit the messages of each connection of a Socket.IO server, and disconnect those that flood
    it. The messages of the fast path are counted there (``websocket_fast_path.py``)."""
    on_message = server.eio.handlers["message"]

    def handle(sid: str, message: Any) -> Any:
        connection = server.eio.sockets.get(sid)
        if connection and charge_message(connection, per_s):
            return None
        return on_message(sid, message)

    server.eio.handlers["message"] = handle


def disconnect_immediately(server: Any) -> None:
    """Disconnect viewers without waiting until they have polled once more: one that never does
    would keep its connection, and a thread, for as long as the worker runs. Remove a closed
    session, to which a POST would be a fault."""
    on_disconnect = server.eio.handlers["disconnect"]

    def disconnect(sid: str | None = None) -> None:
        connection = server.eio.sockets.get(sid)
        if connection:
            connection.close(wait=False, reason=server.eio.reason.SERVER_DISCONNECT)

    def handle_disconnect(sid: str, *reason: Any) -> None:
        try:
            on_disconnect(sid, *reason)
        finally:
            server.eio.sockets.pop(sid, None)

    server.eio.disconnect = disconnect
    server.eio.handlers["disconnect"] = handle_disconnect


def charge_message(connection: Any, per_s: float) -> bool:
    """Count a message of an engine.io connection. Return whether it is one of a flood, whose
    connection is then closed."""
    bucket = getattr(connection, "message_bucket", None)
    if bucket is None:
        bucket = connection.message_bucket = TokenBucket(per_s)
    if not bucket.charge():
        REFUSED.labels("events").inc()
    if bucket.is_flooding and not connection.closed:
        log.warning("a viewer sends far more than %g messages per second: disconnected", per_s)
        connection.close(wait=False)
    return bool(bucket.is_flooding)
