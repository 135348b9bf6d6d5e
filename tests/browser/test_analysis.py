"""Regions, background and averaging, with pictures whose truth is known."""

import re
from collections.abc import Callable
from pathlib import Path
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
    return value(x), value(y)


def value(text: str) -> float:
    """Of "28.3 ± 0.4"."""
    return float(text.partition(" ±")[0].replace("\u2212", "-"))


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


def noisy(height: int) -> Callable[[int], Any]:
    """A spot of 28.3 px over uniform noise of a tenth of its height, as uint16."""
    rows, columns = np.indices((480, 640))
    bell = np.exp(-((columns - 312.4) ** 2 + (rows - 251.7) ** 2) / (2 * 28.3**2))

    def content(pulse_id: int) -> dict[str, Any]:
        noise = np.random.default_rng(pulse_id).random(bell.shape) * 100
        image = np.minimum(height * bell + noise, 65535).astype(np.uint16)
        return {"image": image, "x_axis": np.arange(640) * 0.5, "y_axis": np.arange(480) * 0.5}

    return content


@pytest.mark.parametrize("worker", [noisy(1000)], indirect=True)
@pytest.mark.parametrize("precise", ["", "1"], ids=["jpeg", "precise"])
def test_a_noisy_spot_has_results_with_uncertainties_or_says_why_not(
    beamcast: Beamcast, worker: Worker, open_page: OpenPage, precise: str
) -> None:
    regions = "rect:60,40,520,400;rect:300,100,200,300;rect:0,0,100,90"
    page = opened(open_page, worker, f"regions={regions}&precise={precise}")
    cards = page.locator(".card")
    row = cards.first.locator(".spot tbody tr", has_text="rms").locator("td")
    expect(row.first).to_have_text(re.compile(r"^14\.\d+ ± 0\.\d+$"))  # half a unit a pixel

    for name, truth in [("centroid", (156.2, 125.85)), ("rms", (14.15, 14.15))]:
        line = cards.first.locator(".spot tbody tr", has_text=name).locator("td")
        for cell, wanted in zip(line.all_inner_texts(), truth, strict=True):
            found, error = map(float, cell.split(" ± "))
            assert abs(found - wanted) < 0.2
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

    beamcast.camera.content = noisy(200_000)
    expect(reasons.first).to_contain_text("rms, FWHM, Gauss FWHM: The spot's top is saturated")
    expect(cards.first.locator(".spot tbody tr", has_text="rms").locator("td").first).to_have_text(
        "\u2013"
    )


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

    page.mouse.move(box["x"] + 24 * zoom, box["y"] + 24 * zoom)
    page.keyboard.press("d")
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


@pytest.mark.parametrize("worker", [flat(100, 50)], indirect=True)
@pytest.mark.parametrize("by", ["key", "button"])
def test_a_region_is_made_and_moved_by_the_keyboard_alone(
    worker: Worker, open_page: OpenPage, by: str
) -> None:
    page = opened(open_page, worker)

    if by == "key":
        page.keyboard.press("e")
    else:
        page.press("#region-ellipse", "Enter")

    title = page.locator(".card h3")
    expect(title).to_have_text("1  ellipse 22 × 22 at 21, 21")  # a third, in the middle
    page.keyboard.press("ArrowLeft")
    expect(title).to_have_text("1  ellipse 22 × 22 at 20, 21")
    expect(page.locator("#region-ellipse")).to_have_attribute("aria-pressed", "false")


def test_a_region_made_by_the_keyboard_lies_in_what_is_seen(
    worker: Worker, open_page: OpenPage
) -> None:
    page = opened(open_page, worker, "view=64@24,8")

    page.keyboard.press("d")

    page.wait_for_url("**regions=rect**")
    x, y, width, height = map(float, re.split("%3A|%2C", page.url.partition("rect")[2])[1:5])
    assert 18 < x < x + width < 32  # the whole picture's third begins at 11
    assert 0 <= y < y + height < 16


def test_escape_lets_the_next_drag_move_the_picture_again(
    worker: Worker, open_page: OpenPage
) -> None:
    page = opened(open_page, worker)
    button = page.locator("#region-rect")
    button.click()
    expect(button).to_have_attribute("aria-pressed", "true")

    page.keyboard.press("Escape")

    expect(button).to_have_attribute("aria-pressed", "false")
    expect(page.locator("#stage")).not_to_have_class(re.compile("drawing"))


def test_the_buttons_say_when_there_may_be_no_more_regions(
    worker: Worker, open_page: OpenPage
) -> None:
    page = opened(open_page, worker, "regions=" + ";".join(["rect:4,4,20,20"] * 8))
    button = page.locator("#region-rect")
    expect(button).to_have_attribute("title", re.compile("at most 8 regions"))

    page.keyboard.press("d")

    expect(button).to_be_focused()  # which says why there is no ninth
    expect(page.locator("#overlay .region")).to_have_count(8)
    page.get_by_role("button", name="Remove region 8").click()
    expect(button).to_have_attribute("title", "Region: draw a rectangle (D)")
    expect(button).not_to_have_attribute("aria-disabled", "true")


@pytest.mark.parametrize("worker", [flat(100)], indirect=True)
def test_a_second_finger_neither_draws_a_region_nor_ends_it(
    worker: Worker, open_page: OpenPage
) -> None:
    page = opened(open_page, worker)
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


@pytest.mark.parametrize("worker", [flat(100)], indirect=True)
def test_a_smaller_picture_leaves_the_regions_as_they_were_wanted(
    beamcast: Beamcast, worker: Worker, open_page: OpenPage
) -> None:
    page = opened(open_page, worker, "regions=rect:40,41,20,20;rect:2,2,8,8;rect:20,20,30,5")
    titles = page.locator(".card h3")
    outside = page.locator("#overlay .region-1")
    expect(outside).to_be_visible()

    beamcast.camera.content = lambda pulse: {"image": np.full((32, 32), 100, np.uint16)}
    expect(outside).to_be_hidden()
    expect(titles.nth(2)).to_have_text("3  rectangle 12 × 5 at 20, 20")  # what of it is there
    page.locator("#overlay .region-2").press("ArrowRight")
    page.wait_for_url(
        re.compile("regions=rect%3A40%2C41%2C20%2C20%3Brect%3A3%2C2%2C8%2C8%3Brect%3A20%2C20%2C30")
    )

    beamcast.camera.content = flat(100)
    expect(outside).to_be_visible()
    expect(titles).to_have_text(
        [
            "1  rectangle 20 × 20 at 40, 41",
            "2  rectangle 8 × 8 at 3, 2",
            "3  rectangle 30 × 5 at 20, 20",
        ]
    )


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
    # Each frame has 100 or 200; a busy machine does not draw as many of the one as of the other.
    assert 110 < number(page, "mean") < 190


@pytest.mark.parametrize("worker", [blinking], indirect=True)
def test_a_step_back_shows_the_frame_itself_and_counts_for_no_mean(
    worker: Worker, open_page: OpenPage
) -> None:
    page = opened(open_page, worker, "precise=1&overlay=cross+30,30")
    page.select_option("#average", "100")
    out = page.locator("#crossout")
    expect(out).to_have_attribute("title", re.compile("mean"))
    wait_for_frames(page, 15)  # the first may have come as JPEG

    page.keyboard.press(" ")
    for _ in range(4):
        page.keyboard.press(",")
        expect(out).to_have_text(re.compile(" = (100|200)$"))
