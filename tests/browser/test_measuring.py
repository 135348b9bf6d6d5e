"""Line cut, profiles at the edges, marker, pixel size, mask and partial range on the page.

All figures are compared with numpy's on a known picture, whose values Precise transmits.
"""

import io
import re
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.picture_page import OpenPage, open_live, picture_box
from tests.support.beamcast import Worker
from tests.support.waiting import until

WIDTH, HEIGHT = 320, 240
SIGMA, CENTRE = 12.0, (160, 120)
FWHM = 2.354820045 * SIGMA
ROWS, COLUMNS = np.indices((HEIGHT, WIDTH))
SPOT = 4000 * np.exp(-((COLUMNS - CENTRE[0]) ** 2 + (ROWS - CENTRE[1]) ** 2) / (2 * SIGMA**2))
IMAGE = (100 + SPOT).round().astype(np.uint16)
HOT = [(30, 200), (31, 200), (200, 40)]
"""(row, column)"""
for at in HOT:
    IMAGE[at] = 60_000
ACROSS = "line=100.5,120.5,220.5,120.5"
"""along the centres of row 120"""


def beam(pulse_id: int) -> dict[str, Any]:
    return {"image": IMAGE, "pulse": pulse_id}


pytestmark = pytest.mark.parametrize("stack", [beam], indirect=True, ids=["beam"])


def at_pixel(page: Page, x: float, y: float) -> tuple[float, float]:
    """Return where a camera pixel's centre is on the screen."""
    box = picture_box(page)
    zoom = box["width"] / WIDTH
    return box["x"] + (x + 0.5) * zoom, box["y"] + (y + 0.5) * zoom


def open_precise(open_page: OpenPage, worker: Worker, query: str = "", **more: Any) -> Page:
    page = open_live(open_page, worker, f"precise=1&{query}", **more)
    expect(page.locator(".stage.values")).to_have_count(1)
    return page


def open_form(page: Page) -> None:
    """Open the form of the pixels, and wait for its code."""
    page.click("#pixels summary")
    page.wait_for_function("() => !document.querySelector('#pixels-form').inert")


def line_figure(page: Page, name: str) -> str:
    pair = page.locator("#line-panel .numbers div").filter(has=page.locator("dt", has_text=name))
    return pair.locator("dd").inner_text().replace("\u2212", "-")


def label(plot: Locator) -> str:
    """Return what a plot at the edge says, without the minus signs of its path."""
    return plot.locator("text").text_content() or ""


def numbers(text: str) -> list[float]:
    text = text.replace("\u2212", "-").replace("\u202f", "")
    return [float(one) for one in re.findall(r"-?\d+(?:\.\d+)?", text)]


def test_a_line_of_a_link_has_the_length_angle_and_width_of_the_spot(
    worker: Worker, open_page: OpenPage
) -> None:
    page = open_precise(open_page, worker, ACROSS)

    expect(page.locator("#line-panel")).to_be_visible()
    expect(page.locator("#line-cut")).to_have_attribute("aria-pressed", "true")
    assert numbers(line_figure(page, "length"))[0] == 120
    assert numbers(line_figure(page, "angle"))[0] == 0
    until(lambda: len(numbers(line_figure(page, "FWHM"))) == 2, "the width has an uncertainty")
    width, error = numbers(line_figure(page, "FWHM"))
    assert width == pytest.approx(FWHM, abs=max(0.1, error))
    expect(page.locator("#line-panel .uplot canvas")).to_be_visible()

    # the mean of 21 rows is narrower neither along the line nor wider: the spot is a product
    page.fill("#line-panel input", "21")
    page.press("#line-panel input", "Enter")
    expect(page).to_have_url(re.compile(r"line=100\.5%2C120\.5%2C220\.5%2C120\.5%2C21"))
    assert numbers(line_figure(page, "FWHM"))[0] == pytest.approx(FWHM, abs=0.3)


def test_a_line_is_drawn_moved_and_removed(worker: Worker, open_page: OpenPage) -> None:
    page = open_precise(open_page, worker)

    page.click("#line-cut")
    expect(page.locator("#stage")).to_have_class(re.compile("drawing"))
    page.mouse.move(*at_pixel(page, 100, 60))
    page.mouse.down()
    page.mouse.move(*at_pixel(page, 180, 118), steps=4)
    page.mouse.move(*at_pixel(page, 180, 120))
    page.mouse.up()
    expect(page.locator("#line-panel")).to_be_visible()
    assert numbers(line_figure(page, "length"))[0] == pytest.approx(100, abs=1.5)
    assert numbers(line_figure(page, "angle"))[0] == pytest.approx(-36.87, abs=0.8)

    before = numbers(line_figure(page, "length"))[0]
    page.keyboard.press("Shift+ArrowRight")  # the line has the focus
    expect(page).to_have_url(re.compile("line=11"))
    assert numbers(line_figure(page, "length"))[0] == before
    page.keyboard.press("Control+ArrowRight")
    page.wait_for_timeout(600)
    assert numbers(line_figure(page, "length"))[0] > before

    page.keyboard.press("Delete")
    expect(page.locator("#line-panel")).to_be_hidden()
    expect(page).not_to_have_url(re.compile("line="))
    page.mouse.move(1, 1)
    page.keyboard.press("n")
    expect(page.locator("#line-panel")).to_be_visible()


