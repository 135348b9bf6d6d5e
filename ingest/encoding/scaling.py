"""Any numbers to 8 bits, and what that did to the pixels.

One pass over them, in blocks that stay in the processor's cache.
"""

import math
from collections.abc import Callable
from functools import lru_cache, partial
from typing import Any, NamedTuple

import numpy as np

BLOCK_BYTES = 512 * 1024
"""of the camera's numbers or of those worked with, whichever are wider; larger blocks leave the
cache, and with smaller ones the threads wait for each other more often"""
NEAR, FAR = 2**12, 2**30
"""offsets, in spans, that single and double precision scale to far less than half a grey level"""
SINGLE = (1e-30, 1e30)
"""spans that single precision is sure to hold"""
LEAST_SPAN = 1e-300
STEPS_OFF = 0.35

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
            for top in range(0, len(values), rows := _block_rows(values, 1)):
                counts.add(values[top : top + rows])
        else:
            grey = self._scaled(values, low, high, counts)
        return grey, counts.facts(pixels.dtype.name)

    def _scaled(
        self, values: np.ndarray, low: Number, high: Number, counts: "_Counts"
    ) -> np.ndarray:
        """The grey levels, rounded and clipped."""
        dtype, level_of = _way(values.dtype, low, high)
        grey, work = self._buffers(values, dtype)
        native = values.dtype.newbyteorder("=")
        for top in range(0, len(values), len(work)):
            block = values[top : top + len(work)].astype(native, copy=False)
            level = work[: len(block)]
            level_of(block, level, counts.add(block))
            grey[top : top + len(block)] = level
        return grey

    def _buffers(self, values: np.ndarray, dtype: type) -> tuple[np.ndarray, np.ndarray]:
        """The grey levels', and one of a block to work in."""
        kind = (values.shape, values.itemsize, dtype)
        if kind != self._kind:
            self._kind = kind
            self._grey = np.empty(values.shape, np.uint8)
            rows = _block_rows(values, np.dtype(dtype).itemsize)
            self._work = np.empty((rows, *values.shape[1:]), dtype)
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
            dtype=dtype,
            min=self._low,
            max=self._high,
            data_min=self._data_min,
            data_max=self._data_max,
            n_low=self._n_low,
            n_high=self._n_high,
            n_saturated=self._n_saturated,
            n_bad=self._n_bad,
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


def _block_rows(values: np.ndarray, work_bytes: int) -> int:
    return max(1, BLOCK_BYTES // (values[0].size * max(values.itemsize, work_bytes)))


LevelOf = Callable[[np.ndarray, np.ndarray, bool], None]
"""writes the grey levels of a block, before their fractions are cut off; told whether to clip"""


def _way(dtype: np.dtype, low: Number, high: Number) -> tuple[type, LevelOf]:
    """The quickest way that is exact enough, and the type that it works in."""
    integers = isinstance(low, int) and isinstance(high, int)
    if dtype.kind == "u" and dtype.itemsize == 2 and integers and low >= 0 and high <= 65535:
        steps = _steps(high - low)
        if steps:
            return np.uint16, partial(_in_integers, low=low, high=high, steps=steps)
    span = float(high - low)
    offset = max(abs(low), abs(high)) / span
    scale = 255 / span
    half = 0.5 / scale  # half a level, since the cast to bytes cuts off
    if offset > FAR:
        return np.float64, partial(_from_afar, low=low, high=high, black=-half, scale=scale)
    near = offset < NEAR and SINGLE[0] < span < SINGLE[1]
    return np.float32 if near else np.float64, partial(_in_floats, black=low - half, scale=scale)


@lru_cache(64)
def _steps(span: Number) -> tuple[int, int] | None:
    """Integers whose quotient is close to 255 / span: nowhere off by STEPS_OFF levels; or None.

    All that they are used for stays below 2**16.
    """
    for factor in range(65535 // int(span), 0, -1):
        divisor = round(span * factor / 255)
        fits = divisor and span * factor + divisor // 2 <= 65535
        if fits and abs(span * factor / divisor - 255) < STEPS_OFF:
            return factor, divisor
    return None


def _in_integers(
    block: np.ndarray,
    level: np.ndarray,
    clip: bool,
    low: Number,
    high: Number,
    steps: tuple[int, int],
) -> None:
    factor, divisor = steps
    values = np.clip(block, low, high) if clip else block
    np.multiply(values, np.uint16(factor), level)  # modulo 2**16, as is what is taken off
    np.subtract(level, np.uint16((low * factor - divisor // 2) % 2**16), level)
    np.floor_divide(level, np.uint16(divisor), level)


def _in_floats(
    block: np.ndarray, level: np.ndarray, clip: bool, black: float, scale: float
) -> None:
    if not clip:
        _scale(block, level, black, scale)
        return
    with np.errstate(over="ignore", invalid="ignore"):  # far outside the range, and NaN
        _scale(block, level, black, scale)
    np.clip(level, 0, 255.5, out=level)
    if block.dtype.kind == "f":
        level[np.isnan(level)] = 0


def _from_afar(
    block: np.ndarray,
    level: np.ndarray,
    clip: bool,
    low: Number,
    high: Number,
    black: float,
    scale: float,
) -> None:
    _in_floats(_above(block, low, high), level, clip, black, scale)


def _scale(block: np.ndarray, level: np.ndarray, black: float, scale: float) -> None:
    np.copyto(level, block, casting="same_kind")
    np.subtract(level, black, level)
    np.multiply(level, scale, level)


def _above(block: np.ndarray, low: Number, high: Number) -> np.ndarray:
    """The distance from ``low``, where floating point could not tell neighbours apart."""
    if block.dtype.kind == "f":
        with np.errstate(over="ignore"):
            return block - np.float64(low)
    bounds = np.iinfo(block.dtype)
    least, most = max(int(low), int(bounds.min)), min(int(high), int(bounds.max))
    # the bits of the difference are right even where a signed one overflows
    return np.clip(block, least, most).astype(np.int64).view(np.uint64) - np.uint64(least % 2**64)
