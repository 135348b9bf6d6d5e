"""What eventlet's HTTP server lacks: it goes on when no connection can be had, and its faults are
told."""

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
UNSENT_BYTES = 16 * 1024
"""What of that may wait to be sent at all. A viewer that reports nothing and takes nothing then has
176 kB hidden in the kernels instead of 388; a delivery costs a fast viewer the same. Connections
inherit both from the listening socket."""
LONGEST_BODY = 64 * 1024
MORE_REQUESTS = 1000
"""beside the viewers'"""
GONE_AFTER_MS = 7000
"""A reader that takes nothing for so long is cut off by the kernel, whatever it reads: a WebSocket
has pings to find it, a motion stream has none."""

LENGTH = re.compile(r"[0-9]{1,18}")
REFUSED_S = 0.1
"""How long no connection is taken after one could not be had."""
CALM_S = 10.0
"""without that, until connections count as to be had again: at a limit each that is closed lets one
in"""
RESERVED = 64
"""descriptors that no client can take"""
MIN_PLACES = 8

Wsgi = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


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


def places(wanted: int) -> int:
    """How many connections may be open at a time: as many as are wanted, if the limit of
    descriptors can be raised so far. Some descriptors are left for Redis, files and the log."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    needed = wanted + RESERVED
    if soft < needed:
        soft = needed if hard == resource.RLIM_INFINITY else min(needed, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    fitting = max(MIN_PLACES, min(wanted, soft - RESERVED))
    if fitting < wanted:
        log.warning("%d connections at a time fit the limit of descriptors, %d", fitting, soft)
    return fitting


class Accept:
    """Takes connections; that none more can be had is told once, until they could for a while.

    ``take`` is the listening socket's own, ``free`` says how many places there are. Eventlet's
    server would end when a connection cannot be had.
    """

    def __init__(
        self,
        take: Callable[[], Any],
        free: Callable[[], int],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._take, self._free, self._clock = take, free, clock
        self._full_at = -math.inf
        self._is_full = False

    def __call__(self) -> Any:
        """The next connection, when one can be had."""
        while True:
            try:
                taken = self._take()
            except OSError as problem:
                if problem.errno != errno.EINVAL:  # which means that the worker ends
                    self._is_now_full(str(problem.strerror))
                time.sleep(REFUSED_S)
                continue
            if self._free() <= 1:
                self._is_now_full("all are taken")
            elif self._is_full and self._clock() - self._full_at > CALM_S:
                self._is_full = False
                log.info("connections can be had again")
            return taken

    def _is_now_full(self, why: str) -> None:
        if not self._is_full:
            log.error(
                "no connection more can be had (%s), others wait; see ulimit -n and "
                "BEAMCAST_MAX_VIEWERS",
                why,
            )
        self._is_full, self._full_at = True, self._clock()


def is_ambiguous(headers: Message) -> bool:
    """Whether a server before this one may see another end of the request's body, as RFC 9112, 6.3
    warns; then what follows could be a request that this one never saw."""
    lengths = headers.get_all("Content-Length", [])
    codings = headers.get_all("Transfer-Encoding", [])
    return (
        len(lengths) + len(codings) > 1
        or not all(LENGTH.fullmatch(length) for length in lengths)
        or not all(coding.lower() == "chunked" for coding in codings)
        or bool(headers.defects)  # a line that is no header
    )


class ServerLog:
    """What eventlet's server has to say: of that, what is our own fault."""

    def info(self, *_: object) -> None:
        """Takes tracebacks, and lines about requests."""
        problem = sys.exc_info()[1]
        if problem and not isinstance(problem, OSError):  # that is somebody who has left
            FAULTS.labels("requests").inc()
            log.error("a request could not be answered", exc_info=problem)

    def debug(self, *_: object) -> None:
        """Takes what happens to connections."""

    error = write = debug
    """take what is wrong with bodies, and with WebSockets that are gone"""
