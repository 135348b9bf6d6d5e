"""Images for tests, as ``content`` of a camera."""

from typing import Any

import numpy as np

_NOISE = np.random.default_rng(1).integers(0, 60000, (4, 240, 320), np.uint16)
FRAME_KB = 100
"""The maximum size of a frame of ``noise``."""


def noise(pulse_id: int) -> dict[str, Any]:
    """Return 320 × 240 pixels of noise, which JPEG cannot compress: about 60 kB a frame."""
    return {"image": _NOISE[pulse_id % len(_NOISE)], "pulse": pulse_id}
