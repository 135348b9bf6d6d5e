"""The page shows the exact values that the camera sent."""

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from tests.browser.camera_stack import CameraStack
from tests.browser.picture_page import OpenPage, close_to, open_live, screen_colour, wait_for_frames
from tests.support.beamcast import Worker
from tests.support.waiting import until

WIDTH, HEIGHT = 600, 300
"""three by two tiles; those at the edges are smaller"""
MARK = (255, 0, 128)


def noise(dtype: str) -> np.ndarray:
    """Return random values of the whole range of a type."""
    random = np.random.default_rng(5)
    if dtype.startswith("float"):
        return (random.normal(0, 1e6, (HEIGHT, WIDTH)) ** 3).astype(dtype)
    bounds = np.iinfo(dtype)
    return random.integers(bounds.min, bounds.max, (HEIGHT, WIDTH), dtype, endpoint=True)


def constant(image: np.ndarray) -> Callable[[int], dict[str, Any]]:
    return lambda pulse_id: {"image": image}


NOISE = constant(noise("uint16"))


def precise(open_page: OpenPage, worker: Worker, query: str = "") -> Page:
    page = open_live(open_page, worker, f"precise=1&{query}")
    expect(page.locator("#picture")).to_have_attribute("data-rendition", "precise")
    expect(page.locator("#caption")).to_contain_text("own values")
    wait_for_frames(page, 2)
    return page


def read(page: Page, x: int, y: int) -> tuple[int, int, float]:
    """Move the pointer to a pixel; return the pixel and the value that the page shows for it.

    It may be another pixel if the caption has grown by a line and moved the picture."""
    box = page.locator("#exact").bounding_box()
    assert box
    zoom = box["width"] / WIDTH
    page.mouse.move(box["x"] + (x + 0.5) * zoom, box["y"] + (y + 0.5) * zoom)
    readout = page.locator("#readout").inner_text().replace("\u2212", "-")
    found = re.fullmatch(r"x (\d+)  y (\d+)  = (\S+)", readout)
    assert found, readout
    return int(found[1]), int(found[2]), float(found[3])


@pytest.mark.parametrize("own_stack", [NOISE], indirect=True)
def test_the_value_under_the_pointer_is_exact_for_each_type(
    own_stack: CameraStack, open_page: OpenPage
) -> None:
    page = precise(open_page, own_stack.worker)
    for dtype in ["uint8", "uint16", "int32", "float32", "float64"]:
        image = noise(dtype)
        own_stack.camera.content = constant(image)
        expect(page.locator("#caption")).to_contain_text(dtype)
        wait_for_frames(page, 3)

        for position in [(0, 0), (255, 255), (256, 0), (300, 280), (599, 290)]:
            x, y, value = read(page, *position)
            assert np.asarray(value, dtype) == image[y, x], (dtype, x, y)


@pytest.mark.parametrize("stack", [NOISE], indirect=True)
def test_only_the_visible_tiles_are_sent(
    stack: CameraStack, worker: Worker, open_page: OpenPage
) -> None:
    page = precise(open_page, worker, "view=8@100,100")

    expect(page.locator("#exact")).to_have_attribute("width", "256")
    leases = stack.beamcast.broker.hgetall("beamcast:camera:leases").values()
    assert any(lease.endswith(b" precise:0,0,1,1") for lease in leases)
    page.press("body", "f")
    expect(page.locator("#exact")).to_have_attribute("width", "600")


@pytest.mark.parametrize("stack", [NOISE], indirect=True)
def test_a_region_that_is_partly_out_of_view_has_no_results(
    worker: Worker, open_page: OpenPage
) -> None:
    page = precise(open_page, worker, "view=8@100,100&regions=rect:200,20,100,100")
    card = page.locator(".card")

    expect(card.locator(".why")).to_contain_text("visible part")
    expect(card.locator(".numbers")).to_be_hidden()
    page.press("body", "f")
    expect(card.locator(".why")).to_be_hidden()
    expect(card.locator(".numbers")).to_be_visible()


