"""The brightness range of an image: the values that are shown black and white.

The range is robust: each block of 2 × 2 pixels counts with its darkest pixel for white and with its
brightest for black, so that hot and dead pixels, bad rows and bad columns have no effect, while a
beam spot three pixels wide has. It is steady: it opens immediately, and closes only after the
images have used less of it for a while.
"""

from collections import deque
from typing import Any

import numpy as np

from ingest.encoding.scaling import Number

MEASURE_INTERVAL_S = 0.2
"""the range is constant between measurements"""
MEMORY_S = 2.0
"""The images of this time determine the range."""
HEADROOM = 0.05
"""fraction of the span, added at both ends"""
LOG_HEADROOM = 0.0005
"""the same at the dark end of the logarithmic scale, where more would cost half of its levels"""
SLACK = 0.4
"""An end moves inwards when the images leave this fraction of the range unused there. A beam that
jitters by 20 % (normal) then moves it once a minute; with 0.3, five times."""
BAND_PIXELS = 64 * 1024
"""measured at a time, so that they stay in the cache"""
MIN_SPAN, MAX_END = 1e-290, 1e300
"""limits of a range, so that 255 / span is finite"""
SAMPLE_SIDE = 128
"""The sample has at least this many rows and columns."""
SMALL_IMAGE_PIXELS = 64
"""An image of at most this size is assumed to have no bad pixels."""


class AutoLevels:
    """The range of one series of images; used by one thread."""

    def __init__(self) -> None:
        self._kind: tuple[Any, ...] = ()
        self._recent: deque[tuple[float, Number, Number]] = deque()
        self._range: tuple[Number, Number] = (0, 1)
        self._log_low: Number | None = None
        """None: that of the range"""
        self._measured_at = 0.0

    @property
    def log_range(self) -> tuple[Number, Number]:
        """The range on a logarithmic scale: its low end follows the images closely, since levels
        are densest there."""
        low, high = self._range
        return (low if self._log_low is None else self._log_low), high

    def update(self, pixels: np.ndarray, t: float) -> tuple[Number, Number]:
        """Return the values that map to 0 and 255 in an image of time ``t``.

        ``pixels``: (rows, columns) or (rows, columns, 3). ``t``: seconds of any monotonic clock.
        Integer pixels give Python ints, which are exact for 64 bits too.
        """
        kind = (pixels.shape, pixels.dtype)
        if kind != self._kind or t < self._measured_at:
            self._kind = kind
            self._recent.clear()
            self._log_low = None
        elif t - self._measured_at < MEASURE_INTERVAL_S:
            return self._range
        self._measured_at = t
        if pixels.dtype == bool:
            self._range = (0, 1)
        elif pixels.dtype == np.uint8 and pixels.ndim == 3:
            self._range = (0, 255)
        else:
            self._adapt(measure(pixels), t, pixels.dtype)
        return self._range

    def _adapt(self, measured: tuple[Number, Number] | None, t: float, dtype: np.dtype) -> None:
        first = not self._recent
        if measured is None:
            self._range = (0, 1) if first else self._range
            return
        self._recent.append((t, *measured))
        while self._recent[0][0] < t - MEMORY_S:
            self._recent.popleft()
        lowest = min(low for _, low, _ in self._recent)
        highest = max(high for _, _, high in self._recent)
        target = _with_headroom(lowest, highest, dtype)
        low, high = self._range
        slack = SLACK * (high - low)
        if first or measured[0] < low or lowest > low + slack:
            low = target[0]
        if first or measured[1] > high or highest < high - slack:
            high = target[1]
        self._range = (low, high) if low < high else target
        self._log_low = _log_low(lowest, highest, *self._range)


