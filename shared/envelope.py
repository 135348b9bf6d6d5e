"""The envelope: the message that carries a frame, with a JSON header and binary blobs.

Its layout, which ``docs/protocol.md`` describes::

    uint32 little-endian header length | header, JSON, UTF-8 | padding to 8 bytes | blobs

Each blob is padded to 8 bytes too, so that a reader can use any of them as a typed array in place.
A blob's ``offset`` counts from the first byte of the first blob.
"""

import math
from typing import Any

import numpy as np
import orjson

VERSION = 1
ALIGNMENT = 8
MAX_HEADER_BYTES = 16 * 1024 * 1024
FLOATS = {"float32", "float64"}
INTEGERS = {"int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64"}
TYPES = {"bool"} | FLOATS | INTEGERS
"""numpy's names of the types that an array may have"""


class BadEnvelope(ValueError):
    """An invalid envelope; the text says what is wrong."""


class Blobs:
    """The binary parts of one envelope."""

    def __init__(self) -> None:
        self.parts: list[bytes | memoryview] = []
        self.length = 0

    def add(self, data: bytes | memoryview) -> dict[str, int]:
        """Append contiguous bytes and return their place: ``offset`` and ``length``."""
        length = memoryview(data).nbytes
        place = {"offset": self.length, "length": length}
        self.parts.append(data)
        padding = -length % ALIGNMENT
        if padding:
            self.parts.append(bytes(padding))
        self.length += length + padding
        return place

    def add_array(self, array: np.ndarray) -> dict[str, Any]:
        """Append an array in C order, little-endian; return its place, ``dtype`` and ``shape``."""
        plain = np.ascontiguousarray(array, array.dtype.newbyteorder("<"))
        place: dict[str, Any] = dict(self.add(plain.reshape(-1).view(np.uint8).data))
        return place | {"dtype": plain.dtype.name, "shape": list(plain.shape)}


def pack(header: dict[str, Any], blobs: Blobs) -> bytes:
    """Return the envelope; raises :class:`BadEnvelope` as :func:`pack_header` does."""
    return b"".join([pack_header(header), *blobs.parts])


def pack_header(header: dict[str, Any]) -> bytes:
    """Return the bytes before the blobs. NaN and infinity become null. Raises :class:`BadEnvelope`
    for a header that is nested too deeply, as one that :func:`unpack` has returned may be."""
    try:
        text = orjson.dumps({"v": VERSION, **header}, option=orjson.OPT_SERIALIZE_NUMPY)
    except orjson.JSONEncodeError as error:
        raise BadEnvelope(f"header cannot be encoded: {error}") from None
    padding = -(4 + len(text)) % ALIGNMENT
    return b"".join([len(text).to_bytes(4, "little"), text, bytes(padding)])


def read_header(message: bytes) -> dict[str, Any]:
    """Return the header; raises :class:`BadEnvelope`."""
    return unpack(message)[0]


def unpack(message: bytes) -> tuple[dict[str, Any], memoryview]:
    """Return the header and the blobs, in which offsets count; raises :class:`BadEnvelope`."""
    if len(message) < 4:
        raise BadEnvelope(f"{len(message)} bytes are too few for an envelope")
    length = int.from_bytes(message[:4], "little")
    if length > min(len(message) - 4, MAX_HEADER_BYTES):
        raise BadEnvelope(f"header length {length} does not fit a message of {len(message)} bytes")
    view = memoryview(message)
    try:
        header = orjson.loads(view[4 : 4 + length])
    except orjson.JSONDecodeError as error:
        raise BadEnvelope(f"header is not JSON: {error}") from None
    if not isinstance(header, dict) or header.get("v") != VERSION:
        raise BadEnvelope(f"not an envelope of version {VERSION}")
    return header, view[4 + length + -(4 + length) % ALIGNMENT :]


def blob(place: dict[str, Any], body: memoryview) -> memoryview:
    """Return the bytes at a place; raises :class:`BadEnvelope` if the message is too short."""
    start, length = place.get("offset"), place.get("length")
    if type(start) is not int or type(length) is not int or start < 0 or length < 0:
        raise BadEnvelope("offset and length must be non-negative integers")
    if start + length > len(body):
        raise BadEnvelope(f"blob {start}+{length} exceeds the message's {len(body)} bytes")
    return body[start : start + length]


def array(place: dict[str, Any], body: memoryview) -> np.ndarray:
    """Return the read-only array at a place; raises :class:`BadEnvelope`."""
    kind, shape, data = place.get("dtype"), place.get("shape"), blob(place, body)
    if not isinstance(kind, str) or kind not in TYPES:
        raise BadEnvelope(f"array dtype must be one of {', '.join(sorted(TYPES))}")
    if not isinstance(shape, list) or not all(type(side) is int and side >= 0 for side in shape):
        raise BadEnvelope("array shape must be a list of non-negative integers")
    dtype = np.dtype(kind).newbyteorder("<")
    if math.prod(shape) * dtype.itemsize != len(data):
        raise BadEnvelope(f"{len(data)} bytes do not fit an array of {kind} with shape {shape}")
    return np.frombuffer(data, dtype).reshape(shape)
