"""The page ``/status`` renews itself, and never looks newer than it is."""

import signal
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.fields import OpenPage
from tests.browser.many import Streams
from tests.browser.test_accessible import serious
from tests.support.accounts import PASSWORD, AccountsFile
from tests.support.beamcast import Beamcast


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_of_the_status_has_no_serious_fault_and_renews_itself(
    streams: Streams, open_page: OpenPage, scheme: str
) -> None:
    page = open_page(f"{streams.worker.url}/status", color_scheme=scheme)
    assert serious(page) == []
    page.evaluate("document.getElementById('status').dataset.old = 'yes'")
    page.wait_for_selector("#status:not([data-old])")


def test_what_it_shows_has_no_holes(streams: Streams, open_page: OpenPage) -> None:
    page = open_page(f"{streams.worker.url}/status", width=1440, height=900)

    boxes = page.locator("#status > section").evaluate_all(
        "all => all.map((one) => one.getBoundingClientRect())"
    )

    below = [one for one in boxes if one["top"] > boxes[0]["top"]]
    assert below[0]["top"] - max(one["bottom"] for one in boxes if one not in below) < 40


def test_it_says_so_when_the_worker_hangs(beamcast: Beamcast, open_page: OpenPage) -> None:
    worker = beamcast.worker()
    page = open_page(f"{worker.url}/status")
    worker.process.send(signal.SIGSTOP)

    expect(page.locator("#old")).to_contain_text(
        "No answer from the server: this page is", timeout=30_000
    )
    expect(page.locator("body")).to_have_attribute("data-fresh", "no")

    worker.process.send(signal.SIGCONT)
    expect(page.locator("#old")).to_be_hidden(timeout=30_000)


def test_it_asks_for_a_login_when_that_has_ended(
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
