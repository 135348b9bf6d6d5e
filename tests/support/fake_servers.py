"""Servers that are not bsread sources, and a forwarder before one."""

import contextlib
import selectors
import socket
import threading


class SilentServer:
    """A server that accepts connections and sends nothing."""

    def __init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self.address = f"tcp://127.0.0.1:{self.port}"
        self._connections: list[socket.socket] = []
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:  # closed
                return
            self._connections.append(connection)
            self.on_connection(connection)

    @property
    def connections(self) -> int:
        """Number of connections so far."""
        return len(self._connections)

    def on_connection(self, connection: socket.socket) -> None:
        """Send nothing."""

    def close(self) -> None:
        """Close the server and all its connections."""
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join()
        for connection in self._connections:
            connection.close()


class WebServer(SilentServer):
    """A server that answers everything with 400, as a web server does to invalid requests."""

    def on_connection(self, connection: socket.socket) -> None:
        with contextlib.suppress(OSError):
            connection.recv(1024)
            connection.sendall(b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n")
            connection.close()


class DisconnectingServer(SilentServer):
    """A server that closes each connection immediately."""

    def on_connection(self, connection: socket.socket) -> None:
        connection.close()


class DamagedPushSocket(SilentServer):
    """A PUSH socket whose first bytes after the handshake (ZMTP 3.0, NULL) are damaged."""

    def on_connection(self, connection: socket.socket) -> None:
        with contextlib.suppress(OSError):
            connection.sendall(b"\xff" + bytes(8) + b"\x7f\x03\x00" + b"NULL".ljust(52, b"\0"))
            connection.recv(64, socket.MSG_WAITALL)
            connection.sendall(b"\x04\x1a\x05READY\x0bSocket-Type\0\0\0\x04PUSH" + b"\xff" * 100)


class DamagedGreeting(SilentServer):
    """A PUSH socket whose first byte is damaged, so that it looks like ZMTP 1.0, which has no
    handshake; it waits for an answer to this byte."""

    def on_connection(self, connection: socket.socket) -> None:
        with contextlib.suppress(OSError):
            connection.sendall(b"\x01\x00")


class Forwarder(SilentServer):
    """Forwards connections to a port, until :meth:`cut` silently stops the open ones."""

    def __init__(self, port: int) -> None:
        self._to = port
        self._forwarding = selectors.DefaultSelector()
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._forwarder = threading.Thread(target=self._forward)
        super().__init__()
        self._forwarder.start()

    def on_connection(self, connection: socket.socket) -> None:
        try:
            other = socket.create_connection(("127.0.0.1", self._to), 5)
        except OSError:
            connection.close()
            return
        self._connections.append(other)
        with self._lock:
            self._forwarding.register(connection, selectors.EVENT_READ, other)
            self._forwarding.register(other, selectors.EVENT_READ, connection)

    def cut(self) -> None:
        """Stop forwarding on the open connections without closing them; forward new ones."""
        with self._lock:
            for key in tuple(self._forwarding.get_map().values()):
                self._forwarding.unregister(key.fileobj)

    def _forward(self) -> None:
        while not self._stop.is_set():
            with self._lock:
                for key, _ in self._forwarding.select(0):
                    if key.fileobj.fileno() < 0:  # its other end was just closed
                        continue
                    try:
                        data = key.fileobj.recv(65536)
                        key.data.sendall(data)
                    except OSError:
                        data = b""
                    if not data:
                        self._end(key.fileobj, key.data)
            self._stop.wait(0.005)

    def _end(self, *ends: socket.socket) -> None:
        for end in ends:
            if end in self._forwarding.get_map():
                self._forwarding.unregister(end)
            end.close()

    def close(self) -> None:
        self._stop.set()
        self._forwarder.join()
        super().close()
