"""One channel of a bsread message: its description, and its value from the raw bytes.

psi-bsread itself decodes the value. The raw bytes are checked first, so that no length, shape or
declared size leads to reading past a buffer, or to allocating more than was announced. A channel
that cannot be read has no value and a fault; the other channels are not affected.
"""

import logging
import math
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Protocol

import numpy as np
import zmq

from ingest.bsread.error_text import escape_surrogates, format_value
from shared.compression import BadData, check_compressed, declared_bytes
from shared.image_shape import ALLOWED as IMAGES
from shared.image_shape import ImageShape

# Set before bitshuffle loads OpenMP, whose threads otherwise compete with ours: on two cores an
# image of 2048 × 2048 then takes twice the CPU time and is decoded no sooner, and a compressed
# scalar in a busy process takes 1.3 ms instead of 0.02. Each frame has a thread of its own already.
os.environ.setdefault("OMP_NUM_THREADS", "1")
from bsread.data.helpers import get_channel_reader, get_value_reader

MAX_NAME_CHARS = 1024
"""of a channel's name, and of its unit"""
MAX_DIMENSIONS = 31
"""HDF5 has 32, of which a recording uses one for the pulses"""
MAX_DECODED_BYTES = 256 * 1024 * 1024
MAX_STRING_BYTES = 64 * 1024
ITEM_BYTES = {
    "bool": 1,
    "string": 1,
    "int8": 1,
    "uint8": 1,
    "int16": 2,
    "uint16": 2,
    "int32": 4,
    "uint32": 4,
    "float32": 4,
    "int64": 8,
    "uint64": 8,
    "float64": 8,
}
COMPRESSIONS = ("none", "lz4", "bitshuffle_lz4")
MAX_EXACT_INTEGER = 2**53
"""larger integers are not exact as numbers of JavaScript"""

# bsread logs a traceback for each value that it cannot read; we report the fault instead.
logging.getLogger("bsread.data.helpers").setLevel(logging.CRITICAL)


class Buffered(Protocol):
    """Bytes that are produced when they are read."""

    def __len__(self) -> int: ...

    @property
    def buffer(self) -> memoryview:
        """The bytes; raises BadData."""


Part = bytes | memoryview | zmq.Frame | Buffered


@dataclass(frozen=True)
class TooLarge:
    """Replaces an array that was not decoded: numpy's dtype name, shape rows first."""

    dtype: str
    shape: tuple[int, ...]

    @property
    def nbytes(self) -> int:
        """The size of the array, decoded."""
        return math.prod(self.shape) * ITEM_BYTES[self.dtype]


@dataclass(frozen=True)
class Channel:
    """The description of a channel; ``shape`` has the fastest dimension first, and ``fault`` says
    why the channel cannot be read.

    ``has_variable_size``: the data determines how many numbers there are, as in ``bsread.Source``,
    since the shape is missing or [1], or one of its sides is -1.
    """

    name: str
    type: str = "float64"
    shape: tuple[int, ...] = (1,)
    encoding: str = "little"
    compression: str = "none"
    unit: str | None = None
    fault: str = ""
    has_variable_size: bool = False
    read: Callable[[Any], Any] = field(default=lambda _: None, repr=False, compare=False)

    @cached_property
    def is_scalar(self) -> bool:
        """Whether it is one number or text according to its description."""
        return bool(self.fault) or self.type == "string" or math.prod(self.shape) == 1

    @cached_property
    def image_shape(self) -> ImageShape | None:
        """How to show it as an image; None when that is impossible."""
        return None if self.is_scalar else ImageShape.of(self.shape)

    @cached_property
    def image_fault(self) -> str:
        """Why it cannot be shown although it has two or more dimensions; empty for all others."""
        if self.type == "string" or len(self.shape) < 2 or self.image_shape:
            return ""
        if not self.fault and math.prod(self.shape) > 0:
            return ""
        fault = self.fault or f"its shape is {list(self.shape)}; allowed are {IMAGES}"
        return f"channel {format_value(self.name)} cannot be shown as an image: {fault}"

    @property
    def is_surface(self) -> bool:
        """Whether more than one side is longer than 1, unlike a single row or column."""
        return sum(side > 1 for side in self.shape) > 1

    @cached_property
    def nbytes(self) -> int:
        """The size of its decoded data; -1 when it depends on the data."""
        return -1 if -1 in self.shape else math.prod(self.shape) * ITEM_BYTES[self.type]

    def value(self, part: Part, limit: int = MAX_DECODED_BYTES) -> Any:
        """Decode the part: a value for JSON or an array, rows first; None when it is missing.

        An array of more than ``limit`` bytes is returned as TooLarge. Raises :class:`BadData`.
        """
        if self.fault:
            raise BadData(self.fault)
        if not len(part):
            return None
        if self.type == "string":
            raw = _raw_bytes(part)
            text = decode_text(raw, self.compression, MAX_STRING_BYTES, self.read, self.encoding)
            return text.rstrip("\0") if text else None  # EPICS pads with NUL
        shape, size = self.shape, self.nbytes
        if size > limit and not self.is_scalar:
            return TooLarge(self.type, shape[::-1])
        raw = _raw_bytes(part)
        if self.compression != "none":
            raw, size = self._check_compressed(raw, size)
            if not len(raw):
                return None
        elif len(raw) != size:
            if not self.has_variable_size:
                raise BadData(
                    f"received {len(raw)} bytes; {self.type} {list(self.shape)} has {size}"
                )
            size = len(raw)
        if size != self.nbytes:
            shape = self._shape_of(size)
            if size > limit:
                return TooLarge(self.type, shape[::-1])
        value = self.read(raw)
        if value is None:
            raise BadData(f"its {self.compression} data is corrupt")
        if size != self.nbytes and size != value.nbytes:  # LZ4 may contain less than it declares
            raise BadData(f"its data declares {size} bytes and contains {value.nbytes}")
        if self.type == "bool":
            value = np.asarray(value).view(np.uint8) != 0  # a byte of 2 is not a valid numpy bool
        if self.is_scalar and value.size == 1:
            return to_json_number(value.item())
        return value.reshape(shape[::-1])

    def _check_compressed(
        self, raw: bytes | memoryview, expected: int
    ) -> tuple[bytes | memoryview, int]:
        """Return compressed bytes that are safe to decode, and their decoded size; raises
        BadData."""
        encoding = self.compression, self.encoding, ITEM_BYTES[self.type]
        try:
            return check_compressed(raw, *encoding, expected, MAX_DECODED_BYTES), expected
        except BadData:
            if not self.has_variable_size:
                raise
        raw = check_compressed(raw, *encoding, None, MAX_DECODED_BYTES)
        return raw, declared_bytes(raw, self.compression, self.encoding)

    def _shape_of(self, size: int) -> tuple[int, ...]:
        """Return the shape for this many bytes of a channel of variable size; raises BadData."""
        sides = (-1,) if self.is_scalar else self.shape
        known = -math.prod(sides) * ITEM_BYTES[self.type]
        count, rest = divmod(size, known)
        if rest or not count:
            expected = f"{self.type} {list(self.shape)} has a multiple of {known}"
            raise BadData(f"received {size} bytes; {expected}")
        return tuple(count if side == -1 else side for side in sides)


