"""The automatic range of a part of the picture, compared with numpy's percentiles."""

from typing import Any

import numpy as np
import pytest

from tests.support.page_functions import call_with_pixels

Percentiles = tuple[float, float] | None


def auto_range(
    pixels: np.ndarray, region: Any = None, percentiles: Percentiles = None, **place: float
) -> Any:
    (found,) = call_with_pixels(
        "analysis/auto-range.js", "autoRange", pixels, [(region, percentiles)], **place
    )
    return found


def rect(x: float, y: float, width: float, height: float, kind: str = "rect") -> dict[str, Any]:
    return {"kind": kind, "x": x, "y": y, "width": width, "height": height}


def picture(dtype: str = "float64") -> np.ndarray:
    rng = np.random.default_rng(20)
    pixels = rng.normal(100, 10, (100, 150))
    pixels[40:60, 70:100] += 1000
    return pixels.astype(dtype)


@pytest.mark.parametrize("dtype", ["uint16", "int16", "int32", "float32", "float64"])
@pytest.mark.parametrize("percentiles", [(0.5, 99.5), (1, 99), (5, 95), (10, 60)])
def test_the_range_lies_between_the_percentiles(dtype: str, percentiles: Percentiles) -> None:
    pixels = picture(dtype)

    found = auto_range(pixels, None, percentiles)

    low, high = np.percentile(pixels.astype(float), percentiles)
    tolerance = max(0.004 * (high - low), 1 if "int" in dtype else 0)
    assert found["low"] == pytest.approx(low, abs=tolerance)
    assert found["high"] == pytest.approx(high, abs=tolerance)


def test_all_values_are_between_the_true_extremes_exactly() -> None:
    pixels = picture()

    found = auto_range(pixels, None, (0, 100))

    assert found == {"low": pixels.min(), "high": pixels.max()}


def test_only_the_part_counts() -> None:
    pixels = picture()

    dark = auto_range(pixels, rect(0, 0, 70, 100), (1, 99))
    beam = auto_range(pixels, rect(70, 40, 30, 20), (1, 99))

    assert (dark["low"], dark["high"]) == pytest.approx(
        tuple(np.percentile(pixels[:, :70], (1, 99))), abs=0.5
    )
    assert (beam["low"], beam["high"]) == pytest.approx(
        tuple(np.percentile(pixels[40:60, 70:100], (1, 99))), abs=1
    )


def test_an_ellipse_counts_without_its_corners() -> None:
    pixels = picture()
    pixels[40, 70] = pixels[59, 99] = 99999

    found = auto_range(pixels, rect(70, 40, 30, 20, "ellipse"), (0, 100))

    rows, columns = np.indices(pixels.shape)
    inside = ((columns + 0.5 - 85) / 15) ** 2 + ((rows + 0.5 - 50) / 10) ** 2 < 1
    assert found == {"low": pixels[inside].min(), "high": pixels[inside].max()}


def test_by_default_a_small_beam_is_not_cut_off_and_hot_pixels_are() -> None:
    pixels = np.random.default_rng(21).normal(100, 10, (400, 400))
    pixels[10, 10:20] = 60000
    hot = auto_range(pixels)
    pixels[200:206, 200:206] = 5000
    beam = auto_range(pixels)

    assert hot["high"] < 200
    assert beam["high"] == pytest.approx(5000, rel=0.002)


def test_values_that_are_not_finite_do_not_count() -> None:
    pixels = picture()
    pixels[:30] = np.nan
    pixels[30, :] = np.inf

    found = auto_range(pixels, None, (0, 100))

    assert found == {"low": pixels[31:].min(), "high": pixels[31:].max()}
    assert auto_range(np.full((5, 5), np.nan)) is None
    assert auto_range(pixels, rect(500, 500, 10, 10)) is None


@pytest.mark.parametrize("value", [0, 7, -1e300, 1e-300])
def test_a_uniform_part_has_a_range_with_a_width(value: float) -> None:
    found = auto_range(np.full((9, 9), float(value)))

    assert found["low"] == value
    assert found["high"] > found["low"]


def test_levels_are_converted_to_camera_values() -> None:
    pixels = picture("uint16")

    found = auto_range(pixels, None, (0, 100), offset=-50, scale=0.5)

    assert found == {"low": -50 + 0.5 * pixels.min(), "high": -50 + 0.5 * pixels.max()}
