"""Serve WebSockets past engine.io's queues and green threads.

The package's docstring lists each internal of python-engineio and eventlet that is touched, why,
what it saves and which test notices when it changes.
"""

from collections.abc import Callable, Collection
from functools import partial
from typing import Any

import orjson

from web.background import run_periodically
from web.fanout.send_queue import SendQueue
from web.server.heartbeat import BEAT_S, LOOK_S, Heartbeat, close_unresponsive
from web.server.http_server import ServerLog
from web.server.hub_socket import HubSocket
from web.websocket import checked_message, unmask

PONG = b"3"
"""engine.io's packet"""
MOST_FRAGMENTS = 64
"""No browser sends what fits into one of ours in pieces."""


def install_fast_path(
    server: Any, often: Collection[str], is_too_much: Callable[[Any], bool]
) -> None:
    """Takes what is frequent past engine.io's queues and green threads: every WebSocket of a
    Socket.IO server gets an ``outbox``, found at its engine.io connection, that is the socket's
    only writer; pongs, and the events in ``often`` when no answer is asked for, are handled where
    they arrive, by handlers that must not wait; pings come from one heartbeat. ``is_too_much``
    says whether a connection's message is to be passed over.
    """
    from eventlet.hubs import get_hub
    from eventlet.websocket import FailedConnectionError

    most_bytes = server.eio.max_http_buffer_size

    def bounded(read_frame: Callable[..., Any], message: Any = None) -> Any:
        """A WebSocket frame, and an end to a message that comes in ever more of them."""
        message = read_frame(message)
        pieces = () if message.finished else message.data
        if len(pieces) > MOST_FRAGMENTS or sum(map(len, pieces)) > most_bytes:
            raise FailedConnectionError(1009, "a message in too many pieces")
        return message

    WebSocket: Any = server.eio._async["websocket"]
    heartbeat = Heartbeat(server.eio.ping_interval)
    handlers: dict[bytes, Callable[..., Any]] = {
        f'42["{name}",'.encode(): server.handlers["/"][name] for name in often
    }

    def heard(connection: Any, text: bytes) -> bool:
        """Handles a message, which is engine.io's packet; whether it is one of the frequent."""
        if not connection.upgraded:
            return False
        if text == PONG:
            heartbeat.answered(connection)
            return True
        handler = handlers.get(text[: text.find(b",") + 1])
        sid = server.manager.sid_from_eio_sid(connection.sid, "/") if handler else None
        if not handler or not sid:
            return False
        if is_too_much(connection):
            return True
        try:
            _, *payload = orjson.loads(text[2:])
        except orjson.JSONDecodeError:
            return False
        handler(sid, *payload)
        return True

    class DirectWebSocket(WebSocket):
        def __init__(self, handler: Any, server: Any) -> None:
            connection = handler.__self__

            def handle(websocket: Any) -> Any:
                if connection.upgrading or connection.upgraded:
                    return []  # another WebSocket of this session was first
                plain = websocket.socket  # eventlet's green socket, whose own is not blocking
                line = HubSocket(plain.fd, partial(heard, connection), get_hub())
                wait_for_some = plain.recv

                def receive(count: int) -> bytes:
                    """With engine.io's time-out until the session is pinged over this line."""
                    upgraded = connection.upgraded
                    return line.receive(count) if upgraded else wait_for_some(count)

                coming = connection.queue.queue
                outbox = SendQueue(line.send, line.wait, coming, hang_up=line.hang_up)
                connection.outbox = outbox
                connection.poll = partial(next_packets, connection, type(connection).poll)
                websocket._send = outbox.put
                websocket.log = ServerLog()
                websocket._apply_mask = unmask
                websocket.wait = partial(checked_message, websocket.wait)
                read_frame = partial(bounded, websocket._recv_frame)
                websocket._recv_frame = partial(line.at_beginning, read_frame)
                plain.recv = receive
                plain.shutdown = line.end  # both ways: whoever still reads here must go, too
                try:
                    return handler(websocket)
                finally:
                    line.close()
                    outbox.close()
                    # Reference cycles: each would keep the socket open, and what the viewer had in
                    # memory, until garbage is collected.
                    del plain.recv, plain.shutdown, websocket._recv_frame, websocket.wait
                    del connection.poll

            super().__init__(handle, server)
            self.support_legacy_versions = False

    server.eio._async = {**server.eio._async, "websocket": DirectWebSocket}
    run_periodically(heartbeat.ping, BEAT_S, "connections")
    server.eio.start_service_task = False  # engine.io's own look for who is silent
    run_periodically(partial(close_unresponsive, server.eio.sockets), LOOK_S, "connections")


def next_packets(connection: Any, poll: Callable[[Any], list[Any]]) -> list[Any]:
    """What is to be sent next, none at the end. engine.io's own ``poll`` hangs up when nothing came
    to its queue for the time of two pings; ours are not in it."""
    if not connection.upgraded:
        return poll(connection)
    packet = connection.queue.get()
    connection.queue.task_done()
    return [packet] if packet else []
