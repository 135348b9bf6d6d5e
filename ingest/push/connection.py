"""A connection over HTTP: counted, and let go when its first request does not come."""

import asyncio
from typing import cast

from ingest.push.limits import Limits, address_of

REQUEST_S = 20.0
"""until the head of the first request has come"""


class Connection(asyncio.Protocol):
    """Stands before ``inner``, which speaks HTTP; ``asyncio.Transport.get_protocol`` finds it."""

    def __init__(self, inner: asyncio.Protocol, limits: Limits) -> None:
        self._inner = inner
        self._limits = limits
        self.address = ""
        self.too_many = ""
        """what is to be said to who came although there are enough"""
        self.is_known = False
        """whether its request has said the password, or none is asked for"""
        self._patience: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        line = cast(asyncio.Transport, transport)
        self.address = address_of(line.get_extra_info("peername"))
        self.too_many = self._limits.enter(self.address)
        self._inner.connection_made(transport)
        if self._limits.is_flooded:
            line.abort()
        else:
            loop = asyncio.get_running_loop()
            self._patience = loop.call_later(REQUEST_S, line.abort)

    def begun(self) -> None:
        """A request has come."""
        self.is_known = False
        if self._patience:
            self._patience.cancel()

    def connection_lost(self, exc: Exception | None) -> None:
        self.begun()
        self._limits.leave(self.address)
        self._inner.connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        self._inner.data_received(data)

    def eof_received(self) -> bool | None:
        return self._inner.eof_received()

    def pause_writing(self) -> None:
        self._inner.pause_writing()

    def resume_writing(self) -> None:
        self._inner.resume_writing()
