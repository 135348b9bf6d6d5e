"""Regions, background and averaging, tested with pictures whose results are known."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from tests.browser.camera_stack import CameraStack
from tests.browser.picture_page import OpenPage, open_live, wait_for_frames
from tests.support.beamcast import Worker

FWHM_PER_SIGMA = 2.354820045
CENTRE = (300.3, 201.7)
SHAPE = (400, 600)
AROUND_SPOT = "rect:150,51,300,300"


def spot(sigma: float, pedestal: float = 100, dtype: Any = np.uint16) -> Callable[[int], Any]:
    """Return a camera's content: a noiseless Gaussian spot at ``CENTRE`` (x, y)."""
    rows, columns = np.indices(SHAPE)
    squared_distance = (columns - CENTRE[0]) ** 2 + (rows - CENTRE[1]) ** 2
    image = (pedestal + 40_000 * np.exp(-squared_distance / (2 * sigma**2))).round().astype(dtype)
    return lambda pulse_id: {"image": image}


def spot_result(page: Page, name: str) -> tuple[float, float]:
    """Wait for a result of the region; return it along x and y."""
    row = page.locator(".card .spot tbody tr").filter(
        has=page.get_by_role("rowheader", name=name, exact=True)
    )
    expect(row.locator("td").first).to_have_text(re.compile(r"\d"))
    x, y = row.locator("td").all_inner_texts()
    return value(x), value(y)


def value(text: str) -> float:
    """Return 28.3 for "28.3 ± 0.4"."""
    return float(text.partition(" ±")[0].replace("\u2212", "-"))


def statistic(page: Page, name: str) -> float:
    pair = page.locator(".card .numbers div").filter(has=page.locator("dt", has_text=name))
    return float(pair.first.locator("dd").inner_text().replace("\u2212", "-"))


@pytest.mark.parametrize("stack", [spot(15), spot(30)], indirect=True, ids=["15 px", "30 px"])
def test_position_and_width_of_a_spot_are_accurate_in_the_jpeg(
    worker: Worker, open_page: OpenPage, request: pytest.FixtureRequest
) -> None:
    sigma = float(request.node.callspec.id.split()[0])
    width = FWHM_PER_SIGMA * sigma
    page = open_live(open_page, worker, f"regions={AROUND_SPOT}&rendition=full")

    for name, truth in [
        ("centroid", CENTRE),
        ("FWHM", (width, width)),
        ("Gauss centre", CENTRE),
    ]:
        assert spot_result(page, name) == pytest.approx(truth, abs=0.005 * width), name
    # the fit includes the tails, whose ends are lost in 256 levels
    assert spot_result(page, "Gauss FWHM") == pytest.approx((width, width), rel=0.01)


@pytest.mark.parametrize("stack", [spot(5)], indirect=True)
def test_position_and_width_of_a_small_spot_are_accurate_in_precise_values(
    worker: Worker, open_page: OpenPage
) -> None:
    width = FWHM_PER_SIGMA * 5
    page = open_live(open_page, worker, f"regions={AROUND_SPOT}&precise=1")
    expect(page.locator("#picture")).to_have_attribute("data-rendition", "precise")
    wait_for_frames(page, 3)

    for name, truth in [("centroid", CENTRE), ("FWHM", (width, width))]:
        assert spot_result(page, name) == pytest.approx(truth, abs=0.005 * width), name


def noisy(height: int) -> Callable[[int], Any]:
    """Return a camera's content: a spot of 28.3 px and uniform noise up to 100, as uint16."""
    rows, columns = np.indices((480, 640))
    bell = np.exp(-((columns - 312.4) ** 2 + (rows - 251.7) ** 2) / (2 * 28.3**2))

    def content(pulse_id: int) -> dict[str, Any]:
        noise = np.random.default_rng(pulse_id).random(bell.shape) * 100
        image = np.minimum(height * bell + noise, 65535).astype(np.uint16)
        return {"image": image, "x_axis": np.arange(640) * 0.5, "y_axis": np.arange(480) * 0.5}

    return content


