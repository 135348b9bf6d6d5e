"""The page of a board: how pushed messages and faults appear on it."""

import math
import re

from playwright.sync_api import Page, expect

from tests.browser.board import WAIT_MS, Board, card, order, wait_for_rows
from tests.browser.picture_page import OpenPage
from tests.support.processes import free_port
from tests.support.waiting import until


def test_a_card_shows_its_history_and_new_rows(board: Board, open_page: OpenPage) -> None:
    board.push({"id": "beam", "value": 1.5}, {"id": "log", "type": "text", "value": "begun"})
    page = board.open(open_page)
    wait_for_rows(page, "beam", 1)
    wait_for_rows(page, "log", 1)

    board.push({"id": "beam", "value": 2.5}, {"id": "log", "value": "<b>going on</b>"})

    wait_for_rows(page, "beam", 2)
    expect(card(page, "beam").locator(".legend")).to_have_text("2.50000")
    expect(card(page, "beam").locator(".plot canvas")).to_be_visible()
    wait_for_rows(page, "log", 2)
    expect(card(page, "log").locator(".log p")).to_have_count(2)
    expect(card(page, "log").locator(".log")).to_contain_text("<b>going on</b>")
    assert order(page) == ["beam", "log"]


def test_a_new_card_appears_by_itself_and_a_changed_type_replaces_the_card(
    board: Board, open_page: OpenPage
) -> None:
    board.push({"id": "a", "value": 1}, {"id": "b", "value": 1})
    page = board.open(open_page)
    wait_for_rows(page, "b", 1)

    board.push({"id": "c", "value": 1}, {"id": "a", "type": "text", "value": "now a text"})

    expect(card(page, "a").locator(".log")).to_contain_text("now a text", timeout=WAIT_MS)
    wait_for_rows(page, "c", 1)
    assert order(page) == ["a", "b", "c"]


def test_rows_dropped_on_a_slow_connection_are_fetched_and_drawn(
    board: Board, open_page: OpenPage
) -> None:
    """The frames are discarded before the page receives them."""
    page = board.open_discarding(open_page, {"id": "a", "value": 0, "active_points": 100})
    wait_for_rows(page, "a", 1)

    page.evaluate("discard = true")
    for number in range(1, 6):
        board.push({"id": "a", "value": number})
    until(lambda: page.evaluate("discarded") == 6, "the frames were discarded")
    page.evaluate("discard = false")
    board.push({"id": "a", "value": 6})

    wait_for_rows(page, "a", 7)
    until(lambda: card(page, "a").get_attribute("data-holes") == "0", "all are there")
    expect(card(page, "a").locator(".missed")).to_be_hidden()


def test_rows_that_are_no_longer_stored_are_counted_and_shown_as_a_gap(
    board: Board, open_page: OpenPage
) -> None:
    page = board.open_discarding(open_page, {"id": "a", "value": 0, "active_points": 100})
    wait_for_rows(page, "a", 1)

    page.evaluate("discard = true")
    page.route("**/api/boards/**", lambda route: route.fulfill(json={"cards": [ANSWER]}))
    for number in range(1, 4):
        board.push({"id": "a", "value": number})
    until(lambda: page.evaluate("discarded") == 4, "the frames were discarded")
    page.evaluate("discard = false")
    board.push({"id": "a", "value": 4})

    expect(card(page, "a").locator(".missed")).to_have_text("3 points missed", timeout=WAIT_MS)
    expect(card(page, "a")).to_have_attribute("data-holes", "3")


def test_a_page_that_asks_for_the_cards_before_they_are_stored_shows_them_soon(
    board: Board, open_page: OpenPage
) -> None:
    other = open_page(board.url)
    expect(other.locator("body")).to_have_attribute("data-state", "waiting", timeout=WAIT_MS)
    board.push({"id": "a", "value": 1})
    wait_for_rows(other, "a", 1)  # the frame was sent

    def answer_too_early(page: Page) -> None:
        page.route("**/api/boards/**", lambda route: route.fulfill(json={"cards": []}), times=1)

    page = open_page(board.url, prepare=answer_too_early)

    wait_for_rows(page, "a", 1)


ANSWER = {
    "id": "a",
    "type": "line",
    "v": 1,
    "place": 0,
    "points": 100,
    "series": ["1"],
    "axis": "time",
    "n": 5,
    "t": 1.0,
    "first": 4,
    "rows": [[2e9, 4]],
}
"""an answer that has only the fifth row"""


