"""The ports of a board inside the test's process: faster than a separate process, and the test can
inspect the board."""

import asyncio
import contextlib
import socket
import threading
from collections.abc import Callable

from ingest.push.__main__ import listen
from ingest.push.board import Board
from ingest.push.limits import Limits
from ingest.push.receiver import MessageReceiver
from shared.settings import PushSettings
from tests.support.processes import free_port
from tests.support.waiting import until

MAX_BYTES = 1024 * 1024


class PushServer:
    """Both ports of a board, served by a thread of the test's process."""

    def __init__(self, *passwords: str, origins: tuple[str, ...] = ()) -> None:
        self.options = PushSettings(
            push_port=free_port(),
            push_tcp_port=free_port(),
            push_max_bytes=MAX_BYTES,
            push_origins=origins,
        )
        self.board = Board()
        self.receiver = MessageReceiver(self.board, passwords, Limits(MAX_BYTES, 20_000))
        self.counts = self.receiver.counters.counts
        self._stop = threading.Event()
        self._thread = threading.Thread(
            target=lambda: asyncio.run(listen(self.options, self.receiver, self._stop))
        )
        self._thread.start()
        until(self.answers, "it listens")

    def answers(self) -> bool:
        with contextlib.suppress(OSError), self.tcp():
            return True
        return False

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.options.push_port}"

    def http(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.options.push_port), 20)

    def tcp(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.options.push_tcp_port), 20)

    def stop(self) -> None:
        self._stop.set()
        self._thread.join(20)


Serve = Callable[..., PushServer]
