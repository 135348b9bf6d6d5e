"""A board in a real Chromium."""

import math
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.board import (
    EACH,
    OWN,
    SHARES,
    WAIT_MS,
    Board,
    card,
    order,
    started,
    wait_for_rows,
)
from tests.browser.fields import OpenPage
from tests.support.beamcast import Beamcast
from tests.support.waiting import until

MARKUP = "<img src=x onerror=document.title='run'><script>document.title='run'</script>"
INK = """one => {
    const { width, height } = one;
    const { data } = one.getContext("2d").getImageData(0, 0, width, height);
    const colours = new Set();
    for (let at = 0; at < data.length; at += 4) {
        if (data[at + 3]) colours.add(data.slice(at, at + 4).join());
    }
    return colours.size;
}"""
"""how many colours a canvas has"""


@pytest.fixture
def board(beamcast: Beamcast) -> Board:
    return Board(beamcast)


@pytest.fixture(scope="module")
def full() -> Iterator[Board]:
    """One with a card of each type, for tests that look on, or add cards of their own."""
    with started() as board:
        board.push(*EACH)
        yield board


def test_a_card_shows_what_was_there_and_what_comes(board: Board, open_page: OpenPage) -> None:
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


@pytest.mark.parametrize("one", [each["id"] for each in EACH if each["id"] != "text"])
def test_each_type_of_card_is_drawn(full: Board, open_page: OpenPage, one: str) -> None:
    page = full.open(open_page, width=1600, height=2400)

    wait_for_rows(
        page,
        one,
        len(next(e for e in EACH if e["id"] == one)["value"])
        if one in ("horizontalBar", "pie", "doughnut", "radar", "polarArea", "scatter")
        else 1,
    )

    until(lambda: card(page, one).locator("canvas").evaluate(INK) > 8, f"{one} is drawn")
    expect(card(page, one).locator(".cannot:visible")).to_have_count(0)


def test_a_new_card_appears_by_itself_and_one_of_another_type_takes_its_place(
    board: Board, open_page: OpenPage
) -> None:
    board.push({"id": "a", "value": 1}, {"id": "b", "value": 1})
    page = board.open(open_page)
    wait_for_rows(page, "b", 1)

    board.push({"id": "c", "value": 1}, {"id": "a", "type": "text", "value": "now a text"})

    expect(card(page, "a").locator(".log")).to_contain_text("now a text", timeout=WAIT_MS)
    wait_for_rows(page, "c", 1)
    assert order(page) == ["a", "b", "c"]


def test_markup_in_any_text_is_shown_as_text(board: Board, open_page: OpenPage) -> None:
    series = {MARKUP[:100]: 1}
    board.push(
        {"id": MARKUP, "value": series, "label": MARKUP, "legend": MARKUP},
        {"id": "n", "name": MARKUP, "type": "text", "value": MARKUP, "time": MARKUP},
        {"id": "p", "name": MARKUP, "type": "pie", "value": series, "legend": MARKUP},
        {"id": "m", "type": "map", "value": {"lat": 1, "lon": 1, "name": MARKUP}},
        {"id": "c", "type": "custom", "value": {"type": MARKUP}},
    )
    page = board.open(open_page, height=1600)

    wait_for_rows(page, "n", 1)
    wait_for_rows(page, "m", 1)
    expect(card(page, "c").locator(".cannot")).to_contain_text("onerror", timeout=WAIT_MS)
    expect(card(page, "n").locator("h2")).to_have_text(MARKUP)
    expect(card(page, "n").locator(".log")).to_contain_text(MARKUP)
    expect(page.locator(".legend .name").first).to_have_text(MARKUP[:100])
    for one in ("n", "p"):
        card(page, one).locator(".opener").click()
        card(page, one).get_by_role("button", name="Hide").click()
    expect(page.locator("#hidden option")).to_have_text(["2 hidden", MARKUP, MARKUP])
    assert page.locator("img, .cards script").count() == 0
    assert page.title() == "board · Beamcast"


