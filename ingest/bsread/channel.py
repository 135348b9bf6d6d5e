"""One channel of a bsread message: its description, and its value from the raw bytes.

The value is read by psi-bsread itself. What arrives is checked first: no length, shape or declared
size makes us read past a buffer or allocate what was not announced. A channel that cannot be read
has no value and says why; the others survive.
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

from shared.compression import BadData, checked, declared_bytes
from shared.image_shape import ALLOWED as IMAGES
from shared.image_shape import ImageShape

# Set before bitshuffle loads OpenMP, whose threads else take turns with ours: on two cores a
# picture of 2048 × 2048 then takes twice the processor's time and is decoded no sooner, and a
# compressed scalar in a busy process 1.3 ms instead of 0.02. We have a thread for each frame.
os.environ.setdefault("OMP_NUM_THREADS", "1")
from bsread.data.helpers import get_channel_reader, get_value_reader

MAX_NAME = 1024
"""characters of a channel's name, and of its unit"""
MAX_DIMENSIONS = 31
"""HDF5 has 32, of which a recording takes one for the pulses"""
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
SHOWN = 80
"""characters of a faulty value that a message shows"""
SHOWN_ITEMS = 8
"""of a list of numbers"""
EXACT = 2**53
"""integers beyond this are no longer exact as a browser's numbers"""

# bsread logs a traceback for each value that it cannot read; the fault is named here instead.
logging.getLogger("bsread.data.helpers").setLevel(logging.CRITICAL)


class Buffered(Protocol):
    """Bytes that are somewhere else, or not made yet."""

    def __len__(self) -> int: ...

    @property
    def buffer(self) -> memoryview:
        """They; raises BadData."""


Part = bytes | memoryview | zmq.Frame | Buffered


@dataclass(frozen=True)
class TooLarge:
    """Stands for an array that was left undecoded: numpy's dtype name, shape rows first."""

    dtype: str
    shape: tuple[int, ...]

    @property
    def nbytes(self) -> int:
        """What it would have, decoded."""
        return math.prod(self.shape) * ITEM_BYTES[self.dtype]


@dataclass(frozen=True)
class Channel:
    """One channel as described; ``shape`` fastest dimension first, ``fault`` why it is unread.

    ``is_open``: the data decides how many numbers there are, as for ``Source``: where the shape is
    missing or [1], and where one of its sides is -1.
    """

    name: str
    type: str = "float64"
    shape: tuple[int, ...] = (1,)
    encoding: str = "little"
    compression: str = "none"
    unit: str | None = None
    fault: str = ""
    is_open: bool = False
    read: Callable[[Any], Any] = field(default=lambda _: None, repr=False, compare=False)

    @cached_property
    def is_scalar(self) -> bool:
        """One number or text, as far as its description tells."""
        return bool(self.fault) or self.type == "string" or math.prod(self.shape) == 1

    @cached_property
    def image_shape(self) -> ImageShape | None:
        """How it can be shown as an image; None for what cannot."""
        return None if self.is_scalar else ImageShape.of(self.shape)

    @cached_property
    def image_fault(self) -> str:
        """Why it cannot be shown although it has two dimensions or more; empty for all others."""
        if self.type == "string" or len(self.shape) < 2 or self.image_shape:
            return ""
        if not self.fault and math.prod(self.shape) > 0:
            return ""
        fault = self.fault or f"its shape is {list(self.shape)}; allowed are {IMAGES}"
        return f"channel {shown(self.name)} cannot be shown as an image: {fault}"

    @property
    def is_surface(self) -> bool:
        """More than one long: an image, or more; not a row or a column."""
        return sum(side > 1 for side in self.shape) > 1

    @cached_property
    def nbytes(self) -> int:
        """What its data has, decoded; -1 where only the data tells."""
        return -1 if -1 in self.shape else math.prod(self.shape) * ITEM_BYTES[self.type]

    def value(self, part: Part, limit: int = MAX_DECODED_BYTES) -> Any:
        """What the part holds, ready for JSON or as an array, rows first; None when it is missing.

        An array of more than ``limit`` bytes comes as TooLarge. Raises :class:`BadData`.
        """
        if self.fault:
            raise BadData(self.fault)
        if not len(part):
            return None
        if self.type == "string":
            found = text(_bytes(part), self.compression, MAX_STRING_BYTES, self.read, self.encoding)
            return found.rstrip("\0") if found else None  # EPICS pads with NUL
        shape, size = self.shape, self.nbytes
        if size > limit and not self.is_scalar:
            return TooLarge(self.type, shape[::-1])
        raw = _bytes(part)
        if self.compression != "none":
            raw, size = self._checked(raw, size)
            if not len(raw):
                return None
        elif len(raw) != size:
            if not self.is_open:
                what = f"{self.type} {list(self.shape)}"
                raise BadData(f"{len(raw)} bytes came, {what} has {size}")
            size = len(raw)
        if size != self.nbytes:
            shape = self._shape_of(size)
            if size > limit:
                return TooLarge(self.type, shape[::-1])
        value = self.read(raw)
        if value is None:
            raise BadData(f"its {self.compression} data is corrupt")
        if size != self.nbytes and size != value.nbytes:  # LZ4 may hold less than it declares
            raise BadData(f"its data declares {size} bytes and holds {value.nbytes}")
        if self.type == "bool":
            value = np.asarray(value).view(np.uint8) != 0  # a byte of 2 is no valid numpy bool
        if self.is_scalar and value.size == 1:
            return plain(value.item())
        return value.reshape(shape[::-1])

    def _checked(self, raw: bytes | memoryview, expected: int) -> tuple[bytes | memoryview, int]:
        """Compressed bytes that are safe to decode, and their decoded size; raises BadData."""
        about = self.compression, self.encoding, ITEM_BYTES[self.type]
        try:
            return checked(raw, *about, expected, MAX_DECODED_BYTES), expected
        except BadData:
            if not self.is_open:
                raise
        raw = checked(raw, *about, None, MAX_DECODED_BYTES)
        return raw, declared_bytes(raw, self.compression, self.encoding)

    def _shape_of(self, size: int) -> tuple[int, ...]:
        """The shape of so many bytes of an open channel; raises BadData."""
        sides = (-1,) if self.is_scalar else self.shape
        known = -math.prod(sides) * ITEM_BYTES[self.type]
        count, rest = divmod(size, known)
        if rest or not count:
            what = f"{self.type} {list(self.shape)} has a multiple of {known}"
            raise BadData(f"{size} bytes came, {what}")
        return tuple(count if side == -1 else side for side in sides)


