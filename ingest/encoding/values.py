"""The values in a frame: all of its own pulse, and the scalars of the pulses since the last
frame."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import orjson

from ingest.bsread.channel import TooLarge, to_json_number
from ingest.bsread.message import Pulse
from shared.envelope import Blobs

MAX_VALUES = 200_000
"""in the pulses of a frame; eight characters count as one value"""

OnError = Callable[[str, str], None]
"""called with the kind and the text of an error"""


@dataclass(frozen=True)
class FrameValues:
    """The fields ``values`` and ``pulses`` of the envelope's header, shared by all renditions."""

    values: dict[str, Any]
    pulses: dict[str, Any]
    arrays: Blobs

    @property
    def pulse_count(self) -> int:
        return len(self.pulses["pulse_id"])

    @property
    def nbytes(self) -> int:
        """Size in a message."""
        return self.arrays.length + len(orjson.dumps([self.values, self.pulses]))

    def with_pulses(self, newest: Pulse, pulses: list[Pulse]) -> "FrameValues":
        """Return a copy with the scalars of other pulses, ``newest`` included."""
        return replace(self, pulses=_columns(pulses, newest, newest.scalars(_ignore)))

    def blobs(self) -> Blobs:
        """Return a copy of the arrays' blobs, to which an image may be added."""
        blobs = Blobs()
        blobs.parts, blobs.length = list(self.arrays.parts), self.arrays.length
        return blobs


def read_values(newest: Pulse, pulses: list[Pulse], on_error: OnError) -> FrameValues:
    """Decode the values of a frame.

    ``pulses``: the scalars of all pulses since the last frame, ``newest`` included.
    """
    more_arrays: list[int] = []  # channels described as scalars that contain an array
    scalars, arrays = newest.scalars(on_error, more_arrays), Blobs()
    values: dict[str, Any] = dict(scalars)
    for name, array in newest.arrays(on_error, more_arrays).items():
        values[name] = _array_value(array, arrays)
    return FrameValues(values, _columns(pulses, newest, scalars), arrays)


def _array_value(array: np.ndarray | TooLarge | None, blobs: Blobs) -> dict[str, Any] | None:
    if array is None:
        return None
    if isinstance(array, TooLarge):
        return {"dtype": array.dtype, "shape": list(array.shape)}
    return blobs.add_array(array)


def _columns(pulses: list[Pulse], newest: Pulse, scalars: dict[str, Any]) -> dict[str, Any]:
    """Return the scalars of the pulses as columns of equal length; missing values are null.

    The oldest pulses are omitted if there would be more than MAX_VALUES. ``scalars``: the decoded
    ones of ``newest``. Faulty channels of the other pulses are not counted again.
    """
    rows: list[tuple[Pulse, dict[str, Any]]] = []
    left = MAX_VALUES
    for pulse in reversed(pulses):
        is_newest = (pulse.pulse_id, pulse.t_received) == (newest.pulse_id, newest.t_received)
        row = scalars if is_newest else pulse.scalars(_ignore)
        left -= sum(1 + len(value) // 8 if isinstance(value, str) else 1 for value in row.values())
        if left < 0 and rows:
            break
        rows.append((pulse, row))
    rows.reverse()
    channels = dict.fromkeys(name for _, row in rows for name in row)
    return {
        "pulse_id": [to_json_number(pulse.pulse_id) for pulse, _ in rows],
        "t_source": [pulse.t_source for pulse, _ in rows],
        "values": {name: [row.get(name) for _, row in rows] for name in channels},
    }


def _ignore(kind: str, text: str) -> None:
    pass
