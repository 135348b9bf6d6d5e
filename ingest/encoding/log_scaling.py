"""Scaling of pixels to 8 bits on a logarithmic scale, for three decades of brightness.

``level = 255 · ln(1 + GAIN · t) / ln(1 + GAIN)`` with ``t = (value - low) / (high - low)``: the
curve that the page uses for its scale "log" (``picture/transfer.js``). Values may be zero or
negative. Above a thousandth of the range a level is 2.7 % of ``value - low`` or a little more,
below it a constant step. ``docs/protocol.md`` has the inverse.
"""

import math
from collections.abc import Iterable
from typing import Any

import numpy as np

from ingest.encoding.scaling import (
    WHITE,
    Facts,
    Number,
    Statistics,
    block_rows,
    check_renderable,
    choose_float_method,
)

GAIN = 1000.0
LEVELS_PER_LOG = WHITE / math.log1p(GAIN)
MAX_SINGLE_OFFSET = 2**4
"""up to this offset, in spans, single precision is off by less than 0.1 level: near ``low`` there
are 37 000 levels for each span"""
BAND_ROWS = 4
"""Blocks have a multiple of these rows, so that no reduced pixel is divided."""


class LogScaler:
    """A scaler for one thread; it keeps its buffers as :class:`~ingest.encoding.scaling.Scaler`
    does."""

    def __init__(self) -> None:
        self._key: tuple[Any, ...] = ()
        self._greys: dict[int, np.ndarray] = {}
        self._work = self._single = np.empty(0)

    def scale(
        self, pixels: np.ndarray, low: Number, high: Number, divisors: Iterable[int]
    ) -> tuple[dict[int, np.ndarray], Facts]:
        """Return grey levels for each divisor of the sides, valid until the next call, and
        statistics of the pixels.

        A reduced pixel is the level of a mean of values, not the mean of levels; odd sides are
        rounded up. ``pixels``, ``low``, ``high`` and errors: see ``Scaler.scale``.
        """
        check_renderable(pixels, low, high)
        statistics = Statistics(pixels.dtype, low, high)
        values = pixels.view(np.uint8) if pixels.dtype.kind == "b" else pixels
        dtype, scale_block = choose_float_method(low, high, GAIN, 0.0, MAX_SINGLE_OFFSET)
        self._prepare(values, dtype, sorted(divisors))
        native = values.dtype.newbyteorder("=")
        for top in range(0, len(values), len(self._work)):
            block = values[top : top + len(self._work)].astype(native, copy=False)
            work = self._work[: len(block)]
            with np.errstate(over="ignore"):
                scale_block(block, work, statistics.add(block))
            single = work if dtype is np.float32 else self._single[: len(block)]
            if single is not work:
                single[:] = work
            for divisor, grey in self._greys.items():
                rows = grey[top // divisor :][: -(-len(block) // divisor)]
                _write_levels(_means(single, divisor), rows)
        return self._greys, statistics.facts(pixels.dtype.name)

    def _prepare(self, values: np.ndarray, dtype: type, divisors: list[int]) -> None:
        """Make the buffers of grey levels, and those for a block."""
        key = (values.shape, values.itemsize, dtype, *divisors)
        if key == self._key:
            return
        self._key = key
        height, width, *colours = values.shape
        self._greys = {
            divisor: np.empty((-(-height // divisor), -(-width // divisor), *colours), np.uint8)
            for divisor in sorted(divisors, reverse=True)  # the full size overwrites the values
        }
        rows = max(1, block_rows(values, np.dtype(dtype).itemsize) // BAND_ROWS) * BAND_ROWS
        self._work = np.empty((min(rows, height), width, *colours), dtype)
        self._single = np.empty(self._work.shape, np.float32)


def _means(values: np.ndarray, divisor: int) -> np.ndarray:
    """Return the means of squares of pixels; those at the right and at the bottom may have fewer
    pixels. With a divisor of 1 these are the values themselves."""
    if divisor == 1:
        return values
    rows = _row_means(values, divisor)
    return _row_means(rows.swapaxes(0, 1), divisor).swapaxes(0, 1)


def _row_means(values: np.ndarray, divisor: int) -> np.ndarray:
    """Return the means of each `divisor` rows; the last one may be of fewer."""
    means = values[::divisor].copy()
    for first in range(1, divisor):
        rows = values[first::divisor]
        means[: len(rows)] += rows
    means *= np.float32(1 / divisor)
    if len(values) % divisor:
        means[-1] *= divisor / (len(values) % divisor)
    return means


def _write_levels(values: np.ndarray, grey: np.ndarray) -> None:
    """Write the levels of values from 0 to GAIN, which are overwritten."""
    np.add(values, np.float32(1), values)
    np.log(values, values)  # not log1p, which takes seven times as long without AVX-512
    np.multiply(values, np.float32(LEVELS_PER_LOG), values)
    np.add(values, np.float32(0.5), values)  # since the cast truncates
    np.copyto(grey, values, casting="unsafe")
