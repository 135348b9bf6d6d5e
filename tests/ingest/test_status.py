"""The images of a stream, and the age of its data, in its status."""

import json
from typing import Any

from ingest.bsread.message import DataHeader, read_data_header
from ingest.status import MAX_IMAGES, age_of, describe_image, list_images


def data_header(*channels: dict[str, Any]) -> DataHeader:
    return read_data_header(json.dumps({"channels": channels}).encode(), None)


def image(name: str, *shape: int) -> dict[str, Any]:
    return {"name": name, "type": "uint16", "shape": shape}


def test_the_own_image_has_its_sides_with_and_without_colours() -> None:
    size = {"width": 8, "height": 6, "dtype": "uint16"}

    assert describe_image(data_header(image("grey", 8, 6))) == {"image": "grey", **size}
    assert describe_image(data_header(image("rgb", 3, 8, 6))) == {"image": "rgb", **size}
    assert describe_image(data_header(image("wave", 8))) == {}


def test_all_images_are_named_except_those_that_cannot_be_requested() -> None:
    names = ["one", "x" * 256, "ü" * 200, "a\nb", "kamera ü"]
    channels = [image(name, 8, 6) for name in names]

    assert list_images(data_header(*channels, image("wave", 8))) == ["one", "x" * 256, "kamera ü"]


def test_the_age_is_that_of_the_last_message() -> None:
    assert age_of(100.0, 106.504) == 6.5
    assert age_of(100.0, 99.9) == 0
    assert age_of(None, 106.5) == ""


def test_images_beyond_the_limit_are_not_named() -> None:
    many = [image(f"camera {number}", 8, 6) for number in range(40)]

    assert list_images(data_header(*many)) == [f"camera {number}" for number in range(MAX_IMAGES)]
