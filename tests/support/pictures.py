"""Pictures as the pipeline makes them."""

import numpy as np

from ingest.render import Picture
from ingest.render import render as encode
from ingest.scale import Number, Scaler


def render(
    pixels: np.ndarray, low: Number, high: Number, quality: int, reduced: int = 1
) -> Picture:
    """Scaled and encoded."""
    return encode(*Scaler().scale(pixels, low, high), reduced, quality)
