"""The map card: the land below its points."""

from playwright.sync_api import Page, expect

from tests.browser.board import Board, card, wait_for_rows
from tests.browser.picture_page import OpenPage
from tests.support.waiting import until

LAND = "**/lib/world-atlas/**"
ATLANTIC = [{"lat": 48, "lon": -40}, {"lat": 48, "lon": 10}]
"""The centre of its map is at 15° W, and the map is 62.5° wide."""
DATE_LINE = [{"lat": 67.5, "lon": 172}, {"lat": 67.5, "lon": -172}]
COLOUR = """([name, x, y]) => {
    const canvas = document.querySelector(".map canvas");
    if (!canvas) return false;
    const reference = document.createElement("canvas").getContext("2d");
    reference.fillStyle = getComputedStyle(canvas).getPropertyValue(name);
    reference.fillRect(0, 0, 1, 1);
    const at = [Math.round(x * canvas.width), Math.round(y * canvas.height)];
    const shown = [...canvas.getContext("2d").getImageData(...at, 1, 1).data];
    const expected = [...reference.getImageData(0, 0, 1, 1).data];
    return shown.every((part, index) => Math.abs(part - expected[index]) <= 2);
}"""
"""whether the map has this colour of the style sheet there: shares of its width and height"""


def is_seen(page: Page, name: str, lon: float, wide: float, middle: float) -> bool:
    """Whether the colour stands at this longitude, in the middle of the map's height."""
    return page.evaluate(COLOUR, [name, 0.5 + (lon - middle) / wide, 0.5])


def test_land_is_drawn_where_there_is_land_by_day_and_night(
    board: Board, open_page: OpenPage
) -> None:
    board.push({"id": "m", "type": "map", "value": ATLANTIC})
    page = board.open(open_page)

    for _ in ("day", "night"):
        until(lambda: is_seen(page, "--land", 5, 62.5, -15), "France is land")
        assert is_seen(page, "--sea", -20, 62.5, -15), "the Atlantic is sea"
        page.click("#theme")


def test_land_continues_across_the_date_line(board: Board, open_page: OpenPage) -> None:
    board.push({"id": "m", "type": "map", "value": DATE_LINE})
    page = board.open(open_page)

    until(lambda: is_seen(page, "--land", 178, 20, 180), "Chukotka is land")
    assert is_seen(page, "--land", 182, 20, 180)


def test_without_the_land_file_the_map_has_only_the_grid(board: Board, open_page: OpenPage) -> None:
    board.push({"id": "m", "type": "map", "value": ATLANTIC})

    page = board.open(
        open_page, prepare=lambda page: page.route(LAND, lambda route: route.fulfill(status=404))
    )

    wait_for_rows(page, "m", 2)
    until(lambda: is_seen(page, "--stage", 5, 62.5, -15) and page.complaints, "land was requested")
    assert "404" in page.complaints.pop()
    assert is_seen(page, "--stage", 5, 62.5, -15)


def test_the_land_is_fetched_only_for_maps_and_once(board: Board, open_page: OpenPage) -> None:
    requested: list[str] = []
    board.push({"id": "a", "value": 1})
    page = board.open(
        open_page,
        prepare=lambda page: page.on("request", lambda request: requested.append(request.url)),
    )
    wait_for_rows(page, "a", 1)
    assert not [url for url in requested if "world-atlas" in url]

    board.push(*({"id": one, "type": "map", "value": ATLANTIC} for one in "mn"))

    wait_for_rows(page, "m", 2)
    wait_for_rows(page, "n", 2)
    expect(card(page, "n").locator("canvas")).to_be_visible()
    assert len([url for url in requested if "world-atlas" in url]) == 1
