"""A proxy that damages data in transit: ``python -m tests.chaos.damaging_proxy PORT HOST PORT``.

It listens on the first port and forwards to the second, both ways. SIGUSR1: from now on one chunk
in ten has a byte changed. SIGUSR2: each chunk has one byte in a thousand changed. SIGHUP: nothing
is changed any more.
"""

import asyncio
import contextlib
import random
import signal
import sys

CHUNK_BYTES = 64 * 1024

rng = random.Random(1)
damaged_chunks = damaged_share = 0.0


def damage(chunk: bytes) -> bytes:
    """Return the chunk, possibly damaged."""
    count = 0
    if damaged_share:
        count = 1 + int(damaged_share * len(chunk))
    elif rng.random() < damaged_chunks:
        count = 1
    if not count:
        return chunk
    changed = bytearray(chunk)
    for _ in range(count):
        changed[rng.randrange(len(changed))] = rng.randrange(256)
    return bytes(changed)


async def forward(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Forward one direction until either end closes."""
    with contextlib.suppress(OSError):
        while chunk := await reader.read(CHUNK_BYTES):
            writer.write(damage(chunk))
            await writer.drain()
    writer.close()


def set_damage(chunks: float, share: float) -> None:
    """Set how much is damaged from now on."""
    global damaged_chunks, damaged_share
    damaged_chunks, damaged_share = chunks, share


async def serve(port: int, host: str, to: int) -> None:
    """Forward until the program is ended."""

    async def on_connection(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            target_reader, target_writer = await asyncio.open_connection(host, to)
        except OSError:
            writer.transport.abort()
            return
        await asyncio.gather(forward(reader, target_writer), forward(target_reader, writer))

    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGUSR1, set_damage, 0.1, 0.0)
    loop.add_signal_handler(signal.SIGUSR2, set_damage, 0.0, 0.001)
    loop.add_signal_handler(signal.SIGHUP, set_damage, 0.0, 0.0)
    async with await asyncio.start_server(on_connection, "0.0.0.0", port) as server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), sys.argv[2], int(sys.argv[3])))
