"""The brightness range: hot pixels have no effect, jitter does not move it, beams stay visible."""

import io
import tracemalloc

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from PIL import Image

from ingest.encoding.auto_levels import AutoLevels
from ingest.encoding.scaling import Number
from tests.support.jpeg import render

HEIGHT, WIDTH = 480, 640


def beam(
    peak: float = 500,
    sigma: float = 40,
    background: float = 20,
    shape: tuple[int, int] = (480, 640),
) -> np.ndarray:
    """Return an image with a noiseless spot in the middle."""
    rows, columns = np.indices(shape)
    x, y = columns - shape[1] / 2, rows - shape[0] / 2
    return background + peak * np.exp(-(x**2 + y**2) / (2 * sigma**2))


def first(pixels: np.ndarray) -> tuple[Number, Number]:
    return AutoLevels().update(pixels, 0.0)


def grey_levels(pixels: np.ndarray) -> int:
    """Return the number of different grey levels in the JPEG of the first image."""
    jpeg = render(pixels, *first(pixels), 95)
    return len(np.unique(np.asarray(Image.open(io.BytesIO(jpeg.data)))))


def test_the_range_covers_a_noisy_beam_closely() -> None:
    pixels = np.random.default_rng(1).poisson(beam()).astype(np.uint16)

    low, high = first(pixels)

    assert 0 <= low <= 20
    assert 500 <= high <= 650


def test_one_hot_pixel_leaves_200_grey_levels() -> None:
    pixels = beam().astype(np.uint16)
    pixels[100, 101] = 65535

    assert grey_levels(pixels) >= 200


