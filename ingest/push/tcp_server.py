"""Messages over TCP: one JSON text per line; one with ``length`` is followed by that many bytes.

Each refused line is answered with a line of JSON, and a client that closes its half of the
connection gets the number of messages that were accepted. The first line that is not JSON ends the
connection: a page of another site can have a browser send HTTP to any port, and chooses its body.
"""

import asyncio
import contextlib
import logging
from collections.abc import Callable, Coroutine
from typing import Any

import orjson

from ingest.push.limits import SMALL_MESSAGE_BYTES, address_of
from ingest.push.message import InvalidMessage
from ingest.push.receiver import MessageReceiver, PushResult, Unauthorized

log = logging.getLogger(__name__)

MESSAGE_S = 30.0
"""to receive a line, or the bytes of a message"""
IDLE_S = 3600.0
"""between two lines"""
UNAUTHENTICATED_IDLE_S = 20.0
"""before the first password"""
ANSWER_S = 5.0
"""for the client to read an answer"""
LINGER_S = 2.0
"""to read on after the last answer; closing with unread data would make the client lose it"""
RATE_ERROR_PERIOD_S = 1.0
"""between two answers about the rate limit"""

CountBytes = Callable[[int], None]
"""called with the size of each piece that is received; see ``Limits.receiving``"""
StreamHandler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Coroutine[Any, Any, None]]


class LineTooLong(Exception):
    pass


class LineReader:
    """Reads lines and blocks of bytes of limited size from a stream."""

    def __init__(self, reader: asyncio.StreamReader) -> None:
        self._reader = reader
        self._buffer = bytearray()

    async def read_line(self, max_bytes: int, idle_s: float, count_bytes: CountBytes) -> bytes:
        """Return the next line with its newline; empty at the end of the stream.

        ``idle_s``: how long to wait for its first byte. Raises LineTooLong, TimeoutError, and what
        ``count_bytes`` does.
        """
        searched, end = 0, -1
        loop = asyncio.get_running_loop()
        deadline = loop.time() + (MESSAGE_S if self._buffer else idle_s)
        while (end := self._buffer.find(b"\n", searched)) < 0:
            searched = len(self._buffer)
            if searched > max_bytes:
                break
            async with asyncio.timeout_at(deadline):
                piece = await self._reader.read(SMALL_MESSAGE_BYTES)
            if not piece:
                end = len(self._buffer) - 1
                break
            if not self._buffer:
                deadline = loop.time() + MESSAGE_S
            count_bytes(len(piece))
            self._buffer += piece
        if end > max_bytes or searched > max_bytes:
            raise LineTooLong
        return self._pop(end + 1)

    async def read_exactly(self, count: int, count_bytes: CountBytes) -> bytes:
        """Return ``count`` bytes; raises as ``read_line`` does, or IncompleteReadError."""
        pieces = [self._pop(count)]
        remaining = count - len(pieces[0])
        async with asyncio.timeout(MESSAGE_S):
            while remaining:
                piece = await self._reader.read(min(remaining, SMALL_MESSAGE_BYTES))
                if not piece:
                    raise asyncio.IncompleteReadError(b"", remaining)
                count_bytes(len(piece))
                pieces.append(piece)
                remaining -= len(piece)
        return b"".join(pieces)

    def _pop(self, count: int) -> bytes:
        first = bytes(self._buffer[:count])
        del self._buffer[:count]
        return first


class ConnectionRejected(Exception):
    """A connection that is closed after a last answer: the error, a hint, and ``counts`` of
    messages. ``counter`` counts it; empty if it is counted already."""

    def __init__(self, counter: str, error: str, hint: str, **counts: int) -> None:
        super().__init__(error)
        self.counter, self.hint, self.counts = counter, hint, counts


def connection_handler(receiver: MessageReceiver, max_bytes: int) -> StreamHandler:
    """Return the callback for ``asyncio.start_server``, whose ``limit`` is SMALL_MESSAGE_BYTES."""

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        address = address_of(writer.get_extra_info("peername"))
        too_many = receiver.limits.add_connection(address)
        try:
            if receiver.limits.is_flooded:
                return
            try:
                if too_many:
                    hint = "try again later; one connection can carry many messages"
                    raise ConnectionRejected("too_many_connections", too_many, hint)
                await TcpSession(receiver, max_bytes, address, LineReader(reader), writer).run()
            except ConnectionRejected as error:
                if error.counter:
                    receiver.count_rejection(error.counter)
                await send_line(writer, **error.counts, error=str(error), hint=error.hint)
                await linger(reader, writer)
        except (OSError, asyncio.IncompleteReadError):
            log.debug("%s disconnected", address, exc_info=True)
        except asyncio.CancelledError:
            log.debug("shutting down, closing the connection from %s", address)
            # not raised again: asyncio would log a traceback
        finally:
            receiver.limits.remove_connection(address)
            writer.close()

    return handle


