"""The bsread message: main header, data header, then [data][timestamp] for each channel.

https://github.com/paulscherrerinstitute/bsread_python describes the format. A message is read from
its raw parts in three steps, each only when it is needed: the main header, the layout (which stays
the same for long), and the values.
"""

import hashlib
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import orjson

from ingest.channel import (
    COMPRESSIONS,
    EXACT,
    MAX_DECODED_BYTES,
    MAX_NAME,
    MAX_STRING_BYTES,
    Channel,
    Part,
    TooLarge,
    read_channel,
    shown,
    text,
)
from shared.compressed import BadData

MAX_CHANNELS = 10_000
MAX_HEADER_BYTES = 16 * 1024 * 1024
WAVEFORM_LIMIT = 1024 * 1024
PICTURE_LIMIT = 16 * 1024
"""bytes; a larger array is not decoded. A picture that is not the one shown would otherwise travel
to every viewer, uncompressed."""
FRAME_LIMIT = 8 * 1024 * 1024
"""bytes of all arrays of a frame; Redis cuts off who cannot take a message of 32 MB"""
TEXT_LIMIT = 1024 * 1024
"""characters of all texts of a pulse"""
NAMES = 10
"""channels that a fault names"""

Errors = Callable[[str, str], None]


class BadMessage(ValueError):
    """A message that cannot be used; ``kind`` counts it, the text says what is wrong."""

    def __init__(self, kind: str, text: str) -> None:
        super().__init__(text)
        self.kind = kind


class MainHeader(NamedTuple):
    """The first part; ``t_source`` in Unix seconds, ``compression`` is the data header's."""

    pulse_id: int
    t_source: float | None
    compression: str | None


class Layout:
    """What one data header says. Immutable; of channels with the same name the last one counts.

    ``hash`` is the MD5 of the header as sent, ``pictures`` holds the index of each channel that can
    be a picture, ``image`` that of the stream's own: the one ``wanted``, else the first
    two-dimensional one, else the first RGB one, else the first of a single row or column.
    ``image_fault`` says why the one wanted cannot be shown.
    """

    def __init__(self, hash: str, channels: Sequence[Channel], wanted: str = "") -> None:
        self.hash = hash
        self.channels = tuple(channels)
        self._last = tuple({c.name: index for index, c in enumerate(self.channels)}.values())
        self.pictures = {
            self.channels[index].name: index
            for index in sorted(self._last)
            if self.channels[index].is_picture
        }
        self.image = self.index(wanted) if wanted else self._first_picture()
        self.image_fault = self.fault(wanted) if wanted else ""
        self.image_name = None if self.image is None else self.channels[self.image].name
        self.scalars = tuple(i for i in self._last if self.channels[i].is_scalar)
        self.kept = frozenset(self.scalars)
        arrays = [i for i in self._last if not self.channels[i].is_scalar and i != self.image]
        self.limits = {i: WAVEFORM_LIMIT for i in arrays if not self.channels[i].is_surface}
        """how many bytes each array but the picture may have"""
        self.limits |= {i: PICTURE_LIMIT for i in arrays if self.channels[i].is_surface}

    def index(self, image: str) -> int | None:
        """Which channel this image is, "" naming the stream's own; None for what is no image."""
        return self.pictures.get(image) if image else self.image

    def fault(self, image: str) -> str:
        """Why this image cannot be shown; empty when it can."""
        if not image:
            return self.image_fault
        if image in self.pictures:
            return ""
        there = any(channel.name == image for channel in self.channels)
        what = "is not an image" if there else "is not in the stream"
        names = some_names(list(self.pictures)) or "none"
        return f"channel {image!r} {what}; images are: {names}"

    def _first_picture(self) -> int | None:
        pictures = self.pictures.values()
        flat = [index for index in pictures if len(self.channels[index].shape) == 2]
        full = [index for index in flat if self.channels[index].is_surface]
        colour = [index for index in pictures if index not in flat]
        return next(iter(full + colour + flat), None)

    def describe(self) -> list[dict[str, Any]]:
        """The channels for ``beamcast:<stream>:schema``, as received."""
        return [
            {
                "name": channel.name,
                "type": channel.type,
                "shape": list(channel.shape),
                "encoding": channel.encoding,
                **({"unit": channel.unit} if channel.unit else {}),
            }
            for channel in (self.channels[index] for index in self._last)
        ]


