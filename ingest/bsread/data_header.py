"""The data header of a bsread message: its channels, and which of them are images."""

import hashlib
import json
from collections.abc import Sequence
from copy import copy
from functools import cached_property
from typing import Any, NamedTuple

from ingest.bsread.channel import (
    COMPRESSIONS,
    MAX_NAME_CHARS,
    Channel,
    decode_text,
    read_channel,
)
from ingest.bsread.error_text import (
    MAX_SHOWN_CHARS,
    escape_surrogates,
    format_names,
    format_value,
)
from ingest.bsread.main_header import MAX_HEADER_BYTES, BadMessage, read_json_object
from shared.compression import BadData
from shared.image_shape import ALLOWED as IMAGES
from shared.image_shape import find

MAX_CHANNELS = 10_000
MAX_ALL_NAMES_CHARS = 1024 * 1024
"""of the names of all channels together"""
MAX_WAVEFORM_BYTES = 1024 * 1024
MAX_OTHER_IMAGE_BYTES = 16 * 1024
"""A larger array is not decoded. An image other than the one shown would otherwise be sent to every
viewer, uncompressed."""


class ImageLocation(NamedTuple):
    """The location of an image: the index of its channel, and the plane in a stack."""

    channel: int
    plane: int = 0


class DataHeader:
    """A parsed data header; immutable. Of channels with the same name the last one counts.

    ``hash`` is the MD5 of the header as sent. ``images`` has the shape of each channel that can be
    shown as an image. ``image`` is the index of the stream's own image: the channel ``own_image``,
    else the first two-dimensional one, else the first in colour, else the first of a single row or
    column, else the first stack. ``image_fault`` says why no image can be shown, ``fault`` names
    an error of the header as a whole.
    """

    def __init__(
        self, hash: str, channels: Sequence[Channel], own_image: str = "", fault: str = ""
    ) -> None:
        self.hash = hash
        self.fault = fault
        self.channels = tuple(channels)
        self._last = {channel.name: index for index, channel in enumerate(self.channels)}
        last = tuple(self._last.values())
        self.images = {
            self.channels[index].name: shape
            for index in sorted(last)
            if (shape := self.channels[index].image_shape)
        }
        self._locations = {name: ImageLocation(self._last[name]) for name in self.images}
        name = own_image or self._default_image()
        self._own = None if name is None else self._locations.get(name) or self._find_plane(name)
        self.image = self._own.channel if self._own else None
        self.image_name = name if self._own else None
        self.image_fault = ""
        if not self._own:
            self.image_fault = self.fault_of(own_image) if own_image else self._first_image_fault()
        self.scalars = tuple(i for i in last if self.channels[i].is_scalar)
        self.scalar_set = frozenset(self.scalars)
        is_stack = self.image is not None and self.images[self.channels[self.image].name].planes > 1
        arrays = [
            i for i in last if not self.channels[i].is_scalar and (is_stack or i != self.image)
        ]
        self.array_limits = {
            i: MAX_WAVEFORM_BYTES for i in arrays if not self.channels[i].is_surface
        }
        """index → bytes that an array may have; waveforms first, without the own image"""
        self.array_limits |= {
            i: MAX_OTHER_IMAGE_BYTES for i in arrays if self.channels[i].is_surface
        }

    def find_image(self, name: str) -> ImageLocation | None:
        """Return where an image is, "" naming the stream's own; None when there is no such one."""
        return (self._locations.get(name) or self._find_plane(name)) if name else self._own

    def _find_plane(self, name: str) -> ImageLocation | None:
        found = find(name, self.images)
        return ImageLocation(self._last[found[0]], found[1]) if found else None

    def contains_image(self, name: str) -> bool:
        """Return whether the stream has such an image, even one that cannot be shown; a viewer may
        request any name."""
        index = self._last.get(name)
        is_faulty = index is not None and bool(self.channels[index].image_fault)
        return is_faulty or self.find_image(name) is not None

    def fault_of(self, name: str) -> str:
        """Return why this image cannot be shown; empty when it can."""
        if not name:
            return self.image_fault
        if self.find_image(name):
            return ""
        names = format_names(list(self.images)) or "none"
        if name not in self._last:
            return f"channel {format_value(name)} is not in the stream; images are: {names}"
        channel = self.channels[self._last[name]]
        fault = channel.image_fault or (
            f"channel {format_value(name)} is not an image: it is {channel.type} "
            f"{list(channel.shape)}; allowed are {IMAGES}"
        )
        return f"{fault}; images are: {names}"

    def _default_image(self) -> str | None:
        def rank(name: str) -> int:
            shape = self.images[name]
            if shape.planes > 1:
                return 3
            if shape.colours > 1:
                return 1
            return 0 if min(shape.width, shape.height) > 1 else 2

        return min(self.images, key=rank, default=None)

    def _first_image_fault(self) -> str:
        """Return why the first channel that resembles an image cannot be shown."""
        return next((c.image_fault for c in self.channels if c.image_fault), "")

    @cached_property
    def signature(self) -> tuple[Any, ...]:
        """Everything in the schema except the lengths of arrays; with the size of the image."""
        return tuple(
            (
                c.name,
                c.type,
                c.encoding,
                c.unit,
                c.fault,
                c.shape if index == self.image else (len(c.shape), c.image_shape is not None),
            )
            for index, c in enumerate(self.channels)
        )

    def with_hash(self, hash: str) -> "DataHeader":
        """Return a copy with another hash."""
        other = copy(self)
        other.hash = hash
        return other

    def describe(self) -> list[dict[str, Any]]:
        """Return the channels for ``beamcast:<stream>:schema``, as received."""
        return [
            {
                "name": channel.name,
                "type": channel.type,
                "shape": list(channel.shape),
                "encoding": channel.encoding,
                **({"unit": channel.unit} if channel.unit else {}),
                **({"fault": channel.fault} if channel.fault else {}),
            }
            for channel in (self.channels[index] for index in self._last.values())
        ]


