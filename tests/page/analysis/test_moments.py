"""The page's results for noisy pictures, compared with the truth and plain moments."""

import numpy as np
import pytest

from tests.support.noisy_spots import PageAnalysis, Spot

FRAMES = 10


@pytest.mark.parametrize("noise", ["normal", "uniform"])
@pytest.mark.parametrize(("sigma", "ratio"), [(5, 3), (20, 10), (60, 3)])
def test_the_page_measures_a_noisy_spot_better_than_plain_moments(
    sigma: float, ratio: float, noise: str
) -> None:
    spot = Spot(sigma, ratio, noise, tilted=True)
    rng = np.random.default_rng([int(sigma), int(ratio), 1])
    offsets, widths, covered, plain = [], [], [], []
    with PageAnalysis() as page:
        for _ in range(FRAMES):
            pixels, truth = spot.draw(rng)
            found = page.measure(pixels, [spot.around(3), spot.around(6), None])
            plain.append(_moments(pixels)[0] - truth[0])
            for figures in found:
                for axis, at in zip("xy", truth, strict=True):
                    centre, width = figures["centroid"][axis], figures["rms"][axis]
                    offsets.append(centre["value"] - at)
                    widths.append(width["value"] / sigma - 1)
                    covered.append(abs(offsets[-1]) <= centre["error"])
                    covered.append(abs(widths[-1]) <= width["error"] / sigma)

    assert _rms(offsets) <= max(0.2, 2 / ratio)
    assert _rms(widths) <= max(0.03, 2.5 / ratio / sigma)
    assert np.mean(covered) >= 0.9
    assert _rms(offsets) < _rms(plain)


def _moments(pixels: np.ndarray) -> tuple[float, float]:
    """Return the centroid of the picture above the mean of its border."""
    border = np.concatenate([pixels[0], pixels[-1], pixels[:, 0], pixels[:, -1]])
    rest = pixels.astype(float) - border.mean()
    rows, columns = np.indices(pixels.shape)
    return (rest * columns).sum() / rest.sum(), (rest * rows).sum() / rest.sum()


def _rms(errors: list[float]) -> float:
    return float(np.sqrt(np.mean(np.square(errors))))