@pytest.mark.parametrize(
    "value",
    [
        {"type": "sunburst"},
        {"type": "bar", "data": {"datasets": [3]}},
        {"type": "bar", "data": {"datasets": [{"data": [1]}]}, "options": []},
        {**OWN, "options": {"scales": {"x": {"type": "time"}}}},
        {**OWN, "options": {"plugins": {"tooltip": {"callbacks": {"label": "alert(1)"}}}}},
        {**OWN, "options": {"plugins": {"legend": {"labels": {"filter": "x"}}}}},
        {**OWN, "options": {"locale": "!"}},
    ],
    ids=["type", "datasets", "options", "adapter", "callback", "filter", "locale"],
)
def test_a_configuration_that_cannot_be_drawn_says_so_in_its_card_and_harms_no_other(
    full: Board, open_page: OpenPage, value: dict[str, Any]
) -> None:
    full.push({"id": "custom", "type": "custom", "value": value})
    page = full.open(open_page, width=1600, height=2400)

    said = card(page, "custom").locator(".cannot")
    expect(said).to_contain_text("Chart.js cannot draw this: ", timeout=WAIT_MS)
    expect(card(page, "map")).to_have_attribute("data-end", "1", timeout=WAIT_MS)

    full.push({"id": "custom", "value": OWN})

    expect(said).to_be_hidden(timeout=WAIT_MS)
    until(lambda: card(page, "custom").locator("canvas").evaluate(INK) > 8, "it is drawn")


def test_rows_that_a_slow_line_left_out_are_fetched_and_drawn(
    board: Board, open_page: OpenPage
) -> None:
    """Frames are thrown away on their way into the page."""
    page = board.open_losing(open_page, {"id": "a", "value": 0, "active_points": 100})
    wait_for_rows(page, "a", 1)

    page.evaluate("lose = true")
    for number in range(1, 6):
        board.push({"id": "a", "value": number})
    until(lambda: page.evaluate("lost") == 6, "they were thrown away")
    page.evaluate("lose = false")
    board.push({"id": "a", "value": 6})

    wait_for_rows(page, "a", 7)
    until(lambda: card(page, "a").get_attribute("data-holes") == "0", "all are there")
    expect(card(page, "a").locator(".missed")).to_be_hidden()


def test_rows_that_nobody_has_any_more_are_counted_and_are_a_gap(
    board: Board, open_page: OpenPage
) -> None:
    page = board.open_losing(open_page, {"id": "a", "value": 0, "active_points": 100})
    wait_for_rows(page, "a", 1)

    page.evaluate("lose = true")
    page.route("**/api/boards/**", lambda route: route.fulfill(json={"cards": [ANSWER]}))
    for number in range(1, 4):
        board.push({"id": "a", "value": number})
    until(lambda: page.evaluate("lost") == 4, "they were thrown away")
    page.evaluate("lose = false")
    board.push({"id": "a", "value": 4})

    expect(card(page, "a").locator(".missed")).to_have_text("3 points missed", timeout=WAIT_MS)
    expect(card(page, "a")).to_have_attribute("data-holes", "3")


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


def test_an_ingest_that_begins_anew_goes_on_in_the_same_card(
    board: Board, open_page: OpenPage
) -> None:
    board.push({"id": "a", "value": 1}, {"id": "b", "value": 1})
    page = board.open(open_page)
    wait_for_rows(page, "a", 1)
    board.ingest.process.kill()
    expect(page.locator("body")).to_have_attribute("data-state", "no_ingest", timeout=WAIT_MS)
    expect(page.locator("#words")).to_contain_text("python -m ingest.push --board board")

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
    expect(card(page, "a")).to_have_attribute("data-old", "yes", timeout=WAIT_MS)  # after 5 s
    expect(card(page, "a").locator(".age")).to_have_text(re.compile(r"^\d+ s ago$"))
    expect(page.locator("body")).to_have_attribute("data-state", "live")

    board.push({"id": "a", "value": 2})
    expect(card(page, "a")).to_have_attribute("data-old", "no", timeout=WAIT_MS)


def test_a_board_that_nobody_knows_says_so(board: Board, open_page: OpenPage) -> None:
    page = open_page(board.url.replace("/board/board", "/board/nobody-has-this"))

    expect(page.locator("body")).to_have_attribute("data-state", "refused", timeout=WAIT_MS)
    expect(page.locator("#words-title")).to_contain_text("nobody-has-this")


