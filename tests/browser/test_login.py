"""Login and logout in a real browser, with its cookies and policies."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.picture_page import OpenPage
from tests.browser.test_accessible import find_serious_violations
from tests.support.accounts import PASSWORD, AccountsFile
from tests.support.beamcast import Beamcast, Worker
from tests.support.camera import Camera
from tests.support.waiting import until


@pytest.fixture
def accounts(tmp_path: Path) -> AccountsFile:
    return AccountsFile(tmp_path)


@pytest.fixture
def private_worker(beamcast: Beamcast, accounts: AccountsFile) -> Iterator[Worker]:
    """A worker that requires a login, with a live stream."""
    with Camera() as camera:
        beamcast.ingest(camera.address)
        yield accounts.worker(beamcast)


def log_in(page: Page, password: str = PASSWORD) -> None:
    page.fill("#name", "alice")
    page.fill("#password", password)
    page.press("#password", "Enter")


def clear_connection_complaints(page: Page) -> None:
    """Remove what the browser logs of connections that the server refused or closed."""
    expected = "401", "no valid credentials", "already in CLOSING or CLOSED state"
    page.complaints[:] = [t for t in page.complaints if not any(part in t for part in expected)]


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_after_the_login_the_requested_page_is_shown(
    private_worker: Worker, open_page: OpenPage, host: str
) -> None:
    page = open_page(f"http://{host}:{private_worker.port}/view/camera?look=jet,log")
    expect(page).to_have_url(
        f"http://{host}:{private_worker.port}/login?next=/view/camera%3Flook%3Djet%2Clog"
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


def test_the_page_reports_that_its_login_has_ended_and_recovers_after_another_login(
    private_worker: Worker, open_page: OpenPage
) -> None:
    page = open_page(f"{private_worker.url}/view/camera?look=jet")
    log_in(page)
    page.wait_for_selector("body[data-state=live]")
    other = page.context.new_page()
    other.complaints = page.complaints
    other.goto(private_worker.url)
    other.click("#account")
    expect(other.get_by_role("heading", name="alice")).to_be_visible()
    other.click("text=Log out on all devices")
    expect(other).to_have_url(f"{private_worker.url}/login")

    page.wait_for_selector("body[data-state=logged_out]")
    expect(page.locator("#badge-text")).to_have_text("Not live")
    expect(page.locator("#line")).to_contain_text("logged out")
    page.click("#details-open")
    expect(page.locator("#details")).to_contain_text("You are logged out")
    link = page.get_by_role("link", name="Log in")
    expect(link).to_have_attribute("href", "/login?next=%2Fview%2Fcamera%3Flook%3Djet")

    log_in(other)
    page.wait_for_selector("body[data-state=live]")
    expect(link).to_be_hidden()
    clear_connection_complaints(page)


def test_a_removed_user_receives_no_more_pictures(
    private_worker: Worker, open_page: OpenPage, accounts: AccountsFile
) -> None:
    page = open_page(private_worker.url)
    log_in(page)
    page.wait_for_selector("body[data-state=live]")

    accounts.run("remove", "alice")

    page.wait_for_selector("body[data-state=logged_out]")
    seq = page.locator("#picture").get_attribute("data-seq")
    page.wait_for_timeout(500)
    assert page.locator("#picture").get_attribute("data-seq") == seq
    clear_connection_complaints(page)


def test_a_page_beyond_the_limit_of_viewers_says_so_and_becomes_live_later(
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
def test_the_login_and_account_pages_are_accessible(
    private_worker: Worker, open_page: OpenPage, scheme: str
) -> None:
    page = open_page(private_worker.url, color_scheme=scheme)
    assert find_serious_violations(page) == []
    log_in(page, "wrong password")
    page.get_by_role("alert").wait_for()
    assert find_serious_violations(page) == []
    log_in(page)
    page.wait_for_selector("body[data-state=live]")
    page.goto(f"{private_worker.url}/account")
    assert find_serious_violations(page) == []
    page.complaints.clear()  # of the 401


def test_the_content_security_policy_blocks_injected_scripts_and_requests(
    private_worker: Worker, open_page: OpenPage
) -> None:
    page = open_page(private_worker.url)
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

    until(lambda: len(page.complaints) >= 3, "the browser reports what it blocked")
    assert blocked
    assert page.evaluate("() => window.ran") == 0
    assert all("Content Security Policy" in t or "404" in t for t in page.complaints)
    page.complaints.clear()
