"""The page ``/status``: what needs someone first, sorted, filtered, renewed, and when outdated."""

import re
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.picture_page import OpenPage
from tests.browser.stream_tiles import SIZES, Streams, start_streams
from tests.browser.test_accessible import find_serious_violations
from tests.support.accounts import PASSWORD, AccountsFile
from tests.support.beamcast import Beamcast
from tests.support.waiting import until

WAIT_MS = 30_000


def rows(page: Page) -> list[str]:
    """Return the names of the streams in the order of the visible rows."""
    names = page.locator("tbody:not([hidden]) [scope=row] a")
    return names.all_text_contents()


def row(page: Page, stream: str) -> Locator:
    return page.locator(f'tbody[data-stream="{stream}"]')


def add_streams_that_need_someone(streams: Streams) -> None:
    """Let a stream be known that has no ingest, and another one that stopped."""
    broker = streams.beamcast.broker
    now, _ = broker.time()
    broker.zadd("beamcast:streams", {"gone": now - 90, "stopped": now})
    status = {"state": "silent", "message": "The messages stopped. Check <b>it</b>.", "fps_in": 0}
    broker.hset("beamcast:stopped:status", mapping=status)


@pytest.fixture(scope="module")
def faulty() -> Iterator[Streams]:
    """Three streams that are live, and two that need someone."""
    with start_streams() as streams:
        add_streams_that_need_someone(streams)
        until(
            lambda: all(streams.beamcast.status(name)["state"] == "live" for name in SIZES),
            "all are live",
        )
        yield streams


@pytest.mark.parametrize("size", [(1280, 800), (390, 844)])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_status_page_is_accessible(
    faulty: Streams, open_page: OpenPage, scheme: str, size: tuple[int, int]
) -> None:
    page = open_page(
        f"{faulty.worker.url}/status", width=size[0], height=size[1], color_scheme=scheme
    )
    row(page, "one").locator(".opener").click()
    assert find_serious_violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") == size[0]


def test_what_needs_someone_is_first_and_says_cause_and_cure(
    faulty: Streams, open_page: OpenPage
) -> None:
    page = open_page(f"{faulty.worker.url}/status")

    assert rows(page) == ["gone", "stopped", "one", "three", "two"]
    expect(page.locator("#summary")).to_have_text("2 not live")
    expect(page).to_have_title(re.compile("^2 not live · Status"))
    expect(row(page, "stopped").locator(".state")).to_have_text("Not live")
    expect(row(page, "stopped").locator(".why")).to_contain_text(
        "The messages stopped. Check <b>it</b>."
    )
    expect(row(page, "one").locator(".state")).to_have_text("Live")
    expect(row(page, "one").locator(".why")).to_have_count(0)


def test_the_page_updates_itself_and_keeps_focus_and_open_details(
    faulty: Streams, open_page: OpenPage
) -> None:
    page = open_page(f"{faulty.worker.url}/status")
    row(page, "one").locator(".opener").click()
    row(page, "two").locator("a").focus()
    page.evaluate("document.querySelector('[data-stream=one] .in').textContent = 'old'")

    expect(row(page, "one").locator(".in")).not_to_have_text("old", timeout=WAIT_MS)
    expect(row(page, "two").locator("a")).to_be_focused()
    expect(row(page, "one").locator(".more")).to_be_visible()
    expect(row(page, "one").locator(".opener")).to_have_attribute("aria-expanded", "true")
    expect(row(page, "two").locator(".more")).to_be_hidden()


def test_a_press_on_a_head_sorts_by_its_column(faulty: Streams, open_page: OpenPage) -> None:
    page = open_page(f"{faulty.worker.url}/status")
    state = page.locator("[data-column=state]")
    stream = page.locator("[data-column=stream]")
    expect(state).to_have_attribute("aria-sort", "descending")

    stream.get_by_role("button").click()
    assert rows(page) == ["gone", "one", "stopped", "three", "two"]
    expect(stream).to_have_attribute("aria-sort", "ascending")
    assert state.get_attribute("aria-sort") is None
    stream.get_by_role("button").press("Enter")
    assert rows(page) == ["two", "three", "stopped", "one", "gone"]
    expect(stream.get_by_role("button")).to_be_focused()

    page.reload()
    assert rows(page) == ["two", "three", "stopped", "one", "gone"]


def test_filters_have_counts_and_the_search_finds_names(
    faulty: Streams, open_page: OpenPage
) -> None:
    page = open_page(f"{faulty.worker.url}/status")
    filters = page.locator(".filter")
    expect(filters).to_have_text(["5 all", "2 not live", "0 losing frames", "3 fine"])

    filters.nth(1).click()
    assert rows(page) == ["gone", "stopped"]
    expect(filters.nth(1)).to_have_attribute("aria-pressed", "true")
    page.fill("#search", "GO")
    assert rows(page) == ["gone"]
    page.fill("#search", "nothing")
    expect(page.locator("#none")).to_be_visible()
    assert page.url.endswith("/status?show=not-live&find=nothing")


def test_a_stream_that_loses_frames_says_so(faulty: Streams, open_page: OpenPage) -> None:
    broker = faulty.beamcast.broker
    broker.zadd("beamcast:streams", {"loses": broker.time()[0]})
    status = {"state": "live", "host": "acq", "missed": 1}
    broker.hset("beamcast:loses:status", mapping=status)
    page = open_page(f"{faulty.worker.url}/status")
    expect(row(page, "loses").locator(".state")).to_have_text("Live")

    broker.hset("beamcast:loses:status", "missed", 5)

    expect(row(page, "loses").locator(".state")).to_have_text("Losing", timeout=WAIT_MS)
    expect(row(page, "loses").locator(".why")).to_contain_text("4 lost in the last minute.")
    expect(page.locator(".filter").nth(2)).to_have_text("1 losing frames")
    broker.zrem("beamcast:streams", "loses")
    expect(row(page, "loses")).to_have_count(0, timeout=WAIT_MS)


def test_without_scripts_all_is_seen_and_nothing_seems_to_work_that_does_not(
    faulty: Streams, open_page: OpenPage
) -> None:
    page = open_page(f"{faulty.worker.url}/status", java_script_enabled=False)

    assert rows(page) == ["gone", "stopped", "one", "three", "two"]
    expect(row(page, "one").locator(".more")).to_be_visible()
    for control in (page.locator(".opener").first, page.locator(".filters")):
        expect(control).to_be_hidden()
    assert page.locator("thead button").count() == 0


def test_on_a_phone_a_row_is_state_name_and_age(faulty: Streams, open_page: OpenPage) -> None:
    page = open_page(f"{faulty.worker.url}/status", width=390, height=844)

    visible = (
        row(page, "gone")
        .locator(".row > :visible")
        .evaluate_all("cells => cells.map((cell) => cell.className)")
    )
    assert [name.split()[-1] if name else "name" for name in visible] == ["is", "name", "age"]
    expect(row(page, "gone").locator(".why")).to_be_visible()
    expect(row(page, "one").locator(".row .viewers")).to_be_hidden()


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
