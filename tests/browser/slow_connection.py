"""A connection of limited bandwidth and with a delay, from a web worker to a browser."""

import contextlib
import queue
import socket
import threading
import time
from collections.abc import Callable

from tests.support.fake_servers import SilentServer

BUFFER_BYTES = 16 * 1024
CHUNK_BYTES = 4096
MAX_CHUNKS_ON_THE_WAY = 64


class SlowConnection(SilentServer):
    """A proxy of a port; answers on all connections together get ``bytes_per_s``.

    Each byte takes ``delay_s`` each way. A new connection is accepted immediately, so what the
    browser sends over it first is held back for the round trip that opening it takes. The
    congestion window of TCP is not simulated.
    """

    def __init__(self, port: int, bytes_per_s: float, delay_s: float = 0.0) -> None:
        self.bytes_per_s = bytes_per_s
        self.delay_s = delay_s
        self.received_bytes = 0
        """what the browser has been sent, of all connections"""
        self._target_port = port
        self._next_send = time.monotonic()
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._threads: list[threading.Thread] = []
        super().__init__()
        self.url = f"http://127.0.0.1:{self.port}"

    def on_connection(self, connection: socket.socket) -> None:
        opened_at = time.monotonic() + 2 * self.delay_s
        target = socket.socket()
        target.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER_BYTES)
        for each in (connection, target):
            each.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        target.connect(("127.0.0.1", self._target_port))
        self._connections.append(target)
        self._pipe(connection, target, lambda _: max(time.monotonic(), opened_at))
        self._pipe(target, connection, self._transmit)

    def _pipe(
        self, source: socket.socket, sink: socket.socket, transmit: Callable[[int], float]
    ) -> None:
        """Forward one direction; ``transmit`` returns when the last byte of a chunk is sent."""
        on_the_way: queue.Queue[tuple[float, bytes]] = queue.Queue(MAX_CHUNKS_ON_THE_WAY)
        for run, given in (
            (self._read, (source, on_the_way, transmit)),
            (self._write, (sink, on_the_way)),
        ):
            thread = threading.Thread(target=run, args=given)
            thread.start()
            self._threads.append(thread)

    def _read(
        self,
        source: socket.socket,
        on_the_way: "queue.Queue[tuple[float, bytes]]",
        transmit: Callable[[int], float],
    ) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(CHUNK_BYTES):
                on_the_way.put((transmit(len(data)) + self.delay_s, data))
        on_the_way.put((time.monotonic() + self.delay_s, b""))

    def _write(self, sink: socket.socket, on_the_way: "queue.Queue[tuple[float, bytes]]") -> None:
        is_open = True
        while True:
            at, data = on_the_way.get()
            self._stop.wait(max(0.0, at - time.monotonic()))
            if not data:
                break
            try:
                if is_open:
                    sink.sendall(data)
            except OSError:
                is_open = False
        with contextlib.suppress(OSError):
            sink.shutdown(socket.SHUT_RDWR)

    def _transmit(self, length: int) -> float:
        """Wait until the connections have sent what came before, and these bytes."""
        with self._lock:
            self.received_bytes += length
            self._next_send = max(time.monotonic(), self._next_send) + length / self.bytes_per_s
            sent_at = self._next_send
        self._stop.wait(sent_at - time.monotonic())
        return sent_at

    def close(self) -> None:
        self._stop.set()
        for connection in self._connections:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join()
        super().close()
