"""Check compressed data before C code decompresses it.

LZ4 and bitshuffle trust their input: the size to allocate and, in bitshuffle, where each block
ends. The checks make sure that the data can contain what it declares, and that its blocks add up
to its length.
"""

import struct

MAX_LZ4_RATIO = 255
"""decompressed by compressed size: the LZ4 format allows no more"""


class BadData(ValueError):
    """Data that must not be decompressed; the text continues the sentence "channel x: …"."""


def check_compressed(
    raw: bytes | memoryview,
    compression: str,
    encoding: str,
    item_bytes: int,
    expected: int | None,
    limit: int,
) -> bytes | memoryview:
    """Return the bytes to pass to bsread, none for an empty value; raises :class:`BadData`.

    ``expected`` is the decoded size in bytes, None for text, which only ``limit`` bounds.
    """
    view = memoryview(raw)
    if not expected and not any(view[: 4 if compression == "lz4" else 8]):
        return b""
    check = _lz4 if compression == "lz4" else _bitshuffle
    return check(view, encoding, item_bytes, expected, limit)


def declared_bytes(raw: bytes | memoryview, compression: str, encoding: str) -> int:
    """Return the decoded size that data from :func:`check_compressed` declares."""
    if compression == "lz4":
        return int.from_bytes(raw[:4], "big" if encoding == "big" else "little")
    return int.from_bytes(raw[:8], "big")


def _lz4(
    raw: memoryview, encoding: str, item_bytes: int, expected: int | None, limit: int
) -> bytes | memoryview:
    """Check an uint32 decoded size, followed by one LZ4 block.

    bsread reads the size in the byte order of the channel, but always writes it little-endian: both
    orders are tried, and the returned bytes have the one that bsread reads.
    """
    if len(raw) < 4:
        raise BadData(f"{len(raw)} bytes are too few for lz4")
    order = {"little": "little", "big": "big"}[encoding]
    other = "big" if order == "little" else "little"
    sizes = [int.from_bytes(raw[:4], order), int.from_bytes(raw[:4], other)]  # type: ignore[arg-type]
    for size in sizes:
        try:
            _check_size(size, len(raw) - 4, item_bytes, expected, limit)
        except BadData:
            continue
        return raw if size == sizes[0] else size.to_bytes(4, order) + raw[4:]  # type: ignore[arg-type]
    _check_size(sizes[0], len(raw) - 4, item_bytes, expected, limit)
    return raw


def _bitshuffle(
    raw: memoryview, encoding: str, item_bytes: int, expected: int | None, limit: int
) -> memoryview:
    """Check an int64 decoded size and an int32 block size (both big-endian, in bytes), followed by
    [uint32 length][LZ4 block] for each block and up to seven uncompressed items."""
    if len(raw) < 12:
        raise BadData(f"{len(raw)} bytes are too few for bitshuffle_lz4")
    size, block = struct.unpack(">qi", raw[:12])
    _check_size(size, len(raw) - 12, item_bytes, expected, limit)
    if block <= 0 or block % (8 * item_bytes):
        raise BadData(
            f"it has a bitshuffle block of {block} bytes; allowed are multiples of {8 * item_bytes}"
        )
    tail = size % (8 * item_bytes)
    position, end = 12, len(raw) - tail
    for _ in range(-(-(size - tail) // block)):
        if position + 4 > end:
            raise BadData("its bitshuffle_lz4 data is truncated")
        position += 4 + int.from_bytes(raw[position : position + 4], "big")
    if position != end:
        raise BadData("its bitshuffle_lz4 blocks do not add up to its length")
    return raw


def _check_size(
    size: int, compressed: int, item_bytes: int, expected: int | None, limit: int
) -> None:
    if expected is not None and size != expected:
        raise BadData(f"its data declares {size} bytes, {expected} were expected")
    if not 0 < size <= limit or size % item_bytes:
        raise BadData(f"its data declares {size} bytes; allowed are 1 to {limit}")
    if size > MAX_LZ4_RATIO * (compressed + 1):
        raise BadData(f"{compressed} bytes cannot hold the {size} bytes that they declare")
