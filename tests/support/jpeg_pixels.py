"""The values that the page reads from the JPEGs that ingest makes of an image."""

import io
import math
from contextlib import closing
from typing import Any

import numpy as np
from PIL import Image

from ingest.demand import Demand
from ingest.encoding.auto_levels import AutoLevels
from ingest.encoding.image_encoder import ImageEncoder
from ingest.encoding.images import ImageTask
from ingest.encoding.jpeg import JpegImage
from shared.renditions import Rendition

SCALES = {"linear": "full", "log": "full-log"}
MEAN_STEP_OF_80 = 23.08


def jpeg_pixels(
    pixels: np.ndarray, quality: int = 80
) -> dict[str, tuple[np.ndarray, dict[str, Any]]]:
    """Return the values for each scale, "linear" and "log", as ``picture/pixel-readback.js`` has
    them: data, and the other fields of the page's ``Pixels``. ``pixels``: (rows, columns)."""
    levels = AutoLevels()
    demand = Demand([Rendition(size) for size in SCALES.values()]).images[""]
    task = ImageTask("image", demand, pixels, levels.update(pixels, 0.0), levels.log_range)
    with closing(ImageEncoder(quality)) as encoder:
        encoder.encode(task)
    return {scale: _page_pixels(task.jpegs[size]) for scale, size in SCALES.items()}


def _mean_step(data: bytes) -> float:
    """Return the mean of a JPEG's quantisation steps."""
    with Image.open(io.BytesIO(data)) as image:
        return float(np.mean(image.quantization[0]))  # type: ignore[attr-defined]


def _page_pixels(jpeg: JpegImage) -> tuple[np.ndarray, dict[str, Any]]:
    levels = np.asarray(Image.open(io.BytesIO(jpeg.data)))
    low, span = float(jpeg.facts.min), float(jpeg.facts.max) - float(jpeg.facts.min)
    fields: dict[str, Any] = {"offset": low, "scale": span / 255}
    gain = jpeg.log_gain
    if not gain:
        return levels, fields
    slope = math.log1p(gain) / 255
    data = 255 * np.expm1(slope * levels) / gain
    steps = {
        "base": slope * (span / gain - low),
        "slope": slope,
        "coarseness": max(1.0, _mean_step(jpeg.data) / MEAN_STEP_OF_80),
    }
    return data.astype(np.float32), {
        **fields,
        "step": span * math.expm1(slope) / gain,
        "logSteps": steps,
    }
