"""The frame as it travels: a JSON header and binary blobs in one message.

Layout (``docs/protocol.md`` draws it)::

    uint32 little-endian header length | header, JSON, UTF-8 | padding to 8 bytes | blobs

Each blob is padded to 8 bytes too, so that a reader may lay a typed array over any of them. A
blob's ``offset`` counts from the first blob's first byte.
"""

import math
from typing import Any

import numpy as np
import orjson

VERSION = 1
ALIGNMENT = 8
MAX_HEADER_BYTES = 16 * 1024 * 1024
TYPES = {
    *("bool", "float32", "float64"),
    *("int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64"),
}
"""numpy's names of what an array may hold"""


class BadEnvelope(ValueError):
    """Bytes that are no envelope; the text says what is wrong."""


class Blobs:
    """Collects the binary parts of one envelope."""

    def __init__(self) -> None:
        self.parts: list[bytes | memoryview] = []
        self.length = 0

    def add(self, data: bytes | memoryview) -> dict[str, int]:
        """Appends contiguous bytes; their place: ``offset`` and ``length``, as a reader needs."""
        length = memoryview(data).nbytes
        place = {"offset": self.length, "length": length}
        self.parts.append(data)
        padding = -length % ALIGNMENT
        if padding:
            self.parts.append(bytes(padding))
        self.length += length + padding
        return place

    def add_array(self, array: np.ndarray) -> dict[str, Any]:
        """Appends an array in C order, little-endian; its place with ``dtype`` and ``shape``."""
        plain = np.ascontiguousarray(array, array.dtype.newbyteorder("<"))
        place: dict[str, Any] = dict(self.add(plain.reshape(-1).view(np.uint8).data))
        return place | {"dtype": plain.dtype.name, "shape": list(plain.shape)}


def pack(header: dict[str, Any], blobs: Blobs) -> bytes:
    """One message; raises :class:`BadEnvelope` as :func:`pack_header` does."""
    return b"".join([pack_header(header), *blobs.parts])


def pack_header(header: dict[str, Any]) -> bytes:
    """What stands before the blobs. NaN and infinity become null; raises :class:`BadEnvelope` for a
    header that is nested too deep, as what :func:`unpack` gave may be."""
    try:
        text = orjson.dumps({"v": VERSION, **header}, option=orjson.OPT_SERIALIZE_NUMPY)
    except orjson.JSONEncodeError as problem:
        raise BadEnvelope(f"no header: {problem}") from None
    padding = -(4 + len(text)) % ALIGNMENT
    return b"".join([len(text).to_bytes(4, "little"), text, bytes(padding)])


def read_header(message: bytes) -> dict[str, Any]:
    """The header alone; raises :class:`BadEnvelope`."""
    return unpack(message)[0]


def unpack(message: bytes) -> tuple[dict[str, Any], memoryview]:
    """The header and the bytes that the offsets count in; raises :class:`BadEnvelope`."""
    if len(message) < 4:
        raise BadEnvelope(f"{len(message)} bytes are too few for an envelope")
    length = int.from_bytes(message[:4], "little")
    if length > min(len(message) - 4, MAX_HEADER_BYTES):
        raise BadEnvelope(f"header length {length} does not fit a message of {len(message)} bytes")
    view = memoryview(message)
    try:
        header = orjson.loads(view[4 : 4 + length])
    except orjson.JSONDecodeError as problem:
        raise BadEnvelope(f"header is not JSON: {problem}") from None
    if not isinstance(header, dict) or header.get("v") != VERSION:
        raise BadEnvelope(f"not an envelope of version {VERSION}")
    return header, view[4 + length + -(4 + length) % ALIGNMENT :]


def blob(place: dict[str, Any], body: memoryview) -> memoryview:
    """The bytes at a place; raises :class:`BadEnvelope` when they are not all there."""
    start, length = place.get("offset"), place.get("length")
    if type(start) is not int or type(length) is not int or start < 0 or length < 0:
        raise BadEnvelope("offset and length must be integers from 0")
    if start + length > len(body):
        raise BadEnvelope(f"blob {start}+{length} passes the end of {len(body)} bytes")
    return body[start : start + length]


def array(place: dict[str, Any], body: memoryview) -> np.ndarray:
    """The array at a place, read-only, shape as sent; raises :class:`BadEnvelope`."""
    kind, shape, data = place.get("dtype"), place.get("shape"), blob(place, body)
    if not isinstance(kind, str) or kind not in TYPES:
        raise BadEnvelope("an array's dtype must be one of a picture or a waveform")
    if not isinstance(shape, list) or not all(type(side) is int and side >= 0 for side in shape):
        raise BadEnvelope("an array's shape must be a list of integers from 0")
    dtype = np.dtype(kind).newbyteorder("<")
    if math.prod(shape) * dtype.itemsize != len(data):
        raise BadEnvelope(f"{len(data)} bytes are no {kind} of shape {shape}")
    return np.frombuffer(data, dtype).reshape(shape)
