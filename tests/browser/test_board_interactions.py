"""What a viewer can do with the cards of a board."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.board import (
    EVERY_CARD_TYPE,
    PIE_VALUES,
    WAIT_MS,
    Board,
    card,
    order,
    wait_for_rows,
)
from tests.browser.picture_page import OpenPage
from tests.support.waiting import until


def test_a_paused_card_counts_the_new_points(board: Board, open_page: OpenPage) -> None:
    board.push({"id": "a", "value": 1}, {"id": "b", "value": 1})
    page = board.open(open_page)
    wait_for_rows(page, "a", 1)

    card(page, "a").get_by_role("button", name="Pause a").click()
    board.push({"id": "a", "value": 2}, {"id": "a", "value": 3}, {"id": "b", "value": 2})

    wait_for_rows(page, "b", 2)
    expect(card(page, "a").locator(".waits")).to_have_text("Paused, 2 new points")
    expect(card(page, "a").locator(".legend .value")).to_have_text("1")
    assert "layout=p%3Da" in page.url
    page.reload()
    wait_for_rows(page, "b", 2)
    expect(card(page, "a")).to_have_attribute("data-paused", "yes")

    card(page, "a").locator(".pause").press("p")
    wait_for_rows(page, "a", 3)
    expect(card(page, "a").locator(".waits")).to_be_hidden()


def test_a_paused_picture_does_not_change(board: Board, open_page: OpenPage) -> None:
    heat = {"id": "heat", "type": "heatmap", "value": [[0, 100], [200, 255]]}
    board.push(heat)
    page = board.open(open_page)
    canvas = card(page, "heat").locator("canvas")

    def is_live() -> bool:
        before = canvas.get_attribute("data-seq")
        board.push(heat)
        return before is not None and canvas.get_attribute("data-seq") != before

    until(is_live, "the picture is live")
    card(page, "heat").locator(".pause").click()
    expect(card(page, "heat").locator(".waits")).to_have_text("Paused")
    seq = canvas.get_attribute("data-seq")

    target = int(board.beamcast.status(f"{board.name}.heat")["published"]) + 3

    def is_published() -> bool:
        board.push(heat)
        return int(board.beamcast.status(f"{board.name}.heat")["published"]) >= target

    until(is_published, "more were published")
    assert canvas.get_attribute("data-seq") == seq
    expect(card(page, "heat").locator(".cannot")).to_be_hidden()

    card(page, "heat").locator(".pause").click()
    until(is_live, "the picture is live again")


def test_a_cleared_card_says_so_until_a_new_point(board: Board, open_page: OpenPage) -> None:
    board.push({"id": "a", "type": "pie", "value": {"x": 1}})
    page = board.open(open_page)
    wait_for_rows(page, "a", 1)

    card(page, "a").locator(".opener").press("c")

    expect(card(page, "a").locator(".waits")).to_have_text("Cleared, no new points")
    expect(card(page, "a").locator("canvas")).to_be_hidden()
    board.push({"id": "a", "value": {"x": 2}})
    expect(card(page, "a").locator("canvas")).to_be_visible()
    expect(card(page, "a").locator(".waits")).to_be_hidden()


def test_all_cards_are_paused_and_cleared_together(board: Board, open_page: OpenPage) -> None:
    board.push({"id": "a", "value": 1}, {"id": "b", "type": "text", "value": "x"})
    page = board.open(open_page)
    wait_for_rows(page, "b", 1)

    page.press("body", "p")
    expect(page.locator("#pause-all")).to_have_text("Continue")
    expect(page.locator(".card[data-paused=yes]")).to_have_count(2)
    page.press("body", "p")
    expect(page.locator(".card[data-paused=yes]")).to_have_count(0)

    page.click("#clear-all")
    expect(page.locator(".card[data-rows='0']")).to_have_count(2)
    board.push({"id": "b", "value": "y"})
    expect(card(page, "b").locator(".log p")).to_have_count(1)
    expect(card(page, "b").locator(".log")).to_contain_text("y")


def test_a_link_has_the_layout_and_viewers_have_independent_layouts(
    board: Board, open_page: OpenPage
) -> None:
    board.push(*({"id": one, "value": 1} for one in "abcd"))
    page = board.open(open_page)
    wait_for_rows(page, "d", 1)

    card(page, "d").locator(".pause").press("Shift+ArrowLeft")
    expect(card(page, "d").locator(".pause")).to_be_focused()
    card(page, "a").locator(".pause").press("Delete")
    card(page, "b").locator(".corner").press("ArrowRight")
    card(page, "b").locator(".corner").press("ArrowDown")

    assert order(page) == ["b", "d", "c"]
    expect(page.locator("#hidden")).to_have_text(re.compile("^1 hidden"))
    size = card(page, "b").bounding_box()
    narrow = card(page, "c").bounding_box()
    assert size["width"] > 1.9 * narrow["width"]
    assert size["height"] > narrow["height"] + 20
    other = board.open(open_page)
    wait_for_rows(other, "d", 1)
    assert order(other) == ["a", "b", "c", "d"]

    linked = open_page(page.url)
    wait_for_rows(linked, "d", 1)
    assert order(linked) == ["b", "d", "c"]
    assert card(linked, "b").bounding_box() == size
    page.goto(board.url)  # this browser stores the layout
    wait_for_rows(page, "d", 1)
    assert order(page) == ["b", "d", "c"]

    page.select_option("#hidden", "a")
    assert order(page) == ["a", "b", "d", "c"]
    expect(page.locator("#hidden")).to_be_hidden()


def test_a_card_is_dragged_by_its_head_and_its_corner(board: Board, open_page: OpenPage) -> None:
    board.push(*({"id": one, "value": 1} for one in "abc"))
    page = board.open(open_page)
    wait_for_rows(page, "c", 1)

    card(page, "c").locator("h2").drag_to(card(page, "a"))
    assert order(page) == ["c", "a", "b"]

    before = card(page, "c").bounding_box()
    corner = card(page, "c").locator(".corner").bounding_box()
    page.mouse.move(corner["x"] + 8, corner["y"] + 8)
    page.mouse.down()
    page.mouse.move(corner["x"] + before["width"], corner["y"] + 100, steps=4)
    assert "s%3Dc" not in page.url  # not at each step
    page.mouse.up()

    after = card(page, "c").bounding_box()
    assert after["width"] > 1.9 * before["width"]
    assert after["height"] > before["height"] + 60
    assert "s%3Dc" in page.url


def test_the_size_in_the_message_is_the_initial_size(board: Board, open_page: OpenPage) -> None:
    board.push({"id": "a", "value": 1}, {"id": "b", "value": 1, "width": 800, "height": 500})
    page = board.open(open_page, width=1300)
    wait_for_rows(page, "b", 1)

    size = card(page, "b").bounding_box()

    assert size["width"] == pytest.approx(800, abs=200)  # in whole columns
    assert size["height"] == pytest.approx(500, abs=20)


def test_cards_are_found_by_name_and_id(every_card: Board, open_page: OpenPage) -> None:
    every_card.push({"id": "rf-1", "name": "Klystron", "value": 1})
    page = every_card.open(open_page)
    wait_for_rows(page, "line", 1)

    page.keyboard.press("/")
    page.keyboard.type("klys")
    assert order(page) == ["rf-1"]
    page.keyboard.press("Enter")
    expect(card(page, "rf-1").locator(".opener")).to_be_focused()
    page.fill("#search", "RF-1")
    assert order(page) == ["rf-1"]
    page.press("#search", "Escape")
    assert len(order(page)) > len(EVERY_CARD_TYPE)


def test_the_page_says_why_no_card_is_visible(board: Board, open_page: OpenPage) -> None:
    board.push(*({"id": one, "value": 1} for one in ("one", "two", "other")))
    page = board.open(open_page)
    wait_for_rows(page, "other", 1)
    reason = page.locator("#empty")
    expect(reason).to_be_hidden()

    page.fill("#search", "<b>Three")
    expect(reason).to_contain_text("No card has “<b>three” in its name or id.")
    expect(page.get_by_role("button", name="Show all cards")).to_be_hidden()
    page.fill("#search", "")
    expect(reason).to_be_hidden()
    for one in ("one", "two", "other"):
        card(page, one).locator(".opener").press("Delete")

    expect(reason).to_contain_text("All 3 cards are hidden.")
    page.get_by_role("button", name="Show all cards").click()
    expect(reason).to_be_hidden()
    assert order(page) == ["one", "two", "other"]
    assert "layout" not in page.url


def test_all_hidden_cards_are_shown_again_together(board: Board, open_page: OpenPage) -> None:
    board.push(*({"id": one, "value": 1} for one in "abc"))
    page = board.open(open_page)
    wait_for_rows(page, "c", 1)
    for one in "ab":
        card(page, one).locator(".opener").press("Delete")
    assert order(page) == ["c"]

    page.select_option("#hidden", label="Show all")

    assert order(page) == ["a", "b", "c"]
    expect(page.locator("#hidden")).to_be_hidden()


def test_a_card_is_saved_as_a_picture_and_as_rows(
    every_card: Board, open_page: OpenPage, tmp_path: Path
) -> None:
    page = every_card.open(open_page, width=1600, height=2400)
    expect(page.locator(".card:not([data-rows])")).to_have_count(0)  # all are drawn
    wait_for_rows(page, "map", 1)

    for one in ("line", "pie", "map", "text"):
        with page.expect_download() as got:
            card(page, one).locator(".opener").click()
            card(page, one).get_by_role("button", name="Save as PNG").click()
        assert got.value.suggested_filename == f"{every_card.name}_{one}.png"
        assert Path(got.value.path()).read_bytes().startswith(b"\x89PNG")
    with page.expect_download() as got:
        card(page, "pie").locator(".opener").click()
        card(page, "pie").get_by_role("button", name="Save as CSV").click()

    lines = Path(got.value.path()).read_text()
    assert lines.splitlines() == ["label,value", *(f"{k},{v}" for k, v in PIE_VALUES.items())]
    card(page, "custom").locator(".opener").click()
    off = card(page, "custom").get_by_role("button", name="Save as CSV")
    expect(off).to_have_attribute("aria-disabled", "true")
    page.keyboard.press("Escape")
    expect(card(page, "custom").locator(".opener")).to_be_focused()


def test_the_tour_scrolls_until_the_user_scrolls(board: Board, open_page: OpenPage) -> None:
    board.push(*({"id": f"c{number}", "value": number} for number in range(20)))
    page = board.open(open_page, width=500, height=400)
    wait_for_rows(page, "c0", 1)

    page.click("#tour")
    until(lambda: page.evaluate("scrollY") > 5, "it scrolls")
    page.mouse.wheel(0, 1)

    expect(page.locator("#tour")).to_have_attribute("aria-pressed", "false")


def test_a_layout_that_is_too_long_for_a_link_is_reported_and_stored(
    board: Board, open_page: OpenPage
) -> None:
    ids = [f"{number}".zfill(3) + "é" * 100 for number in range(12)]
    board.push(*({"id": one, "value": 1} for one in ids))
    page = board.open(open_page, height=2000)
    wait_for_rows(page, ids[0], 1)

    page.click("#pause-all")

    expect(page.locator("#notice")).to_contain_text("too long for a link")
    assert "layout" not in page.url
    expect(page.locator(".card[data-paused=yes]")).to_have_count(12)
    page.reload()
    expect(page.locator(".card[data-paused=yes]")).to_have_count(12, timeout=WAIT_MS)