@pytest.mark.parametrize("own_stack", [noisy(1000)], indirect=True)
@pytest.mark.parametrize("precise", ["", "1"], ids=["jpeg", "precise"])
def test_a_noisy_spot_has_results_with_uncertainties_or_says_why_not(
    own_stack: CameraStack, open_page: OpenPage, precise: str
) -> None:
    regions = "rect:60,40,520,400;rect:300,100,200,300;rect:0,0,100,90"
    page = open_live(open_page, own_stack.worker, f"regions={regions}&precise={precise}")
    cards = page.locator(".card")
    row = cards.first.locator(".spot tbody tr", has_text="rms").locator("td")
    expect(row.first).to_have_text(re.compile(r"^14\.\d+ ± 0\.\d+$"))  # half a unit per pixel

    for name, truth in [("centroid", (156.2, 125.85)), ("rms", (14.15, 14.15))]:
        line = cards.first.locator(".spot tbody tr", has_text=name).locator("td")
        for cell, expected in zip(line.all_inner_texts(), truth, strict=True):
            result, error = map(float, cell.split(" ± "))
            assert abs(result - expected) < 0.2
            assert 0.005 < error < 0.2
    cards.first.get_by_role("button", name="rms", exact=True).click()
    with page.expect_download() as download:
        page.click("#trends-export")
    columns = Path(download.value.path()).read_text().splitlines()[0].split(",")
    named = [f"region 1 rms {axis}{more}" for axis in "xy" for more in ("", " ±")]
    assert columns == ["t", "pulse_id", *named]
    reasons = page.locator(".card .reasons")
    expect(reasons.first).to_be_hidden()
    expect(reasons.nth(1)).to_contain_text(
        "centroid, rms, FWHM: The spot touches the region's edge"
    )
    expect(reasons.nth(2)).to_have_text(
        "centroid, rms, FWHM, Gauss centre, Gauss FWHM: No spot is above the noise."
    )

    own_stack.camera.content = noisy(200_000)
    expect(reasons.first).to_contain_text("rms, FWHM, Gauss FWHM: The spot's top is saturated")
    expect(cards.first.locator(".spot tbody tr", has_text="rms").locator("td").first).to_have_text(
        "\u2013"
    )


def flat(value: int, more: int = 0) -> Callable[[int], Any]:
    """Return a camera's content: one value, increased by ``more`` in a square in the centre."""
    image = np.full((64, 64), value, np.uint16)
    image[24:40, 24:40] += more
    return lambda pulse_id: {"image": image}


FLAT, SQUARE = flat(100), flat(100, 50)


@pytest.mark.parametrize("stack", [SQUARE], indirect=True)
def test_a_region_is_drawn_moved_resized_and_removed(worker: Worker, open_page: OpenPage) -> None:
    page = open_live(open_page, worker)
    box = page.locator("#picture").bounding_box()
    assert box
    zoom = box["width"] / 64

    page.mouse.move(box["x"] + 24 * zoom, box["y"] + 24 * zoom)
    page.keyboard.press("d")
    page.mouse.down()
    page.mouse.move(box["x"] + 40 * zoom, box["y"] + 40 * zoom, steps=5)
    page.mouse.up()

    title = page.locator(".card h3")
    expect(title).to_have_text("1  rectangle 16 × 16 at 24, 24")
    assert statistic(page, "mean") == pytest.approx(150, abs=2)
    page.keyboard.press("Shift+ArrowRight")  # the region has the focus
    expect(title).to_have_text("1  rectangle 16 × 16 at 34, 24")
    page.keyboard.press("Control+ArrowDown")
    expect(title).to_have_text("1  rectangle 16 × 17 at 34, 24")
    page.wait_for_url(re.compile("regions=rect%3A34%2C24%2C16%2C17"))
    page.keyboard.press("Delete")
    expect(page.locator("#regions-panel")).to_be_hidden()


@pytest.mark.parametrize("stack", [SQUARE], indirect=True)
@pytest.mark.parametrize("by", ["key", "button"])
def test_a_region_is_added_and_moved_with_the_keyboard(
    worker: Worker, open_page: OpenPage, by: str
) -> None:
    page = open_live(open_page, worker)

    if by == "key":
        page.keyboard.press("e")
    else:
        page.press("#region-ellipse", "Enter")

    title = page.locator(".card h3")
    expect(title).to_have_text("1  ellipse 22 × 22 at 21, 21")  # a third of the picture, centred
    page.keyboard.press("ArrowLeft")
    expect(title).to_have_text("1  ellipse 22 × 22 at 20, 21")
    expect(page.locator("#region-ellipse")).to_have_attribute("aria-pressed", "false")


@pytest.mark.parametrize("stack", [FLAT], indirect=True)
def test_a_second_finger_does_not_affect_drawing_a_region(
    worker: Worker, open_page: OpenPage
) -> None:
    page = open_live(open_page, worker)
    box = page.locator("#picture").bounding_box()
    assert box
    zoom = box["width"] / 64
    page.click("#region-rect")
    page.mouse.move(box["x"] + 8 * zoom, box["y"] + 8 * zoom)
    page.mouse.down()
    page.mouse.move(box["x"] + 16 * zoom, box["y"] + 16 * zoom, steps=2)

    for kind in ("pointerdown", "pointermove", "pointerup"):
        page.dispatch_event(
            "#stage", kind, {"pointerId": 99, "clientX": box["x"], "clientY": box["y"]}
        )
    expect(page.locator(".card h3")).to_have_text("1  rectangle 8 × 8 at 8, 8")
    page.mouse.move(box["x"] + 40 * zoom, box["y"] + 24 * zoom, steps=2)
    page.mouse.up()

    expect(page.locator(".card h3")).to_have_text("1  rectangle 32 × 16 at 8, 8")


