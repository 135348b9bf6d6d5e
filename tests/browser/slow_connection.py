"""A connection of limited bandwidth from a web worker to a browser."""

import contextlib
import socket
import threading
import time

from tests.support.fake_servers import SilentServer

BUFFER_BYTES = 16 * 1024
CHUNK_BYTES = 4096


class SlowConnection(SilentServer):
    """A proxy of a port; answers on all connections together get ``bytes_per_s``."""

    def __init__(self, port: int, bytes_per_s: float) -> None:
        self.bytes_per_s = bytes_per_s
        self._target_port = port
        self._next_send = time.monotonic()
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._threads: list[threading.Thread] = []
        super().__init__()
        self.url = f"http://127.0.0.1:{self.port}"

    def on_connection(self, connection: socket.socket) -> None:
        target = socket.socket()
        target.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER_BYTES)
        target.connect(("127.0.0.1", self._target_port))
        self._connections.append(target)
        for arguments in ((connection, target, False), (target, connection, True)):
            thread = threading.Thread(target=self._forward, args=arguments)
            thread.start()
            self._threads.append(thread)

    def _forward(self, source: socket.socket, sink: socket.socket, paced: bool) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(CHUNK_BYTES):
                if paced:
                    self._stop.wait(self._wait_s(len(data)))
                sink.sendall(data)
        with contextlib.suppress(OSError):
            sink.shutdown(socket.SHUT_RDWR)

    def _wait_s(self, length: int) -> float:
        with self._lock:
            now = time.monotonic()
            self._next_send = max(now, self._next_send) + length / self.bytes_per_s
            return self._next_send - now

    def close(self) -> None:
        self._stop.set()
        for connection in self._connections:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join()
        super().close()
