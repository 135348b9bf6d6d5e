"""What a frame carries besides its picture: the values of its pulse, and the scalars of those
before it."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import orjson

from ingest.bsread.channel import TooLarge, to_json_number
from ingest.bsread.message import Pulse
from shared.envelope import Blobs

MAX_VALUES = 200_000
"""How many numbers the pulses of a frame carry at most; eight characters count as one."""

Errors = Callable[[str, str], None]


@dataclass(frozen=True)
class FrameValues:
    """``values`` and ``pulses`` as the envelope's header has them; made once for all renditions."""

    values: dict[str, Any]
    pulses: dict[str, Any]
    arrays: Blobs

    @property
    def pulses_carried(self) -> int:
        return len(self.pulses["pulse_id"])

    @property
    def nbytes(self) -> int:
        """What they take in a message."""
        return self.arrays.length + len(orjson.dumps([self.values, self.pulses]))

    def with_pulses(self, newest: Pulse, pulses: list[Pulse]) -> "FrameValues":
        """The same with the scalars of other pulses, ``newest`` included."""
        return replace(self, pulses=_columns(pulses, newest, newest.scalars(_ignore)))

    def blobs(self) -> Blobs:
        """The arrays' blobs, to which a picture may be added."""
        blobs = Blobs()
        blobs.parts, blobs.length = list(self.arrays.parts), self.arrays.length
        return blobs


def read_values(newest: Pulse, pulses: list[Pulse], errors: Errors) -> FrameValues:
    """Decodes them; ``pulses`` are all since the last frame, ``newest`` included."""
    came_as_arrays: list[int] = []
    scalars, arrays = newest.scalars(errors, came_as_arrays), Blobs()
    values: dict[str, Any] = dict(scalars)
    for name, array in newest.arrays(errors, came_as_arrays).items():
        values[name] = _array_value(array, arrays)
    return FrameValues(values, _columns(pulses, newest, scalars), arrays)


def _array_value(array: np.ndarray | TooLarge | None, blobs: Blobs) -> dict[str, Any] | None:
    if array is None:
        return None
    if isinstance(array, TooLarge):
        return {"dtype": array.dtype, "shape": list(array.shape)}
    return blobs.add_array(array)


def _columns(pulses: list[Pulse], newest: Pulse, scalars: dict[str, Any]) -> dict[str, Any]:
    """The scalars of many pulses as columns of one length; what a pulse did not carry is null.

    Those of the oldest are left out where they would be more than MAX_VALUES. ``scalars`` are the
    newest's, decoded already; faulty channels of the others are not worth a count of their own.
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
