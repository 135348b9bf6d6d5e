"""How a worker that is told to end hands its viewers over: they go one after another, and each has
its frames until then. All at once they would come back elsewhere as a rush, which those who are
there would feel."""

import socket
import time
from typing import Any

APART_S = 0.01
WITHIN_S = 3.0
"""compose, Swarm and `make run` kill who has not ended after 5 s"""


def stop_accepting(listener: socket.socket) -> None:
    """Refuses who comes from now on, so that nginx sends them elsewhere."""
    listener.shutdown(socket.SHUT_RDWR)


def drain(server: Any) -> None:
    """Cuts the lines of all viewers of an engine.io server; it does not say good-bye, after which
    some programs would stay away."""
    connections = [*server.sockets.values()]
    pause_s = min(APART_S, WITHIN_S / max(1, len(connections)))
    end = time.monotonic() + WITHIN_S
    for connection in connections:
        connection.close(wait=False, abort=True, reason=server.reason.SERVER_DISCONNECT)
        if time.monotonic() > end:  # Redis, which is told of each, hangs
            return
        time.sleep(pause_s)
