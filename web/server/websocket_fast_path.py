"""Serve WebSockets without engine.io's queues and green threads.

The package's docstring lists each internal of python-engineio and eventlet that is touched, why,
what it saves and which test notices when it changes.
"""

from collections.abc import Callable, Collection
from functools import partial
from typing import Any

import orjson

from web.background import run_periodically
from web.fanout.send_queue import SendQueue
from web.server.heartbeat import PING_CHECK_S, TIMEOUT_CHECK_S, Heartbeat, close_unresponsive
from web.server.http_server import ServerLog
from web.server.hub_socket import HubSocket
from web.websocket import unmask

PONG = b"3"
"""engine.io's packet"""
MAX_FRAGMENTS = 64
"""Browsers do not fragment messages that fit into the size limit."""


def install_fast_path(
    server: Any, frequent_events: Collection[str], charge: Callable[[Any], bool]
) -> None:
    """Let frequent messages of a Socket.IO server bypass engine.io's queues and green threads.

    Every WebSocket gets a ``send_queue``, an attribute of its engine.io connection, which is the
    socket's only writer. Pongs, and ``frequent_events`` that request no acknowledgement, are
    handled when they are read, by handlers that must not wait. Pings come from one heartbeat.
    ``charge`` counts a connection's message and returns whether it is to be ignored.
    """
    from eventlet.hubs import get_hub
    from eventlet.websocket import FailedConnectionError

    max_bytes = server.eio.max_http_buffer_size

    def bounded(read_frame: Callable[..., Any], message: Any = None) -> Any:
        """Read a WebSocket frame, and fail if its message has too many of them."""
        message = read_frame(message)
        fragments = () if message.finished else message.data
        if len(fragments) > MAX_FRAGMENTS or sum(map(len, fragments)) > max_bytes:
            raise FailedConnectionError(1009, "too many fragments of a message")
        return message

    WebSocket: Any = server.eio._async["websocket"]
    heartbeat = Heartbeat(server.eio.ping_interval)
    handlers: dict[bytes, Callable[..., Any]] = {
        f'42["{name}",'.encode(): server.handlers["/"][name] for name in frequent_events
    }

    def on_message(connection: Any, text: bytes) -> bool:
        """Handle a message, which is one of engine.io's packets, or return False if it is not one
        of the frequent."""
        if not connection.upgraded:
            return False
        if text == PONG:
            heartbeat.on_pong(connection)
            return True
        handler = handlers.get(text[: text.find(b",") + 1])
        sid = server.manager.sid_from_eio_sid(connection.sid, "/") if handler else None
        if not handler or not sid:
            return False
        if charge(connection):
            return True
        try:
            _, *payload = orjson.loads(text[2:])
        except orjson.JSONDecodeError:
            return False
        handler(sid, *payload)
        return True

    class FastWebSocket(WebSocket):
        def __init__(self, handler: Any, server: Any) -> None:
            connection = handler.__self__

            def handle(websocket: Any) -> Any:
                if connection.upgrading or connection.upgraded:
                    return []  # another WebSocket of this session came earlier
                green = websocket.socket  # eventlet's, whose plain socket does not block
                hub_socket = HubSocket(green.fd, partial(on_message, connection), get_hub())
                green_recv = green.recv

                def recv(count: int) -> bytes:
                    """Read with engine.io's time-out until the session is pinged over this
                    connection."""
                    upgraded = connection.upgraded
                    return hub_socket.recv(count) if upgraded else green_recv(count)

                send_queue = SendQueue(
                    hub_socket.send,
                    hub_socket.on_writable,
                    queued=connection.queue.queue,
                    hang_up=hub_socket.hang_up,
                )
                connection.send_queue = send_queue
                connection.poll = partial(next_packets, connection, type(connection).poll)
                websocket._send = send_queue.put
                websocket.log = ServerLog()
                websocket._apply_mask = unmask
                read_frame = partial(bounded, websocket._recv_frame)
                websocket._recv_frame = partial(hub_socket.read_frame, read_frame)
                green.recv = recv
                green.shutdown = hub_socket.shutdown  # both ways, which also ends a reader
                try:
                    return handler(websocket)
                finally:
                    hub_socket.close()
                    send_queue.close()
                    # Reference cycles: each would keep the socket open, and the viewer's data in
                    # memory, until garbage is collected.
                    del green.recv, green.shutdown, websocket._recv_frame
                    del connection.poll

            super().__init__(handle, server)

    server.eio._async = {**server.eio._async, "websocket": FastWebSocket}
    run_periodically(heartbeat.send_pings, PING_CHECK_S, "connections")
    server.eio.start_service_task = False  # engine.io's own search for unresponsive connections
    close = partial(close_unresponsive, server.eio.sockets)
    run_periodically(close, TIMEOUT_CHECK_S, "connections")


def next_packets(connection: Any, poll: Callable[[Any], list[Any]]) -> list[Any]:
    """Return the packets to be sent next; none at the end. engine.io's own ``poll`` ends the
    connection when nothing came to its queue for the time of two pings, and ours are not in it."""
    if not connection.upgraded:
        return poll(connection)
    packet = connection.queue.get()
    connection.queue.task_done()
    return [packet] if packet else []