def read_channel(entry: dict[str, Any], name: str) -> Channel:
    """Return a channel from its entry in the data header, with a ``fault`` if the entry is invalid.

    As in ``bsread.Source``, every encoding except "big" means little-endian.
    """
    unit = entry.get("unit")
    unit = (
        escape_surrogates(unit) if isinstance(unit, str) and len(unit) <= MAX_NAME_CHARS else None
    )
    encoding = "big" if entry.get("encoding") == "big" else "little"
    kind, shape = "float64", tuple[int, ...]([1])
    try:
        kind = _read_choice(entry, "type", "float64", tuple(ITEM_BYTES))
        compression = _read_choice(entry, "compression", "none", COMPRESSIONS)
        shape, has_variable_size = _read_shape(entry.get("shape"), ITEM_BYTES[kind])
    except BadData as error:
        entry_shape = entry.get("shape")
        if isinstance(entry_shape, list) and all(type(side) is int for side in entry_shape):
            shape = tuple(entry_shape[: MAX_DIMENSIONS + 1])
        return Channel(name, kind, shape, encoding, unit=unit, fault=str(error))
    reader = get_channel_reader(
        {
            "name": name,
            "type": kind,
            "compression": compression,
            "encoding": ">" if encoding == "big" else "<",
            # a string's shape is [1] or its length, and often neither
            **({} if has_variable_size or kind == "string" else {"shape": list(shape)}),
        }
    )
    return Channel(
        name,
        kind,
        shape,
        encoding,
        compression,
        unit,
        has_variable_size=has_variable_size,
        read=reader,
    )


def decode_text(
    raw: bytes | memoryview,
    compression: str,
    limit: int,
    read: Callable[[Any], str | None] | None = None,
    encoding: str = "little",
) -> str:
    """Decompress and decode UTF-8 text of at most ``limit`` bytes; raises :class:`BadData`."""
    if compression != "none":
        raw = check_compressed(raw, compression, encoding, 1, None, limit)
        if not len(raw):
            return ""
    elif len(raw) > limit:
        raise BadData(f"received a text of {len(raw)} bytes; allowed are {limit}")
    text = (read or get_value_reader("string", compression))(raw)
    if text is None:
        raise BadData("it is not UTF-8" + (" or is corrupt" if compression != "none" else ""))
    return text


def _raw_bytes(part: Part) -> bytes | memoryview:
    return part if isinstance(part, bytes | memoryview) else part.buffer


def to_json_number(value: Any) -> Any:
    """Return a number so that JSON carries it exactly to every reader: as text beyond ±2^53."""
    is_exact = type(value) is not int or -MAX_EXACT_INTEGER <= value <= MAX_EXACT_INTEGER
    return value if is_exact else str(value)


def _read_choice(entry: dict[str, Any], key: str, default: str, allowed: tuple[str, ...]) -> str:
    value = entry.get(key)
    choice = default if value is None else value
    choice = choice.lower() if isinstance(choice, str) else ""
    if choice not in allowed:
        raise BadData(f"{key} is {format_value(value)}; allowed is {', '.join(allowed)}")
    return choice


def _read_shape(value: Any, item_bytes: int) -> tuple[tuple[int, ...], bool]:
    """Return a shape, and whether the data determines how many numbers there are."""
    if value is None or value in ([1], [-1]):
        return (1,), True
    if (
        not isinstance(value, list)
        or len(value) > MAX_DIMENSIONS
        or not all(type(side) is int and side >= -1 for side in value)
        or value.count(-1) > 1
        or (-1 in value and 0 in value)
    ):
        raise BadData(
            f"shape is {format_value(value)}; allowed are at most {MAX_DIMENSIONS} integers from 0"
        )
    if abs(math.prod(value)) * item_bytes > MAX_DECODED_BYTES:
        raise BadData(
            f"shape {format_value(value)} is larger than the {MAX_DECODED_BYTES} bytes allowed"
        )
    return tuple(value) or (1,), -1 in value