def test_a_region_is_drawn_although_the_line_was_chosen_before(
    worker: Worker, open_page: OpenPage
) -> None:
    page = open_precise(open_page, worker)

    page.click("#line-cut")
    expect(page.locator("#line-cut")).to_have_attribute("aria-pressed", "true")
    page.click("#region-rect")
    expect(page.locator("#line-cut")).to_have_attribute("aria-pressed", "false")
    page.mouse.move(*at_pixel(page, 100, 60))
    page.mouse.down()
    page.mouse.move(*at_pixel(page, 180, 120), steps=3)
    page.mouse.up()

    expect(page.locator("#regions-panel")).to_be_visible()
    expect(page.locator("#line-panel")).to_be_hidden()


def test_the_profiles_at_the_edges_are_means_or_the_pointers_row_and_column(
    worker: Worker, open_page: OpenPage
) -> None:
    page = open_precise(open_page, worker)
    page.mouse.move(1, 1)
    before = picture_box(page)

    page.click("#edges")
    page.mouse.move(1, 1)
    across, down = page.locator(".edge-plot.across"), page.locator(".edge-plot.down")
    expect(across).to_contain_text("mean of the columns")
    assert numbers(label(across)) == pytest.approx(
        [IMAGE.mean(0).min(), IMAGE.mean(0).max()], rel=1e-3
    )
    assert numbers(label(down)) == pytest.approx(
        [IMAGE.mean(1).min(), IMAGE.mean(1).max()], rel=1e-3
    )
    assert picture_box(page)["width"] < before["width"]

    page.mouse.move(*at_pixel(page, 150, 100))
    expect(across).to_contain_text("row 100")
    assert numbers(label(across))[1:] == [IMAGE[100].min(), IMAGE[100].max()]
    assert numbers(label(down)) == [150, IMAGE[:, 150].min(), IMAGE[:, 150].max()]

    # the peak of the mean of the columns stands below the hot pixel's or the spot's column
    page.mouse.move(1, 1)
    expect(across).to_contain_text("mean of the columns")
    peak = across.locator("path").evaluate(
        """path => {
          const points = path.getAttribute("d").split(/[ML]/).slice(1)
            .map((one) => one.split(" ").map(Number));
          const [x] = points.reduce((top, one) => (one[1] < top[1] ? one : top));
          return path.ownerSVGElement.getBoundingClientRect().left + x;
        }"""
    )
    assert peak == pytest.approx(at_pixel(page, int(IMAGE.mean(0).argmax()), 0)[0], abs=1.5)


def test_a_mask_by_thresholds_leaves_bad_pixels_out_and_is_in_the_link(
    worker: Worker, open_page: OpenPage
) -> None:
    page = open_precise(open_page, worker, "regions=rect:0,0,320,240")
    largest = (
        page.locator("#regions .numbers div")
        .filter(has=page.locator("dt", has_text="max"))
        .locator("dd")
    )
    expect(largest).to_have_text("60000")

    open_form(page)
    page.fill("#mask-below", "9000")
    page.fill("#mask-above", "8000")
    page.click("#mask-apply")
    expect(page.locator("#mask-result")).to_contain_text("the first must not be the larger one")
    page.fill("#mask-below", "")
    page.click("#mask-apply")

    expect(page.locator("#chips")).to_contain_text("3 px masked")
    expect(largest).to_have_text(str(IMAGE[IMAGE < 8000].max()))
    expect(page).to_have_url(re.compile("mask=above"))
    page.mouse.move(*at_pixel(page, HOT[2][1], HOT[2][0]))
    expect(page.locator("#readout")).to_contain_text("–")

    fresh = open_live(open_page, worker, page.url.partition("?")[2])
    expect(fresh.locator("#chips")).to_contain_text("3 px masked")
    fresh.click("#chips button")
    expect(fresh.locator("#chips .chip")).to_have_count(0)
    expect(fresh).not_to_have_url(re.compile("mask="))


