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
from typing import Any, Protocol

import numpy as np
import zmq

from shared.compressed import BadData, checked
from shared.renditions import is_image

# Set before bitshuffle loads OpenMP, whose threads else take turns with ours: on two cores a
# picture of 2048 × 2048 then takes twice the processor's time and is decoded no sooner, and a
# compressed scalar in a busy process 1.3 ms instead of 0.02. We have a thread for each frame.
os.environ.setdefault("OMP_NUM_THREADS", "1")
from bsread.data.helpers import get_channel_reader, get_value_reader

MAX_NAME = 256
MAX_DIMENSIONS = 4
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
    """One channel as described; ``shape`` fastest dimension first, ``fault`` why it is unread."""

    name: str
    type: str = "float64"
    shape: tuple[int, ...] = (1,)
    encoding: str = "little"
    compression: str = "none"
    unit: str | None = None
    fault: str = ""
    read: Callable[[Any], Any] = field(default=lambda _: None, repr=False, compare=False)

    @property
    def is_scalar(self) -> bool:
        return bool(self.fault) or self.type == "string" or math.prod(self.shape) == 1

    @property
    def is_picture(self) -> bool:
        """Two-dimensional, or RGB as [3, width, height]."""
        return not self.is_scalar and is_image(self.shape)

    @property
    def is_surface(self) -> bool:
        """More than one long: an image, or more; not a row or a column."""
        return sum(side > 1 for side in self.shape) > 1

    def value(self, part: Part, limit: int = MAX_DECODED_BYTES) -> Any:
        """What the part holds, ready for JSON or as an array, rows first; None when it is missing.

        An array of more than ``limit`` bytes comes as TooLarge. Raises :class:`BadData`.
        """
        if self.fault:
            raise BadData(self.fault)
        if not len(part):
            return None
        if self.type == "string":
            return (
                text(_bytes(part), self.compression, MAX_STRING_BYTES, self.read, self.encoding)
                or None
            )
        item_bytes = ITEM_BYTES[self.type]
        expected = math.prod(self.shape) * item_bytes
        if expected > limit:
            return TooLarge(self.type, self.shape[::-1])
        raw = _bytes(part)
        if self.compression != "none":
            raw = checked(raw, self.compression, self.encoding, item_bytes, expected, limit)
            if not len(raw):
                return None
        elif len(raw) != expected:
            what = f"{self.type} {list(self.shape)}"
            raise BadData(f"{len(raw)} bytes came, {what} has {expected}")
        value = self.read(raw)
        if value is None:
            raise BadData(f"its {self.compression} data is corrupt")
        if self.type == "bool":
            value = np.asarray(value).view(np.uint8) != 0  # a byte of 2 is no valid numpy bool
        return _plain(value.item()) if self.is_scalar else value.reshape(self.shape[::-1])


def read_channel(entry: dict[str, Any], name: str) -> Channel:
    """A channel from its entry in the data header; faults of the entry are kept in it."""
    unit = entry.get("unit")
    unit = unit if isinstance(unit, str) and len(unit) <= MAX_NAME else None
    try:
        kind = _word(entry, "type", "float64", tuple(ITEM_BYTES))
        encoding = _word(entry, "encoding", "little", ("little", "big"))
        compression = _word(entry, "compression", "none", COMPRESSIONS)
        shape = _shape(entry.get("shape"), ITEM_BYTES[kind])
    except BadData as fault:
        return Channel(name, unit=unit, fault=str(fault))
    reader = get_channel_reader(
        {
            "name": name,
            "type": kind,
            "compression": compression,
            "encoding": ">" if encoding == "big" else "<",
            # a string's shape is [1] or its length, and often neither
            "shape": [1] if kind == "string" else list(shape),
        }
    )
    return Channel(name, kind, shape, encoding, compression, unit, read=reader)


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


def _is_simple(value: dict[str, Any] | list[Any]) -> bool:
    """A short list of numbers, as a shape should be."""
    return (
        isinstance(value, list)
        and len(value) <= 2 * MAX_DIMENSIONS
        and not any(isinstance(item, dict | list | str) for item in value)
    )


def _plain(value: Any) -> Any:
    return str(value) if type(value) is int and not -EXACT <= value <= EXACT else value


def _word(entry: dict[str, Any], key: str, default: str, allowed: tuple[str, ...]) -> str:
    given = entry.get(key)
    word = default if given is None else given
    word = word.lower() if isinstance(word, str) else ""
    if word not in allowed:
        raise BadData(f"{key} is {shown(given)}; allowed is {', '.join(allowed)}")
    return word


def _shape(given: Any, item_bytes: int) -> tuple[int, ...]:
    shape = [1] if given is None else given
    if (
        not isinstance(shape, list)
        or len(shape) > MAX_DIMENSIONS
        or not all(type(side) is int and side >= 0 for side in shape)
    ):
        raise BadData(
            f"shape is {shown(given)}; allowed are at most {MAX_DIMENSIONS} integers from 0"
        )
    if math.prod(shape) * item_bytes > MAX_DECODED_BYTES:
        raise BadData(f"shape {shape} is larger than the {MAX_DECODED_BYTES} bytes allowed")
    return tuple(shape) or (1,)