def read_channel(entry: dict[str, Any], name: str) -> Channel:
    """A channel from its entry in the data header; faults of the entry are kept in it.

    As for ``Source``, every encoding but "big" is little.
    """
    unit = entry.get("unit")
    unit = printable(unit) if isinstance(unit, str) and len(unit) <= MAX_NAME else None
    encoding = "big" if entry.get("encoding") == "big" else "little"
    kind, shape = "float64", tuple[int, ...]([1])
    try:
        kind = _word(entry, "type", "float64", tuple(ITEM_BYTES))
        compression = _word(entry, "compression", "none", COMPRESSIONS)
        shape, is_open = _shape(entry.get("shape"), ITEM_BYTES[kind])
    except BadData as fault:
        described = entry.get("shape")
        if isinstance(described, list) and all(type(side) is int for side in described):
            shape = tuple(described[: MAX_DIMENSIONS + 1])
        return Channel(name, kind, shape, encoding, unit=unit, fault=str(fault))
    reader = get_channel_reader(
        {
            "name": name,
            "type": kind,
            "compression": compression,
            "encoding": ">" if encoding == "big" else "<",
            # a string's shape is [1] or its length, and often neither
            **({} if is_open or kind == "string" else {"shape": list(shape)}),
        }
    )
    return Channel(name, kind, shape, encoding, compression, unit, is_open=is_open, read=reader)


def text(
    raw: bytes | memoryview,
    compression: str,
    limit: int,
    read: Callable[[Any], str | None] | None = None,
    encoding: str = "little",
) -> str:
    """UTF-8 text of at most ``limit`` bytes, decompressed; raises :class:`BadData`."""
    if compression != "none":
        raw = checked(raw, compression, encoding, 1, None, limit)
        if not len(raw):
            return ""
    elif len(raw) > limit:
        raise BadData(f"a text of {len(raw)} bytes came; allowed are {limit}")
    found = (read or get_value_reader("string", compression))(raw)
    if found is None:
        raise BadData("it is not UTF-8" + (" or is corrupt" if compression != "none" else ""))
    return found


def _bytes(part: Part) -> bytes | memoryview:
    return part if isinstance(part, bytes | memoryview) else part.buffer


def shown(value: Any) -> str:
    """What JSON held, as an error message shows it; JSON nests deeper than ``repr`` can follow."""
    if isinstance(value, dict | list) and not _is_simple(value):
        return f"a {type(value).__name__} of {len(value)}"
    words = repr(value[:SHOWN] if isinstance(value, str) else value)
    return words if len(words) <= SHOWN else words[:SHOWN] + "…"


def printable(text: str) -> str:
    """A text that UTF-8 can hold: halves of surrogates, which JSON may escape, stay escaped."""
    return text.encode(errors="backslashreplace").decode()


def _is_simple(value: dict[str, Any] | list[Any]) -> bool:
    """A short list of numbers, as a shape should be."""
    return (
        isinstance(value, list)
        and len(value) <= SHOWN_ITEMS
        and not any(isinstance(item, dict | list | str) for item in value)
    )


def plain(value: Any) -> Any:
    """A number as JSON carries it exactly to every reader: as text beyond ±2^53."""
    return str(value) if type(value) is int and not -EXACT <= value <= EXACT else value


def _word(entry: dict[str, Any], key: str, default: str, allowed: tuple[str, ...]) -> str:
    given = entry.get(key)
    word = default if given is None else given
    word = word.lower() if isinstance(word, str) else ""
    if word not in allowed:
        raise BadData(f"{key} is {shown(given)}; allowed is {', '.join(allowed)}")
    return word


def _shape(given: Any, item_bytes: int) -> tuple[tuple[int, ...], bool]:
    """A shape, and whether the data decides how many numbers there are."""
    if given is None or given in ([1], [-1]):
        return (1,), True
    if (
        not isinstance(given, list)
        or len(given) > MAX_DIMENSIONS
        or not all(type(side) is int and side >= -1 for side in given)
        or given.count(-1) > 1
        or (-1 in given and 0 in given)
    ):
        raise BadData(
            f"shape is {shown(given)}; allowed are at most {MAX_DIMENSIONS} integers from 0"
        )
    if abs(math.prod(given)) * item_bytes > MAX_DECODED_BYTES:
        raise BadData(f"shape {shown(given)} is larger than the {MAX_DECODED_BYTES} bytes allowed")
    return tuple(given) or (1,), -1 in given
