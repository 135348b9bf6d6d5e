"""Everything that knows eventlet, and the one alternative to it.

The rest of the worker uses ``threading`` and plain sockets, which eventlet replaces by green ones;
with ``threading`` as the mode they are what they seem.
"""

import contextlib
import logging
import socket
import warnings
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

log = logging.getLogger(__name__)

SEND_BUFFER_BYTES = 128 * 1024
"""Small on purpose: what the kernel holds for a slow viewer is old when it arrives, and small
buffers stay in the processor's cache (500 kB frames: 44 instead of 97 µs a delivery)."""
UNSENT_BYTES = 16 * 1024
"""What of that may wait to be sent at all. A viewer that reports nothing and takes nothing then has
176 kB hidden in the kernels instead of 388; a delivery costs a fast viewer the same. Connections
inherit both from the listening socket."""
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

            eventlet.monkey_patch()


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


def write_directly(server: Any) -> None:
    """Gives every WebSocket of a Socket.IO server an ``outbox``, found at its engine.io connection,
    that is the socket's only writer: frames go into it without engine.io's queue and greenlets.

    This reaches into python-engineio and eventlet; ``tests/web/test_direct_writing.py`` says what
    it takes for granted.
    """
    import eventlet
    from eventlet.hubs import trampoline

    from web.outbox import Outbox

    WebSocket: Any = server.eio._async["websocket"]

    class DirectWebSocket(WebSocket):
        def __init__(self, handler: Any, server: Any) -> None:
            connection = handler.__self__

            def handle(websocket: Any) -> Any:
                line = websocket.socket.fd  # the plain, non-blocking socket under the green one
                wait = partial(eventlet.spawn_n, go_on_when_writable, line)
                connection.outbox = Outbox(line.send, wait)
                websocket._send = connection.outbox.put
                websocket._apply_mask = unmask
                return handler(websocket)

            super().__init__(handle, server)

    def go_on_when_writable(line: socket.socket, go_on: Callable[[], None]) -> None:
        with contextlib.suppress(OSError):  # closed meanwhile: its reader notices too
            trampoline(line.fileno(), write=True)
            go_on()

    server.eio._async = {**server.eio._async, "websocket": DirectWebSocket}


def unmask(data: bytes, mask: tuple[int, ...], length: int, offset: int = 0) -> bytes:
    """What a viewer sent, in the clear (RFC 6455, 5.3). eventlet's own takes 15 µs for a report."""
    keys = bytes(mask[(offset + place) % 4] for place in range(4)) * (length // 4 + 1)
    clear = int.from_bytes(data, "little") ^ int.from_bytes(keys[:length], "little")
    return clear.to_bytes(length, "little")


def without_deflate(app: Wsgi) -> Wsgi:
    """Hides the browser's offer to compress WebSocket messages.

    Accepted, it would deflate every viewer's copy of every frame: 1683 µs a delivery instead of 75,
    for JPEG, which does not shrink.
    """

    def wrapped(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        environ.pop("HTTP_SEC_WEBSOCKET_EXTENSIONS", None)
        return app(environ, start_response)

    return wrapped
