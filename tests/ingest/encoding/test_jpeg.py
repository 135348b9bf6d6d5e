"""JPEG images: grey levels as in an exact calculation, and correct statistics."""

import io
import tracemalloc
from contextlib import closing
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from PIL import Image

from ingest.encoding.jpeg import JpegEncoder, JpegImage
from ingest.encoding.scaling import CannotRender, Scaler
from tests.support.jpeg import render

NUMBERS = ["i1", "u1", "i2", "u2", "i4", "u4", "i8", "u8", "f4", "f8"]


def greys(jpeg: JpegImage) -> np.ndarray:
    """Return the decoded JPEG."""
    return np.asarray(Image.open(io.BytesIO(jpeg.data))).astype(int)


def ramp(dtype: str, low: float, high: float) -> np.ndarray:
    """Return vertical bars from ``low`` to ``high``, each wide enough to survive JPEG."""
    steps = np.linspace(low, high, 16).astype(dtype)
    return np.tile(np.repeat(steps, 16), (32, 1))


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("dtype", NUMBERS)
def test_low_is_black_high_is_white_and_between_is_linear(dtype: str, order: str) -> None:
    pixels = ramp(dtype, 0, 120).astype(np.dtype(dtype).newbyteorder(order))

    jpeg = render(pixels, 0, 120, 95)

    expected = pixels[0].astype(float) / 120 * 255
    assert np.abs(greys(jpeg) - expected).max() <= 3
    assert (jpeg.width, jpeg.height) == (256, 32)
    assert jpeg.facts.dtype == np.dtype(dtype).name
    assert (jpeg.facts.data_min, jpeg.facts.data_max) == (0, 120)
    assert (jpeg.facts.min, jpeg.facts.max) == (0, 120)


def test_rounding_is_to_the_nearest_level() -> None:
    flat = [render(np.full((16, 16), value), 0.0, 255.0, 95) for value in (99.4, 99.6)]

    assert [int(greys(jpeg)[8, 8]) for jpeg in flat] == [99, 100]


def test_values_outside_the_range_are_clipped_and_counted() -> None:
    pixels = np.full((64, 64), 50, np.int16)
    pixels[:16] = -300
    pixels[48:] = 300

    jpeg = render(pixels, 0, 100, 95)

    assert (jpeg.facts.n_low, jpeg.facts.n_high) == (16 * 64, 16 * 64)
    assert (jpeg.facts.data_min, jpeg.facts.data_max) == (-300, 300)
    assert greys(jpeg)[4, 30] <= 3
    assert abs(greys(jpeg)[32, 30] - 128) <= 3
    assert greys(jpeg)[60, 30] >= 252


@pytest.mark.parametrize("dtype", ["i1", "u1", "i2", "u2", "i4", "u4", "i8", "u8"])
def test_saturated_pixels_are_counted(dtype: str) -> None:
    pixels = np.zeros((30, 40), dtype)
    pixels[3:5, 7] = np.iinfo(dtype).max

    assert render(pixels, 0, 100, 80).facts.n_saturated == 2
    assert render(pixels[:3], 0, 100, 80).facts.n_saturated == 0


def test_floats_and_bools_do_not_saturate() -> None:
    assert render(np.full((9, 9), np.finfo("f4").max, "f4"), 0, 1, 80).facts.n_saturated == 0
    assert render(np.ones((9, 9), bool), 0, 1, 80).facts.n_saturated == 0


