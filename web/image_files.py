"""Encodes a frame as a file with the camera's exact values; thread-safe."""

import io
import json
import re
import struct
import zlib
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple

import numpy as np

from shared.envelope import TYPES, BadEnvelope
from web.fanout.messages import Frame
from web.fanout.tiles import TileMosaic

DESCRIBED_FIELDS = ("pulse_id", "epoch", "seq", "t_source", "t_received")
"""header fields in the description of TIFF and PNG files, besides stream and channel"""
REQUIRED_FIELDS = {
    "stream": str,
    "rendition": str,
    "epoch": int,
    "seq": int,
    "pulse_id": int | str | None,
    "t_source": int | float | None,
    "values": dict,
}
PULSE_ID_LIMIT = 2**63
IMAGE_FIELDS = ("channel", "data_min", "data_max", "n_saturated", "n_bad")
"""image fields that are stored beside the picture in HDF5"""
MAX_PNG_VALUE = 65535
PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
GREY, COLOUR = 0, 2
"""PNG's colour types"""


class UnsupportedPixels(ValueError):
    """The file type cannot store the pixels of this picture; the message says why."""


class FileType(NamedTuple):
    """A file type, and the function that writes it."""

    mimetype: str
    write: Callable[[Frame, Any, Mapping[str, Any]], bytes]
    """takes the frame, its pixels (None without a picture) and the schema"""
    needs_picture: bool = True
    """False if the file can store values without a picture"""


def write_file(
    file_type: FileType, frame: Frame, mosaic: TileMosaic | None, schema: Mapping[str, Any]
) -> bytes:
    """Return the file of a frame, and of its picture, whose tiles must be complete.

    ``schema`` is that of the frame, empty if unknown. Raise UnsupportedPixels and BadEnvelope.
    """
    header = frame.header
    is_complete = header.keys() >= REQUIRED_FIELDS.keys() and all(
        isinstance(header[name], kind) and not isinstance(header[name], bool)
        for name, kind in REQUIRED_FIELDS.items()
    )
    if not is_complete or not is_pulse_id(header["pulse_id"]):
        raise BadEnvelope("its header is incomplete or invalid")
    if any(isinstance(value, list) for value in header["values"].values()):
        raise BadEnvelope("its header has a list as a value")
    return file_type.write(frame, mosaic.pixels() if mosaic else None, schema)


def is_pulse_id(value: int | str | None) -> bool:
    """Return whether a value is None or an integer of 64 bits, which beyond 2^53 is a text."""
    if isinstance(value, str) and not re.fullmatch("-?[0-9]{1,19}", value):
        return False
    return value is None or abs(int(value)) < PULSE_ID_LIMIT


def write_npy(frame: Frame, pixels: np.ndarray, _: Mapping[str, Any]) -> bytes:
    """Return a file of NumPy, little-endian."""
    file = io.BytesIO()
    np.save(file, pixels)
    return file.getvalue()


def write_tiff(frame: Frame, pixels: np.ndarray, _: Mapping[str, Any]) -> bytes:
    """Return a TIFF of one uncompressed strip; raise UnsupportedPixels."""
    from PIL import TiffImagePlugin as T

    pixels = _as_tiff(pixels)
    height, width = pixels.shape[:2]
    samples = pixels[0, 0].size
    tags = T.ImageFileDirectory_v2()
    tags[T.IMAGEWIDTH], tags[T.IMAGELENGTH] = width, height
    tags[T.BITSPERSAMPLE] = (8 * pixels.itemsize,) * samples
    tags[T.COMPRESSION] = 1
    tags[T.PHOTOMETRIC_INTERPRETATION] = 1 if samples == 1 else 2
    tags[T.IMAGEDESCRIPTION] = describe(frame)
    tags[T.STRIPOFFSETS] = 0  # Pillow adds the size of the header and tags
    tags[T.SAMPLESPERPIXEL] = samples
    tags[T.ROWSPERSTRIP] = height
    tags[T.STRIPBYTECOUNTS] = pixels.nbytes
    tags[T.SAMPLEFORMAT] = ({"u": 1, "i": 2, "f": 3}[pixels.dtype.kind],) * samples
    file = io.BytesIO()
    tags.save(file)
    file.write(pixels.data)
    return file.getvalue()


def _as_tiff(pixels: np.ndarray) -> np.ndarray:
    """Convert pixels to a type that Pillow and ImageJ read: neither reads 64 bits, and Pillow reads
    signed bytes as unsigned. Raise UnsupportedPixels for values beyond 32 bits or float32."""
    kind = pixels.dtype.kind
    if kind == "b":
        return pixels.astype("u1")
    if kind == "i" and pixels.itemsize == 1:
        return pixels.astype("<i2")
    if pixels.itemsize < 8:
        return pixels
    if kind == "f":
        with np.errstate(over="ignore"):
            nearest = pixels.astype("<f4")
        if np.isfinite(pixels).sum() == np.isfinite(nearest).sum():
            return nearest
        raise UnsupportedPixels("TIFF stores float32, and the picture has larger values")
    smallest, largest = pixels.min(), pixels.max()
    for short in ("<i4", "<u4"):
        if np.iinfo(short).min <= smallest and largest <= np.iinfo(short).max:
            return pixels.astype(short)
    raise UnsupportedPixels("TIFF stores 32-bit integers, and the picture has larger values")