def test_a_thousandth_of_hot_and_dead_pixels_leaves_200_grey_levels() -> None:
    pixels = np.random.default_rng(2).poisson(beam(background=100)).astype(np.uint16)
    places = np.random.default_rng(3).choice(pixels.size, pixels.size // 1000, replace=False)
    pixels.flat[places] = 65535
    pixels.flat[places[::2]] = 0

    assert first(pixels)[0] > 20
    assert grey_levels(pixels) >= 200


def test_bad_rows_columns_and_pairs_do_not_count() -> None:
    clean = beam()
    for dtype in (np.uint16, np.float32):
        pixels = clean.astype(dtype)
        pixels[:, 7] = pixels[30, :] = 60000
        pixels[:, 300] = pixels[201, :] = 0
        pixels[50, 50:52] = pixels[81:83, 91] = 65000

        assert first(pixels) == pytest.approx(first(clean.astype(dtype)), abs=30)


@pytest.mark.parametrize("side", [3, 5])
@pytest.mark.parametrize("top", [100, 101])
@pytest.mark.parametrize("left", [200, 201])
def test_a_tiny_beam_is_visible(side: int, top: int, left: int) -> None:
    pixels = np.random.default_rng(4).poisson(10, (HEIGHT, WIDTH)).astype(np.uint16)
    pixels[top : top + side, left : left + side] = 3000

    assert first(pixels)[1] >= 3000


def test_a_narrow_gaussian_beam_keeps_most_of_its_peak() -> None:
    assert first(beam(peak=1000, sigma=1.5))[1] > 600


def test_noise_alone_is_hardly_clipped() -> None:
    pixels = np.random.default_rng(5).normal(100, 10, (HEIGHT, WIDTH))

    jpeg = render(pixels, *first(pixels), 80)

    assert jpeg.facts.n_low + jpeg.facts.n_high < 0.02 * pixels.size


def test_a_pattern_of_single_lines_does_not_count_as_bad_pixels() -> None:
    pixels = np.zeros((HEIGHT, WIDTH), np.uint8)
    pixels[:, ::2] = 200

    low, high = first(pixels)

    assert low <= 0
    assert high >= 200


def test_a_steep_texture_is_hardly_clipped() -> None:
    pixels = np.random.default_rng(6).integers(0, 1000, (HEIGHT, WIDTH))

    jpeg = render(pixels, *first(pixels), 80)

    assert jpeg.facts.n_low + jpeg.facts.n_high < 0.02 * pixels.size


def test_negative_values_of_a_subtracted_background_are_shown() -> None:
    pixels = beam(background=-200).astype(np.int16)

    low, high = first(pixels)

    assert -250 < low <= -200
    assert 280 < high < 350


@pytest.mark.parametrize("offset", [2**62, -(2**62)])
def test_a_huge_integer_offset_keeps_the_range_exact(offset: int) -> None:
    pixels = beam(background=0).astype(np.int64) + offset

    low, high = first(pixels)

    assert type(low) is type(high) is int
    assert (low - offset, high - offset) == first(beam(background=0).astype(np.int64))
    assert grey_levels(pixels) >= 200


def test_a_huge_float_offset_keeps_the_contrast() -> None:
    assert grey_levels(beam(background=1e12)) >= 200


def test_big_endian_and_strided_pixels_give_the_same_range() -> None:
    pixels = beam().astype(np.uint16)
    padded = np.zeros((2 * HEIGHT, 3 * WIDTH), np.uint16)
    padded[::2, ::3] = pixels

    assert first(pixels.astype(">u2")) == first(padded[::2, ::3]) == first(pixels)


def test_nan_and_infinity_are_ignored() -> None:
    pixels = np.random.default_rng(7).poisson(beam()).astype(np.float64)
    expected = first(pixels)
    pixels[:100] = np.nan
    pixels[100:110] = np.inf
    pixels[110:120] = -np.inf
    pixels[300, 300] = np.nan

    assert first(pixels) == pytest.approx(expected, abs=10)


@pytest.mark.parametrize("nothing", [np.nan, np.inf, -np.inf])
def test_an_image_without_finite_values_keeps_the_range(nothing: float) -> None:
    levels = AutoLevels()
    empty = np.full((HEIGHT, WIDTH), nothing)

    assert levels.update(empty, 0.0) == (0, 1)
    before = levels.update(beam(), 1.0)
    assert levels.update(empty, 2.0) == before


def test_an_image_of_one_row_ignores_a_hot_pixel() -> None:
    row = beam(shape=(3, 640))[1:2].astype(np.uint16)
    clean = first(row)
    row[0, 7] = 65535

    assert first(row) == pytest.approx(clean, abs=3)
    assert first(row.T) == pytest.approx(clean, abs=3)


def test_all_pixels_of_tiny_images_count() -> None:
    low, high = first(np.array([[1, 2], [3, 100]], np.uint8))

    assert low <= 1
    assert high >= 100


@pytest.mark.parametrize("dtype", ["u1", "i2", "u2", "i8", "u8", "f4", "f8"])
def test_a_uniform_image_is_black_at_zero_and_grey_elsewhere(dtype: str) -> None:
    zero = np.zeros((20, 20), dtype)

    assert first(zero) == (0, 1)
    low, high = first(zero + np.array(80, dtype))
    assert low < 80 < high


def test_a_saturated_image_is_white() -> None:
    assert first(np.full((20, 20), 65535, np.uint16))[1] == 65535


def test_fixed_ranges_for_bool_and_colour_bytes() -> None:
    assert first(np.zeros((20, 20), bool)) == (0, 1)
    assert first(np.full((20, 20, 3), 7, np.uint8)) == (0, 255)


def test_wide_colour_is_measured_over_all_three() -> None:
    pixels = np.stack([beam(peak).astype(np.uint16) for peak in (100, 1000, 3000)], axis=2)

    low, high = first(pixels)

    assert low <= 20
    assert 3000 <= high <= 3300


def test_jitter_of_20_percent_leaves_the_range_alone() -> None:
    noise, levels = np.random.default_rng(8), AutoLevels()
    shapes = beam(peak=1, sigma=15, background=0, shape=(120, 160))
    ranges = []

    for frame in range(5 * 120):  # two minutes, as often as pictures are measured
        strength = 500 * noise.uniform(0.8, 1.2)
        pixels = noise.poisson(20 + strength * shapes).astype(np.uint16)
        ranges.append(levels.update(pixels, frame * 0.2))

    settled = ranges[10:]
    assert len(set(settled)) <= 3
    assert all(high >= 620 for _, high in settled[50:])


def test_the_range_is_constant_between_measurements() -> None:
    levels = AutoLevels()
    before = levels.update(beam(100), 0.0)

    assert levels.update(beam(1000), 0.1) == before
    assert levels.update(beam(1000), 0.21)[1] > 1000


def test_a_brighter_beam_opens_the_range_immediately() -> None:
    levels = AutoLevels()
    levels.update(beam(100), 0.0)

    high = levels.update(beam(3000), 0.25)[1]

    assert 3000 < high < 3300


def test_a_darker_beam_closes_the_range_after_two_seconds() -> None:
    levels = AutoLevels()
    before = levels.update(beam(3000), 0.0)

    waiting = [levels.update(beam(100), 0.25 * step) for step in range(1, 9)]

    assert set(waiting) == {before}
    assert 100 < levels.update(beam(100), 2.25)[1] < 200


def test_a_slightly_darker_beam_leaves_the_range_alone() -> None:
    levels = AutoLevels()
    before = levels.update(beam(1000), 0.0)

    for step in range(1, 40):
        assert levels.update(beam(700), 0.25 * step) == before


def test_black_follows_too() -> None:
    levels = AutoLevels()
    before = levels.update(beam(1000, background=100), 0.0)

    darker = levels.update(beam(1000, background=-2000), 0.25)
    for step in range(2, 20):
        later = levels.update(beam(1000, background=100), 0.25 * step)

    assert darker[0] < -2000
    assert later == pytest.approx(before, abs=100)


def test_another_shape_or_type_is_measured_immediately() -> None:
    levels = AutoLevels()
    levels.update(beam(3000), 0.0)

    assert levels.update(beam(100)[:, :600], 0.01)[1] < 200
    assert levels.update(beam(500)[:, :600].astype(np.float32), 0.02)[1] > 500


def test_a_clock_that_is_set_back_does_not_freeze_the_range() -> None:
    levels = AutoLevels()
    levels.update(beam(100), 1000.0)

    assert levels.update(beam(3000), 5.0)[1] > 3000


def test_measuring_makes_no_copy_of_the_image() -> None:
    pixels = np.random.default_rng(9).poisson(100, (2048, 2048)).astype(np.uint16)

    tracemalloc.start()
    first(pixels)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert peak < pixels.nbytes / 4


@given(
    arrays.arrays(
        st.sampled_from(["?", "i1", "u1", "i2", ">u2", "i4", "u4", "i8", ">i8", "u8", "f4", "f8"]),
        st.tuples(st.integers(1, 40), st.integers(1, 40))
        | st.tuples(st.integers(1, 9), st.integers(1, 9), st.just(3)),
    )
)
def test_every_image_gets_a_range_that_can_be_shown(pixels: np.ndarray) -> None:
    low, high = first(pixels)

    assert low < high
    assert render(pixels, low, high, 80).width == pixels.shape[1]


def test_the_log_range_begins_closely_below_the_darkest_pixels() -> None:
    noisy = np.random.default_rng(1).poisson(beam(50_000, background=100)).astype(np.uint16)
    for pixels in (beam(1, background=0.25), noisy):
        levels = AutoLevels()
        low, high = levels.update(pixels, 0.0)
        darkest = np.percentile(pixels, 1)

        log_low, log_high = levels.log_range

        assert log_high == high
        assert low < log_low < darkest
        assert darkest - log_low < 0.001 * (high - low)


def test_the_log_range_follows_while_the_other_rests() -> None:
    levels = AutoLevels()
    before = levels.update(beam(1000, background=20.0), 0.0)

    for step in range(1, 12):
        assert levels.update(beam(900, background=120.0), 0.25 * step) == before

    assert 119 < levels.log_range[0] < 120


def test_the_log_range_is_part_of_the_other_and_rises() -> None:
    cases = [
        np.zeros((9, 9), np.uint8),
        np.full((9, 9), 7, np.int64),
        np.full((9, 9), -1e305),
        np.full((9, 9), 1e305),
        np.full((9, 9), np.nan),
        np.array([[-1e308, 1e308]] * 9),
        np.zeros((9, 9), bool),
        np.zeros((9, 9, 3), np.uint8),
    ]
    for pixels in cases:
        levels = AutoLevels()
        low, high = levels.update(pixels, 0.0)

        assert low <= levels.log_range[0] < levels.log_range[1] == high


def test_another_kind_of_image_has_another_log_range() -> None:
    levels = AutoLevels()
    levels.update(beam(1000, background=500.0), 0.0)

    levels.update(np.ones((9, 9), bool), 0.25)

    assert levels.log_range == (0, 1)