@pytest.mark.parametrize("dtype", ["f4", "f8"])
def test_nan_and_infinity_are_counted_and_drawn_at_the_ends(dtype: str) -> None:
    pixels = np.full((64, 64), 50, dtype)
    pixels[:16], pixels[16:32], pixels[48:] = np.nan, np.inf, -np.inf

    jpeg = render(pixels, 0, 100, 95)

    assert jpeg.facts.n_bad == 3 * 16 * 64
    assert (jpeg.facts.n_low, jpeg.facts.n_high) == (0, 0)
    assert (jpeg.facts.data_min, jpeg.facts.data_max) == (50, 50)
    assert [greys(jpeg)[row, 30] // 64 for row in (4, 24, 40, 60)] == [0, 3, 2, 0]


def test_an_image_without_finite_values_has_no_extremes() -> None:
    jpeg = render(np.full((300, 400), np.nan), 0, 1, 80)

    assert (jpeg.facts.data_min, jpeg.facts.data_max, jpeg.facts.n_bad) == (
        None,
        None,
        120_000,
    )


def test_bools_are_black_and_white() -> None:
    pixels = np.zeros((32, 32), bool)
    pixels[:, 16:] = True

    jpeg = render(pixels, 0, 1, 95)

    assert greys(jpeg)[16, 4] <= 3
    assert greys(jpeg)[16, 28] >= 252
    assert (jpeg.facts.dtype, jpeg.facts.data_min, jpeg.facts.data_max) == ("bool", 0, 1)


@pytest.mark.parametrize("high", [255, 100])
def test_colour_stays_colour(high: int) -> None:
    pixels = np.zeros((32, 48, 3), np.uint8)
    pixels[:, :16, 0] = pixels[:, 16:32, 1] = pixels[:, 32:, 2] = high

    jpeg = render(pixels, 0, high, 95)

    image = greys(jpeg)
    assert image.shape == (32, 48, 3)
    assert [int(image[16, column].argmax()) for column in (8, 24, 40)] == [0, 1, 2]
    assert image[16, 8, 0] > 240
    assert jpeg.facts.n_saturated == (32 * 48 if high == 255 else 0)


def test_bytes_at_full_range_pass_unchanged() -> None:
    pixels = ramp("u1", 0, 255)

    jpeg = render(pixels, 0, 255, 95)

    assert np.abs(greys(jpeg) - pixels).max() <= 3
    assert (jpeg.facts.data_min, jpeg.facts.data_max) == (0, 255)
    assert jpeg.facts.n_saturated == 32 * 16


@pytest.mark.parametrize("reduced", [2, 4])
@pytest.mark.parametrize("colours", [(), (3,)])
def test_a_pixel_of_a_reduced_image_is_the_mean_of_a_square(
    reduced: int, colours: tuple[int, ...]
) -> None:
    steps = np.arange(8).repeat(8 * reduced).reshape(-1, *(1 for _ in colours))
    pixels = np.broadcast_to(steps * 30, (16 * reduced, *steps.shape[:1], *colours)).copy()
    pixels[::reduced] += 10  # one row of each square

    jpeg = render(pixels, 0, 255, 95, reduced)

    assert greys(jpeg).shape == (16, 64, *colours)
    assert (jpeg.width, jpeg.height, jpeg.reduced) == (64, 16, reduced)
    assert np.abs(greys(jpeg)[8, 4::8].T - (np.arange(8) * 30 + 10 / reduced)).max() <= 3
    assert jpeg.facts == render(pixels, 0, 255, 95).facts


def test_odd_sides_of_a_reduced_image_are_rounded_up() -> None:
    jpeg = render(np.full((9, 21), 100), 0, 255, 95, 4)

    assert (jpeg.width, jpeg.height) == (6, 3)
    assert np.abs(greys(jpeg) - 100).max() <= 1


def test_images_of_any_kind_can_follow_each_other() -> None:
    scaler = Scaler()
    for pixels in (ramp("f8", 0, 120), ramp("u2", 0, 120)[:7], ramp("f8", 0, 120) + 1e9):
        low = pixels.min().item()

        grey, facts = scaler.scale(pixels, low, low + 120)

        assert np.abs(grey - (pixels - low) / 120 * 255).max() <= 0.6
        assert facts.data_max == low + 120


@pytest.mark.parametrize("low", [0, 1, 999, 30_000])
@pytest.mark.parametrize("span", [1, 100, 255, 256, 557, 3171, 12_000, 30_000, 35_535])
def test_sixteen_bits_are_scaled_as_an_exact_calculation_does(low: int, span: int) -> None:
    values = np.arange(65536, dtype=np.uint16).reshape(256, 256)

    grey, facts = Scaler().scale(values, low, low + span)

    exact = np.clip((values - float(low)) * 255 / span, 0, 255)
    assert np.abs(grey - exact).max() <= 0.9
    assert (facts.n_low, facts.n_high) == (low, 65535 - low - span)


def test_strided_reversed_and_read_only_pixels_are_accepted() -> None:
    pixels = ramp("u2", 0, 1000)
    wide = np.zeros((64, 512), "u2")
    wide[::2, ::2] = pixels
    pixels.flags.writeable = False

    plain = render(pixels, 0, 1000, 90)

    assert render(wide[::2, ::2], 0, 1000, 90) == plain
    assert render(np.asfortranarray(pixels), 0, 1000, 90) == plain
    assert render(pixels[::-1], 0, 1000, 90) == plain
    assert render(ramp("u1", 0, 255)[:, ::-1], 0, 255, 90).width == 256


@pytest.mark.parametrize("offset", [2**62, -(2**63), 2**53])
def test_a_huge_integer_offset_keeps_each_count_apart(offset: int) -> None:
    pixels = ramp("i8", 0, 255) + np.int64(offset)

    jpeg = render(pixels, offset, offset + 255, 95)

    assert np.abs(greys(jpeg) - ramp("i8", 0, 255)).max() <= 3
    assert (jpeg.facts.data_min, jpeg.facts.data_max) == (offset, offset + 255)


def test_the_whole_range_of_64_bit_integers_can_be_shown() -> None:
    for dtype in ("i8", "u8"):
        bounds = np.iinfo(dtype)
        pixels = np.full((16, 48), bounds.max // 2 + bounds.min // 2 + 1, dtype)
        pixels[:, :16], pixels[:, 32:] = bounds.min, bounds.max

        jpeg = render(pixels, int(bounds.min), int(bounds.max), 95)

        assert [greys(jpeg)[8, column] // 64 for column in (4, 24, 44)] == [0, 2, 3]


@pytest.mark.parametrize("offset", [1e6, 1e12, -1e15])
def test_a_huge_float_offset_keeps_the_contrast(offset: float) -> None:
    pixels = ramp("f8", 0, 255) + offset

    jpeg = render(pixels, offset, offset + 255, 95)

    assert np.abs(greys(jpeg) - ramp("f8", 0, 255)).max() <= 3


def test_the_largest_image_is_encoded_and_a_larger_one_rejected() -> None:
    assert render(np.zeros((1, 65500), np.uint8), 0, 255, 80).width == 65500
    with pytest.raises(CannotRender, match="65501 × 1 px; a JPEG's side has 1 to 65500 px"):
        render(np.zeros((1, 65501), np.uint8), 0, 255, 80)
    with pytest.raises(CannotRender, match="1 × 65501 px"):
        render(np.zeros((65501, 1), np.uint8), 0, 255, 80)


def test_a_smaller_jpeg_after_a_larger_one_has_nothing_of_it() -> None:
    noise = np.random.default_rng(1).integers(0, 255, (300, 400), np.uint8)
    facts = Scaler().scale(noise, 0, 255)[1]
    with closing(JpegEncoder()) as encoder:
        encoder.encode(noise, facts, 1, 95)
        small = encoder.encode(noise[:16].copy(), facts, 1, 80)

    assert small == render(noise[:16], 0, 255, 80)._replace(facts=facts)
    assert small.data.endswith(b"\xff\xd9")


@pytest.mark.parametrize("shape", [(5,), (2, 2, 4), (2, 2, 2, 3), (0, 4), (4, 0)])
def test_other_shapes_are_rejected_with_the_reason(shape: tuple[int, ...]) -> None:
    with pytest.raises(CannotRender, match=r"allowed|has 1 to"):
        render(np.zeros(shape), 0, 1, 80)


@pytest.mark.parametrize(
    ("low", "high"), [(1, 1), (2, 1), (float("nan"), 1), (0, float("inf")), (-1e308, 1e308)]
)
def test_an_invalid_range_is_rejected_with_the_reason(low: float, high: float) -> None:
    with pytest.raises(CannotRender, match="range"):
        render(np.zeros((4, 4)), low, high, 80)


def test_encoding_makes_no_copy_of_wide_pixels() -> None:
    pixels = np.random.default_rng(1).normal(100, 20, (2048, 2048)).astype(">f8")

    tracemalloc.start()
    render(pixels, 0, 200, 80)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert peak < 2.5 * pixels.size  # the grey levels and their JPEG, not the eight bytes of each


@given(
    pixels=arrays.arrays(
        st.sampled_from(["i1", "u2", "i4", ">u4", "i8", "u8", "f4", ">f8", "f8"]), (3, 4)
    ),
    data=st.data(),
)
def test_counts_and_extremes_are_exact(pixels: np.ndarray, data: st.DataObject) -> None:
    number = (
        st.floats(-(2**30), 2**30, width=32)
        if pixels.dtype.kind == "f"
        else st.integers(int(np.iinfo(pixels.dtype).min), int(np.iinfo(pixels.dtype).max))
    )
    low, high = sorted(data.draw(st.tuples(number, number).filter(lambda two: two[0] != two[1])))

    jpeg = render(pixels, low, high, 80)

    values = [value.item() for value in pixels.flat if np.isfinite(value)]
    exact = [Fraction(value) for value in values]
    assert jpeg.facts.n_low == sum(value < low for value in exact)
    assert jpeg.facts.n_high == sum(value > high for value in exact)
    assert jpeg.facts.n_bad == pixels.size - len(values)
    assert jpeg.facts.data_min == (min(values) if values else None)
    assert jpeg.facts.data_max == (max(values) if values else None)