def test_a_paused_card_holds_and_says_how_much_came(board: Board, open_page: OpenPage) -> None:
    board.push({"id": "a", "value": 1}, {"id": "b", "value": 1})
    page = board.open(open_page)
    wait_for_rows(page, "a", 1)

    card(page, "a").get_by_role("button", name="Pause a").click()
    board.push({"id": "a", "value": 2}, {"id": "a", "value": 3}, {"id": "b", "value": 2})

    wait_for_rows(page, "b", 2)
    expect(card(page, "a").locator(".waits")).to_have_text("Paused, 2 points since")
    expect(card(page, "a").locator(".legend .value")).to_have_text("1")
    assert "layout=p%3Da" in page.url
    page.reload()
    wait_for_rows(page, "b", 2)
    expect(card(page, "a")).to_have_attribute("data-paused", "yes")

    card(page, "a").locator(".pause").press("p")
    wait_for_rows(page, "a", 3)
    expect(card(page, "a").locator(".waits")).to_be_hidden()


def test_all_are_paused_and_cleared_at_once(board: Board, open_page: OpenPage) -> None:
    board.push({"id": "a", "value": 1}, {"id": "b", "type": "text", "value": "x"})
    page = board.open(open_page)
    wait_for_rows(page, "b", 1)

    page.press("body", "p")
    expect(page.locator("#pause-all")).to_have_text("Go on")
    expect(page.locator(".card[data-paused=yes]")).to_have_count(2)
    page.press("body", "p")
    expect(page.locator(".card[data-paused=yes]")).to_have_count(0)

    page.click("#clear-all")
    expect(page.locator(".card[data-rows='0']")).to_have_count(2)
    board.push({"id": "b", "value": "y"})
    expect(card(page, "b").locator(".log p")).to_have_count(1)
    expect(card(page, "b").locator(".log")).to_contain_text("y")


