"""The page ``/status`` updates itself, and says when it is outdated."""

import signal
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.picture_page import OpenPage
from tests.browser.stream_tiles import Streams
from tests.browser.test_accessible import find_serious_violations
from tests.support.accounts import PASSWORD, AccountsFile
from tests.support.beamcast import Beamcast


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_status_page_is_accessible_and_updates_itself(
    streams: Streams, open_page: OpenPage, scheme: str
) -> None:
    page = open_page(f"{streams.worker.url}/status", color_scheme=scheme)
    assert find_serious_violations(page) == []
    page.evaluate("document.getElementById('status').dataset.old = 'yes'")
    page.wait_for_selector("#status:not([data-old])")


def test_the_sections_leave_no_gaps(streams: Streams, open_page: OpenPage) -> None:
    page = open_page(f"{streams.worker.url}/status", width=1440, height=900)

    boxes = page.locator("#status > section").evaluate_all(
        "all => all.map((one) => one.getBoundingClientRect())"
    )

    below = [box for box in boxes if box["top"] > boxes[0]["top"]]
    assert below[0]["top"] - max(box["bottom"] for box in boxes if box not in below) < 40


def test_on_a_phone_the_sections_stand_below_each_other(
    streams: Streams, open_page: OpenPage
) -> None:
    page = open_page(f"{streams.worker.url}/status", width=390, height=844)

    edges = page.locator("#status > section").evaluate_all(
        "all => all.map((one) => one.getBoundingClientRect()).map((box) => [box.left, box.right])"
    )

    assert len(edges) == 4
    assert all(edge == edges[0] for edge in edges)
    assert page.evaluate("document.documentElement.scrollWidth") == 390


def test_a_worker_that_hangs_is_reported(beamcast: Beamcast, open_page: OpenPage) -> None:
    worker = beamcast.worker()
    page = open_page(f"{worker.url}/status")
    worker.process.send(signal.SIGSTOP)

    expect(page.locator("#old")).to_contain_text(
        "No answer from the server: this page is", timeout=30_000
    )
    expect(page.locator("body")).to_have_attribute("data-fresh", "no")

    worker.process.send(signal.SIGCONT)
    expect(page.locator("#old")).to_be_hidden(timeout=30_000)


def test_an_ended_login_leads_to_the_login_page(
    beamcast: Beamcast, open_page: OpenPage, tmp_path: Path
) -> None:
    accounts = AccountsFile(tmp_path)
    worker = accounts.worker(beamcast)
    page = open_page(f"{worker.url}/status")
    page.fill("#name", "alice")
    page.fill("#password", PASSWORD)
    page.press("#password", "Enter")
    page.wait_for_selector("#status")

    accounts.run("logout", "alice")

    page.wait_for_url("**/login?next=/status", timeout=30_000)
