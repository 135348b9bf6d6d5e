"""What axe-core, which knows the rules for accessible pages, finds in ours."""

from typing import Any

import pytest
from playwright.sync_api import Page

from tests.browser.board import Board, card, wait_for_rows
from tests.browser.fields import OpenPage, opened
from tests.browser.many import Streams, wait_for_live
from tests.support.beamcast import Worker
from tests.support.processes import ROOT

AXE = (ROOT / "web" / "node_modules" / "axe-core" / "axe.min.js").read_text()
EVERYTHING = "overlay=grid+cross+8,8&regions=rect:4,4,20,20;ellipse:8,8,10,10"


def serious(page: Page) -> list[Any]:
    """What is wrong: rule, and where."""
    page.evaluate(AXE)  # around the page's Content-Security-Policy, as a debugger does
    found: Any = page.evaluate("() => axe.run()")
    assert len(found["passes"]) > 10  # else it looked at nothing
    return [
        (problem["id"], node["html"], node["failureSummary"])
        for problem in found["violations"]
        if problem["impact"] in ("serious", "critical")
        for node in problem["nodes"]
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [(1440, 900), (390, 844)])
def test_a_live_page_with_all_its_tools_has_no_serious_fault(
    worker: Worker, open_page: OpenPage, scheme: str, size: tuple[int, int]
) -> None:
    page = opened(open_page, worker, EVERYTHING, width=size[0], height=size[1], color_scheme=scheme)

    assert serious(page) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", ["/", "/view/one,two,three", "/view/one,two,three?kiosk=1"])
def test_a_page_of_many_streams_has_no_serious_fault(
    streams: Streams, open_page: OpenPage, path: str, scheme: str
) -> None:
    page = open_page(streams.worker.url + path, color_scheme=scheme)
    wait_for_live(page)

    assert serious(page) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [(1440, 2000), (390, 844)])
def test_a_board_with_a_card_of_each_type_has_no_serious_fault(
    full: Board, open_page: OpenPage, scheme: str, size: tuple[int, int]
) -> None:
    page = full.open(open_page, width=size[0], height=size[1], color_scheme=scheme)
    wait_for_rows(page, "line", 1)
    card(page, "line").locator(".pause").click()
    card(page, "line").locator(".opener").click()

    assert serious(page) == []


def test_the_sheet_of_keys_has_no_serious_fault(worker: Worker, open_page: OpenPage) -> None:
    page = opened(open_page, worker)
    page.press("body", "?")

    assert serious(page) == []


def test_words_about_a_fault_have_none(worker: Worker, open_page: OpenPage) -> None:
    page = open_page(f"{worker.url}/view/nobody-has-this")
    page.wait_for_selector("body[data-state=refused]")
    page.complaints.clear()

    assert serious(page) == []


def test_the_friendly_404_has_no_serious_fault(worker: Worker, open_page: OpenPage) -> None:
    page = open_page(f"{worker.url}/nowhere")
    page.complaints.clear()  # the browser logs the 404

    assert serious(page) == []
