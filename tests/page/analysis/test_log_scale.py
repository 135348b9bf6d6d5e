"""A spot's figures from JPEGs on a logarithmic scale, compared with the truth."""

import math
from typing import Any

import numpy as np
import pytest

from tests.support.jpeg_pixels import jpeg_pixels
from tests.support.noisy_spots import HEIGHT, WIDTH, PageAnalysis
from tests.support.page_functions import call_with_pixels

FRAMES = 6
FULL_SCALE = 10_000
FWHM_PER_SIGMA = math.sqrt(8 * math.log(2))
MAX_UNCERTAINTY = {80: 9, 50: 20}
"""quality of the JPEG → largest uncertainty, in multiples of the rms error"""
FIGURES = ("centroid", "rms", "FWHM", "Gauss centre", "Gauss FWHM")


def draw(rng: np.random.Generator, sigma: float, noise: float) -> tuple[np.ndarray, dict[str, Any]]:
    """Return a camera's picture of a spot, and the true figures. ``noise``: rms, of the peak."""
    x, y = WIDTH / 2 + rng.uniform(-0.5, 0.5), HEIGHT / 2 + rng.uniform(-0.5, 0.5)
    across = np.exp(-((np.arange(WIDTH) - x) ** 2) / (2 * sigma**2))
    down = np.exp(-((np.arange(HEIGHT)[:, None] - y) ** 2) / (2 * sigma**2))
    pedestal = rng.uniform(0.1, 0.7)
    spot = pedestal + across * down + noise * rng.standard_normal((HEIGHT, WIDTH))
    fwhm = FWHM_PER_SIGMA * sigma
    truth = {"centroid": (x, y), "rms": (sigma, sigma), "FWHM": (fwhm, fwhm)}
    truth |= {"Gauss centre": truth["centroid"], "Gauss FWHM": truth["FWHM"]}
    return (FULL_SCALE * spot).round().astype(np.uint16), truth


@pytest.mark.parametrize("quality", MAX_UNCERTAINTY)
@pytest.mark.parametrize("noise", [0, 0.001, 0.01, 0.03])
@pytest.mark.parametrize("sigma", [5, 40])
def test_uncertainties_include_the_steps_of_the_logarithmic_scale(
    sigma: float, noise: float, quality: int
) -> None:
    rng = np.random.default_rng([sigma, int(1e4 * noise)])
    regions: list[Any] = [
        {"kind": "rect", "x": WIDTH / 2 - r, "y": HEIGHT / 2 - r, "width": 2 * r, "height": 2 * r}
        for r in (3 * sigma, 5.5 * sigma)
    ]
    errors: dict[str, list[tuple[float, float]]] = {name: [] for name in FIGURES}
    with PageAnalysis() as page:
        for _ in range(FRAMES):
            pixels, truth = draw(rng, sigma, noise)
            data, fields = jpeg_pixels(pixels, quality)["log"]
            for figures in page.measure(data, [*regions, None], **fields):
                for name, values in truth.items():
                    for axis, value in zip("xy", values, strict=True):
                        found = figures[name][axis]
                        errors[name].append((found["value"] - value, found["error"]))

    for name, pairs in errors.items():
        deviations, uncertainties = np.array(pairs).T
        rms = np.sqrt(np.mean(deviations**2))
        covered = np.mean(np.abs(deviations) <= uncertainties)
        print(f"{name}: off by {rms:.3g}, ± {np.median(uncertainties):.3g}, {covered:.0%} covered")
        assert covered >= 0.9, name
        assert np.median(uncertainties) < MAX_UNCERTAINTY[quality] * rms, name


def test_the_uncertainties_of_a_mean_include_what_a_mean_does_not_reduce() -> None:
    rng = np.random.default_rng(11)
    frames, sigma = 10, 40
    with PageAnalysis() as page:
        for _ in range(3):
            seed = rng.integers(1 << 32)
            mean = np.zeros((HEIGHT, WIDTH))
            for _ in range(frames):
                pixels, truth = draw(np.random.default_rng(seed), sigma, 0)
                noise = 0.03 * FULL_SCALE * rng.standard_normal(pixels.shape)
                data, fields = jpeg_pixels((pixels + noise).round().astype(np.uint16))["log"]
                mean += (fields["offset"] + fields["scale"] * data.astype(float)) / frames
            steps = {**fields["logSteps"], "frames": frames}
            (figures,) = page.measure(mean.astype(np.float32), [None], logSteps=steps)
            for name, known in truth.items():
                for axis, value in zip("xy", known, strict=True):
                    found = figures[name][axis]
                    assert abs(found["value"] - value) <= found["error"], f"{name} {axis}"


@pytest.mark.parametrize("noise", [0, 0.01])
def test_the_fwhm_along_a_line_has_an_uncertainty_that_includes_the_steps(noise: float) -> None:
    rng = np.random.default_rng([5, int(1e4 * noise)])
    line = {"from": {"x": 220, "y": 240.5}, "to": {"x": 420, "y": 240.5}, "width": 5}
    covered = []
    for _ in range(20):
        pixels, truth = draw(rng, 20, noise)
        data, fields = jpeg_pixels(pixels)["log"]
        (cut,) = call_with_pixels("analysis/line-cut.js", "lineCut", data, [(line,)], **fields)
        fwhm = cut["fwhm"]
        covered.append(abs(fwhm["value"] - truth["FWHM"][0]) <= 2.5 * fwhm["error"] + fwhm["bias"])

    assert np.mean(covered) >= 0.9
