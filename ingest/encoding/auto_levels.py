"""The brightness range of the picture: what maps to black and to white.

Robust: a block of 2 × 2 pixels counts as its darkest one for white and as its brightest for black.
Hot and dead pixels, bad rows and columns vanish; a beam spot three pixels wide stays. Steady: the
range opens at once and closes only after the pictures stayed within less of it for a while.
"""

from collections import deque
from typing import Any

import numpy as np

Number = int | float

EVERY_S = 0.2
"""how often a picture is measured; between, the range stands"""
MEMORY_S = 2.0
HEADROOM = 0.05
"""of the span, added at both ends"""
SLACK = 0.4
"""an end moves inwards when the pictures leave this much of the range empty there; a beam that
jitters by 20 % (normal) then moves it once a minute, with 0.3 five times"""
BAND_PIXELS = 64 * 1024
"""what is measured in one go, so that it stays in the cache"""
TINY, HUGE = 1e-290, 1e300
"""what a span and an end of a range must stay within, so that 255 / span is finite"""
SAMPLE_SIDE = 128
"""the sample has at least this many rows and columns"""
FEW_PIXELS = 64
"""a picture this small has no room for bad pixels"""


class AutoLevels:
    """The range of one stream of pictures; used by one thread."""

    def __init__(self) -> None:
        self._kind: tuple[Any, ...] = ()
        self._recent: deque[tuple[float, Number, Number]] = deque()
        self._range: tuple[Number, Number] = (0, 1)
        self._measured_at = 0.0

    def update(self, pixels: np.ndarray, t: float) -> tuple[Number, Number]:
        """What maps to 0 and 255 in a picture taken at ``t`` (seconds, any clock that only rises).

        ``pixels``: (rows, columns) or (rows, columns, 3). Exact for wide integers: those give ints.
        """
        kind = (pixels.shape, pixels.dtype)
        if kind != self._kind or t < self._measured_at:
            self._kind = kind
            self._recent.clear()
        elif t - self._measured_at < EVERY_S:
            return self._range
        self._measured_at = t
        if pixels.dtype == bool:
            self._range = (0, 1)
        elif pixels.dtype == np.uint8 and pixels.ndim == 3:
            self._range = (0, 255)
        else:
            self._follow(measure(pixels), t, pixels.dtype)
        return self._range

    def _follow(self, seen: tuple[Number, Number] | None, t: float, dtype: np.dtype) -> None:
        first = not self._recent
        if seen is None:
            self._range = (0, 1) if first else self._range
            return
        self._recent.append((t, *seen))
        while self._recent[0][0] < t - MEMORY_S:
            self._recent.popleft()
        lowest = min(low for _, low, _ in self._recent)
        highest = max(high for _, _, high in self._recent)
        wanted = _with_headroom(lowest, highest, dtype)
        low, high = self._range
        slack = SLACK * (high - low)
        if first or seen[0] < low or lowest > low + slack:
            low = wanted[0]
        if first or seen[1] > high or highest < high - slack:
            high = wanted[1]
        self._range = (low, high) if low < high else wanted


def _with_headroom(low: Number, high: Number, dtype: np.dtype) -> tuple[Number, Number]:
    """The range to show; in a flat picture zero is black, any other value in the middle."""
    if dtype.kind == "f":
        low, high = (min(max(end, -HUGE), HUGE) for end in (low, high))
        margin = (high - low) * HEADROOM or abs(low) / 2
        if high - low + margin < TINY:
            return low, low + 1.0
        return max(low - margin, -HUGE), min(high + margin, HUGE)
    bounds = np.iinfo(dtype)
    whole = max(1, round((high - low) * HEADROOM)) if low < high else max(1, abs(int(low)) // 2)
    darkest = low if low == high == 0 else max(low - whole, int(bounds.min))
    return darkest, min(high + whole, int(bounds.max))


def measure(pixels: np.ndarray) -> tuple[Number, Number] | None:
    """The darkest and brightest that is no bad pixel, as Python numbers; None if none is finite."""
    if pixels.shape[1] == 1:
        pixels = pixels.swapaxes(0, 1)
    small = pixels.shape[0] * pixels.shape[1] <= FEW_PIXELS
    rows = len(pixels) if small else max(2, BAND_PIXELS // pixels[0].size & ~1)
    ends = [
        end
        for top in range(0, max(1, len(pixels) - 1), rows)
        for end in _ends_of_band(pixels[top : top + rows], small)
    ]
    ends += _most_of(pixels)
    return (min(ends), max(ends)) if ends else None


def _most_of(pixels: np.ndarray) -> list[Number]:
    """What all but the darkest and brightest hundredth lie within, by a sample of the pixels.

    It keeps the range wide where neighbouring pixels differ much everywhere. A bad row or column is
    less than a hundredth of the sample; pictures too small for that give nothing.
    """
    down, across = (side // SAMPLE_SIDE for side in pixels.shape[:2])
    if not down or not across:
        return []
    sample = pixels[::down, ::across].reshape(-1)
    if pixels.dtype.kind == "f":
        sample = sample[np.isfinite(sample)]
    rank = len(sample) // 100
    # one by one, since numpy finds several at once without the vector instructions
    ranks = (rank, len(sample) - 1 - rank) if len(sample) else ()
    return [np.partition(sample, rank)[rank].item() for rank in ranks]


def _ends_of_band(band: np.ndarray, small: bool) -> list[Number]:
    band = band.astype(band.dtype.newbyteorder("="), copy=False)
    ends = _ends(band, small, np.minimum, np.maximum)
    if np.isfinite(ends).all():
        return ends
    finite = np.where(np.isfinite(band), band, np.nan)
    return [end for end in _ends(finite, small, np.fmin, np.fmax) if np.isfinite(end)]


def _ends(band: np.ndarray, small: bool, least: np.ufunc, most: np.ufunc) -> list[Number]:
    if small:
        dark = bright = band
    elif len(band) == 1:
        left, middle, right = band[:, :-2], band[:, 1:-1], band[:, 2:]
        dark = bright = most(least(left, middle), least(most(left, middle), right))
    else:
        even, odd = band[0 : len(band) & ~1 : 2], band[1::2]
        dark, bright = least(even, odd), most(even, odd)
        width = band.shape[1] & ~1
        dark = least(dark[:, 0:width:2], dark[:, 1:width:2])
        bright = most(bright[:, 0:width:2], bright[:, 1:width:2])
    return [least.reduce(bright, axis=None).item(), most.reduce(dark, axis=None).item()]
