"""Messages over TCP: one JSON text a line. Each line that is not taken gets a line of answer, and
who ends its half of the connection is told how many were taken."""

import asyncio
import logging
from collections.abc import Callable, Coroutine
from typing import Any

import orjson

from ingest.push.door import Door, Stranger

log = logging.getLogger(__name__)

MOST_CONNECTIONS = 256
IDLE_S = 3600.0
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
        except (ConnectionError, TimeoutError):
            log.debug("%s has gone", writer.get_extra_info("peername"), exc_info=True)
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
                answer = door.take([line], trusted=False)
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
