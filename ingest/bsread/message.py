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

from ingest.bsread.channel import (
    MAX_DECODED_BYTES,
    MAX_STRING_BYTES,
    Part,
    TooLarge,
)
from ingest.bsread.data_header import (
    MAX_OTHER_IMAGE_BYTES,
    MAX_WAVEFORM_BYTES,
    DataHeader,
    read_data_header,
)
from ingest.bsread.error_text import format_names, format_value
from ingest.bsread.main_header import BadMessage, MainHeader, read_main_header
from shared.compression import BadData

__all__ = [
    "MAX_OTHER_IMAGE_BYTES",
    "MAX_WAVEFORM_BYTES",
    "BadMessage",
    "DataHeader",
    "MainHeader",
    "Pulse",
    "TooLarge",
    "read_data_header",
    "read_main_header",
]

MAX_FRAME_ARRAY_BYTES = 8 * 1024 * 1024
"""of all arrays of a frame; Redis disconnects clients that cannot take a message of 32 MB"""
MAX_PULSE_TEXT_CHARS = 1024 * 1024
"""of all texts of a pulse"""

OnFault = Callable[[str, str], None]


@dataclass(eq=False, slots=True)
class Pulse:
    """One message, undecoded; immutable.

    ``parts`` holds each channel's raw data; empty means missing. ``images`` names the images that
    viewers request, "" being the stream's own. The decoding methods call ``on_fault(kind, text)``
    for every channel that cannot be read; its value is None.
    """

    pulse_id: int | None
    t_source: float | None
    t_received: float
    data_header: DataHeader
    parts: Sequence[Part]
    images: Collection[str] = ("",)

    @property
    def has_image(self) -> bool:
        """Whether the pulse contains one of ``images``."""
        for name in self.images:
            found = self.data_header.find_image(name)
            if found and found.channel < len(self.parts) and len(self.parts[found.channel]):
                return True
        return False

    def scalars_only(self) -> "Pulse":
        """Return the same pulse with its scalars alone, so that the other buffers are released."""
        keep = self.data_header.scalar_set
        parts = [
            part if index in keep and len(part) <= MAX_STRING_BYTES else b""
            for index, part in enumerate(self.parts)
        ]
        return Pulse(self.pulse_id, self.t_source, self.t_received, self.data_header, parts)

    @property
    def weight(self) -> int:
        """A measure of its memory: one for each value, and one for every 16 bytes of it."""
        return sum(1 + len(part) // 16 for part in self.parts if len(part))

    def scalars(
        self, on_fault: OnFault, arrays: list[int] | None = None
    ) -> dict[str, int | float | bool | str | None]:
        """Decode scalars and strings, ready for JSON: integers beyond ±2⁵³ as text; NaN stays.

        Texts beyond MAX_PULSE_TEXT_CHARS in all are None. So are scalars that arrived as an array;
        their indices are added to ``arrays``.
        """
        n_parts, n_channels = len(self.parts), len(self.data_header.channels)
        if n_parts != n_channels:
            text = f"received {n_parts} values for the {n_channels} channels of the data header"
            on_fault("bad_parts", text)
        values, room, omitted = {}, MAX_PULSE_TEXT_CHARS, []
        for index in self.data_header.scalars:
            name, value = self._value(index, on_fault, 0)
            if isinstance(value, str):
                room -= len(value)
                if room < 0:
                    omitted.append(name)
                    room, value = room + len(value), None
            elif isinstance(value, TooLarge):
                value = None
                if arrays is not None:
                    arrays.append(index)
            values[name] = value
        limit = f"the texts of a pulse may have {MAX_PULSE_TEXT_CHARS} characters"
        _report_omitted(omitted, limit, on_fault)
        return values

    def arrays(
        self, on_fault: OnFault, more: Sequence[int] = ()
    ) -> dict[str, np.ndarray | TooLarge | None]:
        """Decode all arrays except the stream's own image, rows first, and the channels ``more``.

        An array above its limit, or for which MAX_FRAME_ARRAY_BYTES leaves no room, is returned as
        TooLarge: dtype and shape only.
        """
        values, room, omitted = {}, MAX_FRAME_ARRAY_BYTES, []
        limits = self.data_header.array_limits
        for index, limit in [*limits.items(), *((i, MAX_WAVEFORM_BYTES) for i in more)]:
            name, value = self._value(index, on_fault, min(limit, room))
            if isinstance(value, np.ndarray):
                room -= value.nbytes
            elif isinstance(value, TooLarge) and value.nbytes <= limit:
                omitted.append(name)
            values[name] = value
        text = f"the arrays of a frame may have {MAX_FRAME_ARRAY_BYTES} bytes"
        _report_omitted(omitted, text, on_fault)
        return values

    def image(self, on_fault: OnFault, name: str = "") -> np.ndarray | None:
        """Decode an image: (rows, columns) or (rows, columns, 3), possibly read-only."""
        found = self.data_header.find_image(name)
        if found is None:
            fault = self.data_header.fault_of(name)
            if fault:
                on_fault("bad_image", fault)
            return None
        channel, array = self._value(found.channel, on_fault)
        if array is None:
            return None
        return self.data_header.images[channel].pixels(array, found.plane)

    def _value(
        self, index: int, on_fault: OnFault, limit: int = MAX_DECODED_BYTES
    ) -> tuple[str, Any]:
        channel, value = self.data_header.channels[index], None
        try:
            if index < len(self.parts):
                value = channel.value(self.parts[index], limit)
        except BadData as error:
            on_fault("bad_channel", f"channel {format_value(channel.name)}: {error}")
        return channel.name, value


def _report_omitted(names: list[str], limit: str, on_fault: OnFault) -> None:
    """Count once all channels that exceed a limit together."""
    if names:
        on_fault("too_large", f"no room for {format_names(names)}; {limit}")
