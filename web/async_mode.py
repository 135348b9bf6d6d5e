"""Everything that knows eventlet, and the one alternative to it.

The rest of the worker uses ``threading`` and plain sockets, which eventlet replaces by green ones;
with ``threading`` as the mode they are what they seem.
"""

import heapq
import logging
import socket
import warnings
from collections.abc import Callable, Collection, Iterable
from functools import partial
from typing import Any

import orjson

from web.heartbeat import BEAT_S, LOOK_S, Heartbeat, end_the_silent
from web.inbox import left_unheard, unmask
from web.metrics import FAULTS
from web.outbox import Outbox

log = logging.getLogger(__name__)

SEND_BUFFER_BYTES = 128 * 1024
"""Small on purpose: what the kernel holds for a slow viewer is old when it arrives, and small
buffers stay in the processor's cache (500 kB frames: 44 instead of 97 µs a delivery)."""
UNSENT_BYTES = 16 * 1024
"""What of that may wait to be sent at all. A viewer that reports nothing and takes nothing then has
176 kB hidden in the kernels instead of 388; a delivery costs a fast viewer the same. Connections
inherit both from the listening socket."""
READ_BYTES = 16 * 1024
PONG = b"3"
"""engine.io's packet"""
MAX_CONNECTIONS = 2000
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


def serve(mode: str, listener: socket.socket, app: Wsgi) -> None:
    """Serves until the process ends."""
    if mode == "eventlet":
        import eventlet.wsgi

        eventlet.wsgi.server(
            listener,
            app,
            log_output=False,
            max_size=MAX_CONNECTIONS,
            socket_timeout=60,
            minimum_chunk_size=1,  # a small picture must not wait for the next ones
            debug=False,
        )
    else:
        from werkzeug.serving import make_server

        host, port = listener.getsockname()[:2]
        make_server(host, port, app, threaded=True, fd=listener.fileno()).serve_forever()


def apart(mode: str, threads: int) -> Callable[..., Any]:
    """What calls a function in a real thread, of which there are so many, and waits for its result
    while all else goes on. What it calls must know nothing of green threads: no locks, no log."""
    if mode == "eventlet":
        from eventlet import tpool

        tpool.set_num_threads(threads)
        return tpool.execute
    return lambda work, *arguments: work(*arguments)


def serve_directly(server: Any, often: Collection[str]) -> None:
    """Takes what is frequent past engine.io's queues and green threads: every WebSocket of a
    Socket.IO server gets an ``outbox``, found at its engine.io connection, that is the socket's
    only writer; pongs, and the events in ``often`` when no answer is asked for, are handled where
    they arrive, by handlers that must not wait; pings come from one heartbeat.

    This reaches into python-engineio and eventlet; ``tests/web/test_serving_directly.py`` says what
    it takes for granted.
    """
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
                line = HubLine(plain.fd, partial(heard, connection))
                wait_for_some = plain.recv

                def receive(count: int) -> bytes:
                    """With engine.io's time-out until the session is pinged over this line."""
                    upgraded = connection.upgraded
                    return line.receive(count) if upgraded else wait_for_some(count)

                connection.outbox = Outbox(line.send, line.wait, connection.queue.queue)
                connection.poll = partial(next_packets, connection, type(connection).poll)
                websocket._send = connection.outbox.put
                websocket._apply_mask = unmask
                websocket._recv_frame = partial(line.at_beginning, websocket._recv_frame)
                plain.recv = receive
                plain.shutdown = line.end  # both ways: whoever still reads here must go, too
                try:
                    return handler(websocket)
                finally:
                    line.close()
                    # else each would keep the socket open until unreachable objects are looked for
                    del plain.recv, plain.shutdown, websocket._recv_frame

            super().__init__(handle, server)

    def for_ever(every_s: float, step: Callable[[], None]) -> None:
        while True:
            try:
                step()
            except Exception:
                FAULTS.labels("connections").inc()
                log.exception("a fault among the connections; it goes on")
            server.sleep(every_s)

    server.eio._async = {**server.eio._async, "websocket": DirectWebSocket}
    server.start_background_task(for_ever, BEAT_S, heartbeat.ping)
    server.eio.start_service_task = False  # engine.io's own look for who is silent
    server.start_background_task(for_ever, LOOK_S, partial(end_the_silent, server.eio.sockets))


def next_packets(connection: Any, poll: Callable[[Any], list[Any]]) -> list[Any]:
    """What is to be sent next, none at the end. engine.io's own ``poll`` hangs up when nothing came
    to its queue for the time of two pings; ours are not in it."""
    if not connection.upgraded:
        return poll(connection)
    packet = connection.queue.get()
    connection.queue.task_done()
    return [packet] if packet else []


class HubLine:
    """A plain, non-blocking socket in eventlet's hub, which calls back when there is something to
    read or room to write: most of what comes or goes then wakes no green thread."""

    def __init__(self, line: socket.socket, heard: Callable[[bytes], bool]) -> None:
        from eventlet.hubs import get_hub
        from greenlet import getcurrent

        self.send = line.send
        self._line = line
        self._file = line.fileno()
        self._heard = heard
        self._hub = get_hub()
        self._current = getcurrent
        self._reader: Any = None
        self._came = b""
        self._begins = False
        self._writable: Any = None
        self._go_on: Callable[[], None] | None = None

    def at_beginning(self, read_frame: Callable[..., Any], message: Any = None) -> Any:
        """Lets ``read_frame`` read a WebSocket frame, before which short messages may be heard."""
        self._begins = message is None
        return read_frame(message=message)

    def receive(self, count: int) -> bytes:
        """What a blocking socket's ``recv`` gives, without the messages that were heard."""
        if not self._came:
            self._came = self._wait_for_bytes()
        self._begins = False
        came, self._came = self._came[:count], self._came[count:]
        return came

    def wait(self, go_on: Callable[[], None]) -> None:
        """Has ``go_on`` called once there is room to write."""
        self._go_on = go_on
        if not self._writable:
            self._writable = self._hub.add(self._hub.WRITE, self._file, self._room, _ignore, None)

    def end(self, _how: int = socket.SHUT_RDWR) -> None:
        """Hangs up both ways, which a reader that waits notices."""
        self._line.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Leaves the hub."""
        self._go_on = None
        self._leave_writable()

    def _wait_for_bytes(self) -> bytes:
        self._reader = reader = self._current()
        listener = self._hub.add(self._hub.READ, self._file, self._arrived, reader.throw, None)
        try:
            came: bytes = self._hub.switch()
            return came
        finally:
            self._reader = None
            self._hub.remove(listener)

    def _arrived(self, _: int) -> None:
        reader = self._reader
        if not reader:
            return
        try:
            came = self._line.recv(READ_BYTES)
            unheard = left_unheard(came, self._heard) if self._begins else came
        except BlockingIOError:
            return
        except Exception as problem:  # noqa: BLE001 - the reader's to deal with, as with its own
            reader.throw(problem)
            return
        if unheard or not came:
            reader.switch(unheard)

    def _room(self, _: int) -> None:
        go_on, self._go_on = self._go_on, None
        if go_on:
            go_on()
        if not self._go_on:
            self._leave_writable()

    def _leave_writable(self) -> None:
        listener, self._writable = self._writable, None
        if listener:
            self._hub.remove(listener)


def _ignore(*_: object) -> None:
    pass
