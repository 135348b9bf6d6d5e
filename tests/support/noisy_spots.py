"""Images of noisy spots with known parameters, and the page's own measurement of them."""

import json
import subprocess
from types import TracebackType
from typing import Any, NamedTuple, Self

import numpy as np

from tests.support.processes import ROOT

WIDTH, HEIGHT = 640, 480
MEASURE = ROOT / "tests" / "page" / "analysis" / "measure.mjs"
Region = dict[str, Any] | None
Figures = dict[str, Any]
"""``centroid``, ``rms``, ``FWHM``, ``Gauss centre``, ``Gauss FWHM``, each with ``x``, ``y`` (a
value and an error, or None) and ``reason``"""


class Spot(NamedTuple):
    """A Gaussian of height 1 over noise of an rms of 1 / ``ratio``. ``sigma``: pixels."""

    sigma: float
    ratio: float
    noise: str
    """"normal" or "uniform"""
    tilted: bool
    """Whether the background rises by 0.5 across the image and by 0.3 down."""

    def draw(self, rng: np.random.Generator) -> tuple[np.ndarray, tuple[float, float]]:
        """Return an image (float32, rows first) and its centre (x, y), at most half a pixel off."""
        x, y = WIDTH / 2 + rng.uniform(-0.5, 0.5), HEIGHT / 2 + rng.uniform(-0.5, 0.5)
        columns, rows = np.arange(WIDTH), np.arange(HEIGHT)[:, None]
        across = np.exp(-((columns - x) ** 2) / (2 * self.sigma**2))
        down = np.exp(-((rows - y) ** 2) / (2 * self.sigma**2))
        shape = (HEIGHT, WIDTH)
        if self.noise == "normal":
            noise = rng.standard_normal(shape, dtype=np.float32)
        else:
            noise = (rng.random(shape, dtype=np.float32) - np.float32(0.5)) * np.float32(12**0.5)
        base = 0.5 + self.tilted * (0.5 * columns / WIDTH + 0.3 * rows / HEIGHT)
        return (base + across * down + noise / self.ratio).astype(np.float32), (x, y)

    def around(self, sigmas: float) -> Region:
        """Return a region of ±``sigmas`` σ within the image."""
        width, height = (min(side, 2 * sigmas * self.sigma) for side in (WIDTH, HEIGHT))
        x, y = (WIDTH - width) / 2, (HEIGHT - height) / 2
        return {"kind": "rect", "x": x, "y": y, "width": width, "height": height}


class PageAnalysis:
    """The page's analysis in a Node.js process."""

    def __enter__(self) -> Self:
        node = ROOT / ".venv" / "bin" / "node"
        pipe = subprocess.PIPE
        self._process = subprocess.Popen([node, MEASURE], stdin=pipe, stdout=pipe)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        self._process.communicate()

    def measure(self, pixels: np.ndarray, regions: list[Region], **others: Any) -> list[Figures]:
        """Return the figures of each region; the region None is the whole image.

        ``others``: fields of the page's ``Pixels``, such as ``offset`` and ``scale``.
        """
        height, width = pixels.shape
        kind = f"{pixels.dtype.name.capitalize()}Array"
        header = {"width": width, "height": height, "type": kind, "regions": regions}
        text = json.dumps({**header, "offset": 0, "scale": 1, **others})
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(text.encode() + b"\n" + np.ascontiguousarray(pixels).tobytes())
        self._process.stdin.flush()
        return json.loads(self._process.stdout.readline())
