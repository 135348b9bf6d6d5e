"""Messages over TCP: one JSON text a line; one with ``length`` is followed by so many bytes.

Each line that is not taken gets a line of answer, and who ends its half of the connection is told
how many were taken. The first line that is not JSON ends the connection: what a browser sends to
any port for a page of another site is HTTP, whose body that page has chosen."""

import asyncio
import contextlib
import logging
from collections.abc import Callable, Coroutine
from typing import Any

import orjson

from ingest.push.limits import SMALL_BYTES, address_of
from ingest.push.message import InvalidMessage
from ingest.push.receiver import MessageReceiver, PushResult, Unauthorized

log = logging.getLogger(__name__)

MESSAGE_S = 30.0
"""So long a line, or the bytes of a message, may take."""
IDLE_S = 3600.0
STRANGER_IDLE_S = 20.0
"""of who has not said a password yet"""
ANSWER_S = 5.0
"""Who reads no answer for so long is cut off."""
LINGER_S = 2.0
"""So long we go on reading what we do not want, that who sends it hears why."""
TOO_FAST_EVERY_S = 1.0
"""Who sends too fast is told so that often."""

Keep = Callable[[int], None]
"""is told of each piece that is kept"""
Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Coroutine[Any, Any, None]]


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


class Parting(Exception):
    """A connection that ends; ``why`` it is counted (empty: it is already), and its last words:
    the error, a hint, and ``counts`` of messages."""

    def __init__(self, why: str, error: str, hint: str, **counts: int) -> None:
        super().__init__(error)
        self.why, self.hint, self.counts = why, hint, counts


def serving(door: MessageReceiver, max_bytes: int) -> Serve:
    """What asyncio calls for each connection; its reader's limit is SMALL_BYTES."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        address = address_of(writer.get_extra_info("peername"))
        too_many = door.limits.enter(address)
        try:
            if door.limits.is_flooded:
                return
            try:
                if too_many:
                    hint = "try again; one connection may carry many messages"
                    raise Parting("too_many_connections", too_many, hint)
                await TcpSession(door, max_bytes, address, LineReader(reader), writer).run()
            except Parting as parting:
                if parting.why:
                    door.turn_away(parting.why)
                await say(writer, **parting.counts, error=str(parting), hint=parting.hint)
                await linger(reader, writer)
        except (OSError, asyncio.IncompleteReadError):
            log.debug("%s has gone", address, exc_info=True)
        except asyncio.CancelledError:
            log.debug("we end before %s does", address)  # passed on, asyncio makes it a traceback
        finally:
            door.limits.leave(address)
            writer.close()

    return serve


class TcpSession:
    """One connection's."""

    def __init__(
        self,
        door: MessageReceiver,
        max_bytes: int,
        address: str,
        incoming: LineReader,
        writer: asyncio.StreamWriter,
    ) -> None:
        self._door = door
        self._max_bytes = max_bytes
        self._address = address
        self._incoming = incoming
        self._writer = writer
        self._is_known = door.knows("")
        self._told_at = -TOO_FAST_EVERY_S

    async def run(self) -> None:
        """Takes messages until the other end has no more; raises Parting."""
        accepted = refused = number = 0
        while True:
            number += 1
            try:
                with self._door.limits.receiving() as keep:
                    answer = await self._next(keep)
            except InvalidMessage as problem:
                raise Parting("too_many_bytes", str(problem), problem.hint) from None
            except Unauthorized as stranger:
                if stranger.guessed:
                    await self._door.keep_waiting(self._address)
                hint = "api_crypt in each message"
                raise Parting("strangers", str(stranger), hint) from None
            if answer is None:
                return await say(self._writer, accepted=accepted, refused=refused)
            accepted += answer.accepted
            refused += answer.refused
            if answer.refused and not answer.not_json:
                await self._tell(answer)
            self._is_known = self._is_known or answer.is_known
            if not self._is_known:
                hint = "the first line is a message with api_crypt"
                raise Parting("strangers", "this needs the password", hint)
            if answer.not_json:
                words = f"line {number} is not JSON: {answer.not_json}"
                hint = "one JSON message per line; the connection ends at the first other line"
                raise Parting("", words, hint, accepted=accepted, refused=refused)

    async def _next(self, keep: Callable[[int], None]) -> PushResult | None:
        """What comes of the next line; None at the end."""
        known = self._is_known
        most = self._max_bytes if known else SMALL_BYTES
        try:
            line = await self._incoming.line(most, IDLE_S if known else STRANGER_IDLE_S, keep)
        except TooLong:
            hint = f"at most {most} bytes" + (
                " (BEAMCAST_PUSH_MAX_BYTES)" if known else " before the first password"
            )
            raise Parting("too_large", "the line is too long", hint) from None
        except TimeoutError:
            hint = f"it may take {MESSAGE_S:g} s"
            if not known:
                hint += f", and the first may begin within {STRANGER_IDLE_S:g} s"
            raise Parting("too_slow", "no whole line came in time", hint) from None
        if not line:
            return None
        told, length = _announced(line)
        if length is None:
            return await self._door.take([line], self._address, trusted=False)
        self._door.ask(told)
        if length > self._max_bytes:
            hint = f"at most {self._max_bytes} (BEAMCAST_PUSH_MAX_BYTES)"
            raise Parting("too_large", f"length is {length}", hint)
        try:
            attached = await self._incoming.exactly(length, keep)
        except TimeoutError:
            hint = f"they may take {MESSAGE_S:g} s"
            raise Parting("too_slow", f"the {length} bytes did not come", hint) from None
        return self._door.take_one(told, attached, self._address, trusted=True)

    async def _tell(self, answer: PushResult) -> None:
        """What was wrong; of messages that came too fast now and then."""
        now = asyncio.get_running_loop().time()
        if answer.too_fast and now - self._told_at < TOO_FAST_EVERY_S:
            return
        if answer.too_fast:
            self._told_at = now
        await say(self._writer, **answer.as_json())


async def say(writer: asyncio.StreamWriter, **words: Any) -> None:
    """One line of JSON."""
    writer.write(orjson.dumps(words) + b"\n")
    async with asyncio.timeout(ANSWER_S):
        await writer.drain()


async def linger(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Reads on for a moment: to close with bytes unread takes the last words along."""
    writer.write_eof()
    async with asyncio.timeout(LINGER_S):
        while await reader.read(SMALL_BYTES):
            pass


def _announced(line: bytes) -> tuple[Any, int | None]:
    """The message of a line, and how many bytes follow it; None where it does not say."""
    if len(line) <= SMALL_BYTES and b'"length"' in line:
        with contextlib.suppress(orjson.JSONDecodeError):
            told = orjson.loads(line)
            length = told.pop("length", None) if isinstance(told, dict) else None
            if type(length) is int and length >= 0:
                return told, length
    return None, None
