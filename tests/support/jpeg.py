"""JPEG images as the pipeline encodes them."""

from contextlib import closing

import numpy as np

from ingest.encoding.jpeg import JpegEncoder, JpegImage
from ingest.encoding.scaling import Number, Scaler


def render(
    pixels: np.ndarray, low: Number, high: Number, quality: int, reduced: int = 1
) -> JpegImage:
    """Scale and encode an image."""
    with closing(JpegEncoder()) as encoder:
        return encoder.encode(*Scaler().scale(pixels, low, high), reduced, quality)
