"""The HTTP server: listening, time-outs for requests, the limit of connections, and the log."""

import errno
import io
import logging
import math
import re
import resource
import socket
import sys
import time
from collections.abc import Callable, Iterable
from email.message import Message
from functools import partial
from typing import Any
from weakref import WeakMethod

from web.metrics import FAULTS

log = logging.getLogger(__name__)

SEND_BUFFER_BYTES = 128 * 1024
"""Small on purpose: what the kernel holds for a slow viewer is old when it arrives, and small
buffers stay in the processor's cache (500 kB frames: 44 instead of 97 µs a delivery)."""
MAX_UNSENT_BYTES = 16 * 1024
"""Of that, what may wait to be sent. A viewer that neither reports nor reads then has 176 kB hidden
in the kernels instead of 388; a delivery costs a fast viewer the same. Connections inherit both
from the listening socket."""
SEND_TIMEOUT_MS = 7000
"""The kernel closes a connection whose peer acknowledges nothing for this time: pings find a dead
WebSocket, but a motion stream has none."""
MAX_BODY_BYTES = 64 * 1024
EXTRA_CONNECTIONS = 1000
"""beside the viewers'"""
CONTENT_LENGTH = re.compile(r"[0-9]{1,18}")
RETRY_S = 0.1
"""How long no connection is accepted after one failed."""
RECOVERED_AFTER_S = 10.0
"""The limit of connections counts as left after this time without reaching it: at the limit each
connection that closes lets another one in."""
RESERVED_DESCRIPTORS = 64
"""descriptors that no client can take"""
MIN_CONNECTIONS = 8

Wsgi = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


def listen(host: str, port: int) -> socket.socket:
    """Return a listening socket; raises OSError."""
    family, kind, protocol, _, address = socket.getaddrinfo(
        host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
    )[0]
    listener = socket.socket(family, kind, protocol)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER_BYTES)
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NOTSENT_LOWAT, MAX_UNSENT_BYTES)
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, SEND_TIMEOUT_MS)
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    try:
        listener.bind(address)
    except OSError:
        listener.close()
        raise
    listener.listen(512)
    return listener


def serve(
    mode: str, listener: socket.socket, app: Wsgi, max_viewers: int, request_timeout_s: float
) -> None:
    """Serve until the process ends, at most ``max_viewers`` and some more connections. In the
    ``eventlet`` mode a request must arrive within the time-out: otherwise a few machines that send
    a byte now and then could hold all connections."""
    if mode == "eventlet":
        import eventlet
        import eventlet.wsgi

        pool = eventlet.GreenPool(connection_limit(max_viewers + EXTRA_CONNECTIONS))
        patched_listener: Any = listener
        patched_listener.accept = Accept(listener.accept, pool.free)
        eventlet.wsgi.server(
            patched_listener,
            app,
            protocol=http_protocol_with_timeouts(request_timeout_s),
            log=ServerLog(),
            custom_pool=pool,
            socket_timeout=60,
            minimum_chunk_size=1,  # a small image must not wait for the next ones
            debug=False,
        )
    else:
        from werkzeug.serving import make_server

        host, port = listener.getsockname()[:2]
        make_server(host, port, app, threaded=True, fd=listener.fileno()).serve_forever()


