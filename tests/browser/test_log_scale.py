"""The page on a logarithmic scale, and with bad pixels, against the camera's own numbers."""

import io
import math
import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import requests
from PIL import Image
from playwright.sync_api import Page, expect

from tests.browser.camera_stack import CameraStack
from tests.browser.picture_page import (
    OpenPage,
    open_live,
    picture_box,
    screen_colour,
    wait_for_frames,
)
from tests.support.waiting import until

WIDTH, HEIGHT = 320, 240
WINDOW = {"width": 1200, "height": 900}
ROWS, COLUMNS = np.indices((HEIGHT, WIDTH))
BEAM = np.exp(-((COLUMNS - 160) ** 2 + (ROWS - 120) ** 2) / (2 * 25**2))
STEPS = np.repeat([0.0, 0.001, 0.01, 0.1, 1.0], WIDTH // 5)[None].repeat(HEIGHT, 0)
"""five fields, whose values JPEG preserves"""


def constant(image: np.ndarray) -> Callable[[int], dict[str, Any]]:
    return lambda pulse_id: {"image": image, "pulse": pulse_id}


def wait_for_rendition(page: Page, rendition: str) -> None:
    expect(page.locator("#picture")).to_have_attribute("data-rendition", rendition, timeout=20_000)
    wait_for_frames(page, 5)  # and the automatic range


def place(page: Page, x: int, y: int) -> tuple[float, float]:
    box = picture_box(page)
    zoom = box["width"] / WIDTH
    return box["x"] + (x + 0.5) * zoom, box["y"] + (y + 0.5) * zoom


def read(page: Page, x: int, y: int) -> str:
    """Return the value that the page shows for a pixel."""
    page.mouse.move(*place(page, x, y))
    readout = page.locator("#readout")
    expect(readout).to_contain_text(re.compile(f"^x {x}  y {y}  "))
    return re.sub(r"^x .*  ", "", readout.inner_text()).replace("\u2212", "-")


@pytest.mark.parametrize("own_stack", [constant(STEPS.astype(np.float32))], indirect=True)
def test_three_decades_have_their_values_and_colours_on_the_log_scale(
    own_stack: CameraStack, open_page: OpenPage
) -> None:
    page = open_live(open_page, own_stack.worker, "look=log", **WINDOW)
    wait_for_rendition(page, "full-log")

    for field, value in enumerate(STEPS[0, :: WIDTH // 5]):
        x = 32 + field * WIDTH // 5
        assert float(read(page, x, 100).removeprefix("≈ ")) == pytest.approx(value, 0.03, 1e-4)
        page.mouse.move(1, 1)
        level = 255 * math.log1p(1000 * value) / math.log1p(1000)
        assert screen_colour(page, place(page, x, 100)) == pytest.approx((level,) * 3, abs=6)


@pytest.mark.parametrize("own_stack", [constant((60000 * BEAM).astype(np.uint16))], indirect=True)
def test_the_scale_is_changed_without_a_gap_and_others_do_not_notice(
    own_stack: CameraStack, open_page: OpenPage
) -> None:
    worker = own_stack.worker
    page = open_live(open_page, worker, **WINDOW)
    wait_for_rendition(page, "full")
    broker = own_stack.beamcast.broker
    asked = "beamcast:camera:asked"

    page.keyboard.press("s")
    wait_for_rendition(page, "full-log")
    expect(page.locator("#scale")).to_have_value("log")
    until(lambda: broker.hgetall(asked) == {b"full-log": b"1"}, "only log is watched")

    answer = requests.get(f"{worker.url}/api/streams/camera/frame.jpg", timeout=20)
    plain = np.asarray(Image.open(io.BytesIO(answer.content))).astype(float)
    assert np.abs(plain / plain.max() - BEAM).max() < 0.08

    page.keyboard.press("s")
    wait_for_rendition(page, "full")
    until(lambda: broker.hgetall(asked) == {b"full": b"1"}, "only full is watched")


@pytest.mark.parametrize("own_stack", [constant((60000 * BEAM).astype(np.uint16))], indirect=True)
def test_the_histogram_and_its_handles_use_the_values_of_the_log_levels(
    own_stack: CameraStack, open_page: OpenPage
) -> None:
    page = open_live(open_page, own_stack.worker, "look=log", **WINDOW)
    wait_for_rendition(page, "full-log")
    handle = page.locator("#histogram-low")

    handle.focus()
    for _ in range(20):
        page.keyboard.press("ArrowRight")

    low = float(handle.get_attribute("aria-valuenow") or "nan")
    top = float(handle.get_attribute("aria-valuemax") or "nan")
    assert low == pytest.approx(top * math.expm1(0.1 * math.log1p(1000)) / 1000, rel=0.05)
    assert float(page.locator("#low").input_value()) == pytest.approx(low, rel=1e-3)


@pytest.mark.parametrize("look", ["", "look=log", "look=marks"])
@pytest.mark.parametrize("own_stack", [constant(BEAM)], indirect=True)
def test_bad_pixels_have_no_value_and_their_neighbours_have(
    own_stack: CameraStack, open_page: OpenPage, look: str
) -> None:
    damaged = BEAM.copy()
    damaged[100:110, 40:50] = np.nan
    damaged[120, 160] = np.inf
    own_stack.camera.content = constant(damaged)
    page = open_live(open_page, own_stack.worker, look, **WINDOW)
    expect(page.locator("#caption")).to_contain_text("101 px")
    wait_for_frames(page, 5)

    assert [read(page, *at) for at in ((40, 100), (49, 109), (160, 120))] == ["–"] * 3
    assert "NaN or infinite" in str(page.locator("#readout").get_attribute("title"))
    assert float(read(page, 170, 130).removeprefix("≈ ")) == pytest.approx(BEAM[130, 170], 0.15)

    own_stack.camera.content = constant(np.full((HEIGHT, WIDTH), np.nan))
    expect(page.locator("#caption")).to_contain_text("no finite pixel")
    wait_for_frames(page, 3)
    assert read(page, 170, 130) == "–"
