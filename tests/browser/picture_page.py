"""A picture of four fields whose values JPEG preserves, and how tests read it from the page."""

import io
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from tests.support.beamcast import Worker

OpenPage = Callable[..., Page]
WAIT_MS = 20_000
BLOCK = 16
VALUES = np.array([[100, 400], [700, 1000]], np.uint16)
"""values of the four fields, together 32 × 32 camera pixels"""
FIELDS = {100: (8, 8), 400: (24, 8), 700: (8, 24), 1000: (24, 24)}
"""a camera pixel (x, y) in the middle of the field with each value"""


def four_fields(pulse_id: int) -> dict[str, Any]:
    return {"image": np.kron(VALUES, np.ones((BLOCK, BLOCK), np.uint16)), "pulse": pulse_id}


def colour_fields(pulse_id: int) -> dict[str, Any]:
    """Return a red, green, blue and white field; bsread's order is (rows, columns, 3)."""
    corners = np.array([[[255, 0, 0], [0, 255, 0]], [[0, 0, 255], [255, 255, 255]]], np.uint8)
    return {"image": corners.repeat(BLOCK, 0).repeat(BLOCK, 1)}


def open_live(open_page: OpenPage, worker: Worker, query: str = "", **more: Any) -> Page:
    """Open the page of a worker's only stream, and wait until it is live."""
    page = open_page(f"{worker.url}/?{query}", **more)
    expect(page.locator("body")).to_have_attribute("data-state", "live", timeout=WAIT_MS)
    wait_for_frames(page, 3)  # and the automatic range
    return page


def wait_for_frames(page: Page, count: int) -> None:
    """Wait until the page has drawn ``count`` more frames."""
    before = int(page.locator("#picture").get_attribute("data-frames") or 0)
    page.wait_for_function("count => picture.dataset.frames >= count", arg=before + count)


def picture_box(page: Page) -> dict[str, float]:
    """Return the position and size of the picture in the page."""
    shown = "#exact" if page.locator(".stage.values").count() else "#picture"
    box = page.locator(shown).bounding_box()
    assert box
    return dict(box)


def screen_position(page: Page, x: float, y: float) -> tuple[float, float]:
    """Return where a camera pixel is on the screen while the whole picture is shown."""
    box = picture_box(page)
    return box["x"] + (x + 0.5) * box["width"] / 32, box["y"] + (y + 0.5) * box["height"] / 32


def screen_colour(page: Page, point: tuple[float, float]) -> tuple[int, ...]:
    """Return the colour of the page at a point."""
    clip = {"x": int(point[0]), "y": int(point[1]), "width": 1, "height": 1}
    return Image.open(io.BytesIO(page.screenshot(clip=clip))).convert("RGB").getpixel((0, 0))


def close_to(colour_fields: tuple[int, ...]) -> Any:
    return pytest.approx(colour_fields, abs=8)
