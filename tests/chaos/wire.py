"""A line that damages what it carries, as a program: ``python -m tests.chaos.wire PORT HOST PORT``.

It listens on the first port and forwards to the second, both ways. SIGUSR1: from now on one piece
in ten has a byte changed. SIGUSR2: each piece has one byte in a thousand changed. SIGHUP: nothing
is changed any more.
"""

import asyncio
import contextlib
import random
import signal
import sys

PIECE = 64 * 1024

chance = random.Random(1)
damaged_pieces = damaged_share = 0.0


def damaged(piece: bytes) -> bytes:
    """The piece as it comes out."""
    count = 0
    if damaged_share:
        count = 1 + int(damaged_share * len(piece))
    elif chance.random() < damaged_pieces:
        count = 1
    if not count:
        return piece
    changed = bytearray(piece)
    for _ in range(count):
        changed[chance.randrange(len(changed))] = chance.randrange(256)
    return bytes(changed)


async def forward(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Carries one way until one of the two ends."""
    with contextlib.suppress(OSError):
        while piece := await reader.read(PIECE):
            writer.write(damaged(piece))
            await writer.drain()
    writer.close()


def set_damage(pieces: float, share: float) -> None:
    """How much is changed from now on."""
    global damaged_pieces, damaged_share
    damaged_pieces, damaged_share = pieces, share


async def serve(port: int, host: str, to: int) -> None:
    """Forwards until the program is ended."""

    async def accepted(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            there, back = await asyncio.open_connection(host, to)
        except OSError:
            writer.transport.abort()
            return
        await asyncio.gather(forward(reader, back), forward(there, writer))

    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGUSR1, set_damage, 0.1, 0.0)
    loop.add_signal_handler(signal.SIGUSR2, set_damage, 0.0, 0.001)
    loop.add_signal_handler(signal.SIGHUP, set_damage, 0.0, 0.0)
    async with await asyncio.start_server(accepted, "0.0.0.0", port) as server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), sys.argv[2], int(sys.argv[3])))