def test_a_mask_of_compressed_values_says_so_and_is_made_again_of_the_cameras_own(
    worker: Worker, open_page: OpenPage
) -> None:
    page = open_live(open_page, worker)
    open_form(page)
    expect(page.locator("#mask-values")).to_contain_text(
        "cut off at the picture's range: a single bad pixel may be missed. Precise compares"
    )
    page.fill("#mask-above", "8000")
    page.click("#mask-apply")
    expect(page.locator("#mask-result")).to_contain_text("masked, by the compressed values")

    page.click("#precise")

    expect(page.locator("#mask-values")).to_contain_text("the camera's own values")
    expect(page.locator("#mask-result")).to_contain_text("3 pixels are masked, by the camera's own")
    expect(page.locator("#chips")).to_contain_text("3 px masked")


def test_a_mask_from_a_file_is_used_and_one_of_another_size_is_refused(
    worker: Worker, open_page: OpenPage
) -> None:
    page = open_precise(open_page, worker)

    def choose(marks: np.ndarray) -> None:
        file = io.BytesIO()
        np.save(file, marks)
        page.set_input_files(
            "#mask-file",
            {"name": "mask.npy", "mimeType": "application/x-npy", "buffer": file.getvalue()},
        )

    open_form(page)
    choose(np.ones((2, 3), bool))
    expect(page.locator("#mask-result")).to_contain_text("allowed is the picture's size, 320 × 240")
    choose(IMAGE > 50_000)
    expect(page.locator("#mask-result")).to_contain_text("3 pixels are masked")
    expect(page.locator("#chips")).to_contain_text("3 px masked")
    page.click("#mask-remove")
    expect(page.locator("#chips .chip")).to_have_count(0)


def test_the_range_follows_a_region_or_the_visible_part(
    worker: Worker, open_page: OpenPage
) -> None:
    page = open_precise(
        open_page, worker, "regions=rect:150,110,20,20&look=0%25..100%25&range=region1"
    )
    expect(page.locator("#range-of")).to_have_value("region1")
    part = IMAGE[110:130, 150:170]

    def wait_for_limits_of(pixels: np.ndarray) -> None:
        limits = pytest.approx([pixels.min(), pixels.max()], abs=2)
        until(
            lambda: [float(page.input_value(f"#{end}")) for end in ("low", "high")] == limits,
            "the range is that of the pixels",
        )

    wait_for_limits_of(part)
    page.select_option("#range-of", "")
    wait_for_limits_of(IMAGE)
    expect(page).not_to_have_url(re.compile("range="))


def test_pixel_size_and_marker_are_typed_set_and_kept_in_the_link(
    worker: Worker, open_page: OpenPage
) -> None:
    page = open_precise(open_page, worker, ACROSS)

    open_form(page)
    page.fill("#pixel-size", "big")
    page.press("#pixel-size", "Enter")
    assert "not understood" in page.evaluate(
        "document.querySelector('#pixel-size').validationMessage"
    )
    page.fill("#pixel-size", "0.0125 mm")
    page.press("#pixel-size", "Enter")
    page.fill("#marker-at", "160, 120")
    page.press("#marker-at", "Enter")
    page.keyboard.press("Escape")

    expect(page.locator(".overlay .marker")).to_be_visible()
    page.mouse.move(*at_pixel(page, 200, 100))
    readout = page.locator("#readout")
    expect(readout).to_contain_text("x 200 (0.500 mm)")
    expect(readout).to_contain_text("y 100 (\u22120.250 mm)")
    expect(page.locator("#axis-across")).to_contain_text("mm")
    assert numbers(line_figure(page, "length"))[0] == pytest.approx(1.5)
    assert numbers(line_figure(page, "FWHM"))[0] == pytest.approx(FWHM * 0.0125, rel=0.01)

    fresh = open_live(open_page, worker, page.url.partition("?")[2])
    expect(fresh.locator(".overlay .marker")).to_be_visible()
    assert numbers(line_figure(fresh, "length"))[0] == pytest.approx(1.5)


def test_a_tool_that_cannot_be_loaded_says_so(worker: Worker, open_page: OpenPage) -> None:
    tools = re.compile(r"/tools(-\w+)?\.js")
    page = open_live(
        open_page, worker, prepare=lambda page: page.route(tools, lambda it: it.abort())
    )

    page.click("#line-cut")

    expect(page.locator("#notice")).to_contain_text("could not be loaded")
    page.complaints.clear()


def test_on_a_phone_the_tools_are_in_the_sheet(worker: Worker, open_page: OpenPage) -> None:
    page = open_live(open_page, worker, width=390, height=844, has_touch=True)

    page.click("[data-opens='measure']")
    expect(page.locator("#pixel-size")).to_be_visible()
    for tool in ("#line-cut", "#edges", "#mask-apply"):
        page.locator(tool).scroll_into_view_if_needed()
        box = page.locator(tool).bounding_box()
        assert box
        assert box["height"] >= 44
    page.click("#edges")
    expect(page.locator(".edge-plot.across")).to_be_visible()
    page.click("[data-opens='range']")
    expect(page.locator("#range-of")).to_be_visible()
