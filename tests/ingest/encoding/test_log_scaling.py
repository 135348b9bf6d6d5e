"""Grey levels on a logarithmic scale: as numpy calculates them in float64."""

import math
import tracemalloc

import numpy as np
import pytest

from ingest.encoding.log_scaling import GAIN, LogScaler
from ingest.encoding.scaling import CannotRender, Number, Scaler

NUMBERS = ["i1", "u1", "i2", "u2", "i4", "u4", "i8", "u8", "f2", "f4", "f8"]


def exact_levels(values: np.ndarray, low: Number, high: Number) -> np.ndarray:
    """Return the levels with fractions, calculated in float64."""
    t = np.clip((values.astype(float) - low) / (high - low), 0, 1)
    return 255 * np.log1p(GAIN * t) / math.log1p(GAIN)


def scale(pixels: np.ndarray, low: Number, high: Number, divisor: int = 1) -> np.ndarray:
    return LogScaler().scale(pixels, low, high, [divisor])[0][divisor]


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("dtype", NUMBERS)
def test_every_number_type_has_the_levels_of_an_exact_calculation(dtype: str, order: str) -> None:
    values = np.linspace(-3, 126, 4096).astype(dtype).reshape(64, 64)

    grey = scale(values.astype(values.dtype.newbyteorder(order)), -2, 120)

    assert np.abs(grey - exact_levels(values, -2, 120)).max() <= 0.51


@pytest.mark.parametrize(("low", "high"), [(0, 65535), (93, 60_000), (30_000, 31_000), (5, 6)])
def test_sixteen_bits_are_within_half_a_level(low: int, high: int) -> None:
    values = np.arange(65536, dtype=np.uint16).reshape(256, 256)

    assert np.abs(scale(values, low, high) - exact_levels(values, low, high)).max() <= 0.51


@pytest.mark.parametrize("dtype", ["f4", "f8"])
@pytest.mark.parametrize("offset", [0, -0.5, 3, 40, 5000])
def test_floats_over_five_decades_are_within_half_a_level(dtype: str, offset: float) -> None:
    values = (offset + np.geomspace(1e-5, 1, 4096)).astype(dtype).reshape(64, 64)

    grey = scale(values, offset, offset + 1.0)

    assert np.abs(grey - exact_levels(values, offset, offset + 1.0)).max() <= 0.51


@pytest.mark.parametrize("offset", [2**62, -(2**63), 2**53])
def test_a_huge_integer_offset_keeps_each_count_apart(offset: int) -> None:
    counts = np.arange(256).reshape(16, 16)

    grey = scale(counts + np.int64(offset), offset, offset + 255)

    assert np.abs(grey - exact_levels(counts, 0, 255)).max() <= 0.51


@pytest.mark.parametrize("divisor", [2, 4])
@pytest.mark.parametrize("shape", [(64, 96), (63, 97), (5, 3), (1, 1), (66, 9, 3), (601, 1000)])
def test_a_reduced_pixel_has_the_level_of_the_mean_of_values(
    divisor: int, shape: tuple[int, ...]
) -> None:
    values = np.random.default_rng(1).lognormal(0, 3, shape).astype(np.float32)
    rows, columns = (-(-side // divisor) for side in shape[:2])
    padded = np.full((rows * divisor, columns * divisor, *shape[2:]), np.nan)
    padded[: shape[0], : shape[1]] = np.clip(values, 0, 100)
    means = np.nanmean(padded.reshape(rows, divisor, columns, divisor, -1), axis=(1, 3))

    grey = scale(values, 0.0, 100.0, divisor)

    assert grey.shape == (rows, columns, *shape[2:])
    assert np.abs(grey - exact_levels(means.reshape(grey.shape), 0, 100)).max() <= 0.51


def test_all_sizes_of_one_call_are_those_of_single_calls() -> None:
    values = np.random.default_rng(2).integers(0, 4000, (301, 403), np.uint16)

    together, _ = LogScaler().scale(values, 0, 4000, [4, 1, 2])

    assert all(np.array_equal(grey, scale(values, 0, 4000, n)) for n, grey in together.items())


def test_images_of_any_kind_can_follow_each_other() -> None:
    scaler = LogScaler()
    ramp = np.tile(np.arange(120.0), (40, 1))
    for pixels in (ramp, ramp[:7].astype("u2"), ramp + 1e9, ramp, ramp[:, :50].astype("i8")):
        low = pixels.min().item()

        greys, facts = scaler.scale(pixels, low, low + 120, [1, 2])

        assert np.abs(greys[1] - exact_levels(pixels - low, 0, 120)).max() <= 0.51
        assert facts.data_max == pixels.max()


def test_nan_and_infinity_are_black_and_white_and_the_rest_is_as_without_them() -> None:
    pixels = np.full((8, 8), 0.5, np.float32)
    pixels[0] = np.nan, np.inf, -np.inf, 2, -2, 0, 1, 0.5

    assert scale(pixels, 0.0, 1.0)[0].tolist() == [0, 255, 0, 255, 0, 0, 255, 229]
    assert (scale(pixels, 0.0, 1.0)[1:] == 229).all()


@pytest.mark.parametrize("dtype", ["u1", "u2", "f4", "i8", "?"])
def test_the_statistics_are_those_of_the_linear_scale(dtype: str) -> None:
    pixels = np.random.default_rng(3).integers(0, 120, (300, 500)).astype(dtype)

    assert LogScaler().scale(pixels, 5, 100, [1])[1] == Scaler().scale(pixels, 5, 100)[1]


def test_what_cannot_be_shown_is_rejected_with_the_reason() -> None:
    with pytest.raises(CannotRender, match="allowed"):
        scale(np.zeros((2, 2, 4)), 0, 1)
    with pytest.raises(CannotRender, match="range"):
        scale(np.zeros((4, 4)), 1, 1)


def test_scaling_makes_no_copy_of_wide_pixels() -> None:
    pixels = np.random.default_rng(1).normal(100, 20, (2048, 2048)).astype(">f8")

    tracemalloc.start()
    LogScaler().scale(pixels, 0, 200, [1, 2, 4])
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert peak < 2 * pixels.size  # the grey levels and blocks, not the eight bytes of each pixel
