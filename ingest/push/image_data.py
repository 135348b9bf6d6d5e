"""A pushed picture: an array, or an encoded one whose pixels are made when somebody wants them."""

import base64
import binascii
import contextlib
import ctypes
import io
import math
import warnings
from typing import Any, NamedTuple

import numpy as np
from PIL import Image, _imaging

from ingest.bsread.channel import ITEM_BYTES, Buffered
from ingest.push.message import Heatmap, InvalidMessage, Picture
from shared.compression import BadData

FORMATS = ("PNG", "JPEG", "TIFF", "WEBP", "BMP")
MOST_PIXELS = 64 * 1024 * 1024
MODES = {"L": "uint8", "I;16": "uint16", "RGB": "uint8"}
"""Pillow's, that are taken as they are; others become RGB"""


def silence_libtiff() -> None:
    """Switches off the messages that libtiff prints to file descriptor 2, up to megabytes for one
    damaged picture, and past the log. Pillow raises for what is wrong. Its other decoders, FFmpeg
    as PyAV has it, and HDF5 as h5py has it print nothing."""
    pillow = ctypes.CDLL(_imaging.__file__)
    for name in ("TIFFSetErrorHandler", "TIFFSetWarningHandler"):
        with contextlib.suppress(AttributeError):  # a Pillow without TIFF
            getattr(pillow, name)(None)


silence_libtiff()


class Pixels(NamedTuple):
    """``shape`` as numpy has it: rows, columns, and 3 for a colour picture."""

    dtype: str
    shape: tuple[int, ...]
    data: bytes | memoryview | Buffered


class Encoded:
    """A file's pixels, decoded when they are read."""

    def __init__(self, data: bytes, mode: str, length: int) -> None:
        self._data = data
        self._mode = mode
        self._length = length

    def __len__(self) -> int:
        return self._length

    @property
    def buffer(self) -> memoryview:
        """The pixels, row by row; raises BadData."""
        try:
            with Image.open(io.BytesIO(self._data), formats=FORMATS) as image:
                image.load()
                pixels = image if image.mode == self._mode else image.convert(self._mode)
                return np.ascontiguousarray(pixels).data.cast("B")
        except (OSError, ValueError, SyntaxError, EOFError, MemoryError) as problem:
            raise BadData(f"the picture cannot be decoded ({problem})") from None


def pixels(message: Picture | Heatmap, attached: bytes | None) -> Pixels:
    """What a message shows; ``attached`` are the bytes that came with it. Raises Refused."""
    value = message.value
    if attached is not None:
        if value is not None:
            raise InvalidMessage("a value came, and bytes", "one of the two")
        return _array(message, attached) if message.dtype else _file(attached)
    if isinstance(value, str):
        return _file(_from_base64(value))
    if value is None:
        raise InvalidMessage("value: Field required", "a base64 text, rows of numbers, or bytes")
    return _rows(value)


def _rows(rows: list[list[Any]]) -> Pixels:
    columns = len(rows[0])
    if any(len(row) != columns for row in rows):
        raise InvalidMessage(
            "the rows of value are not of the same length", "as many numbers in each"
        )
    array = np.array(rows, np.float64)  # null is not a number
    return Pixels("float64", array.shape, array.data.cast("B"))


def _array(message: Picture | Heatmap, data: bytes) -> Pixels:
    kind, shape = message.dtype, tuple(message.shape or ())
    if not kind or not (len(shape) == 2 or (len(shape) == 3 and shape[2] == 3)):
        raise InvalidMessage(
            f"dtype {kind} and shape {list(shape)} are no picture",
            "shape [rows, columns], or [rows, columns, 3] for colours",
        )
    if shape[0] * shape[1] > MOST_PIXELS:
        raise InvalidMessage(f"{shape[1]} × {shape[0]} pixels", f"at most {MOST_PIXELS}")
    expected = math.prod(shape) * ITEM_BYTES[kind]
    if len(data) != expected:
        raise InvalidMessage(f"{len(data)} bytes came", f"{kind} {list(shape)} has {expected}")
    return Pixels(kind, shape, data)


def _file(data: bytes) -> Pixels:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(data), formats=FORMATS) as image:
                mode, (width, height) = image.mode, image.size
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        hint = f"{', '.join(FORMATS)}; or an array, with dtype and shape"
        raise InvalidMessage(f"the {len(data)} bytes are no picture", hint) from None
    if width * height > MOST_PIXELS:
        raise InvalidMessage(f"{width} × {height} pixels", f"at most {MOST_PIXELS}")
    mode = mode if mode in MODES else "RGB"
    shape = (height, width, 3) if mode == "RGB" else (height, width)
    length = math.prod(shape) * ITEM_BYTES[MODES[mode]]
    return Pixels(MODES[mode], shape, Encoded(data, mode, length))


def _from_base64(text: str) -> bytes:
    if text.startswith("data:"):
        text = text.partition(",")[2]
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as problem:
        raise InvalidMessage(
            f"value is no base64 ({problem})", "a picture file as base64"
        ) from None
