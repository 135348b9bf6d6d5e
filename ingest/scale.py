"""Any numbers to 8 bits, and what that did to the pixels.

One pass over them, in blocks that stay in the processor's cache.
"""

import math
from typing import Any, NamedTuple

import numpy as np

BLOCK_PIXELS = 64 * 1024
NEAR, FAR = 2**12, 2**30
"""offsets, in spans, that single and double precision scale to far less than half a grey level"""
SINGLE = (1e-30, 1e30)
"""spans that single precision is sure to hold"""
LEAST_SPAN = 1e-300

Number = int | float


class CannotRender(ValueError):
    """Pixels that no picture can be made of; the text says why and what is allowed."""


class Facts(NamedTuple):
    """What the camera sent and how it was scaled: below ``min`` is black, above ``max`` white.

    ``data_min``, ``data_max``: the extremes of the finite pixels, None without any. ``n_low`` and
    ``n_high`` count the finite values outside the range, ``n_saturated`` those at the top of an
    integer type, ``n_bad`` NaN and infinity. A colour pixel has three values.
    """

    dtype: str
    min: Number
    max: Number
    data_min: Number | None
    data_max: Number | None
    n_low: int
    n_high: int
    n_saturated: int
    n_bad: int


class Scaler:
    """Keeps its buffers from one picture to the next, since fresh memory costs as much as a pass
    over it; used by one thread."""

    def __init__(self) -> None:
        self._kind: tuple[Any, ...] = ()
        self._grey = self._work = np.empty(0)

    def scale(self, pixels: np.ndarray, low: Number, high: Number) -> tuple[np.ndarray, Facts]:
        """The grey levels of (rows, columns) or (rows, columns, 3), any number type, byte order and
        strides; they stand until the next call.

        ``low`` maps to 0, ``high`` to 255. NaN is drawn black. Raises :class:`CannotRender`.
        """
        if pixels.ndim not in (2, 3) or pixels.shape[2:] not in ((), (3,)):
            raise CannotRender(f"pixels have shape {pixels.shape}; allowed is (h, w) or (h, w, 3)")
        if not pixels.size:
            raise CannotRender(f"pixels have shape {pixels.shape}; allowed are sides from 1 px")
        if not LEAST_SPAN < high - low < math.inf:
            raise CannotRender(f"the range {low} … {high} cannot be shown")
        counts = _Counts(pixels.dtype, low, high)
        values = pixels.view(np.uint8) if pixels.dtype.kind == "b" else pixels
        if (low, high) == (0, 255) and pixels.dtype == np.uint8:
            grey = np.ascontiguousarray(values)
            for top in range(0, len(values), rows := _block_rows(values)):
                counts.add(values[top : top + rows])
        else:
            grey = self._scaled(values, low, high, counts)
        return grey, counts.facts(pixels.dtype.name)

    def _scaled(
        self, values: np.ndarray, low: Number, high: Number, counts: "_Counts"
    ) -> np.ndarray:
        """The grey levels, rounded and clipped."""
        span = float(high - low)
        offset = max(abs(low), abs(high)) / span
        near, far = offset < NEAR and SINGLE[0] < span < SINGLE[1], offset > FAR
        scale = 255 / span
        black = (0 if far else low) - 0.5 / scale  # half a level lower, since the cast cuts off
        grey, work = self._buffers(values, near)
        native = values.dtype.newbyteorder("=")
        for top in range(0, len(values), len(work)):
            block = values[top : top + len(work)].astype(native, copy=False)
            level = work[: len(block)]
            must_clip = counts.add(block)
            if far:
                block = _above(block, low, high)
            if must_clip:
                _clipped(block, black, scale, level)
            else:
                np.copyto(level, block, casting="same_kind")
                np.subtract(level, black, level)
                np.multiply(level, scale, level)
            grey[top : top + len(block)] = level
        return grey

    def _buffers(self, values: np.ndarray, near: bool) -> tuple[np.ndarray, np.ndarray]:
        """The grey levels' and one of a block, in single or double precision."""
        kind = (values.shape, near)
        if kind != self._kind:
            self._kind = kind
            self._grey = np.empty(values.shape, np.uint8)
            block = (_block_rows(values), *values.shape[1:])
            self._work = np.empty(block, np.float32 if near else np.float64)
        return self._grey, self._work


class _Counts:
    """What is true of the pixels, gathered block by block."""

    def __init__(self, dtype: np.dtype, low: Number, high: Number) -> None:
        self._data_min: Number | None = None
        self._data_max: Number | None = None
        self._n_low = self._n_high = self._n_saturated = self._n_bad = 0
        self._low, self._high = low, high
        self._top = int(np.iinfo(dtype).max) if dtype.kind in "iu" else None

    def facts(self, dtype: str) -> Facts:
        return Facts(
            *(dtype, self._low, self._high, self._data_min, self._data_max),
            *(self._n_low, self._n_high, self._n_saturated, self._n_bad),
        )

    def add(self, block: np.ndarray) -> bool:
        """Whether the block has values that must be clipped: outside the range, or bad."""
        # not block.min(), whose way there costs more than a small block
        least = np.minimum.reduce(block, None).item()
        most = np.maximum.reduce(block, None).item()
        if not (math.isfinite(least) and math.isfinite(most)):
            finite = block[np.isfinite(block)]
            self._n_bad += block.size - finite.size
            if finite.size:
                self.add(finite)
            return True
        self._data_min = least if self._data_min is None else min(self._data_min, least)
        self._data_max = most if self._data_max is None else max(self._data_max, most)
        if least < self._low:
            self._n_low += int(np.count_nonzero(block < self._low))
        if most > self._high:
            self._n_high += int(np.count_nonzero(block > self._high))
        if most == self._top:
            self._n_saturated += int(np.count_nonzero(block == most))
        return least < self._low or most > self._high


def _block_rows(values: np.ndarray) -> int:
    return max(1, BLOCK_PIXELS // values[0].size)


def _clipped(block: np.ndarray, black: float, scale: float, level: np.ndarray) -> None:
    """The grey levels of a block that has NaN, infinity, or values outside the range."""
    with np.errstate(over="ignore", invalid="ignore"):
        np.copyto(level, block, casting="same_kind")
        np.subtract(level, black, level)
        np.multiply(level, scale, level)
    np.clip(level, 0, 255.5, out=level)
    if block.dtype.kind == "f":
        level[np.isnan(level)] = 0


def _above(block: np.ndarray, low: Number, high: Number) -> np.ndarray:
    """The distance from ``low``, where floating point could not tell neighbours apart."""
    if block.dtype.kind == "f":
        with np.errstate(over="ignore"):
            return block - np.float64(low)
    bounds = np.iinfo(block.dtype)
    least, most = max(int(low), int(bounds.min)), min(int(high), int(bounds.max))
    # the bits of the difference are right even where a signed one overflows
    return np.clip(block, least, most).astype(np.int64).view(np.uint64) - np.uint64(least % 2**64)
