"""The camera's own values on the page, as the camera sent them."""

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from tests.browser.fields import OpenPage, close_to, opened, seen, wait_for_frames
from tests.support.beamcast import Beamcast, Worker

WIDTH, HEIGHT = 600, 300
"""three by two tiles, of which those at the edges are smaller"""
MARK = (255, 0, 128)


def noise(dtype: str) -> np.ndarray:
    """Every bit matters."""
    random = np.random.default_rng(5)
    if dtype.startswith("float"):
        return (random.normal(0, 1e6, (HEIGHT, WIDTH)) ** 3).astype(dtype)
    bounds = np.iinfo(dtype)
    return random.integers(bounds.min, bounds.max, (HEIGHT, WIDTH), dtype, endpoint=True)


def sends(image: np.ndarray) -> Callable[[int], dict[str, Any]]:
    return lambda pulse_id: {"image": image}


def precise(open_page: OpenPage, worker: Worker, query: str = "") -> Page:
    page = opened(open_page, worker, f"precise=1&{query}")
    expect(page.locator("#picture")).to_have_attribute("data-rendition", "precise")
    expect(page.locator("#caption")).to_contain_text("own values")
    wait_for_frames(page, 2)
    return page


def read(page: Page, x: int, y: int) -> tuple[int, int, float]:
    """The pixel and its value that are told with the pointer there, or where a caption that has
    grown by a line has moved the picture."""
    box = page.locator("#exact").bounding_box()
    assert box
    zoom = box["width"] / WIDTH
    page.mouse.move(box["x"] + (x + 0.5) * zoom, box["y"] + (y + 0.5) * zoom)
    text = page.locator("#readout").inner_text().replace("\u2212", "-")
    found = re.fullmatch(r"x (\d+)  y (\d+)  = (\S+)", text)
    assert found, text
    return int(found[1]), int(found[2]), float(found[3])


@pytest.mark.parametrize("dtype", ["uint8", "uint16", "int32", "float32", "float64"])
@pytest.mark.parametrize("worker", [sends(noise("uint16"))], indirect=True)
def test_the_value_under_the_pointer_is_the_arrays_bit_for_bit(
    beamcast: Beamcast, worker: Worker, open_page: OpenPage, dtype: str
) -> None:
    image = noise(dtype)
    beamcast.camera.content = sends(image)
    page = precise(open_page, worker)
    expect(page.locator("#caption")).to_contain_text(dtype)

    for wanted in [(0, 0), (255, 255), (256, 0), (300, 280), (599, 290)]:
        x, y, value = read(page, *wanted)
        assert np.asarray(value, dtype) == image[y, x], (x, y)


@pytest.mark.parametrize("worker", [sends(noise("uint16"))], indirect=True)
def test_only_what_is_in_sight_is_sent(
    beamcast: Beamcast, worker: Worker, open_page: OpenPage
) -> None:
    page = precise(open_page, worker, "view=8@100,100")

    expect(page.locator("#exact")).to_have_attribute("width", "256")
    asked = beamcast.broker.hgetall("beamcast:camera:leases").values()
    assert any(lease.endswith(b" precise:0,0,1,1") for lease in asked)
    page.press("body", "f")
    expect(page.locator("#exact")).to_have_attribute("width", "600")


@pytest.mark.parametrize("worker", [sends(noise("uint16"))], indirect=True)
def test_a_region_that_is_not_all_in_sight_has_no_results_rather_than_wrong_ones(
    worker: Worker, open_page: OpenPage
) -> None:
    page = precise(open_page, worker, "view=8@100,100&regions=rect:200,20,100,100")
    card = page.locator(".card")

    expect(card.locator(".why")).to_contain_text("in sight")
    expect(card.locator(".numbers")).to_be_hidden()
    page.press("body", "f")
    expect(card.locator(".why")).to_be_hidden()
    expect(card.locator(".numbers")).to_be_visible()


@pytest.mark.parametrize("worker", [sends(noise("uint16"))], indirect=True)
def test_nobody_who_looks_at_a_jpeg_costs_a_tile(
    beamcast: Beamcast, worker: Worker, open_page: OpenPage
) -> None:
    page = precise(open_page, worker)

    page.press("body", "p")

    expect(page.locator("#picture")).to_have_attribute("data-rendition", re.compile("full|half"))
    page.wait_for_function("() => !document.querySelector('.stage.values')")
    assert beamcast.broker.get("beamcast:camera:viewers:precise") is None


def bad() -> np.ndarray:
    image = np.full((HEIGHT, WIDTH), 7.0)
    image[:, 300:] = np.nan
    return image


def full() -> np.ndarray:
    image = np.full((HEIGHT, WIDTH), 7, np.uint16)
    image[:, 300:] = 65535
    return image


@pytest.mark.parametrize("worker", [sends(full())], indirect=True)
def test_saturated_pixels_are_marked_also_where_the_background_is_taken_off(
    worker: Worker, open_page: OpenPage
) -> None:
    page = precise(open_page, worker, "look=marks,0..10")

    page.click("#background")
    expect(page.locator("#background")).to_have_text("− Background", timeout=20_000)
    wait_for_frames(page, 1)

    box = page.locator("#exact").bounding_box()
    assert box
    middle = box["y"] + box["height"] / 2
    assert seen(page, (box["x"] + 0.75 * box["width"], middle)) == close_to(MARK)
    assert seen(page, (box["x"] + 0.25 * box["width"], middle)) == close_to((0, 0, 0))


@pytest.mark.parametrize("worker", [sends(bad())], indirect=True)
def test_bad_pixels_are_marked(worker: Worker, open_page: OpenPage) -> None:
    page = precise(open_page, worker, "look=marks,0..10")

    box = page.locator("#exact").bounding_box()
    assert box
    middle = box["y"] + box["height"] / 2

    assert seen(page, (box["x"] + 0.75 * box["width"], middle)) == close_to((0, 200, 255))
    assert seen(page, (box["x"] + 0.25 * box["width"], middle)) == close_to((178, 178, 178))


def colour(pulse_id: int) -> dict[str, Any]:
    return {"image": np.full((64, 64, 3), (200, 30, 30), np.uint8)}


@pytest.mark.parametrize("worker", [colour], indirect=True)
def test_a_picture_in_colour_stays_as_it_is(worker: Worker, open_page: OpenPage) -> None:
    page = opened(open_page, worker, "precise=1")
    wait_for_frames(page, 5)

    expect(page.locator("body")).to_have_attribute("data-state", "live")
    expect(page.locator("#picture")).to_have_attribute("data-rendition", "full")


def test_a_grey_picture_may_turn_into_one_in_colour_and_back(
    beamcast: Beamcast, worker: Worker, open_page: OpenPage
) -> None:
    page = precise(open_page, worker, "regions=rect:4,4,9,9")
    grey = beamcast.camera.content
    expect(page.locator("#histogram-panel")).to_be_visible()

    beamcast.camera.content = colour
    expect(page.locator("#picture")).to_have_attribute("data-rendition", "full")
    expect(page.locator("body")).to_have_attribute("data-state", "live")
    expect(page.locator("#histogram-panel")).to_be_hidden()
    expect(page.locator(".card .why")).to_contain_text("in colour")

    beamcast.camera.content = grey
    expect(page.locator("#picture")).to_have_attribute("data-rendition", "precise")
    expect(page.locator("#histogram-panel")).to_be_visible()
    expect(page.locator(".card .why")).to_be_hidden()
    expect(page.locator("body")).to_have_attribute("data-state", "live")
