"""The values read from a JPEG over three decades of a Gaussian beam, on either scale."""

import io
from contextlib import closing

import numpy as np
import pytest
from PIL import Image

from ingest.demand import Demand
from ingest.encoding.auto_levels import AutoLevels
from ingest.encoding.image_encoder import ImageEncoder
from ingest.encoding.images import ImageTask
from ingest.encoding.jpeg import JpegImage
from shared.renditions import Rendition

ROWS, COLUMNS = np.indices((480, 640))
BEAM = np.exp(-((COLUMNS - 320) ** 2 + (ROWS - 240) ** 2) / (2 * 50**2))
DECADES = [(0.1, 1.0), (0.01, 0.1), (0.001, 0.01)]


def values(jpeg: JpegImage) -> np.ndarray:
    """Return the values of the decoded JPEG, by the formula of docs/protocol.md."""
    part = np.asarray(Image.open(io.BytesIO(jpeg.data))) / 255
    if jpeg.log_gain:
        part = np.expm1(part * np.log1p(jpeg.log_gain)) / jpeg.log_gain
    return jpeg.facts.min + part * (jpeg.facts.max - jpeg.facts.min)


@pytest.mark.parametrize(
    ("pixels", "background", "peak"),
    [
        (BEAM.astype(np.float32), 0, 1),
        (np.round(100 + 60_000 * BEAM).astype(np.uint16), 100, 60_000),
    ],
    ids=["float32", "uint16"],
)
def test_each_decade_keeps_its_precision_on_the_log_scale_only(
    pixels: np.ndarray, background: float, peak: float
) -> None:
    levels = AutoLevels()
    demand = Demand([Rendition("full"), Rendition("full-log")]).images[""]
    task = ImageTask("image", demand, pixels, levels.update(pixels, 0.0), levels.log_range)
    with closing(ImageEncoder(80)) as encoder:
        encoder.encode(task)

    errors: dict[str, list[float]] = {}
    for size, jpeg in task.jpegs.items():
        found = (values(jpeg) - background) / peak
        for low, high in DECADES:
            inside = (low < BEAM) & (high >= BEAM)
            relative = found[inside] / BEAM[inside] - 1
            errors.setdefault(size, []).append(float(np.sqrt(np.mean(relative**2))))

    print({size: [f"{100 * error:.2g} %" for error in each] for size, each in errors.items()})
    assert max(errors["full-log"]) < 0.1
    assert errors["full-log"][2] < errors["full"][2] / 3