class TcpSession:
    """The messages and answers of one connection."""

    def __init__(
        self,
        receiver: MessageReceiver,
        max_bytes: int,
        address: str,
        reader: LineReader,
        writer: asyncio.StreamWriter,
    ) -> None:
        self._receiver = receiver
        self._max_bytes = max_bytes
        self._address = address
        self._reader = reader
        self._writer = writer
        self._is_authenticated = receiver.accepts_password("")
        self._rate_error_at = -RATE_ERROR_PERIOD_S

    async def run(self) -> None:
        """Take messages until the client closes its half; raises ConnectionRejected."""
        accepted = refused = number = 0
        while True:
            number += 1
            try:
                with self._receiver.limits.receiving() as count_bytes:
                    result = await self._receive_next(count_bytes)
            except InvalidMessage as error:
                raise ConnectionRejected("too_many_bytes", str(error), error.hint) from None
            except Unauthorized as error:
                if error.has_password:
                    await self._receiver.delay_response(self._address)
                hint = "put the password into api_crypt of each message"
                raise ConnectionRejected("strangers", str(error), hint) from None
            if result is None:
                return await send_line(self._writer, accepted=accepted, refused=refused)
            accepted += result.accepted
            refused += result.refused
            if result.refused and not result.json_error:
                await self._answer(result)
            self._is_authenticated = self._is_authenticated or result.is_authenticated
            if not self._is_authenticated:
                hint = "the first line has to be a message with the password in api_crypt"
                raise ConnectionRejected("strangers", "authentication required", hint)
            if result.json_error:
                text = f"invalid JSON at line {number}, {result.json_error}"
                hint = "send one JSON message per line; any other line ends the connection"
                raise ConnectionRejected("", text, hint, accepted=accepted, refused=refused)

    async def _receive_next(self, count_bytes: CountBytes) -> PushResult | None:
        """Read and process the next line; return None at the end of the stream."""
        trusted = self._is_authenticated
        max_bytes = self._max_bytes if trusted else SMALL_MESSAGE_BYTES
        idle_s = IDLE_S if trusted else UNAUTHENTICATED_IDLE_S
        try:
            line = await self._reader.read_line(max_bytes, idle_s, count_bytes)
        except LineTooLong:
            scope = "BEAMCAST_PUSH_MAX_BYTES" if trusted else "before the first password"
            hint = f"at most {max_bytes} bytes ({scope})"
            raise ConnectionRejected("too_large", "the line is too long", hint) from None
        except TimeoutError:
            hint = f"send a line within {MESSAGE_S:g} s"
            if not trusted:
                hint += f", and begin the first within {UNAUTHENTICATED_IDLE_S:g} s"
            text = "timed out before a line was complete"
            raise ConnectionRejected("too_slow", text, hint) from None
        if not line:
            return None
        payload, length = _parse_length(line)
        if length is None:
            return await self._receiver.receive([line], self._address, trusted=False)
        self._receiver.authenticate(payload)
        if length > self._max_bytes:
            hint = f"at most {self._max_bytes} (BEAMCAST_PUSH_MAX_BYTES)"
            raise ConnectionRejected("too_large", f"length is {length}", hint)
        try:
            data = await self._reader.read_exactly(length, count_bytes)
        except TimeoutError:
            hint = f"send them within {MESSAGE_S:g} s"
            text = f"timed out before {length} bytes were received"
            raise ConnectionRejected("too_slow", text, hint) from None
        return self._receiver.receive_with_data(payload, data, self._address, trusted=True)

    async def _answer(self, result: PushResult) -> None:
        """Send what was refused; rate limit errors at most once per RATE_ERROR_PERIOD_S."""
        now = asyncio.get_running_loop().time()
        if result.too_fast and now - self._rate_error_at < RATE_ERROR_PERIOD_S:
            return
        if result.too_fast:
            self._rate_error_at = now
        await send_line(self._writer, **result.as_json())


async def send_line(writer: asyncio.StreamWriter, **fields: Any) -> None:
    """Send a JSON object as a line; raises TimeoutError, an OSError."""
    writer.write(orjson.dumps(fields) + b"\n")
    async with asyncio.timeout(ANSWER_S):
        await writer.drain()


async def linger(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Close our half, and read for LINGER_S or until the client closes; raises TimeoutError."""
    writer.write_eof()
    async with asyncio.timeout(LINGER_S):
        while await reader.read(SMALL_MESSAGE_BYTES):
            pass


def _parse_length(line: bytes) -> tuple[Any, int | None]:
    """Return the message of a line and the number of bytes that follow; None without ``length``."""
    if len(line) <= SMALL_MESSAGE_BYTES and b'"length"' in line:
        with contextlib.suppress(orjson.JSONDecodeError):
            payload = orjson.loads(line)
            length = payload.pop("length", None) if isinstance(payload, dict) else None
            if type(length) is int and length >= 0:
                return payload, length
    return None, None
