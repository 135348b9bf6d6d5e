"""The connection of an HTTP request: whether its client is still there while the answer is waited
for, and its end when the client takes too long."""

import contextlib
import socket
from collections.abc import Callable, Mapping
from typing import Any


def disconnect_check(environ: Mapping[str, Any]) -> Callable[[], bool]:
    """What tells whether the client of a WSGI request has closed or reset its connection.

    A server notices otherwise only when it writes; until then the request holds its descriptor.
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
    """What ends the connection of a WSGI request without waiting; who writes to it notices."""
    connection = _connection(environ)

    def end() -> None:
        if connection is not None:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    return end


def _connection(environ: Mapping[str, Any]) -> Any:
    """A plain socket, which does not wait: eventlet's or werkzeug's. Of other servers None."""
    found = environ.get("werkzeug.socket")
    if "eventlet.input" in environ:
        found = environ["eventlet.input"].get_socket()
    return getattr(found, "fd", found)