def http_protocol_with_timeouts(timeout_s: float) -> type:
    """Return eventlet's HTTP protocol with a time-out for the request line, for the headers, and
    for the body, which is read before the application is called if it is short."""
    from eventlet import Timeout
    from eventlet.wsgi import HttpProtocol

    class TimeoutProtocol(HttpProtocol):
        close_connection: bool
        environ: dict[str, Any]

        def _read_request_line(self) -> Any:
            with Timeout(timeout_s, False):
                return super()._read_request_line()
            return b""

        def parse_request(self) -> bool:
            with Timeout(timeout_s, False):
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
            if 0 < int(environ.get("CONTENT_LENGTH") or 0) <= MAX_BODY_BYTES:
                content = b""
                with Timeout(timeout_s, False):
                    content = body.read()
                environ["wsgi.input"] = io.BytesIO(content)
            return environ

        def _discard(self, discard: Callable[[], Callable[[], None] | None]) -> None:
            """Read the rest of a body that was not used, before the next request."""
            read_rest = discard()
            self.close_connection, close_connection = True, self.close_connection
            with Timeout(timeout_s, False):
                if read_rest:
                    read_rest()
                self.close_connection = close_connection

        def finish(self) -> None:
            """Close both files of the connection: ``rfile`` stays open if the rest of a response
            cannot be written, and keeps the descriptor until garbage is collected. Break the
            reference cycles with the last request, which would keep some 20 kB as long."""
            try:
                super().finish()
            finally:
                self.rfile.close()
                self.connection.close()
                environ = self.__dict__.pop("environ", {})
                environ.pop("werkzeug.request", None)

        def log_message(self, format: str, *arguments: Any) -> None:
            """Log a malformed request, at level DEBUG."""
            log.debug(format, *arguments)

    return TimeoutProtocol


def connection_limit(requested: int) -> int:
    """Return how many connections may be open: ``requested``, or fewer if the limit of descriptors
    cannot be raised that far. Some descriptors are reserved for Redis, files and the log."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    needed = requested + RESERVED_DESCRIPTORS
    if soft < needed:
        soft = needed if hard == resource.RLIM_INFINITY else min(needed, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    limit = max(MIN_CONNECTIONS, min(requested, soft - RESERVED_DESCRIPTORS))
    if limit < requested:
        log.warning(
            "at most %d connections: the limit of open files is %d; raise it (ulimit -n)",
            limit,
            soft,
        )
    return limit


class Accept:
    """The listening socket's ``accept`` without errors: it waits while no connection can be
    accepted, where eventlet's server would end. It logs once that the limit is reached, and once
    that it was left for a while.

    ``accept`` is the listening socket's own, ``free`` returns the number of free places.
    """

    def __init__(
        self,
        accept: Callable[[], Any],
        free: Callable[[], int],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._accept, self._free, self._clock = accept, free, clock
        self._full_at = -math.inf
        self._is_full = False

    def __call__(self) -> Any:
        """Wait for the next connection and return it."""
        while True:
            try:
                accepted = self._accept()
            except OSError as error:
                if error.errno != errno.EINVAL:  # which means that the worker ends
                    self._on_full(str(error.strerror))
                time.sleep(RETRY_S)
                continue
            if self._free() <= 1:
                self._on_full("all are in use")
            elif self._is_full and self._clock() - self._full_at > RECOVERED_AFTER_S:
                self._is_full = False
                log.info("connections are accepted again")
            return accepted

    def _on_full(self, reason: str) -> None:
        if not self._is_full:
            log.error(
                "limit of connections reached (%s), new ones wait; raise ulimit -n or "
                "BEAMCAST_MAX_VIEWERS",
                reason,
            )
        self._is_full, self._full_at = True, self._clock()


def is_ambiguous(headers: Message) -> bool:
    """Return whether a proxy may see another end of the request's body, as RFC 9112, 6.3 warns: the
    rest could then be a request that the proxy did not see."""
    lengths = headers.get_all("Content-Length", [])
    codings = headers.get_all("Transfer-Encoding", [])
    return (
        len(lengths) + len(codings) > 1
        or not all(CONTENT_LENGTH.fullmatch(length) for length in lengths)
        or not all(coding.lower() == "chunked" for coding in codings)
        or bool(headers.defects)  # a malformed header line
    )


class ServerLog:
    """The log of eventlet's server, reduced to our own faults."""

    def info(self, *_: object) -> None:
        """Called with tracebacks, and with a line for each request."""
        error = sys.exc_info()[1]
        if error and not isinstance(error, OSError):  # which is a client that has disconnected
            FAULTS.labels("requests").inc()
            log.error("unexpected error in a request", exc_info=error)

    def debug(self, *_: object) -> None:
        """Ignore what happens to connections."""

    error = write = debug
    """ignore errors of bodies, and of WebSockets that have ended"""
