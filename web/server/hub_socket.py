"""A plain socket in eventlet's hub, which calls back: less than a green thread's wake-up."""

import contextlib
import socket
from collections.abc import Callable
from typing import Any

from greenlet import getcurrent

from web.websocket import handle_short_messages

READ_BYTES = 16 * 1024


class HubSocket:
    """A plain, non-blocking socket in eventlet's hub, which calls back when there is something to
    read or room to write: most of what comes or goes then wakes no green thread."""

    def __init__(self, line: socket.socket, heard: Callable[[bytes], bool], hub: Any) -> None:
        self.send = line.sendmsg
        self._line = line
        self._file = line.fileno()
        self._heard = heard
        self._hub = hub
        self._reader: Any = None
        self._came = b""
        self._begins = False
        self._writable: Any = None
        self._go_on: Callable[[], None] | None = None

    def at_beginning(self, read_frame: Callable[..., Any], message: Any = None) -> Any:
        """Lets ``read_frame`` read a WebSocket frame, before which short messages may be heard."""
        self._begins = message is None
        return read_frame(message=message)

    def receive(self, count: int) -> bytes:
        """What a blocking socket's ``recv`` gives, without the messages that were heard."""
        if not self._came:
            self._came = self._wait_for_bytes()
        self._begins = False
        came, self._came = self._came[:count], self._came[count:]
        return came

    def wait(self, go_on: Callable[[], None]) -> None:
        """Has ``go_on`` called once there is room to write."""
        self._go_on = go_on
        if not self._writable:
            self._writable = self._hub.add(self._hub.WRITE, self._file, self._room, _ignore, None)

    def end(self, _how: int = socket.SHUT_RDWR) -> None:
        """Hangs up both ways, which a reader that waits notices."""
        self._line.shutdown(socket.SHUT_RDWR)

    def hang_up(self) -> None:
        """The same, also of what has ended."""
        with contextlib.suppress(OSError):
            self.end()

    def close(self) -> None:
        """Leaves the hub, and lets go of who listens."""
        self._go_on, self._heard = None, _is_not_heard
        self._leave_writable()

    def _wait_for_bytes(self) -> bytes:
        self._reader = reader = getcurrent()
        listener = self._hub.add(self._hub.READ, self._file, self._arrived, reader.throw, None)
        try:
            came: bytes = self._hub.switch()
            return came
        finally:
            self._reader = None
            self._hub.remove(listener)

    def _arrived(self, _: int) -> None:
        reader = self._reader
        if not reader:
            return
        try:
            came = self._line.recv(READ_BYTES)
            unheard = handle_short_messages(came, self._heard) if self._begins else came
        except BlockingIOError:
            return
        except Exception as problem:  # noqa: BLE001 - the reader's to deal with, as with its own
            reader.throw(problem)
            return
        if unheard or not came:
            reader.switch(unheard)

    def _room(self, _: int) -> None:
        go_on, self._go_on = self._go_on, None
        if go_on:
            go_on()
        if not self._go_on:
            self._leave_writable()

    def _leave_writable(self) -> None:
        listener, self._writable = self._writable, None
        if listener:
            self._hub.remove(listener)


def _ignore(*_: object) -> None:
    pass


def _is_not_heard(_: bytes) -> bool:
    return False
