"""Everything that knows eventlet, and the one alternative to it.

The rest of the worker uses ``threading`` and plain sockets, which eventlet replaces by green ones;
with ``threading`` as the mode they are what they seem.
"""

import heapq
import io
import logging
import socket
import warnings
from collections.abc import Callable, Collection, Iterable
from functools import partial
from typing import Any
from weakref import WeakMethod

import orjson

from web.background import run_periodically
from web.fanout.send_queue import SendQueue
from web.server.heartbeat import BEAT_S, LOOK_S, Heartbeat, close_unresponsive
from web.server.http_server import Accept, ServerLog, is_ambiguous, places
from web.server.hub_socket import HubSocket
from web.websocket import checked_message, unmask

log = logging.getLogger(__name__)

SEND_BUFFER_BYTES = 128 * 1024
"""Small on purpose: what the kernel holds for a slow viewer is old when it arrives, and small
buffers stay in the processor's cache (500 kB frames: 44 instead of 97 µs a delivery)."""
UNSENT_BYTES = 16 * 1024
"""What of that may wait to be sent at all. A viewer that reports nothing and takes nothing then has
176 kB hidden in the kernels instead of 388; a delivery costs a fast viewer the same. Connections
inherit both from the listening socket."""
PONG = b"3"
"""engine.io's packet"""
LONGEST_BODY = 64 * 1024
MORE_REQUESTS = 1000
"""beside the viewers'"""
MOST_FRAGMENTS = 64
"""No browser sends what fits into one of ours in pieces."""
GONE_AFTER_MS = 7000
"""A reader that takes nothing for so long is cut off by the kernel, whatever it reads: a WebSocket
has pings to find it, a motion stream has none."""

Wsgi = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


def prepare(mode: str) -> None:
    """Must run before anything imports socket users (redis, flask, …)."""
    if mode == "eventlet":
        with warnings.catch_warnings():
            # It says that eventlet is in bugfix mode; docs/decisions/ says why it stays.
            warnings.simplefilter("ignore")
            import eventlet

            eventlet.hubs.use_hub(quiet_hub())
            eventlet.monkey_patch()
        ask_anew_for_names()


def ask_anew_for_names() -> None:
    """Takes eventlet's memory for names: Docker's name server says of each answer, also of none,
    that it holds for minutes, in which a Redis that came back elsewhere would not be found."""
    from eventlet.support.greendns import resolver

    make = resolver.clear

    def clear() -> None:
        make()
        resolver._resolver.cache = None

    resolver.clear = clear


def quiet_hub() -> type:
    """eventlet's hub, without its waking up when a timer would have gone off that was cancelled: it
    did for every frame, each of which was waited for with a time-out."""
    from eventlet.hubs import epolls

    class QuietHub(epolls.Hub):
        def prepare_timers(self) -> None:
            super().prepare_timers()
            while self.timers and self.timers[0][1].called:
                heapq.heappop(self.timers)
                self.timers_canceled -= 1

    return QuietHub


def listen(host: str, port: int) -> socket.socket:
    """A listening socket; raises OSError when the address cannot be had."""
    family, kind, protocol, _, address = socket.getaddrinfo(
        host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
    )[0]
    listener = socket.socket(family, kind, protocol)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER_BYTES)
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NOTSENT_LOWAT, UNSENT_BYTES)
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, GONE_AFTER_MS)
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    try:
        listener.bind(address)
    except OSError:
        listener.close()
        raise
    listener.listen(512)
    return listener


def serve(
    mode: str, listener: socket.socket, app: Wsgi, max_viewers: int, patience_s: float
) -> None:
    """Serves until the process ends: so many viewers, and some more requests. A request has so long
    to arrive, with ``eventlet``: else a few machines that send a byte now and then could hold all
    connections."""
    if mode == "eventlet":
        import eventlet
        import eventlet.wsgi

        pool = eventlet.GreenPool(places(max_viewers + MORE_REQUESTS))
        enduring: Any = listener
        enduring.accept = Accept(listener.accept, pool.free)
        eventlet.wsgi.server(
            enduring,
            app,
            protocol=http_protocol_with_timeouts(patience_s),
            log=ServerLog(),
            custom_pool=pool,
            socket_timeout=60,
            minimum_chunk_size=1,  # a small picture must not wait for the next ones
            debug=False,
        )
    else:
        from werkzeug.serving import make_server

        host, port = listener.getsockname()[:2]
        make_server(host, port, app, threaded=True, fd=listener.fileno()).serve_forever()


def http_protocol_with_timeouts(patience_s: float) -> type:
    """eventlet's HTTP, with a limit for the request line, for the headers, and for the body, of
    which it reads a short one before the application is asked."""
    from eventlet import Timeout
    from eventlet.wsgi import HttpProtocol

    class ImpatientProtocol(HttpProtocol):
        close_connection: bool
        environ: dict[str, Any]

        def _read_request_line(self) -> Any:
            with Timeout(patience_s, False):
                return super()._read_request_line()
            return b""

        def parse_request(self) -> bool:
            with Timeout(patience_s, False):
                if not super().parse_request():
                    return False
                if not is_ambiguous(self.headers):
                    return True
                self.send_error(400)
            self.close_connection = True
            return False

        def get_environ(self) -> dict[str, Any]:
            environ: dict[str, Any] = super().get_environ()
            body = environ["eventlet.input"]
            body.discard = partial(self._discard, WeakMethod(body.discard))
            if 0 < int(environ.get("CONTENT_LENGTH") or 0) <= LONGEST_BODY:
                read = b""
                with Timeout(patience_s, False):
                    read = body.read()
                environ["wsgi.input"] = io.BytesIO(read)
            return environ

        def _discard(self, discard: Callable[[], Callable[[], None] | None]) -> None:
            """Reads what of a body nobody wanted, before the next request."""
            read_on = discard()
            self.close_connection, goes_on = True, self.close_connection
            with Timeout(patience_s, False):
                if read_on:
                    read_on()
                self.close_connection = goes_on

        def finish(self) -> None:
            """Closes both of the connection's files: ``rfile`` stays open where the rest of an
            answer cannot be written, and holds the descriptor until garbage is collected. Breaks
            the reference cycles with the last request, which would keep some 20 kB as long."""
            try:
                super().finish()
            finally:
                self.rfile.close()
                self.connection.close()
                environ = self.__dict__.pop("environ", {})
                environ.pop("werkzeug.request", None)

        def log_message(self, format: str, *words: Any) -> None:
            """Of a malformed request."""
            log.debug(format, *words)

    return ImpatientProtocol


def thread_pool_runner(mode: str, threads: int) -> Callable[..., Any]:
    """What calls a function in a real thread, of which there are so many, and waits for its result
    while all else goes on. What it calls must know nothing of green threads: no locks, no log."""
    if mode == "eventlet":
        from eventlet import tpool

        tpool.set_num_threads(threads)
        tpool.setup()  # now: without descriptors left it would fail, and not try again
        return tpool.execute
    return lambda work, *arguments: work(*arguments)


def install_fast_path(
    server: Any, often: Collection[str], is_too_much: Callable[[Any], bool]
) -> None:
    """Takes what is frequent past engine.io's queues and green threads: every WebSocket of a
    Socket.IO server gets an ``outbox``, found at its engine.io connection, that is the socket's
    only writer; pongs, and the events in ``often`` when no answer is asked for, are handled where
    they arrive, by handlers that must not wait; pings come from one heartbeat. ``is_too_much``
    says whether a connection's message is to be passed over.

    This reaches into python-engineio and eventlet; what it takes for granted is tested in
    ``tests/web/server/test_websocket_fast_path.py``.
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
