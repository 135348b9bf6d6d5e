"""What waits between the socket and the disk: every message, in order, up to a number of bytes."""

import threading
from collections import deque
from typing import NamedTuple

import zmq

from ingest.bsread.message import DataHeader, MainHeader


class Message(NamedTuple):
    """One message, undecoded; ``t_received`` in Unix seconds of this machine's clock."""

    header: MainHeader
    t_received: float
    layout: DataHeader
    parts: list[zmq.Frame]
    """each channel's raw data"""
    n_bytes: int


class Backlog:
    """One thread puts, several take."""

    def __init__(self, most_bytes: int) -> None:
        self.n_bytes = 0
        """what waits now; others may read it"""
        self._most_bytes = most_bytes
        self._messages: deque[Message] = deque()
        self._changed = threading.Condition()
        self._closed = False

    def __len__(self) -> int:
        return len(self._messages)

    def put(self, message: Message) -> bool:
        """Takes a message, or says that there is no room: what waits already is not given up."""
        with self._changed:
            room = not self._messages or self.n_bytes + message.n_bytes <= self._most_bytes
            if room:
                self._messages.append(message)
                self.n_bytes += message.n_bytes
                self._changed.notify()
            return room

    def take(self) -> Message | None:
        """The oldest message, waited for; None once it is closed and empty."""
        with self._changed:
            self._changed.wait_for(lambda: self._messages or self._closed)
            if not self._messages:
                return None
            message = self._messages.popleft()
            self.n_bytes -= message.n_bytes
            return message

    def close(self) -> None:
        """Nothing more comes; what waits is still taken."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def clear(self) -> None:
        """Forgets what waits."""
        with self._changed:
            self._messages.clear()
            self.n_bytes = 0
