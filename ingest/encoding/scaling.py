"""Scaling of pixels of any number type to 8 bits, with statistics of the pixels.

One pass over the pixels does both, in blocks that stay in the processor's cache.
"""

import math
from collections.abc import Callable
from functools import lru_cache, partial
from typing import Any, NamedTuple

import numpy as np

BLOCK_BYTES = 512 * 1024
"""of the camera's pixels or of the working type, whichever is wider; larger blocks leave the
cache, and with smaller ones the threads wait for each other more often"""
MAX_SINGLE_OFFSET, MAX_DOUBLE_OFFSET = 2**12, 2**30
"""Up to these offsets, in spans, single and double precision are off by far less than half a grey
level."""
SINGLE_SPANS = (1e-30, 1e30)
"""spans that single precision certainly holds"""
MIN_SPAN = 1e-300
WHITE = 255
MAX_RATIO_ERROR = 0.35
"""in grey levels"""

Number = int | float


class CannotRender(ValueError):
    """The pixels cannot be shown as an image; the text says why and what is allowed."""


class Facts(NamedTuple):
    """Statistics of an image's pixels, and the range used: below ``min`` is black, above ``max``
    white.

    ``data_min``, ``data_max``: the extremes of the finite values, None if there are none.
    ``n_low`` and ``n_high`` count the finite values outside the range, ``n_saturated`` those at
    the maximum of an integer type, ``n_bad`` NaN and infinity. A colour pixel has three values.
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
    """A scaler for one thread.

    It keeps its buffers between images, since new memory costs as much as a pass over it.
    """

    def __init__(self) -> None:
        self._buffer_key: tuple[Any, ...] = ()
        self._grey = self._work = np.empty(0)

    def scale(self, pixels: np.ndarray, low: Number, high: Number) -> tuple[np.ndarray, Facts]:
        """Return grey levels, valid until the next call, and statistics of the pixels.

        ``pixels``: (rows, columns) or (rows, columns, 3) of any number type, byte order and
        strides. ``low`` maps to 0, ``high`` to 255, NaN to 0. Raises :class:`CannotRender`.
        """
        check_renderable(pixels, low, high)
        statistics = Statistics(pixels.dtype, low, high)
        values = pixels.view(np.uint8) if pixels.dtype.kind == "b" else pixels
        if (low, high) == (0, 255) and pixels.dtype == np.uint8:
            grey = np.ascontiguousarray(values)
            for top in range(0, len(values), rows := block_rows(values, 1)):
                statistics.add(values[top : top + rows])
        else:
            grey = self._scale_blocks(values, low, high, statistics)
        return grey, statistics.facts(pixels.dtype.name)

    def _scale_blocks(
        self, values: np.ndarray, low: Number, high: Number, statistics: "Statistics"
    ) -> np.ndarray:
        """Return the grey levels, rounded and clipped."""
        dtype, scale_block = _choose_method(values.dtype, low, high)
        grey, work = self._buffers(values, dtype)
        native = values.dtype.newbyteorder("=")
        for top in range(0, len(values), len(work)):
            block = values[top : top + len(work)].astype(native, copy=False)
            level = work[: len(block)]
            scale_block(block, level, statistics.add(block))
            grey[top : top + len(block)] = level
        return grey

    def _buffers(self, values: np.ndarray, dtype: type) -> tuple[np.ndarray, np.ndarray]:
        """Return the buffer of grey levels, and one in the working type for a block."""
        key = (values.shape, values.itemsize, dtype)
        if key != self._buffer_key:
            self._buffer_key = key
            self._grey = np.empty(values.shape, np.uint8)
            rows = block_rows(values, np.dtype(dtype).itemsize)
            self._work = np.empty((rows, *values.shape[1:]), dtype)
        return self._grey, self._work


def check_renderable(pixels: np.ndarray, low: Number, high: Number) -> None:
    """Raise :class:`CannotRender` for a shape or range that cannot be shown."""
    if pixels.ndim not in (2, 3) or pixels.shape[2:] not in ((), (3,)):
        raise CannotRender(f"pixels have shape {pixels.shape}; allowed is (h, w) or (h, w, 3)")
    if not pixels.size:
        raise CannotRender(f"pixels have shape {pixels.shape}; sides of at least 1 px are allowed")
    if not MIN_SPAN < high - low < math.inf:
        raise CannotRender(f"the range {low} … {high} cannot be shown; it must be finite and rise")


class Statistics:
    """Statistics of the pixels, accumulated block by block."""

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
        """Add a block; return whether it has values outside the range, NaN or infinity."""
        # not block.min(), which for a small block takes longer to call than to compute
        lowest = np.minimum.reduce(block, None).item()
        highest = np.maximum.reduce(block, None).item()
        if not (math.isfinite(lowest) and math.isfinite(highest)):
            finite = block[np.isfinite(block)]
            self._n_bad += block.size - finite.size
            if finite.size:
                self.add(finite)
            return True
        self._data_min = lowest if self._data_min is None else min(self._data_min, lowest)
        self._data_max = highest if self._data_max is None else max(self._data_max, highest)
        if lowest < self._low:
            self._n_low += int(np.count_nonzero(block < self._low))
        if highest > self._high:
            self._n_high += int(np.count_nonzero(block > self._high))
        if highest == self._top:
            self._n_saturated += int(np.count_nonzero(block == highest))
        return lowest < self._low or highest > self._high


def block_rows(values: np.ndarray, work_bytes: int) -> int:
    """Return the number of rows of a block; ``work_bytes``: size of a value of the working type."""
    return max(1, BLOCK_BYTES // (values[0].size * max(values.itemsize, work_bytes)))


ScaleBlock = Callable[[np.ndarray, np.ndarray, bool], None]
"""writes the grey levels of a block, with fractions, to a buffer, clipped if the flag is set"""


def _choose_method(dtype: np.dtype, low: Number, high: Number) -> tuple[type, ScaleBlock]:
    """Return the working type, and the fastest method that is exact enough."""
    integers = isinstance(low, int) and isinstance(high, int)
    if dtype.kind == "u" and dtype.itemsize == 2 and integers and low >= 0 and high <= 65535:
        ratio = _integer_ratio(high - low)
        if ratio:
            return np.uint16, partial(_scale_integers, low=low, high=high, ratio=ratio)
    half = 0.5  # a level, since the cast to bytes truncates
    return choose_float_method(low, high, WHITE, half, MAX_SINGLE_OFFSET)


def choose_float_method(
    low: Number, high: Number, white: float, add: float, max_single_offset: float
) -> tuple[type, ScaleBlock]:
    """Return the working type, and the method that maps ``low`` to ``add`` and ``high`` to ``white
    + add``; up to ``max_single_offset``, in spans, single precision is exact enough."""
    span = float(high - low)
    offset = max(abs(low), abs(high)) / span
    scale, top = white / span, white + add
    if offset > MAX_DOUBLE_OFFSET:
        return np.float64, partial(
            _scale_with_far_offset, low=low, high=high, black=-add / scale, scale=scale, top=top
        )
    is_single = offset < max_single_offset and SINGLE_SPANS[0] < span < SINGLE_SPANS[1]
    return np.float32 if is_single else np.float64, partial(
        _scale_floats, black=low - add / scale, scale=scale, top=top
    )


@lru_cache(64)
def _integer_ratio(span: Number) -> tuple[int, int] | None:
    """Return two integers whose quotient is close to 255 / span, or None if there are none.

    The error is below MAX_RATIO_ERROR levels, and all intermediate results below 2**16.
    """
    for factor in range(65535 // int(span), 0, -1):
        divisor = round(span * factor / 255)
        fits = divisor and span * factor + divisor // 2 <= 65535
        if fits and abs(span * factor / divisor - 255) < MAX_RATIO_ERROR:
            return factor, divisor
    return None


def _scale_integers(
    block: np.ndarray,
    level: np.ndarray,
    clip: bool,
    low: Number,
    high: Number,
    ratio: tuple[int, int],
) -> None:
    factor, divisor = ratio
    values = np.clip(block, low, high) if clip else block
    np.multiply(values, np.uint16(factor), level)  # modulo 2**16, as the subtraction below
    np.subtract(level, np.uint16((low * factor - divisor // 2) % 2**16), level)
    np.floor_divide(level, np.uint16(divisor), level)


def _scale_floats(
    block: np.ndarray, level: np.ndarray, clip: bool, black: float, scale: float, top: float
) -> None:
    if not clip:
        _scale(block, level, black, scale)
        return
    with np.errstate(over="ignore", invalid="ignore"):  # values far outside the range, and NaN
        _scale(block, level, black, scale)
    np.clip(level, 0, top, out=level)
    if block.dtype.kind == "f":
        level[np.isnan(level)] = 0


def _scale_with_far_offset(
    block: np.ndarray,
    level: np.ndarray,
    clip: bool,
    low: Number,
    high: Number,
    black: float,
    scale: float,
    top: float,
) -> None:
    _scale_floats(_subtract_low(block, low, high), level, clip, black, scale, top)


def _scale(block: np.ndarray, level: np.ndarray, black: float, scale: float) -> None:
    np.copyto(level, block, casting="same_kind")
    np.subtract(level, black, level)
    np.multiply(level, scale, level)


def _subtract_low(block: np.ndarray, low: Number, high: Number) -> np.ndarray:
    """Return the difference to ``low`` where float64 could not distinguish neighbouring values."""
    if block.dtype.kind == "f":
        with np.errstate(over="ignore"):
            return block - np.float64(low)
    bounds = np.iinfo(block.dtype)
    lowest, highest = max(int(low), int(bounds.min)), min(int(high), int(bounds.max))
    # the bits of the difference are right even where a signed one overflows
    clipped = np.clip(block, lowest, highest).astype(np.int64).view(np.uint64)
    return clipped - np.uint64(lowest % 2**64)
