"""What the page finds in noisy pictures that numpy made, beside the truth and plain moments."""

import numpy as np
import pytest

from tests.support.noisy_spots import PageAnalysis, Spot

FRAMES = 10


@pytest.mark.parametrize("noise", ["normal", "uniform"])
@pytest.mark.parametrize(("sigma", "ratio"), [(5, 3), (20, 10), (60, 3)])
def test_the_page_finds_a_noisy_spot_better_than_plain_moments(
    sigma: float, ratio: float, noise: str
) -> None:
    spot = Spot(sigma, ratio, noise, tilted=True)
    rng = np.random.default_rng([int(sigma), int(ratio), 1])
    off, wide, held, plain = [], [], [], []
    with PageAnalysis() as page:
        for _ in range(FRAMES):
            pixels, truth = spot.draw(rng)
            found = page.measure(pixels, [spot.around(3), spot.around(6), None])
            plain.append(_moments(pixels)[0] - truth[0])
            for figures in found:
                for axis, at in zip("xy", truth, strict=True):
                    centre, width = figures["centroid"][axis], figures["rms"][axis]
                    off.append(centre["value"] - at)
                    wide.append(width["value"] / sigma - 1)
                    held.append(abs(off[-1]) <= centre["error"])
                    held.append(abs(wide[-1]) <= width["error"] / sigma)

    assert _rms(off) <= max(0.2, 2 / ratio)
    assert _rms(wide) <= max(0.03, 2.5 / ratio / sigma)
    assert np.mean(held) >= 0.9
    assert _rms(off) < _rms(plain)


def _moments(pixels: np.ndarray) -> tuple[float, float]:
    """The centre of the picture's mass above the mean of its border."""
    border = np.concatenate([pixels[0], pixels[-1], pixels[:, 0], pixels[:, -1]])
    rest = pixels.astype(float) - border.mean()
    rows, columns = np.indices(pixels.shape)
    return (rest * columns).sum() / rest.sum(), (rest * rows).sum() / rest.sum()


def _rms(errors: list[float]) -> float:
    return float(np.sqrt(np.mean(np.square(errors))))