def write_png(frame: Frame, pixels: np.ndarray, _: Mapping[str, Any]) -> bytes:
    """Return a PNG of 8 bits for types of one byte, else 16; raise UnsupportedPixels for values
    outside 0…65535.

    It does not use Pillow, which blocks all other threads while it compresses, and has no colour
    pictures of 16 bits.
    """
    dtype = pixels.dtype
    if dtype.kind not in "biu":
        raise UnsupportedPixels(
            f"PNG stores integers from 0 to {MAX_PNG_VALUE}, and the picture is {dtype.name}"
        )
    if pixels.min() < 0 or pixels.max() > MAX_PNG_VALUE:
        raise UnsupportedPixels(
            f"PNG stores integers from 0 to {MAX_PNG_VALUE}, and the picture has other values"
        )
    height, width = pixels.shape[:2]
    item = ">u2" if dtype.itemsize > 1 else "u1"
    rows = pixels.astype(item).reshape(height, -1).view("u1")
    lines = np.zeros((height, 1 + rows.shape[1]), "u1")  # each begins with its filter type, 0: none
    lines[:, 1:] = rows
    colour = GREY if pixels.ndim == 2 else COLOUR
    chunks = {
        b"IHDR": struct.pack(">IIBBxxx", width, height, 8 * np.dtype(item).itemsize, colour),
        b"tEXt": b"Description\0" + describe(frame).encode(),
        b"IDAT": zlib.compress(lines.data, 1),
        b"IEND": b"",
    }
    parts = [PNG_SIGNATURE]
    for name, data in chunks.items():
        checksum = zlib.crc32(data, zlib.crc32(name))
        parts += [struct.pack(">I", len(data)), name, data, struct.pack(">I", checksum)]
    return b"".join(parts)


def write_hdf5(frame: Frame, pixels: np.ndarray | None, schema: Mapping[str, Any]) -> bytes:
    """Return an HDF5 file of all values of the frame, in the layout of a recording."""
    from shared.hdf5 import snapshot  # takes 14 MB, and few workers need it

    channels = channels_by_name(schema)
    units = {
        name: channel["unit"]
        for name, channel in channels.items()
        if isinstance(channel.get("unit"), str)
    }
    values = {
        name: as_type(value, channels.get(name, {}).get("type"))
        for name, value in frame.header["values"].items()
    }
    image = frame.header.get("image")
    about = {name: image[name] for name in IMAGE_FIELDS if name in image} if image else None
    header = {**frame.header, "values": values, "image": about}
    header["pulse_id"] = as_type(header["pulse_id"], "int64")
    return snapshot(header, frame.body, pixels, units)


FILE_TYPES = {
    "h5": FileType("application/x-hdf5", write_hdf5, needs_picture=False),
    "npy": FileType("application/octet-stream", write_npy),
    "png": FileType("image/png", write_png),
    "tif": FileType("image/tiff", write_tiff),
}
"""file name extension → file type"""


def channels_by_name(schema: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Return name → channel. The schema is not trusted: any program may have written it."""
    channels = schema.get("channels")
    return {
        channel["name"]: channel
        for channel in (channels if isinstance(channels, list) else ())
        if isinstance(channel, dict) and isinstance(channel.get("name"), str)
    }


def as_type(value: Any, dtype: Any) -> Any:
    """Return a scalar in the camera's type: JSON has one type for all numbers, and large integers
    are texts."""
    is_known = isinstance(dtype, str) and dtype in TYPES
    if not is_known or not isinstance(value, bool | int | float | str):
        return value
    try:
        return np.dtype(dtype).type(value)
    except (ValueError, OverflowError):
        return value


def file_name(frame: Frame, extension: str) -> str:
    """Return a safe name such as ``camera_pulse1234_20261121T130501.123Z.h5``, with the camera's
    time, or without one that of arrival; UTC."""
    header, pulse_id = frame.header, frame.header.get("pulse_id")
    pulse = pulse_id if isinstance(pulse_id, int | str) else ""
    time = format_utc(header.get("t_source")) or format_utc(frame.received)
    name = f"{frame.stream}_pulse{pulse}_{time}"
    return f"{re.sub('[^A-Za-z0-9._-]', '_', name)}.{extension}"


def format_utc(seconds: Any) -> str:
    """Return a time in the form of ISO 8601, empty for an invalid time."""
    try:
        time = datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds")
    except (TypeError, ValueError, OverflowError, OSError):
        return ""
    return time.replace("-", "").replace(":", "").removesuffix("+0000") + "Z"


def describe(frame: Frame) -> str:
    """Return a description of the frame as JSON in ASCII, which TIFF requires."""
    about = {"stream": frame.stream, "channel": frame.header["image"].get("channel")}
    return json.dumps(about | {name: frame.header.get(name) for name in DESCRIBED_FIELDS})
