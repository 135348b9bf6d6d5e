"""Accuracy of the page's figures of noisy spots, compared with scipy on the same images.

Requires scipy (``pip install scipy``). Prints a line for each width, ratio of peak to noise, kind
of noise, background and region; errors are rms over the frames, x and y together, of the centroid
in pixels and of σ in percent.
"""

import argparse
import math
from collections.abc import Iterator
from importlib import import_module
from itertools import product
from typing import Any, NamedTuple

import numpy as np

from tests.support.noisy_spots import HEIGHT, WIDTH, PageAnalysis, Region, Spot

SIGMAS = (5, 10, 20, 60)
RATIOS = (35, 10, 5, 3)
REGIONS = ("±3 σ", "±6 σ", "whole")
FIGURES = ("centroid", "rms", "FWHM", "Gauss centre", "Gauss FWHM")
FWHM_PER_SIGMA = math.sqrt(8 * math.log(2))
NAN = (math.nan,) * 4


class Errors:
    """The errors of one figure in one cell: deviations, coverage, and frames without a value."""

    def __init__(self) -> None:
        self.deviations: list[float] = []
        self.covered: dict[str, list[bool]] = {"x": [], "y": []}
        self.missing = 0

    def add(self, axis: str, found: dict[str, float] | None, truth: float, unit: float) -> None:
        if found is None:
            self.missing += 1
            return
        deviation = found["value"] / unit - truth
        self.deviations.append(deviation)
        self.covered[axis].append(abs(deviation) <= found["error"] / unit)

    @property
    def rms(self) -> float:
        return float(np.sqrt(np.mean(np.square(self.deviations)))) if self.deviations else math.nan

    @property
    def coverage(self) -> float:
        """Return the coverage of the axis where it is smaller."""
        return min((float(np.mean(one)) for one in self.covered.values() if one), default=math.nan)


class Cell(NamedTuple):
    """The results of one kind of spot in one region, by the page and by scipy."""

    spot: Spot
    region: str
    page: dict[str, Errors]
    moments: list[tuple[float, ...]]
    fitted: list[tuple[float, ...]]
    bound: tuple[float, float]

    @property
    def allowed(self) -> tuple[float, float]:
        """Return the allowed errors in pixels and percent."""
        ratio = self.spot.ratio
        return max(0.2, 2 / ratio), 100 * max(0.03, 2.5 / ratio / self.spot.sigma)

    def line(self) -> str:
        centroid, width = self.page["centroid"], self.page["rms"]
        sigma = self.spot.sigma
        numbers = [centroid.rms, 100 * width.rms / sigma, *self.allowed]
        others = [*_rms(self.moments, sigma), *_rms(self.fitted, sigma)]
        coverage = min(centroid.coverage, width.coverage)
        passed = (
            numbers[0] <= numbers[2] and numbers[1] <= numbers[3] and coverage >= 0.9
        ) and not centroid.missing + width.missing
        return " | ".join(
            [
                f"{sigma:3g} {self.spot.ratio:4g} {self.spot.noise:7}",
                f"{'tilted' if self.spot.tilted else 'level':6} {self.region:5}",
                *(f"{number:6.3f}" for number in numbers),
                f"{coverage:5.2f}",
                *(f"{number:8.3f}" for number in (*self.bound, *others)),
                *(
                    f"{name}: {100 * errors.rms / sigma if 'FWHM' in name else errors.rms:6.3f}, "
                    f"{errors.coverage:4.2f}, {errors.missing:3}"
                    for name, errors in list(self.page.items())[2:]
                ),
                "yes" if passed else "NO",
            ]
        )


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.moments", description=__doc__)
    parser.add_argument(
        "--frames", type=int, default=100, help="frames for each cell; default: %(default)s"
    )
    parser.add_argument(
        "--fits", type=int, default=10, help="frames that scipy fits; default: %(default)s"
    )
    parser.add_argument("--sigma", type=int, action="append", help=f"default: {SIGMAS}")
    options = parser.parse_args()
    print(
        "  σ  A/s noise   | ground region | centroid px, σ %: page | allowed | coverage | "
        "least-squares bound | scipy.ndimage's moments | scipy's curve_fit | "
        "figure: error, coverage, missing | passed"
    )
    cells = []
    for sigma, ratio, noise, tilted in product(
        options.sigma or SIGMAS, RATIOS, ("uniform", "normal"), (False, True)
    ):
        for cell in measure(Spot(sigma, ratio, noise, tilted), options.frames, options.fits):
            print(cell.line(), flush=True)
            cells.append(cell)
    print(f"{sum(cell.line().endswith('yes') for cell in cells)} of {len(cells)} cells passed")
    return 0


def measure(spot: Spot, frames: int, fits: int) -> Iterator[Cell]:
    """Measure three regions of one kind of spot, on the same frames."""
    regions = dict(zip(REGIONS, (spot.around(3), spot.around(6), None), strict=True))
    cells = {
        name: Cell(spot, name, {one: Errors() for one in FIGURES}, [], [], _bound(spot, region))
        for name, region in regions.items()
    }
    rng = np.random.default_rng([int(spot.sigma), int(spot.ratio), len(spot.noise), spot.tilted])
    with PageAnalysis() as page:
        for frame in range(frames):
            pixels, truth = spot.draw(rng)
            found = page.measure(pixels, list(regions.values()))
            for cell, region, figures in zip(cells.values(), regions.values(), found, strict=True):
                for name, errors in cell.page.items():
                    is_width = name in ("rms", "FWHM", "Gauss FWHM")
                    unit = FWHM_PER_SIGMA if "FWHM" in name else 1
                    for axis, at in zip("xy", truth, strict=True):
                        true_value = spot.sigma if is_width else at
                        errors.add(axis, figures[name][axis], true_value, unit)
                true_values = (*truth, spot.sigma, spot.sigma)
                cut, x, y = _cut(pixels, region)
                cell.moments.append(_deviations(_moments(cut, x, y), true_values))
                if frame < fits and region:  # fitting the whole picture would take seconds
                    cell.fitted.append(_deviations(_fit(cut, x, y, spot.sigma), true_values))
    yield from cells.values()


