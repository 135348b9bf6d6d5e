"""A plain socket in eventlet's hub, which calls back: cheaper than waking up a green thread."""

import contextlib
import socket
from collections.abc import Callable
from typing import Any

from greenlet import getcurrent

from web.websocket import handle_short_messages

READ_BYTES = 16 * 1024


class HubSocket:
    """A plain, non-blocking socket in eventlet's hub, which calls back when there is data to read
    or room to write, so that most messages wake no green thread.

    ``on_message`` handles a short message, or returns False; a green thread that waits in
    :meth:`recv` gets all other messages.
    """

    def __init__(
        self, connection: socket.socket, on_message: Callable[[bytes], bool], hub: Any
    ) -> None:
        self.send = connection.sendmsg
        self._connection = connection
        self._file = connection.fileno()
        self._on_message = on_message
        self._hub = hub
        self._reader: Any = None
        self._data = b""
        self._at_message_start = False
        self._write_listener: Any = None
        self._callback: Callable[[], None] | None = None

    def read_frame(self, read_frame: Callable[..., Any], message: Any = None) -> Any:
        """Read a WebSocket frame by ``read_frame``; if it begins a message, short messages before
        it are handled."""
        self._at_message_start = message is None
        return read_frame(message=message)

    def recv(self, count: int) -> bytes:
        """Return what a blocking socket's ``recv`` returns, without the messages that were
        handled."""
        if not self._data:
            self._data = self._wait_for_data()
        self._at_message_start = False
        data, self._data = self._data[:count], self._data[count:]
        return data

    def on_writable(self, callback: Callable[[], None]) -> None:
        """Call ``callback`` once when there is room to write."""
        self._callback = callback
        if not self._write_listener:
            self._write_listener = self._hub.add(
                self._hub.WRITE, self._file, self._handle_writable, _ignore, None
            )

    def shutdown(self, _how: int = socket.SHUT_RDWR) -> None:
        """Shut the connection down both ways, which a waiting reader notices."""
        self._connection.shutdown(socket.SHUT_RDWR)

    def hang_up(self) -> None:
        """Shut the connection down if it is open."""
        with contextlib.suppress(OSError):
            self.shutdown()

    def close(self) -> None:
        """Leave the hub, and drop the callbacks."""
        self._callback, self._on_message = None, _is_not_handled
        self._remove_write_listener()

    def _wait_for_data(self) -> bytes:
        self._reader = reader = getcurrent()
        listener = self._hub.add(
            self._hub.READ, self._file, self._handle_readable, reader.throw, None
        )
        try:
            data: bytes = self._hub.switch()
            return data
        finally:
            self._reader = None
            self._hub.remove(listener)

    def _handle_readable(self, _: int) -> None:
        reader = self._reader
        if not reader:
            return
        try:
            data = self._connection.recv(READ_BYTES)
            rest = handle_short_messages(data, self._on_message) if self._at_message_start else data
        except BlockingIOError:
            return
        except Exception as error:  # noqa: BLE001 - the reader handles it, as with its own socket
            reader.throw(error)
            return
        if rest or not data:
            reader.switch(rest)

    def _handle_writable(self, _: int) -> None:
        callback, self._callback = self._callback, None
        if callback:
            callback()
        if not self._callback:
            self._remove_write_listener()

    def _remove_write_listener(self) -> None:
        listener, self._write_listener = self._write_listener, None
        if listener:
            self._hub.remove(listener)


def _ignore(*_: object) -> None:
    pass


def _is_not_handled(_: bytes) -> bool:
    return False
