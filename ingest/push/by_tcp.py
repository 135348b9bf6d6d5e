"""Messages over TCP: one JSON text a line; one with ``length`` is followed by so many bytes.

Each line that is not taken gets a line of answer, and who ends its half of the connection is told
how many were taken."""

import asyncio
import contextlib
import logging
from collections.abc import Callable, Coroutine
from typing import Any

import orjson

from ingest.push.door import Door, Stranger

log = logging.getLogger(__name__)

MOST_CONNECTIONS = 256
IDLE_S = 3600.0
BYTES_S = 30.0
"""So long the bytes of a message may take."""
ANSWER_S = 5.0
"""Who reads no answer for so long is cut off."""

Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Coroutine[Any, Any, None]]


def serving(door: Door, max_bytes: int) -> Serve:
    """What asyncio calls for each connection; its reader's limit is ``max_bytes``."""
    connections = 0

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal connections
        connections += 1
        try:
            if connections > MOST_CONNECTIONS:
                await say(writer, error="too many connections", hint=f"at most {MOST_CONNECTIONS}")
            else:
                await converse(reader, writer)
        except (ConnectionError, TimeoutError, asyncio.IncompleteReadError):
            log.debug("%s has gone", writer.get_extra_info("peername"), exc_info=True)
        except asyncio.CancelledError:
            log.debug("this is the end")  # what a cancelled connection raises, asyncio would log
        finally:
            connections -= 1
            writer.close()

    async def converse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        accepted = refused = 0
        while True:
            try:
                async with asyncio.timeout(IDLE_S):
                    line = await reader.readline()
            except ValueError:
                hint = f"at most {max_bytes} bytes (BEAMCAST_PUSH_MAX_BYTES)"
                return await say(writer, error="the line is too long", hint=hint)
            if not line:
                return await say(writer, accepted=accepted, refused=refused)
            if not line.strip():
                continue
            try:
                text, length = _announced(line)
                if length is None:
                    answer = door.take([line], trusted=False)
                elif length > max_bytes:
                    hint = f"at most {max_bytes} (BEAMCAST_PUSH_MAX_BYTES)"
                    return await say(writer, error=f"length is {length}", hint=hint)
                else:
                    async with asyncio.timeout(BYTES_S):
                        attached = await reader.readexactly(length)
                    answer = door.take_with(text, attached, trusted=False)
            except Stranger:
                return await say(
                    writer, error="this needs the password", hint="api_crypt in each message"
                )
            accepted += answer.accepted
            refused += answer.refused
            if answer.refused:
                await say(writer, **answer.as_json())

    return serve


async def say(writer: asyncio.StreamWriter, **words: Any) -> None:
    """One line of JSON."""
    writer.write(orjson.dumps(words) + b"\n")
    async with asyncio.timeout(ANSWER_S):
        await writer.drain()


def _announced(line: bytes) -> tuple[bytes, int | None]:
    """The message of a line, and how many bytes follow it; None where it does not say."""
    if b'"length"' in line:
        with contextlib.suppress(orjson.JSONDecodeError):
            told = orjson.loads(line)
            length = told.pop("length", None) if isinstance(told, dict) else None
            if type(length) is int and length >= 0:
                return orjson.dumps(told), length
    return line, None