@pytest.mark.parametrize("stack", [NOISE], indirect=True)
def test_a_page_with_a_jpeg_requests_no_tiles(
    stack: CameraStack, worker: Worker, open_page: OpenPage
) -> None:
    page = precise(open_page, worker)

    page.press("body", "p")

    expect(page.locator("#picture")).to_have_attribute("data-rendition", re.compile("full|half"))
    page.wait_for_function("() => !document.querySelector('.stage.values')")
    viewers = "beamcast:camera:viewers:precise"
    until(lambda: not stack.beamcast.broker.get(viewers), "no viewer requests tiles")


def half_nan() -> np.ndarray:
    image = np.full((HEIGHT, WIDTH), 7.0)
    image[:, 300:] = np.nan
    return image


def half_saturated() -> np.ndarray:
    image = np.full((HEIGHT, WIDTH), 7, np.uint16)
    image[:, 300:] = 65535
    return image


@pytest.mark.parametrize("stack", [constant(half_saturated())], indirect=True)
def test_saturated_pixels_are_marked_after_background_subtraction(
    worker: Worker, open_page: OpenPage
) -> None:
    page = precise(open_page, worker, "look=marks,0..10")

    page.click("#background")
    expect(page.locator("#background")).to_have_text("− Background", timeout=20_000)
    wait_for_frames(page, 1)

    box = page.locator("#exact").bounding_box()
    assert box
    middle = box["y"] + box["height"] / 2
    assert screen_colour(page, (box["x"] + 0.75 * box["width"], middle)) == close_to(MARK)
    assert screen_colour(page, (box["x"] + 0.25 * box["width"], middle)) == close_to((0, 0, 0))


@pytest.mark.parametrize("stack", [constant(half_nan())], indirect=True)
def test_bad_pixels_are_marked(worker: Worker, open_page: OpenPage) -> None:
    page = precise(open_page, worker, "look=marks,0..10")

    box = page.locator("#exact").bounding_box()
    assert box
    middle = box["y"] + box["height"] / 2

    assert screen_colour(page, (box["x"] + 0.75 * box["width"], middle)) == close_to((0, 200, 255))
    assert screen_colour(page, (box["x"] + 0.25 * box["width"], middle)) == close_to(
        (178, 178, 178)
    )


def red(pulse_id: int) -> dict[str, Any]:
    return {"image": np.full((64, 64, 3), (200, 30, 30), np.uint8)}


@pytest.mark.parametrize("stack", [red], indirect=True)
def test_a_colour_picture_stays_a_jpeg(worker: Worker, open_page: OpenPage) -> None:
    page = open_live(open_page, worker, "precise=1")
    wait_for_frames(page, 5)

    expect(page.locator("body")).to_have_attribute("data-state", "live")
    expect(page.locator("#picture")).to_have_attribute("data-rendition", "full")


@pytest.mark.parametrize("own_stack", [NOISE], indirect=True)
def test_a_grey_picture_may_become_a_colour_picture_and_return(
    own_stack: CameraStack, open_page: OpenPage
) -> None:
    page = precise(open_page, own_stack.worker, "regions=rect:4,4,9,9")
    expect(page.locator("#histogram-panel")).to_be_visible()

    own_stack.camera.content = red
    expect(page.locator("#picture")).to_have_attribute("data-rendition", "full")
    expect(page.locator("body")).to_have_attribute("data-state", "live")
    expect(page.locator("#histogram-panel")).to_be_hidden()
    expect(page.locator(".card .why")).to_contain_text("in colour")

    own_stack.camera.content = NOISE
    expect(page.locator("#picture")).to_have_attribute("data-rendition", "precise")
    expect(page.locator("#histogram-panel")).to_be_visible()
    expect(page.locator(".card .why")).to_be_hidden()
    expect(page.locator("body")).to_have_attribute("data-state", "live")
