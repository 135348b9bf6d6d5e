"""The start page with several streams, and boards beside them."""

import io
import re
from collections.abc import Iterator

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from shared import envelope
from tests.browser.picture_page import OpenPage
from tests.browser.stream_tiles import (
    SIZES,
    WAIT_MS,
    Streams,
    order,
    start_streams,
    tile,
    wait_for_live,
    wait_for_next_frame,
    wait_for_state,
)
from tests.support.push import Push
from tests.support.waiting import until


def brightest(page: Page, stream: str) -> int:
    """Return the brightest grey level of a tile on the screen."""
    shot = tile(page, stream).locator("canvas").screenshot()
    return int(np.asarray(Image.open(io.BytesIO(shot)).convert("L")).max())


def test_the_start_page_shows_all_streams_and_their_states(
    streams: Streams, open_page: OpenPage
) -> None:
    page = open_page(streams.worker.url)

    wait_for_live(page)
    assert order(page) == ["one", "three", "two"]
    for stream in SIZES:
        expect(tile(page, stream).locator(".badge")).to_have_text("Live")
        expect(tile(page, stream).locator(".viewers")).to_have_text("1")
        expect(tile(page, stream).locator(".age")).to_contain_text(" s")
        assert brightest(page, stream) > 200
    expect(page.locator(".filter")).to_have_text(["3 all", "0 not live", "3 cameras", "0 boards"])


@pytest.mark.parametrize("action", ["click", "Enter"])
def test_a_click_or_enter_on_a_tile_opens_its_stream(
    streams: Streams, open_page: OpenPage, action: str
) -> None:
    page = open_page(streams.worker.url)
    wait_for_live(page, "two")

    if action == "click":
        tile(page, "two").locator("canvas").click(force=True)
    else:
        tile(page, "two").locator(".name").press("Enter")

    page.wait_for_url("**/view/two")
    expect(page.locator("html")).to_have_attribute("data-stream", "two")


def test_the_brand_on_the_page_of_a_stream_leads_to_the_overview(
    streams: Streams, open_page: OpenPage
) -> None:
    page = open_page(f"{streams.worker.url}/view/two")

    page.locator(".brand").click()

    wait_for_live(page)


def test_a_new_stream_appears_by_itself(own_streams: Streams, open_page: OpenPage) -> None:
    page = open_page(own_streams.worker.url)
    wait_for_live(page, "one", "two")
    tile(page, "two").locator(".choose").focus()

    own_streams.start("new")

    wait_for_live(page, "new")
    assert order(page) == ["new", "one", "two"]
    expect(tile(page, "two").locator(".choose")).to_be_focused()


def test_a_killed_ingest_is_said_in_the_head_of_its_tile_whose_picture_stays_bright(
    own_streams: Streams, open_page: OpenPage
) -> None:
    page = open_page(own_streams.worker.url)
    wait_for_live(page, "one", "two")

    own_streams.ingests["two"].kill()

    wait_for_state(page, "two", "no_ingest")
    two = tile(page, "two")
    expect(two).to_have_attribute("data-is", "act")
    expect(two.locator(".badge")).to_have_text("NOT LIVE")
    expect(two.locator(".reason")).to_have_text("camera service down")
    expect(two.locator(".age")).to_have_text(re.compile(r"^\d.* s$"))
    expect(two.locator(".said")).to_be_hidden()
    assert brightest(page, "two") > 200
    expect(page.locator("#not-live")).to_have_text("1 not live")
    expect(page).to_have_title(re.compile("^◆ "))
    wait_for_next_frame(page, "one")
    expect(tile(page, "one")).to_have_attribute("data-fresh", "yes")
    expect(tile(page, "one").locator(".badge")).to_have_text("Live")


