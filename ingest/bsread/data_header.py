"""What the data header of a bsread message says: the channels, and which of them are images."""

import hashlib
import json
from collections.abc import Sequence
from copy import copy
from functools import cached_property
from typing import Any, NamedTuple

from ingest.bsread.channel import (
    COMPRESSIONS,
    MAX_NAME,
    SHOWN,
    Channel,
    printable,
    read_channel,
    shown,
    text,
)
from ingest.bsread.main_header import MAX_HEADER_BYTES, BadMessage, json_object
from shared.compression import BadData
from shared.image_shape import ALLOWED as IMAGES
from shared.image_shape import find

MAX_CHANNELS = 10_000
MAX_NAMES = 1024 * 1024
"""characters of all channels' names"""
WAVEFORM_LIMIT = 1024 * 1024
PICTURE_LIMIT = 16 * 1024
"""bytes; a larger array is not decoded. A picture that is not the one shown would otherwise travel
to every viewer, uncompressed."""
NAMES = 10
"""channels that a fault names"""


class View(NamedTuple):
    """Where an image is: the number of its channel, and which plane of a stack."""

    number: int
    plane: int = 0


class DataHeader:
    """What one data header says. Immutable; of channels with the same name the last one counts.

    ``hash`` is the MD5 of the header as sent. ``pictures`` has the shape of each channel that can
    be an image. ``image`` is the index of the stream's own: the one ``wanted``, else the first
    two-dimensional one, else the first in colour, else the first of a single row or column, else
    the first stack. ``image_fault`` says why none can be shown, ``fault`` what is wrong with the
    header as a whole.
    """

    def __init__(
        self, hash: str, channels: Sequence[Channel], wanted: str = "", fault: str = ""
    ) -> None:
        self.hash = hash
        self.fault = fault
        self.channels = tuple(channels)
        self._last = {channel.name: index for index, channel in enumerate(self.channels)}
        last = tuple(self._last.values())
        self.pictures = {
            self.channels[index].name: shape
            for index in sorted(last)
            if (shape := self.channels[index].image_shape)
        }
        self._views = {name: View(self._last[name]) for name in self.pictures}
        name = wanted or self._first_picture()
        self._own = None if name is None else self._views.get(name) or self._plane(name)
        self.image = self._own.number if self._own else None
        self.image_name = name if self._own else None
        self.image_fault = ""
        if not self._own:
            self.image_fault = self.fault_of(wanted) if wanted else self._unshown()
        self.scalars = tuple(i for i in last if self.channels[i].is_scalar)
        self.kept = frozenset(self.scalars)
        is_stack = (
            self.image is not None and self.pictures[self.channels[self.image].name].planes > 1
        )
        arrays = [
            i for i in last if not self.channels[i].is_scalar and (is_stack or i != self.image)
        ]
        self.limits = {i: WAVEFORM_LIMIT for i in arrays if not self.channels[i].is_surface}
        """how many bytes each array may have, but the image that is shown as a whole"""
        self.limits |= {i: PICTURE_LIMIT for i in arrays if self.channels[i].is_surface}

    def view(self, image: str) -> View | None:
        """Where this image is, "" naming the stream's own; None for what is no image."""
        return (self._views.get(image) or self._plane(image)) if image else self._own

    def _plane(self, image: str) -> View | None:
        found = find(image, self.pictures)
        return View(self._last[found[0]], found[1]) if found else None

    def sends(self, image: str) -> bool:
        """Whether the stream has such an image, be it one that cannot be shown; a viewer may ask
        for any name."""
        number = self._last.get(image)
        is_faulty = number is not None and bool(self.channels[number].image_fault)
        return is_faulty or self.view(image) is not None

    def fault_of(self, image: str) -> str:
        """Why this image cannot be shown; empty when it can."""
        if not image:
            return self.image_fault
        if self.view(image):
            return ""
        names = some_names(list(self.pictures)) or "none"
        if image not in self._last:
            return f"channel {shown(image)} is not in the stream; images are: {names}"
        channel = self.channels[self._last[image]]
        why = channel.image_fault or (
            f"channel {shown(image)} is not an image: it is {channel.type} {list(channel.shape)}; "
            f"allowed are {IMAGES}"
        )
        return f"{why}; images are: {names}"

    def _first_picture(self) -> str | None:
        def rank(name: str) -> int:
            shape = self.pictures[name]
            if shape.planes > 1:
                return 3
            if shape.colours > 1:
                return 1
            return 0 if min(shape.width, shape.height) > 1 else 2

        return min(self.pictures, key=rank, default=None)

    def _unshown(self) -> str:
        """Why the first channel that looks like an image cannot be shown."""
        return next((c.image_fault for c in self.channels if c.image_fault), "")

    @cached_property
    def form(self) -> tuple[Any, ...]:
        """All that the schema tells but the lengths of arrays; with the image's size."""
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

    def named(self, hash: str) -> "DataHeader":
        """The same under another hash."""
        twin = copy(self)
        twin.hash = hash
        return twin

    def describe(self) -> list[dict[str, Any]]:
        """The channels for ``beamcast:<stream>:schema``, as received."""
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
    """The data header; ``image`` names the channel to show. Raises :class:`BadMessage`."""
    kind = "bad_data_header"
    plain = part
    if compression not in (None, *COMPRESSIONS):
        allowed = ", ".join(COMPRESSIONS)
        raise BadMessage(kind, f"dh_compression is {shown(compression)}; allowed is {allowed}")
    if compression not in (None, "none"):
        try:
            plain = text(part, compression, MAX_HEADER_BYTES).encode()
        except BadData as problem:
            raise BadMessage(kind, f"data header: {problem}") from None
    entries = json_object(plain, kind, "data header").get("channels", "missing")
    if not isinstance(entries, list | None):
        raise BadMessage(kind, f"channels is {shown(entries)}; allowed is a list")
    entries, fault = entries or [], ""
    if len(entries) > MAX_CHANNELS:
        fault = f"the data header has {len(entries)} channels; the first {MAX_CHANNELS} are read"
    channels, left = [], MAX_NAMES
    for index, entry in enumerate(entries[:MAX_CHANNELS]):
        channels.append(_channel(index, entry, min(left, MAX_NAME)))
        left -= len(channels[-1].name)
    known_by = hashlib.md5(part, usedforsecurity=False).hexdigest()
    return DataHeader(known_by, channels, image, fault)


def _channel(index: int, entry: Any, max_name: int) -> Channel:
    """One channel. A name that is no text is the JSON of it, as keys of JSON are."""
    if not isinstance(entry, dict) or isinstance(entry.get("name", {}), dict | list):
        what = entry if not isinstance(entry, dict) else entry.get("name")
        fault = f"entry {index} of the data header has no name: {shown(what)}"
        return Channel(f"({index})", fault=fault)
    name = entry["name"]
    name = printable(name if isinstance(name, str) else json.dumps(name))
    if len(name) > max_name:
        fault = f"its name has {len(name)} characters; allowed are {max_name}"
        return Channel(f"{name[:SHOWN]}… ({index})", fault=fault)
    return read_channel(entry, name)


def some_names(names: Sequence[str]) -> str:
    """A few of the names and how many more there are; whatever they hold, it does no harm."""
    more = f" and {len(names) - NAMES} more" if len(names) > NAMES else ""
    return ", ".join(shown(name) for name in names[:NAMES]) + more
