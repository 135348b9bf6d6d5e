"""The list of bad pixels: exact where it is short, and never without one of them."""

import numpy as np
import pytest

from ingest.encoding.bad_pixels import MAX_RUNS, BadPixels, find_bad_pixels


def seems_bad(bad: BadPixels, shape: tuple[int, ...]) -> np.ndarray:
    """Return for each pixel of a picture whether its cell is bad."""
    rows, columns = (-(-side // bad.cell) for side in shape[:2])
    flat = np.zeros(rows * columns, bool)
    for start, end in bad.runs.tolist():
        assert start < end <= flat.size
        flat[start:end] = True
    cells = np.kron(flat.reshape(rows, columns), np.ones((bad.cell, bad.cell), bool))
    return cells[: shape[0], : shape[1]]


def image(shape: tuple[int, ...], share: float) -> np.ndarray:
    """Return an image with a share of bad pixels, half of them infinite."""
    rng = np.random.default_rng(5)
    pixels = rng.normal(size=shape)
    pixels[rng.random(shape) < share / 2] = np.nan
    pixels[rng.random(shape) < share / 2] = np.inf
    return pixels


@pytest.mark.parametrize("shape", [(1, 1), (7, 9), (480, 640), (300, 200, 3)])
def test_single_bad_pixels_are_listed_exactly(shape: tuple[int, ...]) -> None:
    pixels = image(shape, 0.003)
    pixels[0, 0] = np.nan
    is_bad = ~np.isfinite(pixels)

    bad = find_bad_pixels(pixels, 1)

    assert bad.cell == 1
    expected = is_bad.any(axis=2) if len(shape) == 3 else is_bad
    assert np.array_equal(seems_bad(bad, shape), expected)


@pytest.mark.parametrize("reduced", [2, 4])
def test_a_reduced_pixel_is_bad_if_any_of_its_pixels_is(reduced: int) -> None:
    pixels = np.zeros((9, 10), np.float32)
    pixels[5, 7] = pixels[8, 9] = np.nan

    bad = find_bad_pixels(pixels, reduced)

    shape = -(-9 // reduced), -(-10 // reduced)
    found = np.argwhere(seems_bad(bad, shape)).tolist()
    assert found == [[5 // reduced, 7 // reduced], [8 // reduced, 9 // reduced]]


def test_an_image_of_only_nan_is_one_run() -> None:
    bad = find_bad_pixels(np.full((400, 300), np.nan), 1)

    assert (bad.runs.tolist(), bad.cell) == ([[0, 120_000]], 1)


@pytest.mark.parametrize("share", [0.02, 0.1, 0.5])
def test_a_long_list_is_shortened_and_no_bad_pixel_is_forgotten(share: float) -> None:
    pixels = image((1000, 1201), share)

    bad = find_bad_pixels(pixels, 1)

    assert bad.cell > 1
    assert len(bad.runs) <= MAX_RUNS
    assert seems_bad(bad, pixels.shape)[~np.isfinite(pixels)].all()