def test_selected_streams_form_a_wall_in_the_order_of_selection(
    streams: Streams, open_page: OpenPage
) -> None:
    page = open_page(streams.worker.url)
    wait_for_live(page)
    expect(page.locator("#wall")).to_be_hidden()

    tile(page, "two").locator(".choose").check()
    expect(page.locator("#wall")).to_be_hidden()
    tile(page, "one").locator(".choose").press("Space")
    expect(page.locator("#wall")).to_have_text("Wall of 2")
    page.keyboard.press("w")

    page.wait_for_url("**/view/two,one")
    wait_for_live(page, "two", "one")
    assert order(page) == ["two", "one"]


def visible(page: Page) -> list[str]:
    """Return the names of the streams whose tiles are shown."""
    return page.locator(".tile:visible .name").all_text_contents()


def test_filters_and_search_show_some_of_the_streams(
    own_streams: Streams, open_page: OpenPage
) -> None:
    page = open_page(own_streams.worker.url)
    wait_for_live(page, "one", "two")
    filters = page.locator(".filter")

    page.fill("#search", "TW")
    assert visible(page) == ["two"]
    page.press("#search", "w")  # types; it opens no wall
    assert visible(page) == []
    expect(page.locator("#none")).to_be_visible()
    page.fill("#search", "")
    filters.nth(1).click()
    assert visible(page) == []

    own_streams.ingests["one"].kill()

    expect(filters.nth(1)).to_have_text("1 not live", timeout=WAIT_MS)
    assert visible(page) == ["one"]
    assert page.url.endswith("/?show=not-live")
    page.reload()
    expect(tile(page, "one")).to_be_visible(timeout=WAIT_MS)
    assert visible(page) == ["one"]


def test_the_tick_for_a_wall_appears_on_hover_and_focus_and_always_on_touch_screens(
    streams: Streams, open_page: OpenPage
) -> None:
    def opacity(page: Page, stream: str) -> str:
        return str(
            tile(page, stream).locator(".pick").evaluate("it => getComputedStyle(it).opacity")
        )

    page = open_page(streams.worker.url, reduced_motion="reduce")
    wait_for_live(page)
    assert opacity(page, "two") == "0"
    tile(page, "two").hover()
    assert (opacity(page, "one"), opacity(page, "two")) == ("0", "1")
    tile(page, "one").locator(".choose").focus()
    assert opacity(page, "one") == "1"
    touch = open_page(streams.worker.url, has_touch=True, is_mobile=True)
    wait_for_live(touch)
    assert opacity(touch, "two") == "1"


def test_a_tile_does_not_move_when_its_stream_is_lost(
    own_streams: Streams, open_page: OpenPage
) -> None:
    page = open_page(own_streams.worker.url)
    wait_for_live(page, "one", "two")
    parts = tile(page, "two").locator("canvas, .name, .head")
    boxes = "all => all.map((one) => JSON.stringify(one.getBoundingClientRect()))"
    before: list[str] = []

    def are_settled() -> bool:  # after the shapes of all pictures are known
        last, before[:] = before[:], parts.evaluate_all(boxes)
        page.wait_for_timeout(500)
        return last == before

    until(are_settled, "the tiles have their places")

    own_streams.ingests["two"].kill()

    wait_for_state(page, "two", "no_ingest")
    assert parts.evaluate_all(boxes) == before


def test_a_hidden_tab_watches_nothing(streams: Streams, open_page: OpenPage) -> None:
    page = open_page(streams.worker.url)
    wait_for_live(page)
    show = """state => {
      Object.defineProperty(document, "visibilityState", { value: state, configurable: true });
      document.dispatchEvent(new Event("visibilitychange"));
    }"""

    page.evaluate(show, "hidden")
    until(lambda: not any(map(streams.beamcast.viewers, SIZES)), "no stream is watched")

    page.evaluate(show, "visible")
    wait_for_live(page)


def start_board(streams: Streams) -> Push:
    """Start a board beside the streams, with three cards, one of them a picture."""
    board = Push(streams.beamcast.redis)
    streams.beamcast.add(board.process)
    answer = board.post(
        {"id": "beam", "name": "Beam current", "value": 1},
        {"id": "<b>log</b>", "type": "text", "value": "begun"},
        {"id": "spot", "type": "heatmap", "value": [[0, 1], [2, 3]]},
    )
    assert answer.ok, answer.text
    until(lambda: streams.beamcast.status("board.spot"), "the picture of the board is a stream")
    return board