def _with_headroom(low: Number, high: Number, dtype: np.dtype) -> tuple[Number, Number]:
    """Return the range to show; in a uniform image, 0 is black and any other value mid-grey."""
    if dtype.kind == "f":
        low, high = (min(max(end, -MAX_END), MAX_END) for end in (low, high))
        margin = (high - low) * HEADROOM or abs(low) / 2
        if high - low + margin < MIN_SPAN:
            return low, low + 1.0
        return max(low - margin, -MAX_END), min(high + margin, MAX_END)
    bounds = np.iinfo(dtype)
    whole = max(1, round((high - low) * HEADROOM)) if low < high else max(1, abs(int(low)) // 2)
    darkest = low if low == high == 0 else max(low - whole, int(bounds.min))
    return darkest, min(high + whole, int(bounds.max))


def _log_low(lowest: Number, highest: Number, low: Number, high: Number) -> Number:
    """Return the low end of the logarithmic scale within the range ``low`` … ``high``."""
    if isinstance(lowest, int):
        margin: Number = max(1, round((highest - lowest) * LOG_HEADROOM)) if lowest < highest else 0
    else:
        margin = (highest - lowest) * LOG_HEADROOM
    end = max(low, lowest - margin)
    return end if high - end > (high - low) / 4 else low  # values beyond MAX_END


def measure(pixels: np.ndarray) -> tuple[Number, Number] | None:
    """Return the lowest and highest value apart from bad pixels; None if no value is finite."""
    if pixels.shape[1] == 1:
        pixels = pixels.swapaxes(0, 1)
    small = pixels.shape[0] * pixels.shape[1] <= SMALL_IMAGE_PIXELS
    rows = len(pixels) if small else max(2, BAND_PIXELS // pixels[0].size & ~1)
    ends = [
        end
        for top in range(0, max(1, len(pixels) - 1), rows)
        for end in _ends_of_band(pixels[top : top + rows], small)
    ]
    ends += _percentiles(pixels)
    return (min(ends), max(ends)) if ends else None


def _percentiles(pixels: np.ndarray) -> list[Number]:
    """Return the 1st and 99th percentile of a sample of the pixels.

    They keep the range wide where neighbouring pixels differ much everywhere. A bad row or column
    is less than 1 % of the sample; for images too small for that the result is empty.
    """
    down, across = (side // SAMPLE_SIDE for side in pixels.shape[:2])
    if not down or not across:
        return []
    sample = pixels[::down, ::across].reshape(-1)
    if pixels.dtype.kind == "f":
        sample = sample[np.isfinite(sample)]
    rank = len(sample) // 100
    # one rank at a time, since numpy partitions by several without vector instructions
    ranks = (rank, len(sample) - 1 - rank) if len(sample) else ()
    return [np.partition(sample, rank)[rank].item() for rank in ranks]


def _ends_of_band(band: np.ndarray, small: bool) -> list[Number]:
    band = band.astype(band.dtype.newbyteorder("="), copy=False)
    ends = _ends(band, small, np.minimum, np.maximum)
    if np.isfinite(ends).all():
        return ends
    finite = np.where(np.isfinite(band), band, np.nan)
    return [end for end in _ends(finite, small, np.fmin, np.fmax) if np.isfinite(end)]


def _ends(band: np.ndarray, small: bool, minimum: np.ufunc, maximum: np.ufunc) -> list[Number]:
    if small:
        dark = bright = band
    elif len(band) == 1:
        left, middle, right = band[:, :-2], band[:, 1:-1], band[:, 2:]
        dark = bright = maximum(minimum(left, middle), minimum(maximum(left, middle), right))
    else:
        even, odd = band[0 : len(band) & ~1 : 2], band[1::2]
        dark, bright = minimum(even, odd), maximum(even, odd)
        width = band.shape[1] & ~1
        dark = minimum(dark[:, 0:width:2], dark[:, 1:width:2])
        bright = maximum(bright[:, 0:width:2], bright[:, 1:width:2])
    return [minimum.reduce(bright, axis=None).item(), maximum.reduce(dark, axis=None).item()]
