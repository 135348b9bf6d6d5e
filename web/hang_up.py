"""Whether the client of an HTTP request is still there, while its answer is waited for."""

import socket
from collections.abc import Callable, Mapping
from typing import Any


def hang_up(environ: Mapping[str, Any]) -> Callable[[], bool]:
    """What tells whether the client of a WSGI request has closed or reset its connection.

    A server notices otherwise only when it writes; until then the request holds its descriptor.
    The connection is eventlet's or werkzeug's; of other servers it is not known.
    """
    found = environ.get("werkzeug.socket")
    if "eventlet.input" in environ:
        found = environ["eventlet.input"].get_socket()
    connection = getattr(found, "fd", found)  # a plain socket, which does not wait

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