NOISE = np.random.default_rng(1).integers(0, 200, (480, 640), np.uint8)


@pytest.fixture(scope="module")
def mixed() -> Iterator[Streams]:
    """A board, a small and a large camera, and a stream without images."""
    with start_streams("one") as mixed:
        mixed.start("large", lambda pulse_id: {"image": NOISE + pulse_id % 9})
        mixed.start("values", lambda pulse_id: {"energy": 5.0 + pulse_id})
        start_board(mixed)
        yield mixed


def test_the_overview_receives_reduced_frames_of_a_large_camera_and_none_of_a_board(
    mixed: Streams, open_page: OpenPage
) -> None:
    received: list[tuple[str, str]] = []

    def on_message(message: str | bytes) -> None:
        if isinstance(message, bytes):
            header = envelope.read_header(message)
            received.append((header["stream"], header.get("rendition", "")))

    page = open_page(
        mixed.worker.url,
        prepare=lambda page: page.on(
            "websocket", lambda socket: socket.on("framereceived", on_message)
        ),
    )

    wait_for_live(page, "large", "board")
    wait_for_next_frame(page, "large")
    renditions = {rendition for stream, rendition in received if stream == "large"}
    assert renditions <= {"quarter", "half"}
    assert "board" not in {stream for stream, _ in received}


def test_the_tile_of_a_board_describes_it_and_leads_to_its_page(
    mixed: Streams, open_page: OpenPage
) -> None:
    page = open_page(mixed.worker.url)

    wait_for_live(page, "one", "large", "values", "board")
    board = tile(page, "board")
    expect(board.locator(".many")).to_have_text("3 cards")
    expect(board.locator(".titles li")).to_have_text(["Beam current", "<b>log</b>", "spot"])
    expect(board.locator(".changed")).to_have_text(re.compile(r"^(now|\d+ (s|min) ago)$"))
    expect(board.locator(".said")).to_be_hidden()
    expect(board.locator(".rate")).to_be_hidden()
    expect(page.locator(".filter")).to_have_text(["4 all", "0 not live", "3 cameras", "1 boards"])
    assert order(page) == ["large", "one", "values", "board"]
    board.locator(".many").click(force=True)
    page.wait_for_url("**/board/board")


def test_a_wall_has_tiles_for_a_board_and_for_a_stream_without_images(
    mixed: Streams, open_page: OpenPage
) -> None:
    page = open_page(f"{mixed.worker.url}/view/one,values,board")

    wait_for_live(page, "one", "values", "board")
    expect(tile(page, "board").locator(".many")).to_have_text("3 cards")
    expect(tile(page, "board").locator(".name")).to_have_attribute("href", "/board/board")
    expect(tile(page, "values").locator(".said")).to_contain_text("This stream has no picture")
    expect(tile(page, "values").locator(".badge")).to_have_text("No picture")
    expect(page.locator("#not-live")).to_be_hidden()
    expect(tile(page, "one").locator(".said")).to_be_hidden()


def test_a_board_without_an_ingest_says_so_and_its_pictures_have_no_tiles(
    own_streams: Streams, open_page: OpenPage
) -> None:
    board = start_board(own_streams)
    until(lambda: own_streams.beamcast.broker.exists("beamcast:board:cards"), "cards are stored")
    board.process.kill()
    until(lambda: not own_streams.beamcast.status("board.spot"), "its picture is gone")

    page = open_page(own_streams.worker.url)

    wait_for_state(page, "board", "no_ingest")
    expect(tile(page, "board").locator(".said")).to_contain_text(
        "The board's Beamcast service is not running"
    )
    expect(tile(page, "board").locator(".badge")).to_have_text("NO CARDS")
    expect(tile(page, "board").locator(".board")).to_be_hidden()
    assert order(page) == ["one", "two", "board"]