@dataclass(eq=False, slots=True)
class Pulse:
    """One message, undecoded, and never changed.

    ``parts`` holds each channel's raw data; empty means missing. ``wanted`` names the images that
    it is shown for, "" being the stream's own. The decoding methods call ``errors(kind, text)`` for
    what is faulty; its value is None.
    """

    pulse_id: int
    t_source: float | None
    t_received: float
    layout: Layout
    parts: Sequence[Part]
    wanted: Collection[str] = ("",)

    @property
    def has_image(self) -> bool:
        """One of the images that are wanted came with this pulse."""
        for name in self.wanted:
            index = self.layout.index(name)
            if index is not None and index < len(self.parts) and len(self.parts[index]):
                return True
        return False

    def scalars_only(self) -> "Pulse":
        """The same pulse without what is no scalar, so that those buffers are released."""
        keep = self.layout.kept
        parts = [
            part if index in keep and len(part) <= MAX_STRING_BYTES else b""
            for index, part in enumerate(self.parts)
        ]
        return Pulse(self.pulse_id, self.t_source, self.t_received, self.layout, parts)

    @property
    def weight(self) -> int:
        """What it takes to hold it: one for each value, and one for every 16 bytes of it."""
        return sum(1 + len(part) // 16 for part in self.parts if len(part))

    def scalars(self, errors: Errors) -> dict[str, int | float | bool | str | None]:
        """Scalars and strings, ready for JSON: integers beyond ±2⁵³ as text; NaN stays.

        Texts beyond TEXT_LIMIT in all are None.
        """
        came, described = len(self.parts), len(self.layout.channels)
        if came != described:
            errors("bad_parts", f"{came} values came for the data header's {described} channels")
        values, left, left_out = {}, TEXT_LIMIT, []
        for index in self.layout.scalars:
            name, value = self._value(index, errors)
            if isinstance(value, str):
                left -= len(value)
                if left < 0:
                    left_out.append(name)
                    left, value = left + len(value), None
            values[name] = value
        _report(left_out, f"all texts may have {TEXT_LIMIT} characters", errors)
        return values

    def arrays(self, errors: Errors) -> dict[str, np.ndarray | TooLarge | None]:
        """All arrays but the stream's own picture, rows first; of what is above its limit only
        dtype and shape, as of those for which FRAME_LIMIT leaves no room.
        """
        values, left, left_out = {}, FRAME_LIMIT, []
        for index, limit in self.layout.limits.items():
            name, value = self._value(index, errors, min(limit, left))
            if isinstance(value, np.ndarray):
                left -= value.nbytes
            elif isinstance(value, TooLarge) and value.nbytes <= limit:
                left_out.append(name)
            values[name] = value
        _report(left_out, f"all arrays may have {FRAME_LIMIT} bytes", errors)
        return values

    def image(self, errors: Errors, name: str = "") -> np.ndarray | None:
        """A picture as it came: (rows, columns) or (rows, columns, 3), maybe read-only."""
        index = self.layout.index(name)
        if index is None:
            fault = self.layout.fault(name)
            if fault:
                errors("bad_image", fault)
            return None
        return self._value(index, errors)[1]

    def _value(self, index: int, errors: Errors, limit: int = MAX_DECODED_BYTES) -> tuple[str, Any]:
        channel, value = self.layout.channels[index], None
        try:
            if index < len(self.parts):
                value = channel.value(self.parts[index], limit)
        except BadData as fault:
            errors("bad_channel", f"channel {channel.name!r}: {fault}")
        return channel.name, value


def _report(left_out: list[str], allowed: str, errors: Errors) -> None:
    """Counts once what no longer fitted."""
    if left_out:
        errors("too_large", f"no room for {some_names(left_out)}; {allowed}")


def some_names(names: Sequence[str]) -> str:
    """A few of the names and how many more there are; whatever they hold, it does no harm."""
    more = f" and {len(names) - NAMES} more" if len(names) > NAMES else ""
    return ", ".join(shown(name) for name in names[:NAMES]) + more


def read_main_header(part: bytes) -> MainHeader:
    """The first part; raises :class:`BadMessage`."""
    kind = "bad_main_header"
    header = _json_object(part, kind, "main header", "bsr_m-")
    pulse_id, compression = header.get("pulse_id"), header.get("dh_compression")
    if type(pulse_id) is not int or not -EXACT <= pulse_id <= EXACT:
        allowed = "an integer within ±2^53"
        raise BadMessage("bad_pulse_id", f"pulse_id is {shown(pulse_id)}; allowed is {allowed}")
    if compression is not None and compression not in COMPRESSIONS:
        allowed = ", ".join(COMPRESSIONS)
        raise BadMessage(kind, f"dh_compression is {shown(compression)}; allowed is {allowed}")
    return MainHeader(pulse_id, _seconds(header.get("global_timestamp")), compression)


def read_layout(part: bytes, compression: str | None, image: str = "") -> Layout:
    """The data header; ``image`` names the channel to show. Raises :class:`BadMessage`."""
    kind = "bad_data_header"
    plain = part
    if compression not in (None, "none"):
        try:
            plain = text(part, compression, MAX_HEADER_BYTES).encode()
        except BadData as fault:
            raise BadMessage(kind, f"data header: {fault}") from None
    entries = _json_object(plain, kind, "data header", "bsr_d-").get("channels")
    if not isinstance(entries, list) or len(entries) > MAX_CHANNELS:
        what = f"{len(entries)} entries" if isinstance(entries, list) else shown(entries)
        raise BadMessage(kind, f"channels is {what}; allowed is a list of up to {MAX_CHANNELS}")
    channels = []
    for entry in entries:
        name = entry.get("name") if isinstance(entry, dict) else None
        if not isinstance(name, str) or not 0 < len(name) <= MAX_NAME:
            allowed = f"1 to {MAX_NAME} characters"
            raise BadMessage(kind, f"a channel's name is {shown(name)}; allowed are {allowed}")
        channels.append(read_channel(entry, name))
    return Layout(hashlib.md5(part, usedforsecurity=False).hexdigest(), channels, image)


def _json_object(part: bytes, kind: str, what: str, htype: str) -> dict[str, Any]:
    if len(part) > MAX_HEADER_BYTES:
        raise BadMessage(kind, f"{what} has {len(part)} bytes; allowed are {MAX_HEADER_BYTES}")
    try:
        header = orjson.loads(part)
    except orjson.JSONDecodeError as problem:
        raise BadMessage(kind, f"{what} is not JSON: {problem}") from None
    if not isinstance(header, dict):
        raise BadMessage(kind, f"{what} is {shown(header)}; allowed is a JSON object")
    given = header.get("htype", htype)
    if not isinstance(given, str) or not given.startswith(htype):
        raise BadMessage(kind, f"{what} has htype {shown(given)}; allowed is {htype}1.1")
    return header


def _seconds(timestamp: Any) -> float | None:
    """Unix seconds of a global timestamp; None where it is missing or makes no sense."""
    if not isinstance(timestamp, dict):
        return None
    seconds, ns = timestamp.get("sec", timestamp.get("epoch")), timestamp.get("ns", 0)
    if type(seconds) not in (int, float) or type(ns) not in (int, float):
        return None
    value = seconds + ns * 1e-9
    return value if 0 <= value < 1e11 else None