@pytest.mark.parametrize("own_stack", [FLAT], indirect=True)
def test_a_smaller_picture_does_not_change_the_regions(
    own_stack: CameraStack, open_page: OpenPage
) -> None:
    page = open_live(
        open_page, own_stack.worker, "regions=rect:40,41,20,20;rect:2,2,8,8;rect:20,20,30,5"
    )
    titles = page.locator(".card h3")
    outside = page.locator("#overlay .region-1")
    expect(outside).to_be_visible()

    own_stack.camera.content = lambda pulse: {"image": np.full((32, 32), 100, np.uint16)}
    expect(outside).to_be_hidden()
    expect(titles.nth(2)).to_have_text(
        "3  rectangle 12 × 5 at 20, 20"
    )  # the part inside the picture
    page.locator("#overlay .region-2").press("ArrowRight")
    page.wait_for_url(
        re.compile("regions=rect%3A40%2C41%2C20%2C20%3Brect%3A3%2C2%2C8%2C8%3Brect%3A20%2C20%2C30")
    )

    own_stack.camera.content = flat(100)
    expect(outside).to_be_visible()
    expect(titles).to_have_text(
        [
            "1  rectangle 20 × 20 at 40, 41",
            "2  rectangle 8 × 8 at 3, 2",
            "3  rectangle 30 × 5 at 20, 20",
        ]
    )


@pytest.mark.parametrize("own_stack", [FLAT], indirect=True)
def test_a_collected_background_is_subtracted_until_it_is_cleared(
    own_stack: CameraStack, open_page: OpenPage
) -> None:
    page = open_live(open_page, own_stack.worker, "regions=rect:24,24,16,16&precise=1")

    page.click("#background")
    expect(page.locator("#background")).to_have_text("− Background", timeout=20_000)
    own_stack.camera.content = flat(100, 50)
    page.wait_for_function("() => document.querySelector('.numbers dd').textContent === '12800'")

    assert statistic(page, "mean") == 50
    page.click("#background")
    page.wait_for_function("() => document.querySelector('.numbers dd').textContent === '38400'")


def blinking(pulse_id: int) -> dict[str, Any]:
    return {"image": np.full((64, 64), 100 + 100 * (pulse_id % 2), np.uint16)}


@pytest.mark.parametrize("stack", [blinking], indirect=True)
def test_an_average_shows_the_mean_of_the_frames(worker: Worker, open_page: OpenPage) -> None:
    page = open_live(open_page, worker, "regions=rect:24,24,16,16")

    page.select_option("#average", "100")

    wait_for_frames(page, 30)
    # Each frame has 100 or 200; a busy machine may draw more of one than of the other.
    assert 110 < statistic(page, "mean") < 190


@pytest.mark.parametrize("stack", [blinking], indirect=True)
def test_a_step_back_shows_a_single_frame_and_does_not_enter_the_mean(
    worker: Worker, open_page: OpenPage
) -> None:
    page = open_live(open_page, worker, "precise=1&overlay=cross+30,30")
    page.select_option("#average", "100")
    readout = page.locator("#crossout")
    expect(readout).to_have_attribute("title", re.compile("mean"))
    wait_for_frames(page, 15)  # the first may be a JPEG

    page.keyboard.press(" ")
    for _ in range(4):
        page.keyboard.press(",")
        expect(readout).to_have_text(re.compile(" = (100|200)$"))


def test_a_region_added_with_the_keyboard_is_in_the_visible_part(
    worker: Worker, open_page: OpenPage
) -> None:
    page = open_live(open_page, worker, "view=64@24,8")

    page.keyboard.press("d")

    page.wait_for_url("**regions=rect**")
    x, y, width, height = map(float, re.split("%3A|%2C", page.url.partition("rect")[2])[1:5])
    assert 18 < x < x + width < 32  # the whole picture's third begins at 11
    assert 0 <= y < y + height < 16


def test_escape_ends_drawing_a_region(worker: Worker, open_page: OpenPage) -> None:
    page = open_live(open_page, worker)
    button = page.locator("#region-rect")
    button.click()
    expect(button).to_have_attribute("aria-pressed", "true")

    page.keyboard.press("Escape")

    expect(button).to_have_attribute("aria-pressed", "false")
    expect(page.locator("#stage")).not_to_have_class(re.compile("drawing"))


def test_the_buttons_say_when_the_limit_of_regions_is_reached(
    worker: Worker, open_page: OpenPage
) -> None:
    page = open_live(open_page, worker, "regions=" + ";".join(["rect:4,4,20,20"] * 8))
    button = page.locator("#region-rect")
    expect(button).to_have_attribute("title", re.compile("at most 8 regions"))

    page.keyboard.press("d")

    expect(button).to_be_focused()  # its title says why there is no ninth region
    expect(page.locator("#overlay .region")).to_have_count(8)
    page.get_by_role("button", name="Remove region 8").click()
    expect(button).to_have_attribute("title", "Region: draw a rectangle (D)")
    expect(button).not_to_have_attribute("aria-disabled", "true")