def read_data_header(part: bytes, compression: str | None, image: str = "") -> DataHeader:
    """Parse a data header; ``image`` names the channel to show. Raises :class:`BadMessage`."""
    kind = "bad_data_header"
    json_bytes = part
    if compression not in (None, *COMPRESSIONS):
        allowed = ", ".join(COMPRESSIONS)
        raise BadMessage(
            kind, f"dh_compression is {format_value(compression)}; allowed is {allowed}"
        )
    if compression not in (None, "none"):
        try:
            json_bytes = decode_text(part, compression, MAX_HEADER_BYTES).encode()
        except BadData as error:
            raise BadMessage(kind, f"data header: {error}") from None
    entries = read_json_object(json_bytes, kind, "data header").get("channels", "missing")
    if not isinstance(entries, list | None):
        raise BadMessage(kind, f"channels is {format_value(entries)}; allowed is a list")
    entries, fault = entries or [], ""
    if len(entries) > MAX_CHANNELS:
        fault = f"the data header has {len(entries)} channels; the first {MAX_CHANNELS} are read"
    channels, left = [], MAX_ALL_NAMES_CHARS
    for index, entry in enumerate(entries[:MAX_CHANNELS]):
        channels.append(_channel(index, entry, min(left, MAX_NAME_CHARS)))
        left -= len(channels[-1].name)
    digest = hashlib.md5(part, usedforsecurity=False).hexdigest()
    return DataHeader(digest, channels, image, fault)


def _channel(index: int, entry: Any, max_chars: int) -> Channel:
    """Return one channel. A name that is not a text becomes its JSON, as keys of JSON are texts."""
    if not isinstance(entry, dict) or isinstance(entry.get("name", {}), dict | list):
        value = entry if not isinstance(entry, dict) else entry.get("name")
        fault = f"entry {index} of the data header has no name: {format_value(value)}"
        return Channel(f"({index})", fault=fault)
    name = entry["name"]
    name = escape_surrogates(name if isinstance(name, str) else json.dumps(name))
    if len(name) > max_chars:
        fault = f"its name has {len(name)} characters; allowed are {max_chars}"
        return Channel(f"{name[:MAX_SHOWN_CHARS]}… ({index})", fault=fault)
    return read_channel(entry, name)
