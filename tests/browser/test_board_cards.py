"""What is drawn in the cards of a board."""

import itertools

import pytest
from playwright.sync_api import expect

from tests.browser.board import (
    CORNER_COLOURS,
    COUNT_COLOURS,
    CUSTOM_CHART,
    EVERY_CARD_TYPE,
    VIRIDIS,
    WAIT_MS,
    Board,
    card,
    wait_for_rows,
)
from tests.browser.picture_page import OpenPage
from tests.support.waiting import until

MARKUP = "<img src=x onerror=document.title='run'><script>document.title='run'</script>"


def test_each_type_of_card_is_drawn(every_card: Board, open_page: OpenPage) -> None:
    page = every_card.open(open_page, width=1600, height=2400)

    for message in EVERY_CARD_TYPE:
        name, value = message["id"], message["value"]
        if name == "text":
            continue
        row_of_each_value = "horizontalBar", "pie", "doughnut", "radar", "polarArea", "scatter"
        wait_for_rows(page, name, len(value) if name in row_of_each_value else 1)
        canvas = card(page, name).locator("canvas")
        until(lambda canvas=canvas: canvas.evaluate(COUNT_COLOURS) > 8, f"{name} is drawn")
        expect(card(page, name).locator(".cannot:visible")).to_have_count(0)


def test_markup_in_any_text_is_shown_as_text(board: Board, open_page: OpenPage) -> None:
    series = {MARKUP[:100]: 1}
    money = {"style": "currency", "currency": MARKUP}
    odd = {**CUSTOM_CHART, "options": {"scales": {"y": {"ticks": {"format": money}}}}}
    board.push(
        {"id": MARKUP, "value": series, "label": MARKUP, "legend": MARKUP},
        {"id": "n", "name": MARKUP, "type": "text", "value": MARKUP, "time": MARKUP},
        {"id": "p", "name": MARKUP, "type": "pie", "value": series, "legend": MARKUP},
        {"id": "m", "type": "map", "value": {"lat": 1, "lon": 1, "name": MARKUP}},
        {"id": "c", "type": "custom", "value": odd},
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
    expect(page.locator("#hidden option")).to_have_text(["2 hidden", MARKUP, MARKUP, "Show all"])
    assert page.locator("img, .cards script").count() == 0
    assert page.title() == f"{board.name} · Beamcast"


def test_a_time_axis_has_ticks_at_whole_minutes(board: Board, open_page: OpenPage) -> None:
    """Ticks 100 s apart, shown in minutes, would appear to be 1 or 2 min apart."""
    board.push({"id": "a", "value": 0, "time": 1.8e9, "active_points": 300})
    board.push(*({"id": "a", "value": n, "time": 1.8e9 + n} for n in range(1, 290)))
    script = """
        window.written = new Set();
        const own = CanvasRenderingContext2D.prototype.fillText;
        CanvasRenderingContext2D.prototype.fillText = function (text, ...more) {
            written.add(text);
            own.call(this, text, ...more);
        };
    """
    page = board.open(open_page, script=script)
    wait_for_rows(page, "a", 290)

    times = sorted(text.split(":") for text in page.evaluate("[...written]") if ":" in text)
    minutes = [int(hour) * 60 + int(minute) for hour, minute in times]

    assert len(minutes) >= 2
    assert {after - before for before, after in itertools.pairwise(minutes)} in ({1}, {2})


def test_a_text_scrolls_to_its_end_unless_the_user_has_scrolled_up(
    board: Board, open_page: OpenPage
) -> None:
    board.push(*({"id": "a", "type": "text", "value": f"line {n}"} for n in range(100)))
    page = board.open(open_page)
    wait_for_rows(page, "a", 100)
    log = card(page, "a").locator(".log")
    remaining = "one => one.scrollHeight - one.clientHeight - one.scrollTop"
    assert log.evaluate(remaining) < 5

    board.push({"id": "a", "value": "more"})
    wait_for_rows(page, "a", 101)
    assert log.evaluate(remaining) < 5

    log.evaluate("one => { one.scrollTop = 40; }")
    until(lambda: log.evaluate("one => one.scrollTop") == 40, "it is scrolled")
    page.evaluate("new Promise(requestAnimationFrame)")
    board.push({"id": "a", "value": "even more"})
    wait_for_rows(page, "a", 102)
    assert log.evaluate("one => one.scrollTop") == 40


def test_the_theme_changes_the_colours_of_the_drawing(
    every_card: Board, open_page: OpenPage
) -> None:
    page = every_card.open(open_page, width=1600, height=2400, color_scheme="light")
    wait_for_rows(page, "line", 1)
    wait_for_rows(page, "map", 1)
    corner = "one => [...one.getContext('2d').getImageData(one.width - 9, 9, 1, 1).data]"
    assert min(card(page, "map").locator("canvas").evaluate(corner)) > 180

    page.click("#theme")

    until(
        lambda: max(card(page, "map").locator("canvas").evaluate(corner)[:3]) < 60,
        "the map is dark",
    )


def test_no_card_is_wider_than_the_window(every_card: Board, open_page: OpenPage) -> None:
    every_card.push({"id": "wide", "value": 1, "width": 4000})
    page = every_card.open(open_page, width=360, height=640)
    wait_for_rows(page, "line", 1)

    scroll_width = "document.documentElement.scrollWidth"
    for width, height in [(360, 640), (800, 600), (3840, 2160)]:
        page.set_viewport_size({"width": width, "height": height})
        until(lambda width=width: page.evaluate(scroll_width) == width, f"the page is {width} wide")


def test_a_picture_is_live_in_its_card_and_leads_to_its_page(
    board: Board, open_page: OpenPage
) -> None:
    board.push({"id": "heat", "type": "heatmap", "value": [[0, 1], [2, 3]]})
    page = board.open(open_page)
    canvas = card(page, "heat").locator("canvas")

    def is_drawn() -> bool:
        board.push({"id": "heat", "value": [[0, 100], [200, 255]]})
        return page.evaluate(CORNER_COLOURS, "heat") is not None

    until(is_drawn, "the picture is drawn")
    low, high = page.evaluate(CORNER_COLOURS, "heat")
    assert low[:3] == pytest.approx(VIRIDIS[0], abs=30)
    assert high[:3] == pytest.approx(VIRIDIS[1], abs=30)
    expect(canvas).to_have_attribute("aria-label", "Picture of heat")
    card(page, "heat").get_by_text("All tools").click()
    expect(page).to_have_url(f"{board.worker.url}/view/{board.name}.heat?look=viridis")
