"""A frame as a file, with the camera's own numbers in it. Any thread may make one."""

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

TOLD = ("pulse_id", "epoch", "seq", "t_source", "t_received")
"""what TIFF and PNG say in their description, besides stream and channel"""
NEEDED = {
    "stream": str,
    "rendition": str,
    "epoch": int,
    "seq": int,
    "pulse_id": int | str | None,
    "t_source": int | float | None,
    "values": dict,
}
LARGEST = 2**63
FACTS = ("channel", "data_min", "data_max", "n_saturated", "n_bad")
"""what stands beside the picture in HDF5"""
PNG_MOST = 65535
PNG_HEAD = b"\x89PNG\r\n\x1a\n"
GREY, COLOUR = 0, 2
"""PNG's colour types"""


class Unfit(ValueError):
    """A picture that a kind of file cannot hold; the text says why."""


class Kind(NamedTuple):
    """``needs_picture``: whether there is such a file of values alone."""

    mimetype: str
    write: Callable[[Frame, Any, Mapping[str, Any]], bytes]
    """of the frame, its pixels (None without a picture) and the schema"""
    needs_picture: bool = True


def make(kind: Kind, frame: Frame, mosaic: TileMosaic | None, schema: Mapping[str, Any]) -> bytes:
    """The file of a frame, and of its picture, whose tiles must all be there.

    ``schema`` is that of the frame, empty if unknown. Raises Unfit and BadEnvelope.
    """
    header = frame.header
    whole = header.keys() >= NEEDED.keys() and all(
        isinstance(header[name], kind) and not isinstance(header[name], bool)
        for name, kind in NEEDED.items()
    )
    if not whole or not is_pulse_id(header["pulse_id"]):
        raise BadEnvelope("its header is not whole")
    if any(isinstance(value, list) for value in header["values"].values()):
        raise BadEnvelope("its header has a list for a value")
    return kind.write(frame, mosaic.pixels() if mosaic else None, schema)


def is_pulse_id(value: int | str | None) -> bool:
    """An integer of 64 bits, as text beyond 2^53, or null."""
    if isinstance(value, str) and not re.fullmatch("-?[0-9]{1,19}", value):
        return False
    return value is None or abs(int(value)) < LARGEST


def npy(frame: Frame, pixels: np.ndarray, _: Mapping[str, Any]) -> bytes:
    """numpy's file, little-endian."""
    file = io.BytesIO()
    np.save(file, pixels)
    return file.getvalue()


def tiff(frame: Frame, pixels: np.ndarray, _: Mapping[str, Any]) -> bytes:
    """One strip, not compressed; raises Unfit for values that its readers know no type for."""
    from PIL import TiffImagePlugin as T

    pixels = _as_tiff(pixels)
    height, width = pixels.shape[:2]
    samples = pixels[0, 0].size
    tags = T.ImageFileDirectory_v2()
    tags[T.IMAGEWIDTH], tags[T.IMAGELENGTH] = width, height
    tags[T.BITSPERSAMPLE] = (8 * pixels.itemsize,) * samples
    tags[T.COMPRESSION] = 1
    tags[T.PHOTOMETRIC_INTERPRETATION] = 1 if samples == 1 else 2
    tags[T.IMAGEDESCRIPTION] = description(frame)
    tags[T.STRIPOFFSETS] = 0  # counted from the end of the tags, as Pillow has it
    tags[T.SAMPLESPERPIXEL] = samples
    tags[T.ROWSPERSTRIP] = height
    tags[T.STRIPBYTECOUNTS] = pixels.nbytes
    tags[T.SAMPLEFORMAT] = ({"u": 1, "i": 2, "f": 3}[pixels.dtype.kind],) * samples
    file = io.BytesIO()
    tags.save(file)
    file.write(pixels.data)
    return file.getvalue()


def _as_tiff(pixels: np.ndarray) -> np.ndarray:
    """In a type that Pillow and ImageJ open: neither does 64 bits, and Pillow takes signed bytes
    for unsigned ones. Raises Unfit for integers beyond 32 bits and numbers beyond float32."""
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
        raise Unfit("TIFF holds float32, and the picture has numbers beyond")
    least, largest = pixels.min(), pixels.max()
    for small in ("<i4", "<u4"):
        if np.iinfo(small).min <= least and largest <= np.iinfo(small).max:
            return pixels.astype(small)
    raise Unfit("TIFF holds integers of 32 bits, and the picture has longer ones")


