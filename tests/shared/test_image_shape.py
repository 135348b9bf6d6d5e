"""Which arrays are images, and how they are interpreted."""

import numpy as np
import pytest

from shared.image_shape import ImageShape, find, names

W, H = 64, 48
GREY = np.arange(W * H, dtype=np.uint16).reshape(H, W)
RGB = np.arange(W * H * 3, dtype=np.uint16).reshape(H, W, 3)
RGBA = np.concatenate([RGB, np.full((H, W, 1), 7, np.uint16)], axis=2)
STACK = np.arange(W * H * 10, dtype=np.uint16).reshape(10, H, W)
COLOUR_STACK = np.arange(W * H * 6, dtype=np.uint16).reshape(2, H, W, 3)


@pytest.mark.parametrize(
    ("shape", "array", "pixels"),
    [
        ([W, H], GREY, GREY),
        ([W, 1], GREY[:1], GREY[:1]),
        ([1, H], GREY[:, :1], GREY[:, :1]),
        ([W, H, 1], GREY[None], GREY),
        ([1, W, H], GREY[..., None], GREY),
        ([W, 1, H], GREY[:, None], GREY),
        ([1, W, 1, H, 1], GREY[None, :, None, :, None], GREY),
        ([3, W, H], RGB, RGB),
        ([W, 3, H], RGB.transpose(0, 2, 1), RGB),
        ([W, H, 3], RGB.transpose(2, 0, 1), RGB),
        ([4, W, H], RGBA, RGB),
        ([W, 4, H], RGBA.transpose(0, 2, 1), RGB),
        ([W, H, 4], RGBA.transpose(2, 0, 1), RGB),
        ([4, W, H, 1], RGBA[None], RGB),
        ([3, 1, H], RGB[:, :1], RGB[:, :1]),
        ([4, W, 3], RGB[:4].transpose(2, 1, 0), RGB[:4].transpose(1, 0, 2)),
        ([W, H, 10], STACK, STACK[0]),
        ([W, H, 5, 2], STACK.reshape(2, 5, H, W), STACK[0]),
        ([3, W, H, 2], COLOUR_STACK, COLOUR_STACK[0]),
        ([W, H, 3, 2], COLOUR_STACK.transpose(0, 3, 1, 2), COLOUR_STACK[0]),
    ],
)
def test_an_image_has_its_rows_and_columns_in_any_order_of_dimensions(
    shape: list[int], array: np.ndarray, pixels: np.ndarray
) -> None:
    image = ImageShape.of(shape)

    assert image
    assert array.shape == tuple(shape[::-1])
    assert (image.height, image.width) == pixels.shape[:2]
    np.testing.assert_array_equal(image.pixels(np.ascontiguousarray(array), 0), pixels)
    assert image.pixels(np.ascontiguousarray(array), 0).flags.c_contiguous


@pytest.mark.parametrize(
    "shape", [[], [W], [1, 1], [W, 0], [W, H, 0], [W, -1], [W, 1, 1], [1, 1, 1], [0, 0]]
)
def test_an_array_without_two_sides_is_not_an_image(shape: list[int]) -> None:
    assert ImageShape.of(shape) is None


def test_each_plane_of_a_stack_is_an_image() -> None:
    shape = ImageShape.of([W, H, 5, 2])

    assert shape
    assert shape.planes == 10
    for plane in range(10):
        pixels = shape.pixels(STACK.reshape(2, 5, H, W), plane)
        np.testing.assert_array_equal(pixels, STACK[plane])


def test_planes_are_named_by_their_number_unless_a_channel_has_that_name() -> None:
    flat, stack = ImageShape.of([W, H]), ImageShape.of([W, H, 3, 5])
    assert flat
    assert stack
    shapes = {"S": stack, "F": flat, "S[2]": flat, "T[1]": stack}

    assert find("S", shapes) == ("S", 0)
    assert find("S[4]", shapes) == ("S", 4)
    assert find("S[2]", shapes) == ("S[2]", 0)
    assert find("T[1][3]", shapes) == ("T[1]", 3)
    for image in ("S[5]", "S[-1]", "S[01]", "S[1] ", "S[]", "F[0]", "F[1]", "[1]", "U[0]", ""):
        assert find(image, shapes) is None
    assert names(shapes, 7) == ["S", "F", "S[2]", "T[1]", "S[1]", "S[2]", "S[3]"]
    assert names(shapes, 2) == ["S", "F"]
