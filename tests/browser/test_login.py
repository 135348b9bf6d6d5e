"""Logging in and out in a real browser, which keeps cookies and policies as browsers do."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.fields import OpenPage
from tests.browser.test_accessible import serious
from tests.support.accounts import PASSWORD, AccountsFile
from tests.support.beamcast import Beamcast, Worker
from tests.support.camera import Camera
from tests.support.waiting import until


@pytest.fixture
def accounts(tmp_path: Path) -> AccountsFile:
    return AccountsFile(tmp_path)


@pytest.fixture
def guarded(beamcast: Beamcast, accounts: AccountsFile) -> Iterator[Worker]:
    """A live stream behind a login."""
    with Camera() as camera:
        beamcast.ingest(camera.address)
        yield accounts.worker(beamcast)


def log_in(page: Page, password: str = PASSWORD) -> None:
    page.fill("#name", "alice")
    page.fill("#password", password)
    page.press("#password", "Enter")


def refused_lines(page: Page) -> None:
    """The browser's own words for a line that the server does not take, or ends in the moment in
    which the page speaks, are no fault of the page."""
    words = "401", "no valid credentials", "already in CLOSING or CLOSED state"
    page.complaints[:] = [t for t in page.complaints if not any(word in t for word in words)]


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_who_logs_in_sees_the_page_that_was_asked_for(
    guarded: Worker, open_page: OpenPage, host: str
) -> None:
    page = open_page(f"http://{host}:{guarded.port}/view/camera?look=jet,log")
    expect(page).to_have_url(
        f"http://{host}:{guarded.port}/login?next=/view/camera%3Flook%3Djet%2Clog"
    )
    expect(page.locator("#name")).to_be_focused()

    log_in(page, "not her password")
    expect(page.get_by_role("alert")).to_contain_text("Wrong user name or password")
    expect(page.locator("#password")).to_be_focused()
    assert PASSWORD not in page.content()
    page.complaints.clear()  # of the 401

    log_in(page)
    page.wait_for_selector("body[data-state=live]")
    assert page.url.endswith("/view/camera?look=jet,log")


def test_the_page_says_that_its_login_has_ended_and_comes_back_after_another(
    guarded: Worker, open_page: OpenPage
) -> None:
    page = open_page(f"{guarded.url}/view/camera?look=jet")
    log_in(page)
    page.wait_for_selector("body[data-state=live]")
    other = page.context.new_page()
    other.complaints = page.complaints
    other.goto(guarded.url)
    other.click("#account")
    expect(other.get_by_role("heading", name="alice")).to_be_visible()
    other.click("text=Log out on all devices")
    expect(other).to_have_url(f"{guarded.url}/login")

    page.wait_for_selector("body[data-state=logged_out]")
    expect(page.locator("#words")).to_contain_text("You are logged out")
    link = page.get_by_role("link", name="Log in")
    expect(link).to_have_attribute("href", "/login?next=%2Fview%2Fcamera%3Flook%3Djet")
    expect(page.locator("#badge-text")).to_have_text("Logged out")

    log_in(other)
    page.wait_for_selector("body[data-state=live]")
    expect(link).to_be_hidden()
    refused_lines(page)


def test_a_user_who_is_removed_sees_no_more_pictures(
    guarded: Worker, open_page: OpenPage, accounts: AccountsFile
) -> None:
    page = open_page(guarded.url)
    log_in(page)
    page.wait_for_selector("body[data-state=live]")

    accounts.run("remove", "alice")

    page.wait_for_selector("body[data-state=logged_out]")
    here = page.locator("#picture").get_attribute("data-seq")
    page.wait_for_timeout(500)
    assert page.locator("#picture").get_attribute("data-seq") == here
    refused_lines(page)


def test_a_page_that_finds_no_room_says_so_and_comes_in_later(
    beamcast: Beamcast, open_page: OpenPage
) -> None:
    with Camera() as camera:
        beamcast.ingest(camera.address)
        worker = beamcast.worker("--max-viewers", "1")
        first = beamcast.viewer(worker)

        page = open_page(worker.url)

        page.wait_for_selector("body[data-state=turned_away]")
        expect(page.locator("#words")).to_contain_text("full (1 of 1 viewers)")
        first.close()
        page.wait_for_selector("body[data-state=live]")
        page.complaints[:] = [text for text in page.complaints if "429" not in text]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_pages_to_log_in_and_out_have_no_serious_fault(
    guarded: Worker, open_page: OpenPage, scheme: str
) -> None:
    page = open_page(guarded.url, color_scheme=scheme)
    assert serious(page) == []
    log_in(page, "wrong password")
    page.get_by_role("alert").wait_for()
    assert serious(page) == []
    log_in(page)
    page.wait_for_selector("body[data-state=live]")
    page.goto(f"{guarded.url}/account")
    assert serious(page) == []
    page.complaints.clear()  # of the 401


def test_the_policy_lets_nothing_run_that_is_not_ours(guarded: Worker, open_page: OpenPage) -> None:
    page = open_page(guarded.url)
    log_in(page)
    page.wait_for_selector("body[data-state=live]")

    page.evaluate(
        """() => {
          window.ran = 0;
          const inline = document.createElement("script");
          inline.textContent = "window.ran += 1";
          document.body.append(inline);
          document.body.insertAdjacentHTML("beforeend", '<img src="/x" onerror="window.ran += 1">');
        }"""
    )
    blocked = page.evaluate(
        """async () => {
          try { await fetch("https://evil.example/"); return false; } catch { return true; }
        }"""
    )

    until(lambda: len(page.complaints) >= 3, "the browser says what it has not run")
    assert blocked
    assert page.evaluate("() => window.ran") == 0
    assert all("Content Security Policy" in t or "404" in t for t in page.complaints)
    page.complaints.clear()
