"""The profiles at the picture's edges, compared with numpy's sums and means."""

from typing import Any

import numpy as np
import pytest

from tests.support.page_functions import box, call_with_pixels, to_array

MODULE = "analysis/edge-profiles.js"


def picture(dtype: str = "float64") -> np.ndarray:
    return np.random.default_rng(17).uniform(0, 200, (40, 70)).astype(dtype)


def project(pixels: np.ndarray, *calls: tuple[Any, ...], **place: float) -> list[Any]:
    return call_with_pixels(MODULE, "projections", pixels, list(calls), **place)


@pytest.mark.parametrize("dtype", ["uint8", "int16", "uint16", "int32", "float32", "float64"])
def test_projections_are_the_means_and_sums_of_rows_and_columns(dtype: str) -> None:
    pixels = picture(dtype)

    means, sums = project(pixels, (box(0, 0, 70, 40), "mean"), (box(0, 0, 70, 40), "sum"))

    exact = pixels.astype(float)
    np.testing.assert_allclose(means["x"]["values"], exact.mean(axis=0), rtol=1e-12)
    np.testing.assert_allclose(means["y"]["values"], exact.mean(axis=1), rtol=1e-12)
    np.testing.assert_allclose(sums["x"]["values"], exact.sum(axis=0), rtol=1e-12)
    np.testing.assert_allclose(sums["y"]["values"], exact.sum(axis=1), rtol=1e-12)
    assert (means["x"]["start"], means["y"]["start"]) == (0, 0)


def test_projections_are_of_the_visible_part() -> None:
    pixels = picture()

    (found,) = project(pixels, (box(10.2, 5.6, 30.4, 25.5), "mean"))

    # pixel n covers n to n + 1; those whose centre is visible count
    np.testing.assert_allclose(found["x"]["values"], pixels[6:25, 10:30].mean(axis=0), rtol=1e-12)
    np.testing.assert_allclose(found["y"]["values"], pixels[6:25, 10:30].mean(axis=1), rtol=1e-12)
    assert (found["x"]["start"], found["y"]["start"]) == (10, 6)


def test_values_that_are_not_finite_do_not_count() -> None:
    pixels = picture()
    pixels[3:9, 20] = np.nan
    pixels[:, 50] = np.nan
    pixels[7, 7] = np.inf
    finite = np.where(np.isfinite(pixels), pixels, np.nan)

    means, sums = project(pixels, (box(0, 0, 70, 40), "mean"), (box(0, 0, 70, 40), "sum"))

    np.testing.assert_allclose(to_array(means["y"]["values"]), np.nanmean(finite, axis=1))
    column_means = to_array(means["x"]["values"])
    assert np.isnan(column_means[50])
    kept = np.arange(70) != 50
    np.testing.assert_allclose(column_means[kept], np.nanmean(finite[:, kept], axis=0))
    np.testing.assert_allclose(
        to_array(sums["x"]["values"])[kept], np.nansum(finite[:, kept], axis=0)
    )


def test_a_reduced_picture_has_the_means_and_sums_of_its_camera_pixels() -> None:
    pixels = picture()
    half = pixels.reshape(20, 2, 35, 2).mean(axis=(1, 3))

    means, sums = project(half, (box(0, 0, 70, 40), "mean"), (box(0, 0, 70, 40), "sum"), pitch=2)

    pairs = pixels.reshape(40, 35, 2)
    np.testing.assert_allclose(means["x"]["values"], pairs.mean(axis=(0, 2)), rtol=1e-12)
    np.testing.assert_allclose(sums["x"]["values"], pairs.sum(axis=(0, 2)), rtol=1e-12)
    assert (means["x"]["start"], means["x"]["pitch"]) == (0.5, 2)


def test_projections_are_in_camera_units_and_at_the_place_of_the_pixels() -> None:
    pixels = picture("uint8")

    (found,) = project(pixels, (box(0, 0, 999, 999), "sum"), x=100, y=200, offset=-5, scale=0.25)

    values = -5 + 0.25 * pixels.astype(float)
    np.testing.assert_allclose(found["x"]["values"], values.sum(axis=0), rtol=1e-12)
    assert (found["x"]["start"], found["y"]["start"]) == (100, 200)


def test_the_row_and_the_column_under_the_cursor_are_those_of_its_pixel() -> None:
    pixels = picture()
    pixels[12, 30] = np.nan
    visible = box(10, 5, 40, 30)
    cursors = [{"x": 33.9, "y": 12.1}, {"x": 5, "y": 12}, {"x": 33, "y": 39}]

    found, left, below = call_with_pixels(
        MODULE, "crossProfiles", pixels, [(visible, cursor) for cursor in cursors]
    )

    np.testing.assert_array_equal(to_array(found["x"]["values"]), pixels[12, 10:40])
    np.testing.assert_array_equal(to_array(found["y"]["values"]), pixels[5:30, 33])
    assert (found["x"]["start"], found["y"]["start"]) == (10, 5)
    assert left is None
    assert below is None


def test_a_part_without_pixels_has_no_projections() -> None:
    assert project(picture(), (box(80, 0, 90, 10), "mean"), (box(3.1, 3.1, 3.3, 3.3), "sum")) == [
        None,
        None,
    ]