def png(frame: Frame, pixels: np.ndarray, _: Mapping[str, Any]) -> bytes:
    """8 bits for types of one byte, else 16; raises Unfit for what is not in 0…65535.

    Pillow would hold up all other threads while it compresses, and knows no colours of 16 bits.
    """
    kind = pixels.dtype
    if kind.kind not in "biu":
        raise Unfit(f"PNG holds no {kind.name}, but integers from 0 to {PNG_MOST}")
    if pixels.min() < 0 or pixels.max() > PNG_MOST:
        raise Unfit(f"PNG holds integers from 0 to {PNG_MOST}, and the picture has others")
    height, width = pixels.shape[:2]
    item = ">u2" if kind.itemsize > 1 else "u1"
    rows = pixels.astype(item).reshape(height, -1).view("u1")
    lines = np.zeros((height, 1 + rows.shape[1]), "u1")  # each begins with its filter: none
    lines[:, 1:] = rows
    colour = GREY if pixels.ndim == 2 else COLOUR
    chunks = {
        b"IHDR": struct.pack(">IIBBxxx", width, height, 8 * np.dtype(item).itemsize, colour),
        b"tEXt": b"Description\0" + description(frame).encode(),
        b"IDAT": zlib.compress(lines.data, 1),
        b"IEND": b"",
    }
    parts = [PNG_HEAD]
    for name, data in chunks.items():
        checksum = zlib.crc32(data, zlib.crc32(name))
        parts += [struct.pack(">I", len(data)), name, data, struct.pack(">I", checksum)]
    return b"".join(parts)


def hdf5(frame: Frame, pixels: np.ndarray | None, schema: Mapping[str, Any]) -> bytes:
    """All values of the frame, laid out as a recording."""
    from shared.hdf5 import snapshot  # 14 MB, for what few workers are asked

    channels = described(schema)
    units = {
        name: channel["unit"]
        for name, channel in channels.items()
        if isinstance(channel.get("unit"), str)
    }
    values = {
        name: typed(value, channels.get(name, {}).get("type"))
        for name, value in frame.header["values"].items()
    }
    image = frame.header.get("image")
    facts = {fact: image[fact] for fact in FACTS if fact in image} if image else None
    header = {**frame.header, "values": values, "image": facts}
    header["pulse_id"] = typed(header["pulse_id"], "int64")
    return snapshot(header, frame.body, pixels, units)


KINDS = {
    "h5": Kind("application/x-hdf5", hdf5, needs_picture=False),
    "npy": Kind("application/octet-stream", npy),
    "png": Kind("image/png", png),
    "tif": Kind("image/tiff", tiff),
}
"""file name's ending → how it is made"""


def described(schema: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """channel → its description; anyone may have written the schema."""
    channels = schema.get("channels")
    return {
        channel["name"]: channel
        for channel in (channels if isinstance(channels, list) else ())
        if isinstance(channel, dict) and isinstance(channel.get("name"), str)
    }


def typed(value: Any, kind: Any) -> Any:
    """A scalar as the camera's type; in JSON all numbers are alike, and large ones are texts."""
    known = isinstance(kind, str) and kind in TYPES
    if not known or not isinstance(value, bool | int | float | str):
        return value
    try:
        return np.dtype(kind).type(value)
    except (ValueError, OverflowError):
        return value


def file_name(frame: Frame, ending: str) -> str:
    """Safe anywhere, such as ``camera_pulse1234_20261121T130501.123Z.h5``: the camera's time, or
    where it tells none, that of arrival; UTC."""
    header, pulse_id = frame.header, frame.header.get("pulse_id")
    pulse = pulse_id if isinstance(pulse_id, int | str) else ""
    time = utc(header.get("t_source")) or utc(frame.received)
    name = f"{frame.stream}_pulse{pulse}_{time}"
    return f"{re.sub('[^A-Za-z0-9._-]', '_', name)}.{ending}"


def utc(seconds: Any) -> str:
    """Empty for what is no time that a calendar has."""
    try:
        time = datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds")
    except (TypeError, ValueError, OverflowError, OSError):
        return ""
    return time.replace("-", "").replace(":", "").removesuffix("+0000") + "Z"


def description(frame: Frame) -> str:
    """JSON in ASCII, which is all that TIFF allows."""
    about = {"stream": frame.stream, "channel": frame.header["image"].get("channel")}
    return json.dumps(about | {name: frame.header.get(name) for name in TOLD})
