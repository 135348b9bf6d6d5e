"""Pictures with a purpose, as ``content`` of a camera."""

from typing import Any

import numpy as np

_NOISE = np.random.default_rng(1).integers(0, 60000, (4, 240, 320), np.uint16)
FRAME_KB = 100
"""what a frame of it has at most"""


def noise(pulse_id: int) -> dict[str, Any]:
    """320 × 240 of what JPEG cannot shrink: some 60 kB a frame."""
    return {"image": _NOISE[pulse_id % len(_NOISE)], "pulse": pulse_id}
