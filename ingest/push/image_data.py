"""Pushed images: arrays, or files that are decoded only when somebody watches."""

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
MAX_PIXELS = 64 * 1024 * 1024
MODES = {"L": "uint8", "I;16": "uint16", "RGB": "uint8"}
"""Pillow's modes that are kept; images of other modes are converted to RGB"""


def silence_libtiff() -> None:
    """Switch off libtiff's messages: up to megabytes on file descriptor 2 for one damaged image.

    Pillow raises an exception in any case. Its other decoders, and FFmpeg in PyAV and HDF5 in h5py,
    print nothing.
    """
    pillow = ctypes.CDLL(_imaging.__file__)
    for name in ("TIFFSetErrorHandler", "TIFFSetWarningHandler"):
        with contextlib.suppress(AttributeError):  # Pillow without TIFF
            getattr(pillow, name)(None)


silence_libtiff()


class Pixels(NamedTuple):
    """An image; ``shape`` is (rows, columns), or (rows, columns, 3) for colour."""

    dtype: str
    shape: tuple[int, ...]
    data: bytes | memoryview | Buffered


class Encoded:
    """The pixels of an image file, decoded when ``buffer`` is read."""

    def __init__(self, data: bytes, mode: str, length: int) -> None:
        self._data = data
        self._mode = mode
        self._length = length

    def __len__(self) -> int:
        return self._length

    @property
    def buffer(self) -> memoryview:
        """Decode the pixels, row by row; raises BadData."""
        try:
            with Image.open(io.BytesIO(self._data), formats=FORMATS) as image:
                image.load()
                pixels = image if image.mode == self._mode else image.convert(self._mode)
                return np.ascontiguousarray(pixels).data.cast("B")
        except (OSError, ValueError, SyntaxError, EOFError, MemoryError) as error:
            raise BadData(f"the image cannot be decoded ({error})") from None


def pixels(message: Picture | Heatmap, data: bytes | None) -> Pixels:
    """Return the image of a message; ``data``: the bytes that belong to it. Raises
    InvalidMessage."""
    value = message.value
    if data is not None:
        if value is not None:
            raise InvalidMessage("both value and binary data were sent", "send one of the two")
        return _array(message, data) if message.dtype else _file(data)
    if isinstance(value, str):
        return _file(_from_base64(value))
    if value is None:
        raise InvalidMessage(
            "value: Field required", "a base64 text, rows of numbers, or binary data"
        )
    return _rows(value)


def _rows(rows: list[list[Any]]) -> Pixels:
    columns = len(rows[0])
    if any(len(row) != columns for row in rows):
        raise InvalidMessage(
            "the rows of value have different lengths", "send as many numbers in each row"
        )
    array = np.array(rows, np.float64)  # null becomes NaN
    return Pixels("float64", array.shape, array.data.cast("B"))


def _array(message: Picture | Heatmap, data: bytes) -> Pixels:
    dtype, shape = message.dtype, tuple(message.shape or ())
    if not dtype or not (len(shape) == 2 or (len(shape) == 3 and shape[2] == 3)):
        raise InvalidMessage(
            f"dtype {dtype} and shape {list(shape)} are not an image",
            "shape [rows, columns], or [rows, columns, 3] for colour",
        )
    if shape[0] * shape[1] > MAX_PIXELS:
        raise InvalidMessage(
            f"{shape[1]} × {shape[0]} pixels are too many", f"at most {MAX_PIXELS}"
        )
    expected = math.prod(shape) * ITEM_BYTES[dtype]
    if len(data) != expected:
        text = f"{len(data)} bytes of binary data instead of {expected}"
        raise InvalidMessage(text, f"{dtype} {list(shape)} has {expected} bytes")
    return Pixels(dtype, shape, data)


def _file(data: bytes) -> Pixels:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(data), formats=FORMATS) as image:
                mode, (width, height) = image.mode, image.size
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        hint = f"{', '.join(FORMATS)}; or an array with dtype and shape"
        raise InvalidMessage(f"the {len(data)} bytes are not an image file", hint) from None
    if width * height > MAX_PIXELS:
        raise InvalidMessage(f"{width} × {height} pixels are too many", f"at most {MAX_PIXELS}")
    mode = mode if mode in MODES else "RGB"
    shape = (height, width, 3) if mode == "RGB" else (height, width)
    length = math.prod(shape) * ITEM_BYTES[MODES[mode]]
    return Pixels(MODES[mode], shape, Encoded(data, mode, length))


def _from_base64(text: str) -> bytes:
    if text.startswith("data:"):
        text = text.partition(",")[2]
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise InvalidMessage(
            f"value is not valid base64 ({error})", "send an image file as base64"
        ) from None
