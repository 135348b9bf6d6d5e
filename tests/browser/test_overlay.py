"""What lies over the picture and beside it: grid, crosshair, marks, histogram."""

from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from tests.browser.fields import (
    BLOCK,
    FIELDS,
    OpenPage,
    close_to,
    opened,
    place,
    seen,
    wait_for_frames,
)
from tests.support.beamcast import Beamcast, Worker

MARK = (255, 0, 128)
CROSS = "#overlay .handle"


def saturated(pulse_id: int) -> dict[str, Any]:
    """A field at the top of what the camera can tell."""
    values = np.array([[100, 400], [700, 65535]], np.uint16)
    return {"image": np.kron(values, np.ones((BLOCK, BLOCK), np.uint16))}


def calibrated(pulse_id: int) -> dict[str, Any]:
    return {
        "image": np.ones((2 * BLOCK, 2 * BLOCK), np.uint16),
        "x_axis": np.linspace(0, 31, 32) * 10.0,
    }


def drag(page: Page, selector: str, dx: float, dy: float = 0) -> None:
    box = page.locator(selector).bounding_box()
    assert box
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + dx, y + dy, steps=4)
    page.mouse.up()


def test_a_range_is_fixed_by_dragging_on_the_histogram(worker: Worker, open_page: OpenPage) -> None:
    page = opened(open_page, worker)
    width = page.locator("#histogram").bounding_box()["width"]
    before = float(page.input_value("#high"))

    drag(page, "#histogram-high", -width / 2)

    expect(page.locator("#auto")).to_have_attribute("aria-pressed", "false")
    assert float(page.input_value("#high")) == pytest.approx(before - 472, abs=25)  # 8-bit: 945
    assert float(page.input_value("#low")) == pytest.approx(100, abs=5)


def test_the_histograms_ends_are_sliders_for_the_keyboard(
    worker: Worker, open_page: OpenPage
) -> None:
    page = opened(open_page, worker)
    end = page.get_by_role("slider", name="Highest value shown")
    before = float(end.get_attribute("aria-valuenow") or "nan")

    end.press("Shift+ArrowLeft")

    page.wait_for_function(
        "before => +document.getElementById('histogram-high').ariaValueNow < before - 10",
        arg=before,
    )


def test_the_crosshair_tells_the_value_under_it_and_moves_by_keys(
    worker: Worker, open_page: OpenPage
) -> None:
    page = opened(open_page, worker)
    page.mouse.move(*place(page, *FIELDS[400]))

    page.keyboard.press("x")
    expect(page.locator("#crossout")).to_contain_text("x 24  y 8  ≈ 40")
    page.locator(CROSS).press("Shift+ArrowDown")

    expect(page.locator("#crossout")).to_contain_text("x 24  y 18  ≈ 100")
    page.wait_for_url("**overlay=cross+24%2C18**")


def test_the_crosshair_is_dragged_without_the_picture(worker: Worker, open_page: OpenPage) -> None:
    page = opened(open_page, worker, "overlay=cross+8,8&view=40@8,8")
    before = page.locator("#picture").bounding_box()

    drag(page, CROSS, 4 * 40, 2 * 40)

    expect(page.locator("#crossout")).to_contain_text("x 12  y 10")
    assert page.locator("#picture").bounding_box() == before


def test_saturated_pixels_are_marked_when_asked_for(
    beamcast: Beamcast, worker: Worker, open_page: OpenPage
) -> None:
    beamcast.camera.content = saturated
    page = opened(open_page, worker)
    top = place(page, 24, 24)
    assert seen(page, top) == close_to((255, 255, 255))

    page.keyboard.press("b")

    assert seen(page, top) == close_to(MARK)
    assert seen(page, place(page, *FIELDS[700])) != close_to(MARK)
    expect(page.locator("#caption")).to_contain_text("saturated256 px")


def test_the_grid_is_in_the_unit_that_the_stream_gives(
    beamcast: Beamcast, worker: Worker, open_page: OpenPage
) -> None:
    page = opened(open_page, worker)
    page.keyboard.press("g")
    expect(page.locator("#overlay .scale")).to_contain_text("5 px")

    beamcast.camera.content = calibrated
    wait_for_frames(page, 5)

    expect(page.locator("#overlay .scale")).to_contain_text("50")
    expect(page.locator("#overlay .scale")).not_to_contain_text("px")
