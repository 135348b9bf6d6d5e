"""What comes over a TCP connection: lines, and bytes that were announced, no more of either than
its sender may send."""

import asyncio
from collections.abc import Callable

from ingest.push.limits import SMALL_BYTES

MESSAGE_S = 30.0
"""So long a line, or the bytes of a message, may take."""

Keep = Callable[[int], None]
"""is told of each piece that is kept"""


class TooLong(Exception):
    """A line that does not end."""


class LineReader:
    """Reads ``reader``, and keeps what comes after a line for the next one."""

    def __init__(self, reader: asyncio.StreamReader) -> None:
        self._reader = reader
        self._kept = bytearray()

    async def line(self, most: int, idle_s: float, keep: Keep) -> bytes:
        """Up to the next newline, or the end; empty at the end. ``idle_s``: how long it may be
        awaited. Raises TooLong, TimeoutError, and what ``keep`` does."""
        searched, end = 0, -1
        loop = asyncio.get_running_loop()
        until = loop.time() + (MESSAGE_S if self._kept else idle_s)
        while (end := self._kept.find(b"\n", searched)) < 0:
            searched = len(self._kept)
            if searched > most:
                break
            async with asyncio.timeout_at(until):
                piece = await self._reader.read(SMALL_BYTES)
            if not piece:
                end = len(self._kept) - 1
                break
            if not self._kept:
                until = loop.time() + MESSAGE_S
            keep(len(piece))
            self._kept += piece
        if end > most or searched > most:
            raise TooLong
        return self._take(end + 1)

    async def exactly(self, count: int, keep: Keep) -> bytes:
        """So many bytes; raises IncompleteReadError, TimeoutError, and what ``keep`` does."""
        pieces = [self._take(count)]
        left = count - len(pieces[0])
        async with asyncio.timeout(MESSAGE_S):
            while left:
                piece = await self._reader.read(min(left, SMALL_BYTES))
                if not piece:
                    raise asyncio.IncompleteReadError(b"", left)
                keep(len(piece))
                pieces.append(piece)
                left -= len(piece)
        return b"".join(pieces)

    def _take(self, count: int) -> bytes:
        taken = bytes(self._kept[:count])
        del self._kept[:count]
        return taken
