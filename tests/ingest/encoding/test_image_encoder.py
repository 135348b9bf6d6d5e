"""An image is encoded once for each demanded size and scale."""

from contextlib import closing
from typing import Any

import numpy as np
import pytest

from ingest.demand import Demand
from ingest.encoding import log_scaling, scaling
from ingest.encoding.image_encoder import ImageEncoder
from ingest.encoding.images import ImageTask
from shared.envelope import Blobs, array
from shared.renditions import Rendition


def encode(pixels: np.ndarray, *sizes: str) -> ImageTask:
    """Return the task of an image with these renditions."""
    demand = Demand(map(Rendition.parse, sizes)).images[""]
    task = ImageTask("image", demand, pixels, levels=(0, 100), log_levels=(1, 100))
    with closing(ImageEncoder(90)) as encoder:
        encoder.encode(task)
    return task


@pytest.mark.parametrize(
    ("sizes", "linear", "logarithmic"),
    [
        (["full", "half", "quarter"], 1, 0),
        (["full-log", "quarter-log"], 0, 1),
        (["full", "half-log", "full-log", "half"], 1, 1),
        (["precise:0,0,1,1"], 1, 0),
    ],
)
def test_grey_levels_are_calculated_once_for_each_demanded_scale(
    monkeypatch: pytest.MonkeyPatch, sizes: list[str], linear: int, logarithmic: int
) -> None:
    calls: list[str] = []
    for name, of in (("linear", scaling.Scaler), ("log", log_scaling.LogScaler)):
        scale: Any = of.scale

        def counted(*args: Any, name: str = name, scale: Any = scale) -> Any:
            calls.append(name)
            return scale(*args)

        monkeypatch.setattr(of, "scale", counted)

    task = encode(np.ones((8, 8)), *sizes)

    assert sorted(calls) == ["linear"] * linear + ["log"] * logarithmic
    assert task.jpegs.keys() == {size for size in sizes if "precise" not in size}
    assert (task.facts is not None) == bool(linear)


def test_a_log_jpeg_has_its_own_range_and_scale() -> None:
    task = encode(np.ones((9, 8)), "full", "half-log")

    jpeg = task.jpegs["half-log"]
    image = jpeg.add_to(Blobs())
    assert (jpeg.width, jpeg.height, jpeg.reduced) == (4, 5, 2)
    assert (image["scale"], image["log_gain"], image["min"]) == ("log", 1000.0, 1)
    plain = task.jpegs["full"].add_to(Blobs())
    assert plain["min"] == 0
    assert plain.keys().isdisjoint({"scale", "log_gain", "bad"})


def test_bad_pixels_are_listed_in_every_size_and_only_if_there_are_any() -> None:
    pixels = np.ones((8, 8))
    pixels[2, 3:5] = np.nan

    for size, runs in (("full", [[19, 21]]), ("half", [[5, 7]]), ("half-log", [[5, 7]])):
        blobs = Blobs()
        image = encode(pixels, size).jpegs[size].add_to(blobs)

        body = memoryview(b"".join(blobs.parts))
        assert array(image["bad"], body).tolist() == runs
        assert image["bad"]["cell"] == 1
        assert bytes(body[image["offset"] :][:2]) == b"\xff\xd8"
