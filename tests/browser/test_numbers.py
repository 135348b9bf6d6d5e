"""The numbers on the page: whole, exact where that is asked for, and never cut."""

import re
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import expect

from tests.browser.picture_page import OpenPage, four_fields, open_live, screen_position
from tests.support.beamcast import Worker

BIG = 2**63 - 1
SECONDS = 2998800000.25


def numbers(pulse: int) -> dict[str, Any]:
    """Return a picture of large numbers, and scalars that need many digits."""
    return {
        "image": four_fields(pulse)["image"].astype(np.float64) / 1000 + SECONDS,
        "big": np.int64(BIG - pulse % 2),
        "seconds": np.float64(SECONDS),
        "single": np.float32(0.1),
        "x_pixel_size": np.float64(0.0125),
        "y_pixel_size": np.float64(0.0125),
    }


@pytest.mark.parametrize("stack", [numbers], indirect=True, ids=["numbers"])
def test_numbers_are_whole_and_have_all_their_digits_in_their_tooltips(
    worker: Worker, open_page: OpenPage
) -> None:
    page = open_live(open_page, worker)
    rows = page.locator("#values tr")

    def cell(name: str) -> Any:
        return rows.filter(has_text=name).locator("td").first

    expect(cell("seconds")).to_have_text("2998800000.25")
    expect(cell("single")).to_have_text("0.100000")
    rows.filter(has_text="single").hover()
    expect(cell("single")).to_have_attribute("title", "0.1")
    rows.filter(has_text="big").get_by_role("button").click()
    page.wait_for_function(
        "() => /922337203685477580[67]/.test("
        "document.querySelector('#trends .readout').textContent)"
    )
    for end in ("low", "high"):
        text = page.input_value(f"#{end}")
        assert float(text) == pytest.approx(SECONDS, abs=2)
        assert page.evaluate(f"{end}.scrollWidth <= {end}.clientWidth + 1")  # a rounded fraction


@pytest.mark.parametrize("stack", [numbers], indirect=True, ids=["numbers"])
def test_a_low_limit_above_the_high_one_is_refused_with_the_reason(
    worker: Worker, open_page: OpenPage
) -> None:
    page = open_live(open_page, worker)

    page.fill("#low", "5e9")
    page.press("#low", "Enter")

    assert "is not below the high limit" in page.evaluate("low.validationMessage")
    expect(page.locator("#auto")).to_have_attribute("aria-pressed", "true")


@pytest.mark.parametrize("stack", [numbers], indirect=True, ids=["numbers"])
@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("", r"x 24 \(0\.300\) +y 8 \(0\.100\)"),
        ("pixel=12.5 um&marker=20,4", r"x 24 \(50 µm\) +y 8 \(50 µm\)"),
    ],
)
def test_positions_are_in_the_unit_of_the_stream_or_of_the_link(
    worker: Worker, open_page: OpenPage, query: str, text: str
) -> None:
    page = open_live(open_page, worker, query)

    page.mouse.move(*screen_position(page, 24, 8))

    found = page.locator("#readout").inner_text()
    assert re.match(text, found), found
