"""The bsread message: main header, data header, then [data][timestamp] for each channel.

https://github.com/paulscherrerinstitute/bsread_python describes the format. A message is read in
three steps, each only when it is needed: the main header (``main_header.py``), the data header,
which rarely changes (``data_header.py``), and the values. Everything ``bsread.Source`` reads is
read here too. A part that cannot be read is reported by name, and the other parts stay usable.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ingest.bsread.channel import MAX_DECODED_BYTES, MAX_STRING_BYTES, Part, TooLarge, shown
from ingest.bsread.data_header import (
    PICTURE_LIMIT,
    WAVEFORM_LIMIT,
    DataHeader,
    read_data_header,
    some_names,
)
from ingest.bsread.main_header import BadMessage, MainHeader, read_main_header
from shared.compression import BadData

__all__ = [
    "PICTURE_LIMIT",
    "WAVEFORM_LIMIT",
    "BadMessage",
    "DataHeader",
    "MainHeader",
    "Pulse",
    "TooLarge",
    "read_data_header",
    "read_main_header",
]

FRAME_LIMIT = 8 * 1024 * 1024
"""bytes of all arrays of a frame; Redis cuts off who cannot take a message of 32 MB"""
TEXT_LIMIT = 1024 * 1024
"""characters of all texts of a pulse"""

Errors = Callable[[str, str], None]


@dataclass(eq=False, slots=True)
class Pulse:
    """One message, undecoded, and never changed.

    ``parts`` holds each channel's raw data; empty means missing. ``wanted`` names the images that
    it is shown for, "" being the stream's own. The decoding methods call ``errors(kind, text)`` for
    what is faulty; its value is None.
    """

    pulse_id: int | None
    t_source: float | None
    t_received: float
    layout: DataHeader
    parts: Sequence[Part]
    wanted: Collection[str] = ("",)

    @property
    def has_image(self) -> bool:
        """One of the images that are wanted came with this pulse."""
        for name in self.wanted:
            view = self.layout.view(name)
            if view and view.number < len(self.parts) and len(self.parts[view.number]):
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

    def scalars(
        self, errors: Errors, arrays: list[int] | None = None
    ) -> dict[str, int | float | bool | str | None]:
        """Scalars and strings, ready for JSON: integers beyond ±2⁵³ as text; NaN stays.

        Texts beyond TEXT_LIMIT in all are None, and so are scalars that came as an array, whose
        indices are added to ``arrays``.
        """
        came, described = len(self.parts), len(self.layout.channels)
        if came != described:
            errors("bad_parts", f"{came} values came for the data header's {described} channels")
        values, left, left_out = {}, TEXT_LIMIT, []
        for index in self.layout.scalars:
            name, value = self._value(index, errors, 0)
            if isinstance(value, str):
                left -= len(value)
                if left < 0:
                    left_out.append(name)
                    left, value = left + len(value), None
            elif isinstance(value, TooLarge):
                value = None
                if arrays is not None:
                    arrays.append(index)
            values[name] = value
        _report(left_out, f"all texts may have {TEXT_LIMIT} characters", errors)
        return values

    def arrays(
        self, errors: Errors, more: Sequence[int] = ()
    ) -> dict[str, np.ndarray | TooLarge | None]:
        """All arrays but the stream's own picture, rows first, and those of ``more``; of what is
        above its limit only dtype and shape, as of those for which FRAME_LIMIT leaves no room.
        """
        values, left, left_out = {}, FRAME_LIMIT, []
        for index, limit in [*self.layout.limits.items(), *((i, WAVEFORM_LIMIT) for i in more)]:
            name, value = self._value(index, errors, min(limit, left))
            if isinstance(value, np.ndarray):
                left -= value.nbytes
            elif isinstance(value, TooLarge) and value.nbytes <= limit:
                left_out.append(name)
            values[name] = value
        _report(left_out, f"all arrays may have {FRAME_LIMIT} bytes", errors)
        return values

    def image(self, errors: Errors, name: str = "") -> np.ndarray | None:
        """A picture: (rows, columns) or (rows, columns, 3), maybe read-only."""
        view = self.layout.view(name)
        if view is None:
            fault = self.layout.fault_of(name)
            if fault:
                errors("bad_image", fault)
            return None
        channel, array = self._value(view.number, errors)
        return None if array is None else self.layout.pictures[channel].pixels(array, view.plane)

    def _value(self, index: int, errors: Errors, limit: int = MAX_DECODED_BYTES) -> tuple[str, Any]:
        channel, value = self.layout.channels[index], None
        try:
            if index < len(self.parts):
                value = channel.value(self.parts[index], limit)
        except BadData as fault:
            errors("bad_channel", f"channel {shown(channel.name)}: {fault}")
        return channel.name, value


def _report(left_out: list[str], allowed: str, errors: Errors) -> None:
    """Counts once what no longer fitted."""
    if left_out:
        errors("too_large", f"no room for {some_names(left_out)}; {allowed}")
