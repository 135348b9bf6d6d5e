"""The connection of an HTTP request: a check whether its client is still there while the response
is waited for, and its end when the client is too slow."""

import contextlib
import socket
from collections.abc import Callable, Mapping
from typing import Any


def disconnect_check(environ: Mapping[str, Any]) -> Callable[[], bool]:
    """Return a function that tells whether the client of a WSGI request has disconnected.

    A server notices otherwise only when it writes; until then the request keeps its descriptor.
    """
    connection = _connection(environ)

    def has_hung_up() -> bool:
        if connection is None:
            return False
        try:
            return not connection.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT)
        except BlockingIOError:
            return False
        except OSError:
            return True

    return has_hung_up


def disconnect(environ: Mapping[str, Any]) -> Callable[[], None]:
    """Return a function that closes the connection of a WSGI request without waiting; a thread that
    writes to it then gets an error."""
    connection = _connection(environ)

    def end() -> None:
        if connection is not None:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    return end


def _connection(environ: Mapping[str, Any]) -> Any:
    """Return the plain, non-blocking socket of a request to eventlet's or werkzeug's server, or
    None."""
    found = environ.get("werkzeug.socket")
    if "eventlet.input" in environ:
        found = environ["eventlet.input"].get_socket()
    return getattr(found, "fd", found)
