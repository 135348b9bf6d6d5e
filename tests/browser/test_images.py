"""Streams with several images, and with an image that changes its shape while it is watched."""

import re
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import expect

from tests.browser.camera_stack import CameraStack
from tests.browser.picture_page import OpenPage, open_live, wait_for_frames
from tests.support.beamcast import Worker

CAMERAS = {"image": (64, 48), "CAM:far": (32, 96), "CAM:near": (80, 80), "screen 4": (40, 20)}
"""width and height of the image of each name"""


def four_images(pulse_id: int) -> dict[str, Any]:
    return {
        name: np.full((height, width), 100 * index + 50, np.uint16)
        for index, (name, (width, height)) in enumerate(CAMERAS.items())
    }


@pytest.mark.parametrize("stack", [four_images], indirect=True)
def test_each_of_four_images_can_be_chosen_and_a_link_has_the_choice(
    worker: Worker, open_page: OpenPage
) -> None:
    page = open_live(open_page, worker)
    expect(page.locator("#image option")).to_have_count(4)
    other = open_live(open_page, worker)

    for name, (width, height) in list(CAMERAS.items())[1:]:
        page.select_option("#image", label=name)
        caption = page.locator("#caption")
        expect(caption).to_contain_text(f"{width} × {height} uint16")
        expect(caption).to_contain_text(name)
        expect(page.locator("body")).to_have_attribute("data-state", "live")
    page.wait_for_url(re.compile("image=screen"))

    third = open_live(open_page, worker, page.url.partition("?")[2])
    expect(third.locator("#caption")).to_contain_text("40 × 20 uint16")
    expect(other.locator("#caption")).to_contain_text("64 × 48 uint16")
    page.select_option("#image", label="image")
    expect(page.locator("#caption")).to_contain_text("64 × 48 uint16")


@pytest.mark.parametrize("stack", [four_images], indirect=True)
def test_the_values_of_a_chosen_image_are_its_own(worker: Worker, open_page: OpenPage) -> None:
    page = open_live(open_page, worker, "image=CAM:near&precise=1&overlay=cross+70,70")

    expect(page.locator("#crossout")).to_contain_text("x 70  y 70  = 250")


@pytest.mark.parametrize("stack", [four_images], indirect=True)
def test_an_image_that_the_stream_lacks_is_named_and_the_default_is_shown(
    worker: Worker, open_page: OpenPage
) -> None:
    page = open_live(open_page, worker, "image=gone")

    expect(page.locator("#notice")).to_contain_text("no image “gone”")
    page.wait_for_function("() => !location.search.includes('image')")


@pytest.mark.parametrize("query", ["", "precise=1&regions=rect:10,10,30,30"])
def test_an_image_that_changes_its_shape_is_followed(
    own_stack: CameraStack, open_page: OpenPage, query: str
) -> None:
    page = open_live(open_page, own_stack.worker, query)

    for width, height in [(100, 20), (20, 100), (300, 270)]:
        image = np.arange(width * height, dtype=np.uint16).reshape(height, width)
        own_stack.camera.content = lambda pulse_id, image=image: {"image": image}
        expect(page.locator("#caption")).to_contain_text(f"{width} × {height} uint16")
        wait_for_frames(page, 3)
        expect(page.locator("body")).to_have_attribute("data-state", "live")
        box = page.locator("#stage canvas:visible").bounding_box()
        assert box
        assert box["width"] / box["height"] == pytest.approx(width / height, rel=0.05)