def _cut(pixels: np.ndarray, region: Region) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return a region's pixels, and their coordinates along x and y."""
    if region is None:
        return pixels, np.arange(WIDTH), np.arange(HEIGHT)
    x, y = int(region["x"]), int(region["y"])
    right, bottom = x + int(region["width"]), y + int(region["height"])
    return pixels[y:bottom, x:right], np.arange(x, right), np.arange(y, bottom)


def _moments(pixels: np.ndarray, x: np.ndarray, y: np.ndarray) -> tuple[float, ...]:
    """Return a region's centre and widths by scipy.ndimage, above the median of its border."""
    center_of_mass = import_module("scipy.ndimage").center_of_mass
    border = np.concatenate([pixels[0], pixels[-1], pixels[:, 0], pixels[:, -1]])
    rest = pixels.astype(float) - np.median(border)
    row, column = center_of_mass(rest)
    total = rest.sum()
    squares = [
        (rest.sum(axis=axis) * (np.arange(rest.shape[1 - axis]) - at) ** 2).sum() / total
        for axis, at in ((0, column), (1, row))
    ]
    widths = [math.sqrt(square) if square > 0 else math.nan for square in squares]
    return x[0] + column, y[0] + row, *widths


def _model(x: np.ndarray, y: np.ndarray, p: Any) -> tuple[np.ndarray, np.ndarray]:
    """Return a Gaussian on a plane, and its derivatives.

    The derivatives are by height, x, y, σx, σy, level and two slopes.
    """
    height, x0, y0, sigma_x, sigma_y, level, slope_x, slope_y = p
    dx, dy = (x - x0)[None, :], (y - y0)[:, None]
    bell = np.exp(-(dx**2) / (2 * sigma_x**2) - dy**2 / (2 * sigma_y**2))
    value = (
        height * bell
        + level
        + slope_x * (x - x.mean())[None, :]
        + slope_y * (y - y.mean())[:, None]
    )
    flat = np.ones_like(bell)
    parts = [
        bell,
        height * bell * dx / sigma_x**2,
        height * bell * dy / sigma_y**2,
        height * bell * dx**2 / sigma_x**3,
        height * bell * dy**2 / sigma_y**3,
        flat,
        flat * (x - x.mean())[None, :],
        flat * (y - y.mean())[:, None],
    ]
    return value.ravel(), np.stack([part.ravel() for part in parts], axis=1)


def _fit(pixels: np.ndarray, x: np.ndarray, y: np.ndarray, sigma: float) -> tuple[float, ...]:
    """Fit a Gaussian on a plane, all 8 parameters free, started near the truth."""
    optimize = import_module("scipy.optimize")
    start = (1.0, WIDTH / 2, HEIGHT / 2, 1.1 * sigma, 1.1 * sigma, float(np.median(pixels)), 0, 0)
    try:
        found, _ = optimize.curve_fit(
            lambda _, *p: _model(x, y, p)[0],
            None,
            pixels.ravel().astype(float),
            p0=start,
            jac=lambda _, *p: _model(x, y, p)[1],
            x_scale="jac",
            method="trf",
        )
    except RuntimeError:
        return NAN
    return found[1], found[2], abs(found[3]), abs(found[4])


def _bound(spot: Spot, region: Region) -> tuple[float, float]:
    """Return the Cramér-Rao bound of centroid [px] and σ [%].

    It holds for any unbiased fit of a Gaussian on a plane to the region, under normal noise.
    """
    _, x, y = _cut(np.empty((HEIGHT, WIDTH), bool), region)
    step = max(1, int(spot.sigma // 5))  # a sample of the pixels in both directions is enough
    p = (1, WIDTH / 2, HEIGHT / 2, spot.sigma, spot.sigma, 0, 0, 0)
    slopes = _model(x[::step], y[::step], p)[1]
    inverse = np.linalg.inv(slopes.T @ slopes * step**2) / spot.ratio**2
    return math.sqrt(inverse[1, 1]), 100 * math.sqrt(inverse[3, 3]) / spot.sigma


def _deviations(found: tuple[float, ...], truth: tuple[float, ...]) -> tuple[float, ...]:
    return tuple(one - other for one, other in zip(found, truth, strict=True))


def _rms(rows: list[tuple[float, ...]], sigma: float) -> tuple[float, float]:
    """Return the rms of centroid [px] and σ [%] over the frames that have them."""
    squares = np.square(np.array(rows or [NAN]))
    centroid, width = squares[:, :2], squares[:, 2:] * (100 / sigma) ** 2
    return _root_of_mean(centroid), _root_of_mean(width)


def _root_of_mean(squares: np.ndarray) -> float:
    finite = squares[np.isfinite(squares)]
    return float(np.sqrt(finite.mean())) if finite.size else math.nan


if __name__ == "__main__":
    raise SystemExit(main())