def test_a_link_is_a_layout_and_one_viewers_layout_is_no_others(
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
    page.goto(board.url)  # this browser keeps it
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


def test_the_size_of_the_message_is_the_first(board: Board, open_page: OpenPage) -> None:
    board.push({"id": "a", "value": 1}, {"id": "b", "value": 1, "width": 800, "height": 500})
    page = board.open(open_page, width=1300)
    wait_for_rows(page, "b", 1)

    size = card(page, "b").bounding_box()

    assert size["width"] == pytest.approx(800, abs=200)  # in whole columns
    assert size["height"] == pytest.approx(500, abs=20)


def test_cards_are_found_by_name_and_id(full: Board, open_page: OpenPage) -> None:
    full.push({"id": "rf-1", "name": "Klystron", "value": 1})
    page = full.open(open_page)
    wait_for_rows(page, "line", 1)

    page.keyboard.press("/")
    page.keyboard.type("klys")
    assert order(page) == ["rf-1"]
    page.keyboard.press("Enter")
    expect(card(page, "rf-1").locator(".opener")).to_be_focused()
    page.fill("#search", "RF-1")
    assert order(page) == ["rf-1"]
    page.press("#search", "Escape")
    assert len(order(page)) > len(EACH)


def test_a_card_is_saved_as_a_picture_and_as_rows(
    full: Board, open_page: OpenPage, tmp_path: Path
) -> None:
    page = full.open(open_page, width=1600, height=2400)
    wait_for_rows(page, "map", 1)

    for one in ("line", "pie", "map", "text"):
        with page.expect_download() as got:
            card(page, one).locator(".opener").click()
            card(page, one).get_by_role("button", name="Save as PNG").click()
        assert got.value.suggested_filename == f"board_{one}.png"
        assert Path(got.value.path()).read_bytes().startswith(b"\x89PNG")
    with page.expect_download() as got:
        card(page, "pie").locator(".opener").click()
        card(page, "pie").get_by_role("button", name="Save as CSV").click()

    told = Path(got.value.path()).read_text()
    assert told.splitlines() == ["label,value", *(f"{k},{v}" for k, v in SHARES.items())]
    card(page, "custom").locator(".opener").click()
    off = card(page, "custom").get_by_role("button", name="Save as CSV")
    expect(off).to_have_attribute("aria-disabled", "true")
    page.keyboard.press("Escape")
    expect(card(page, "custom").locator(".opener")).to_be_focused()


def test_a_card_of_a_type_that_this_page_does_not_know_says_so(
    board: Board, open_page: OpenPage
) -> None:
    board.push({"id": "b", "value": 1})
    odd = ANSWER | {"type": "<b>hologram</b>", "n": 1, "first": 0}
    page = board.open(
        open_page,
        prepare=lambda page: page.route(
            "**/api/boards/**", lambda route: route.fulfill(json={"cards": [odd]})
        ),
    )

    words = "This page cannot show “<b>hologram</b>”"
    expect(card(page, "a").locator(".cannot")).to_contain_text(words, timeout=WAIT_MS)


def test_the_viewer_of_a_stream_that_is_a_board_leads_to_its_page(
    board: Board, open_page: OpenPage
) -> None:
    board.push({"id": "a", "value": 1})
    until(lambda: board.beamcast.broker.exists("beamcast:board:cards"), "the history is written")

    page = board.open(open_page, path="/view/board")

    assert page.url == board.url


def test_only_what_is_seen_is_drawn(board: Board, open_page: OpenPage) -> None:
    board.push(*({"id": f"c{number}", "value": number} for number in range(40)))
    page = board.open(open_page, width=500, height=400)
    wait_for_rows(page, "c0", 1)

    expect(card(page, "c39")).not_to_have_attribute("data-end", "1")
    card(page, "c39").scroll_into_view_if_needed()
    wait_for_rows(page, "c39", 1)

    board.push({"id": "c39", "value": 1}, {"id": "c0", "value": 1})
    wait_for_rows(page, "c39", 2)
    expect(card(page, "c0")).to_have_attribute("data-end", "1")


def test_a_text_follows_its_end_unless_somebody_has_scrolled_up(
    board: Board, open_page: OpenPage
) -> None:
    board.push(*({"id": "a", "type": "text", "value": f"line {n}"} for n in range(100)))
    page = board.open(open_page)
    wait_for_rows(page, "a", 100)
    log = card(page, "a").locator(".log")
    left = "one => one.scrollHeight - one.clientHeight - one.scrollTop"
    assert log.evaluate(left) < 5

    board.push({"id": "a", "value": "more"})
    wait_for_rows(page, "a", 101)
    assert log.evaluate(left) < 5

    log.evaluate("one => { one.scrollTop = 40; }")
    until(lambda: log.evaluate("one => one.scrollTop") == 40, "it is scrolled")
    page.evaluate("new Promise(requestAnimationFrame)")
    board.push({"id": "a", "value": "even more"})
    wait_for_rows(page, "a", 102)
    assert log.evaluate("one => one.scrollTop") == 40


def test_the_tour_scrolls_until_somebody_takes_the_wheel(board: Board, open_page: OpenPage) -> None:
    board.push(*({"id": f"c{number}", "value": number} for number in range(20)))
    page = board.open(open_page, width=500, height=400)
    wait_for_rows(page, "c0", 1)

    page.click("#tour")
    until(lambda: page.evaluate("scrollY") > 5, "it scrolls")
    page.mouse.wheel(0, 1)

    expect(page.locator("#tour")).to_have_attribute("aria-pressed", "false")


def test_thousands_of_points_a_second_are_all_there(board: Board, open_page: OpenPage) -> None:
    board.push({"id": "a", "value": 0, "active_points": 10000})
    page = board.open(open_page)
    wait_for_rows(page, "a", 1)

    for start in range(0, 5000, 500):
        board.push(*({"id": "a", "value": math.sin(n / 100)} for n in range(start, start + 500)))

    wait_for_rows(page, "a", 5001)
    until(lambda: card(page, "a").get_attribute("data-holes") == "0", "none is missing")
    expect(card(page, "a").locator(".missed")).to_be_hidden()


def test_day_and_night_colour_what_is_drawn(full: Board, open_page: OpenPage) -> None:
    page = full.open(open_page, width=1600, height=2400, color_scheme="light")
    wait_for_rows(page, "line", 1)
    wait_for_rows(page, "map", 1)
    corner = "one => [...one.getContext('2d').getImageData(9, 9, 1, 1).data]"
    assert min(card(page, "map").locator("canvas").evaluate(corner)) > 180

    page.click("#theme")

    until(
        lambda: max(card(page, "map").locator("canvas").evaluate(corner)[:3]) < 60,
        "the map is dark",
    )


@pytest.mark.parametrize(("width", "height"), [(360, 640), (800, 600), (3840, 2160)])
def test_nothing_is_wider_than_the_window(
    full: Board, open_page: OpenPage, width: int, height: int
) -> None:
    full.push({"id": "wide", "value": 1, "width": 4000})
    page = full.open(open_page, width=width, height=height)
    wait_for_rows(page, "line", 1)

    assert page.evaluate("document.documentElement.scrollWidth") == width


def test_the_layout_that_is_too_long_for_a_link_says_so(board: Board, open_page: OpenPage) -> None:
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
