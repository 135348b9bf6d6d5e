"""The shutdown of a worker: its viewers are disconnected one after the other, and each gets frames
until then. All of them together would reconnect to other workers as a rush, which the viewers there
would notice."""

import socket
import time
from typing import Any

MAX_PAUSE_S = 0.01
"""between two viewers"""
MAX_DRAIN_S = 3.0
"""compose, Swarm and `make run` kill a worker that has not ended after 5 s"""


def stop_accepting(listener: socket.socket) -> None:
    """Refuse new connections, so that nginx sends them to other workers."""
    listener.shutdown(socket.SHUT_RDWR)


def drain(server: Any) -> None:
    """Close the connections of all viewers of an engine.io server without a farewell, after which
    some programs would not reconnect."""
    connections = [*server.sockets.values()]
    pause_s = min(MAX_PAUSE_S, MAX_DRAIN_S / max(1, len(connections)))
    end = time.monotonic() + MAX_DRAIN_S
    for connection in connections:
        connection.close(wait=False, abort=True, reason=server.reason.SERVER_DISCONNECT)
        if time.monotonic() > end:  # Redis, which counts each viewer off, hangs
            return
        time.sleep(pause_s)
