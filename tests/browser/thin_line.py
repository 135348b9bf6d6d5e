"""A line of so many bytes a second from a web worker to a browser."""

import contextlib
import socket
import threading
import time

from tests.support.fake_servers import SilentServer

BUFFER_BYTES = 16 * 1024
CHUNK_BYTES = 4096


class ThinLine(SilentServer):
    """Forwards to a port; what comes back shares ``bytes_per_s`` among all connections."""

    def __init__(self, port: int, bytes_per_s: float) -> None:
        self.bytes_per_s = bytes_per_s
        self._to = port
        self._due = time.monotonic()
        self._turn = threading.Lock()
        self._stop = threading.Event()
        self._threads: list[threading.Thread] = []
        super().__init__()
        self.url = f"http://127.0.0.1:{self.port}"

    def on_connection(self, connection: socket.socket) -> None:
        other = socket.socket()
        other.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER_BYTES)
        other.connect(("127.0.0.1", self._to))
        self._connections.append(other)
        for ends in ((connection, other, False), (other, connection, True)):
            thread = threading.Thread(target=self._forward, args=ends)
            thread.start()
            self._threads.append(thread)

    def _forward(self, source: socket.socket, sink: socket.socket, paced: bool) -> None:
        with contextlib.suppress(OSError):
            while came := source.recv(CHUNK_BYTES):
                if paced:
                    self._stop.wait(self._wait_s(len(came)))
                sink.sendall(came)
        with contextlib.suppress(OSError):
            sink.shutdown(socket.SHUT_RDWR)

    def _wait_s(self, length: int) -> float:
        with self._turn:
            now = time.monotonic()
            self._due = max(now, self._due) + length / self.bytes_per_s
            return self._due - now

    def close(self) -> None:
        self._stop.set()
        for connection in self._connections:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join()
        super().close()