def test_a_restarted_ingest_continues_the_same_card(board: Board, open_page: OpenPage) -> None:
    board.push({"id": "a", "value": 1}, {"id": "b", "value": 1})
    page = board.open(open_page)
    wait_for_rows(page, "a", 1)
    board.wait_until_stored("a", "b")
    board.ingest.process.kill()
    expect(page.locator("body")).to_have_attribute("data-state", "no_ingest", timeout=WAIT_MS)
    expect(page.locator("#words")).to_contain_text(f"python -m ingest.push --board {board.name}")

    board.ingest = board.start()
    expect(page.locator("body")).to_have_attribute("data-state", "live", timeout=WAIT_MS)
    board.push({"id": "a", "value": 2})

    expect(card(page, "a").locator(".legend .value")).to_have_text("2", timeout=WAIT_MS)
    assert order(page) == ["a", "b"]


def test_a_board_without_a_message_waits_and_a_quiet_one_is_live(
    board: Board, open_page: OpenPage
) -> None:
    page = open_page(board.url)
    expect(page.locator("body")).to_have_attribute("data-state", "waiting", timeout=WAIT_MS)
    expect(page.locator("#words")).to_contain_text("Waiting for the first message")
    expect(page.locator("#words")).to_contain_text("/push")

    board.push({"id": "a", "value": 1})

    expect(page.locator("body")).to_have_attribute("data-state", "live", timeout=WAIT_MS)
    wait_for_rows(page, "a", 1)
    expect(page.locator("#words")).to_be_hidden()
    for count in (2, 3, 4):  # the usual period is short
        board.push({"id": "a", "value": count})
        wait_for_rows(page, "a", count)
    expect(card(page, "a")).to_have_attribute("data-old", "yes", timeout=WAIT_MS)  # after 5 s
    expect(card(page, "a").locator(".age")).to_have_text(re.compile(r"^\d+ s ago$"))
    expect(page.locator("body")).to_have_attribute("data-state", "live")

    board.push({"id": "a", "value": 2})
    expect(card(page, "a")).to_have_attribute("data-old", "no", timeout=WAIT_MS)


def test_an_unknown_board_is_reported(board: Board, open_page: OpenPage) -> None:
    page = open_page(f"{board.worker.url}/board/unknown-board")

    expect(page.locator("body")).to_have_attribute("data-state", "refused", timeout=WAIT_MS)
    expect(page.locator("#words-title")).to_contain_text("unknown-board")


def test_a_card_of_an_unknown_type_says_so(board: Board, open_page: OpenPage) -> None:
    board.push({"id": "b", "value": 1})
    odd = ANSWER | {"type": "<b>hologram</b>", "n": 1, "first": 0}
    page = board.open(
        open_page,
        prepare=lambda page: page.route(
            "**/api/boards/**", lambda route: route.fulfill(json={"cards": [odd]})
        ),
    )

    words = "This page cannot show cards of type “<b>hologram</b>”"
    expect(card(page, "a").locator(".cannot")).to_contain_text(words, timeout=WAIT_MS)


def test_the_viewer_of_a_stream_that_is_a_board_leads_to_its_page(
    board: Board, open_page: OpenPage
) -> None:
    board.push({"id": "a", "value": 1})
    cards = f"beamcast:{board.name}:cards"
    until(lambda: board.beamcast.broker.exists(cards), "the history is written")

    page = board.open(open_page, path=f"/view/{board.name}")

    assert page.url == board.url


def test_only_visible_cards_are_drawn(board: Board, open_page: OpenPage) -> None:
    board.push(*({"id": f"c{number}", "value": number} for number in range(40)))
    page = board.open(open_page, width=500, height=400)
    wait_for_rows(page, "c0", 1)

    expect(card(page, "c39")).not_to_have_attribute("data-end", "1")
    card(page, "c39").scroll_into_view_if_needed()
    wait_for_rows(page, "c39", 1)

    board.push({"id": "c39", "value": 1}, {"id": "c0", "value": 1})
    wait_for_rows(page, "c39", 2)
    expect(card(page, "c0")).to_have_attribute("data-end", "1")


def test_thousands_of_points_per_second_are_all_drawn(board: Board, open_page: OpenPage) -> None:
    board.push({"id": "a", "value": 0, "active_points": 10000})
    page = board.open(open_page)
    wait_for_rows(page, "a", 1)

    for start in range(0, 5000, 500):
        board.push(*({"id": "a", "value": math.sin(n / 100)} for n in range(start, start + 500)))

    wait_for_rows(page, "a", 5001)
    until(lambda: card(page, "a").get_attribute("data-holes") == "0", "none is missing")
    expect(card(page, "a").locator(".missed")).to_be_hidden()


def test_a_page_of_a_board_whose_name_a_camera_takes_leads_to_the_camera(
    board: Board, open_page: OpenPage
) -> None:
    board.push({"id": "a", "value": 1})
    page = board.open(open_page)
    wait_for_rows(page, "a", 1)
    board.ingest.process.stop()

    board.start_stream(f"udp://127.0.0.1:{free_port()}", board.name)

    page.wait_for_url(f"**/view/{board.name}", timeout=WAIT_MS)
