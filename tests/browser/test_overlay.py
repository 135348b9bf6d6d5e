"""Grid, crosshair, marks and histogram of the picture."""

from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from tests.browser.camera_stack import CameraStack
from tests.browser.picture_page import (
    BLOCK,
    FIELDS,
    OpenPage,
    close_to,
    open_live,
    screen_colour,
    screen_position,
    wait_for_frames,
)
from tests.support.beamcast import Worker

MARK = (255, 0, 128)
CROSS = "#overlay .handle"


def saturated(pulse_id: int) -> dict[str, Any]:
    """Return a picture with one field at the maximum of its type."""
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


def test_a_range_is_fixed_by_dragging_or_keys_on_the_histogram(
    worker: Worker, open_page: OpenPage
) -> None:
    page = open_live(open_page, worker)
    width = page.locator("#histogram").bounding_box()["width"]
    before = float(page.input_value("#high"))

    drag(page, "#histogram-high", -width / 2)

    expect(page.locator("#auto")).to_have_attribute("aria-pressed", "false")
    assert float(page.input_value("#high")) == pytest.approx(before - 472, abs=25)  # 8-bit: 945
    assert float(page.input_value("#low")) == pytest.approx(100, abs=5)

    end = page.get_by_role("slider", name="Highest value shown")
    before = float(end.get_attribute("aria-valuenow") or "nan")
    end.press("Shift+ArrowLeft")
    page.wait_for_function(
        "before => +document.getElementById('histogram-high').ariaValueNow < before - 10",
        arg=before,
    )


def test_the_crosshair_shows_the_value_under_it_and_moves_by_keys(
    worker: Worker, open_page: OpenPage
) -> None:
    page = open_live(open_page, worker)
    page.mouse.move(*screen_position(page, *FIELDS[400]))

    page.keyboard.press("x")
    expect(page.locator("#crossout")).to_contain_text("x 24  y 8  ≈ 40")
    page.locator(CROSS).press("Shift+ArrowDown")

    expect(page.locator("#crossout")).to_contain_text("x 24  y 18  ≈ 100")
    page.wait_for_url("**overlay=cross+24%2C18**")


def test_the_crosshair_is_dragged_without_the_picture(worker: Worker, open_page: OpenPage) -> None:
    page = open_live(open_page, worker, "overlay=cross+8,8&view=40@8,8")
    before = page.locator("#picture").bounding_box()

    drag(page, CROSS, 4 * 40, 2 * 40)

    expect(page.locator("#crossout")).to_contain_text("x 12  y 10")
    assert page.locator("#picture").bounding_box() == before


@pytest.mark.parametrize("stack", [saturated], indirect=True)
def test_saturated_pixels_are_marked_on_request(worker: Worker, open_page: OpenPage) -> None:
    page = open_live(open_page, worker)
    saturated_field = screen_position(page, 24, 24)
    assert screen_colour(page, saturated_field) == close_to((255, 255, 255))

    page.keyboard.press("b")

    assert screen_colour(page, saturated_field) == close_to(MARK)
    assert screen_colour(page, screen_position(page, *FIELDS[700])) != close_to(MARK)
    expect(page.locator("#caption")).to_contain_text("saturated256 px")


def test_the_grid_has_the_unit_of_the_stream(own_stack: CameraStack, open_page: OpenPage) -> None:
    page = open_live(open_page, own_stack.worker)
    page.keyboard.press("g")
    expect(page.locator("#overlay .scale")).to_contain_text("5 px")

    own_stack.camera.content = calibrated
    wait_for_frames(page, 5)

    expect(page.locator("#overlay .scale")).to_contain_text("50")
    expect(page.locator("#overlay .scale")).not_to_contain_text("px")
