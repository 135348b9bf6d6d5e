"""axe-core finds no serious violation of the rules for accessible pages."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.board import Board, card, wait_for_rows
from tests.browser.picture_page import OpenPage, open_live
from tests.browser.stream_tiles import Streams, wait_for_live, wait_for_state
from tests.support.beamcast import Worker
from tests.support.processes import ROOT

AXE = (ROOT / "web" / "node_modules" / "axe-core" / "axe.min.js").read_text()
ALL_TOOLS = "overlay=grid+cross+8,8&regions=rect:4,4,20,20;ellipse:8,8,10,10"


def find_serious_violations(page: Page) -> list[Any]:
    """Return rule, element and explanation of each serious violation."""
    page.evaluate(AXE)  # bypasses the Content-Security-Policy, as a debugger does
    # Without preload: for that, axe adds the text of imported style sheets to the page.
    found: Any = page.evaluate("() => axe.run({ preload: false })")
    assert len(found["passes"]) > 10  # rules were applied
    return [
        (violation["id"], node["html"], node["failureSummary"])
        for violation in found["violations"]
        if violation["impact"] in ("serious", "critical")
        for node in violation["nodes"]
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_live_page_with_all_its_tools_is_accessible(
    worker: Worker, open_page: OpenPage, scheme: str
) -> None:
    options = {"color_scheme": scheme, "reduced_motion": "reduce"}  # none is half transparent
    page = open_live(open_page, worker, ALL_TOOLS, width=1440, height=900, **options)
    assert find_serious_violations(page) == []

    page.set_viewport_size({"width": 390, "height": 844})
    assert find_serious_violations(page) == []
    for group in ("View", "Range", "Measure", "Keep"):
        page.locator("#dock").get_by_role("button", name=group).click()
        assert find_serious_violations(page) == []
    page.keyboard.press("Escape")

    page.press("body", "?")
    expect(page.locator("#keys")).to_be_visible()
    assert find_serious_violations(page) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", ["/", "/view/one,two,three", "/view/one,two,three?kiosk=1"])
def test_a_page_of_several_streams_is_accessible(
    streams: Streams, open_page: OpenPage, path: str, scheme: str
) -> None:
    page = open_page(streams.worker.url + path, color_scheme=scheme)
    wait_for_live(page)

    assert find_serious_violations(page) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_wall_with_a_tile_that_is_not_live_is_accessible(
    own_streams: Streams, open_page: OpenPage, scheme: str
) -> None:
    url = f"{own_streams.worker.url}/view/one,two,nosuch"
    page = open_page(url, color_scheme=scheme, reduced_motion="reduce")
    wait_for_live(page, "one", "two")
    own_streams.ingests["two"].kill()
    wait_for_state(page, "two", "no_ingest")
    assert find_serious_violations(page) == []

    page.set_viewport_size({"width": 390, "height": 844})
    assert find_serious_violations(page) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_board_with_a_card_of_each_type_is_accessible(
    every_card: Board, open_page: OpenPage, scheme: str
) -> None:
    page = every_card.open(open_page, width=1440, height=2000, color_scheme=scheme)
    wait_for_rows(page, "line", 1)
    card(page, "line").locator(".pause").click()
    card(page, "line").locator(".opener").click()
    assert find_serious_violations(page) == []

    page.set_viewport_size({"width": 390, "height": 844})
    assert find_serious_violations(page) == []


@pytest.mark.parametrize("path", ["/view/unknown-stream", "/nowhere"])
def test_an_error_page_is_accessible(streams: Streams, open_page: OpenPage, path: str) -> None:
    page = open_page(streams.worker.url + path)
    if path.startswith("/view"):
        page.wait_for_selector("body[data-state=refused]")
    page.complaints.clear()  # the browser logs the 404

    assert find_serious_violations(page) == []
