"""Pictures as the pipeline makes them."""

from contextlib import closing

import numpy as np

from ingest.encoding.jpeg import JpegEncoder, JpegImage
from ingest.encoding.scaling import Number, Scaler


def render(
    pixels: np.ndarray, low: Number, high: Number, quality: int, reduced: int = 1
) -> JpegImage:
    """Scaled and encoded."""
    with closing(JpegEncoder()) as renderer:
        return renderer.render(*Scaler().scale(pixels, low, high), reduced, quality)
