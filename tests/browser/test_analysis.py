"""Regions, background and averaging, with pictures whose truth is known."""

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from tests.browser.fields import OpenPage, opened, wait_for_frames
from tests.support.beamcast import Beamcast, Worker

FWHM_PER_SIGMA = 2.354820045
CENTRE = (300.3, 201.7)
SHAPE = (400, 600)
ROUND_IT = "rect:150,51,300,300"


def spot(sigma: float, pedestal: float = 100, dtype: Any = np.uint16) -> Callable[[int], Any]:
    """A noiseless Gaussian spot at ``CENTRE`` (x, y)."""
    rows, columns = np.indices(SHAPE)
    away = (columns - CENTRE[0]) ** 2 + (rows - CENTRE[1]) ** 2
    image = (pedestal + 40_000 * np.exp(-away / (2 * sigma**2))).round().astype(dtype)
    return lambda pulse_id: {"image": image}


def told(page: Page, name: str) -> tuple[float, float]:
    """A region's result along x and y, once it is there."""
    row = page.locator(".card .spot tbody tr").filter(
        has=page.get_by_role("rowheader", name=name, exact=True)
    )
    expect(row.locator("td").first).to_have_text(re.compile(r"\d"))
    x, y = row.locator("td").all_inner_texts()
    return float(x.replace("\u2212", "-")), float(y.replace("\u2212", "-"))


def number(page: Page, name: str) -> float:
    pair = page.locator(".card .numbers div").filter(has=page.locator("dt", has_text=name))
    return float(pair.first.locator("dd").inner_text().replace("\u2212", "-"))


@pytest.mark.parametrize("worker", [spot(15), spot(30)], indirect=True, ids=["15 px", "30 px"])
def test_a_spots_place_and_width_are_right_on_the_jpeg(
    worker: Worker, open_page: OpenPage, request: pytest.FixtureRequest
) -> None:
    sigma = float(request.node.callspec.id.split()[0])
    width = FWHM_PER_SIGMA * sigma
    page = opened(open_page, worker, f"regions={ROUND_IT}&rendition=full")

    for name, truth in [
        ("centroid", CENTRE),
        ("FWHM", (width, width)),
        ("Gauss centre", CENTRE),
    ]:
        assert told(page, name) == pytest.approx(truth, abs=0.005 * width), name
    # the fit sees the tails too, of which 256 levels cut off the last
    assert told(page, "Gauss FWHM") == pytest.approx((width, width), rel=0.01)


@pytest.mark.parametrize("worker", [spot(5)], indirect=True)
def test_a_small_spots_place_and_width_are_right_in_the_cameras_own_values(
    worker: Worker, open_page: OpenPage
) -> None:
    width = FWHM_PER_SIGMA * 5
    page = opened(open_page, worker, f"regions={ROUND_IT}&precise=1")
    expect(page.locator("#picture")).to_have_attribute("data-rendition", "precise")
    wait_for_frames(page, 3)

    for name, truth in [("centroid", CENTRE), ("FWHM", (width, width))]:
        assert told(page, name) == pytest.approx(truth, abs=0.005 * width), name


def flat(value: int, more: int = 0) -> Callable[[int], Any]:
    """Everywhere one value, but in a square of the middle another."""
    image = np.full((64, 64), value, np.uint16)
    image[24:40, 24:40] += more
    return lambda pulse_id: {"image": image}


@pytest.mark.parametrize("worker", [flat(100, 50)], indirect=True)
def test_a_region_is_drawn_moved_resized_and_removed(worker: Worker, open_page: OpenPage) -> None:
    page = opened(open_page, worker)
    box = page.locator("#picture").bounding_box()
    assert box
    zoom = box["width"] / 64

    page.keyboard.press("d")
    page.mouse.move(box["x"] + 24 * zoom, box["y"] + 24 * zoom)
    page.mouse.down()
    page.mouse.move(box["x"] + 40 * zoom, box["y"] + 40 * zoom, steps=5)
    page.mouse.up()

    title = page.locator(".card h3")
    expect(title).to_have_text("1  rectangle 16 × 16 at 24, 24")
    assert number(page, "mean") == pytest.approx(150, abs=2)
    page.keyboard.press("Shift+ArrowRight")  # the region has the focus
    expect(title).to_have_text("1  rectangle 16 × 16 at 34, 24")
    page.keyboard.press("Control+ArrowDown")
    expect(title).to_have_text("1  rectangle 16 × 17 at 34, 24")
    page.wait_for_url(re.compile("regions=rect%3A34%2C24%2C16%2C17"))
    page.keyboard.press("Delete")
    expect(page.locator("#regions-panel")).to_be_hidden()


@pytest.mark.parametrize("worker", [flat(100)], indirect=True)
def test_a_collected_background_is_subtracted_until_it_is_cleared(
    beamcast: Beamcast, worker: Worker, open_page: OpenPage
) -> None:
    page = opened(open_page, worker, "regions=rect:24,24,16,16&precise=1")

    page.click("#background")
    expect(page.locator("#background")).to_have_text("− Background", timeout=20_000)
    beamcast.camera.content = flat(100, 50)
    page.wait_for_function("() => document.querySelector('.numbers dd').textContent === '12800'")

    assert number(page, "mean") == 50
    page.click("#background")
    page.wait_for_function("() => document.querySelector('.numbers dd').textContent === '38400'")


def blinking(pulse_id: int) -> dict[str, Any]:
    return {"image": np.full((64, 64), 100 + 100 * (pulse_id % 2), np.uint16)}


@pytest.mark.parametrize("worker", [blinking], indirect=True)
def test_an_average_shows_the_mean_of_the_frames(worker: Worker, open_page: OpenPage) -> None:
    page = opened(open_page, worker, "regions=rect:24,24,16,16")

    page.select_option("#average", "100")

    wait_for_frames(page, 30)
    assert number(page, "mean") == pytest.approx(150, abs=8)
