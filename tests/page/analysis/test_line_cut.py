"""Cuts along lines, compared with bilinear interpolation in numpy and with known spots."""

import math
from typing import Any

import numpy as np
import pytest

from tests.support.page_functions import call_with_pixels, to_array

Point = tuple[float, float]


def cut(pixels: np.ndarray, *lines: tuple[Point, Point, int], **place: float) -> list[Any]:
    """Return what the page finds along lines in camera coordinates: start, end, width."""
    calls = [
        ({"from": {"x": x1, "y": y1}, "to": {"x": x2, "y": y2}, "width": width},)
        for (x1, y1), (x2, y2), width in lines
    ]
    cuts = call_with_pixels("analysis/line-cut.js", "lineCut", pixels, calls, **place)
    for one in filter(None, cuts):
        one["values"] = to_array(one["values"])
        one["distances"] = np.array(one["distances"])
    return cuts


def bilinear(pixels: np.ndarray, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Interpolate at positions, where the centre of the first pixel is (0, 0); outside, the pixels
    at the edge continue: what ``scipy.ndimage.map_coordinates(order=1, mode="nearest")`` does."""
    height, width = pixels.shape
    x, y = np.clip(x, 0, width - 1), np.clip(y, 0, height - 1)
    left = np.minimum(np.floor(x).astype(int), max(0, width - 2))
    top = np.minimum(np.floor(y).astype(int), max(0, height - 2))
    right, bottom = np.minimum(left + 1, width - 1), np.minimum(top + 1, height - 1)
    fx, fy = x - left, y - top
    upper = (1 - fx) * pixels[top, left] + fx * pixels[top, right]
    lower = (1 - fx) * pixels[bottom, left] + fx * pixels[bottom, right]
    return (1 - fy) * upper + fy * lower


def expected(pixels: np.ndarray, start: Point, end: Point, width: int) -> tuple[Any, Any]:
    """Return distances and values of a line that lies inside with all its width."""
    length = math.dist(start, end)
    distances = np.linspace(0, length, math.ceil(length) + 1)
    ux, uy = ((end[n] - start[n]) / length for n in (0, 1))
    offsets = (np.arange(width) - (width - 1) / 2)[:, None]
    x = start[0] - 0.5 + ux * distances - uy * offsets
    y = start[1] - 0.5 + uy * distances + ux * offsets
    return distances, bilinear(pixels, x, y).mean(axis=0)


def noise_picture(height: int = 60, width: int = 90) -> np.ndarray:
    return np.random.default_rng(15).normal(1000, 300, (height, width))


def gaussian(sigma_along: float, sigma_across: float, angle: float) -> np.ndarray:
    """Return a spot in the middle of 240 × 200 pixels, whose long axis lies at an angle [°]."""
    rows, columns = np.indices((200, 240))
    x, y = columns - 119.6, rows - 99.3
    turn = math.radians(angle)
    along = x * math.cos(turn) - y * math.sin(turn)  # counter-clockwise, y points down
    across = x * math.sin(turn) + y * math.cos(turn)
    return 50 + 1000 * np.exp(
        -(along**2) / (2 * sigma_along**2) - across**2 / (2 * sigma_across**2)
    )


LINES: list[tuple[Point, Point, int]] = [
    ((10.5, 20.5), (70.5, 20.5), 1),
    ((10.5, 20.5), (10.5, 50.5), 1),
    ((10.2, 12.7), (75.9, 47.1), 1),
    ((75.9, 47.1), (10.2, 12.7), 5),
    ((30, 50), (60, 8), 4),
    ((20, 30), (21.3, 30.4), 3),
    ((15, 15), (45, 45), 9),
]


def test_a_profile_is_the_mean_of_bilinear_interpolation_over_the_width() -> None:
    pixels = noise_picture()

    for line, found in zip(LINES, cut(pixels, *LINES), strict=True):
        distances, values = expected(pixels, *line)

        np.testing.assert_allclose(found["distances"], distances, atol=1e-9)
        np.testing.assert_allclose(found["values"], values, rtol=1e-12)
        assert found["length"] == pytest.approx(math.dist(*line[:2]), rel=1e-12)
        assert (found["bad"], found["outside"], found["isCut"]) == (0, 0, False)


def test_a_line_through_pixel_centres_has_their_values_exactly() -> None:
    pixels = noise_picture()

    row, column = cut(pixels, ((0.5, 7.5), (89.5, 7.5), 1), ((4.5, 0.5), (4.5, 59.5), 1))

    np.testing.assert_array_equal(row["values"], pixels[7])
    np.testing.assert_array_equal(column["values"], pixels[:, 4])


@pytest.mark.parametrize(
    ("end", "angle"),
    [((80, 30), 0), ((50, 5), 90), ((20, 30), 180), ((50, 55), -90), ((60, 20), 45)],
)
def test_the_angle_grows_counter_clockwise_from_the_x_axis(end: Point, angle: float) -> None:
    (found,) = cut(noise_picture(), ((50, 30), end, 1))

    assert found["angle"] == pytest.approx(angle)


def test_values_that_are_not_finite_are_left_out_and_counted() -> None:
    pixels = noise_picture()
    pixels[20, 40:43] = np.nan
    pixels[30, 10] = np.inf
    clean = np.nan_to_num(pixels, nan=0, posinf=0)

    wide, narrow = cut(pixels, ((0.5, 20.5), (89.5, 20.5), 3), ((0.5, 20.5), (89.5, 20.5), 1))

    counts = np.full(90, 3)
    counts[40:43] = 2
    sums = clean[19:22].sum(axis=0)
    np.testing.assert_allclose(wide["values"], sums / counts, rtol=1e-12)
    assert wide["bad"] == 3
    assert np.isnan(narrow["values"][40:43]).all()
    assert np.isfinite(np.delete(narrow["values"], [40, 41, 42])).all()
    assert narrow["bad"] == 3


def test_ends_outside_the_picture_are_cut() -> None:
    pixels = noise_picture()

    across, corner, beside = cut(
        pixels, ((-20, 30), (200, 30), 1), ((85, 30), (125, 60), 1), ((-5, -5), (95, -1), 3)
    )

    assert across["isCut"]
    assert across["from"] == {"x": -0.5, "y": 29.5}
    assert across["to"] == {"x": 89.5, "y": 29.5}
    assert across["length"] == 90
    assert len(across["values"]) == 91
    assert corner["to"] == {"x": 89.5, "y": pytest.approx(33.25)}
    assert corner["length"] == pytest.approx(math.hypot(5, 3.75))
    assert beside is None
    x = np.linspace(-0.5, 89.5, 91)
    np.testing.assert_allclose(across["values"], bilinear(pixels, x, np.full(91, 29.5)), rtol=1e-12)


def test_the_part_of_the_width_that_lies_outside_is_left_out_and_counted() -> None:
    pixels = noise_picture()

    (found,) = cut(pixels, ((0.5, 0.5), (89.5, 0.5), 5))

    np.testing.assert_allclose(found["values"], pixels[:3].mean(axis=0), rtol=1e-12)
    assert found["outside"] == 2 * 90


@pytest.mark.parametrize("angle", [0, 17, 45, 90, 128])
@pytest.mark.parametrize("width", [1, 7])
def test_the_fwhm_along_the_axis_of_a_spot_is_that_of_its_gaussian(angle: int, width: int) -> None:
    spot = gaussian(14, 6, angle)
    centre, turn = (120.1, 99.8), math.radians(angle)
    reach = 75
    ends = [
        (centre[0] + side * reach * math.cos(turn), centre[1] - side * reach * math.sin(turn))
        for side in (-1, 1)
    ]

    (found,) = cut(spot, (ends[0], ends[1], width))

    assert found["angle"] == pytest.approx(angle)
    # interpolating between pixels adds up to a sixth of a square pixel in each direction to σ²
    truth = math.sqrt(8 * math.log(2)) * 14
    assert found["fwhm"]["value"] == pytest.approx(truth, rel=0.004)


def test_the_fwhm_of_a_noisy_spot_on_a_slope_is_within_its_uncertainty() -> None:
    rng = np.random.default_rng(16)
    errors = []
    for _ in range(40):
        rows, columns = np.indices((200, 240))
        pixels = gaussian(14, 6, 30) + 0.5 * columns + 0.3 * rows + rng.normal(0, 30, (200, 240))
        turn = math.radians(30)
        ends = [(120.1 + s * 75 * math.cos(turn), 99.8 - s * 75 * math.sin(turn)) for s in (-1, 1)]
        (found,) = cut(pixels, (ends[0], ends[1], 5))
        errors.append((found["fwhm"]["value"] / math.sqrt(8 * math.log(2)) - 14) / 14)

    assert np.sqrt(np.mean(np.square(errors))) < 0.03


def test_a_profile_without_a_peak_has_no_fwhm() -> None:
    flat = np.full((60, 90), 7.0)
    edge = np.tile(np.where(np.arange(90) < 45, 0.0, 100.0), (60, 1))

    for pixels in (flat, edge, noise_picture(), np.full((60, 90), np.nan)):
        (found,) = cut(pixels, ((5, 30), (85, 30), 3))
        assert found["fwhm"] is None


def test_a_reduced_picture_gives_the_same_distances_in_camera_pixels() -> None:
    spot = gaussian(14, 9, 20)
    half = spot.reshape(100, 2, 120, 2).mean(axis=(1, 3))
    line = ((45.0, 125.0), (195.0, 75.0), 6)

    (full,), (reduced,) = cut(spot, line), cut(half, line, pitch=2)

    assert reduced["length"] == full["length"]
    assert reduced["distances"][-1] == pytest.approx(full["length"])
    assert reduced["fwhm"]["value"] == pytest.approx(full["fwhm"]["value"], rel=0.02)


def test_levels_are_converted_to_camera_values() -> None:
    pixels = noise_picture()

    line = ((10.2, 12.7), (75.9, 47.1), 3)
    (plain,), (scaled,) = cut(pixels, line), cut(pixels, line, offset=100, scale=2.5)

    np.testing.assert_allclose(scaled["values"], 100 + 2.5 * plain["values"], rtol=1e-12)
