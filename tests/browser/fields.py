"""A picture of four fields whose values JPEG keeps as they are, and what is seen of it."""

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
"""of four fields that JPEG keeps as they are: 32 × 32 camera pixels together"""
FIELDS = {100: (8, 8), 400: (24, 8), 700: (8, 24), 1000: (24, 24)}
"""value → a camera pixel (x, y) in the middle of its field"""


def fields(pulse_id: int) -> dict[str, Any]:
    return {"image": np.kron(VALUES, np.ones((BLOCK, BLOCK), np.uint16)), "pulse": pulse_id}


def colour(pulse_id: int) -> dict[str, Any]:
    """Red, green, blue and white; bsread's order is (rows, columns, 3)."""
    corners = np.array([[[255, 0, 0], [0, 255, 0]], [[0, 0, 255], [255, 255, 255]]], np.uint8)
    return {"image": corners.repeat(BLOCK, 0).repeat(BLOCK, 1)}


def opened(open_page: OpenPage, worker: Worker, query: str = "", **more: Any) -> Page:
    page = open_page(f"{worker.url}/?{query}", **more)
    expect(page.locator("body")).to_have_attribute("data-state", "live", timeout=WAIT_MS)
    wait_for_frames(page, 3)  # and their range
    return page


def wait_for_frames(page: Page, count: int) -> None:
    before = int(page.locator("#picture").get_attribute("data-frames") or 0)
    page.wait_for_function("least => picture.dataset.frames >= least", arg=before + count)


def drawn(page: Page) -> dict[str, float]:
    """Where the picture lies in the page."""
    box = page.locator("#picture").bounding_box()
    assert box
    return dict(box)


def place(page: Page, x: float, y: float) -> tuple[float, float]:
    """Where a camera pixel's middle is seen while the whole picture is."""
    box = drawn(page)
    return box["x"] + (x + 0.5) * box["width"] / 32, box["y"] + (y + 0.5) * box["height"] / 32


def seen(page: Page, at: tuple[float, float]) -> tuple[int, ...]:
    """The colour of a point of the page."""
    clip = {"x": int(at[0]), "y": int(at[1]), "width": 1, "height": 1}
    return Image.open(io.BytesIO(page.screenshot(clip=clip))).convert("RGB").getpixel((0, 0))


def close_to(colour: tuple[int, ...]) -> Any:
    return pytest.approx(colour, abs=8)
