"""The start page while several streams are live, in a real Chromium."""

import io
import re

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from shared import envelope
from tests.browser.fields import OpenPage
from tests.browser.many import (
    SIZES,
    Streams,
    order,
    tile,
    wait_for_live,
    wait_for_more,
    wait_for_state,
)
from tests.support.push import Push
from tests.support.waiting import until


def brightest(page: Page, stream: str) -> int:
    """The lightest grey of the picture as shown, words or not."""
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
    expect(page.locator("#count")).to_have_text("3 streams")


def test_the_overview_is_sent_no_full_frames_of_a_large_camera(
    own: Streams, open_page: OpenPage
) -> None:
    noise = np.random.default_rng(1).integers(0, 200, (480, 640), np.uint8)
    own.start("large", lambda pulse_id: {"image": noise + pulse_id % 9})
    came: list[tuple[str, str]] = []

    def note(message: str | bytes) -> None:
        if isinstance(message, bytes):
            header = envelope.read_header(message)
            came.append((header["stream"], header["rendition"]))

    page = open_page(
        own.worker.url,
        prepare=lambda page: page.on("websocket", lambda it: it.on("framereceived", note)),
    )

    wait_for_live(page, "large")
    wait_for_more(page, "large")
    assert {rendition for stream, rendition in came if stream == "large"} <= {"quarter", "half"}


@pytest.mark.parametrize("way", ["click", "Enter"])
def test_a_click_or_enter_on_a_tile_opens_its_stream(
    streams: Streams, open_page: OpenPage, way: str
) -> None:
    page = open_page(streams.worker.url)
    wait_for_live(page, "two")

    if way == "click":
        tile(page, "two").locator("canvas").click(force=True)
    else:
        tile(page, "two").locator(".name").press("Enter")

    page.wait_for_url("**/view/two")
    expect(page.locator("html")).to_have_attribute("data-stream", "two")


def test_the_brand_of_a_stream_s_page_leads_to_the_overview(
    streams: Streams, open_page: OpenPage
) -> None:
    page = open_page(f"{streams.worker.url}/view/two")

    page.locator(".brand").click()

    wait_for_live(page)


def test_a_new_stream_appears_by_itself(own: Streams, open_page: OpenPage) -> None:
    page = open_page(own.worker.url)
    wait_for_live(page)
    tile(page, "three").locator(".choose").focus()

    own.start("new")

    wait_for_live(page, "new")
    assert order(page) == ["new", "one", "three", "two"]
    expect(tile(page, "three").locator(".choose")).to_be_focused()


def test_an_ingest_that_is_killed_dims_its_tile_alone(own: Streams, open_page: OpenPage) -> None:
    page = open_page(own.worker.url)
    wait_for_live(page)

    own.ingests["two"].kill()

    wait_for_state(page, "two", "no_ingest")
    said = tile(page, "two").locator(".said")
    expect(said).to_contain_text("No ingest process feeds the stream")
    expect(said.locator(".old")).to_have_text(re.compile(r"^\d.* old$"))
    expect(page.locator("#count")).to_have_text("3 streams, 1 not live")
    dimmed = "it => getComputedStyle(it).filter"
    assert "brightness" in tile(page, "two").locator("canvas").evaluate(dimmed)
    for stream in ("one", "three"):
        wait_for_more(page, stream)
        expect(tile(page, stream)).to_have_attribute("data-fresh", "yes")
        expect(tile(page, stream).locator(".said")).to_be_hidden()


def test_chosen_streams_go_on_a_wall_in_the_order_of_choosing(
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


def test_a_hidden_tab_watches_nothing(streams: Streams, open_page: OpenPage) -> None:
    page = open_page(streams.worker.url)
    wait_for_live(page)
    show = """state => {
      Object.defineProperty(document, "visibilityState", { value: state, configurable: true });
      document.dispatchEvent(new Event("visibilitychange"));
    }"""

    page.evaluate(show, "hidden")
    until(lambda: not any(map(streams.beamcast.viewers, SIZES)), "nobody watches")

    page.evaluate(show, "visible")
    wait_for_live(page)


def push(streams: Streams) -> Push:
    """A board beside the streams, with three cards, one of them a picture."""
    board = Push(streams.beamcast.redis)
    streams.beamcast.add(board.process)
    answer = board.post(
        {"id": "beam", "name": "Beam current", "value": 1},
        {"id": "<b>log</b>", "type": "text", "value": "begun"},
        {"id": "spot", "type": "heatmap", "value": [[0, 1], [2, 3]]},
    )
    assert answer.ok, answer.text
    until(lambda: streams.beamcast.status("board.spot"), "its picture is a stream")
    return board


def test_a_boards_tile_says_what_it_is_and_leads_to_its_page(
    own: Streams, open_page: OpenPage
) -> None:
    push(own)
    came: list[str] = []

    def note(message: str | bytes) -> None:
        if isinstance(message, bytes):
            came.append(envelope.read_header(message)["stream"])

    page = open_page(
        own.worker.url,
        prepare=lambda page: page.on("websocket", lambda it: it.on("framereceived", note)),
    )

    wait_for_live(page, *SIZES, "board")
    board = tile(page, "board")
    expect(board.locator(".many")).to_have_text("3 cards")
    expect(board.locator(".titles li")).to_have_text(["Beam current", "<b>log</b>", "spot"])
    expect(board.locator(".changed")).to_have_text(re.compile(r"^(now|\d+ s ago)$"))
    expect(board.locator(".said")).to_be_hidden()
    expect(board.locator(".rate")).to_be_hidden()
    expect(page.locator("#count")).to_have_text("4 streams")
    assert order(page) == ["one", "three", "two", "board"]
    assert "board" not in came, "the tile needs none of what is pushed"
    board.locator(".many").click(force=True)
    page.wait_for_url("**/board/board")


def test_a_board_that_nothing_feeds_says_so_and_its_pictures_have_no_tiles(
    own: Streams, open_page: OpenPage
) -> None:
    board = push(own)
    until(lambda: own.beamcast.broker.exists("beamcast:board:cards"), "its cards are kept")
    board.process.kill()
    until(lambda: not own.beamcast.status("board.spot"), "its picture is gone")

    page = open_page(own.worker.url)

    wait_for_state(page, "board", "no_ingest")
    expect(tile(page, "board").locator(".said")).to_contain_text(
        "No ingest process feeds the board"
    )
    expect(tile(page, "board").locator(".board")).to_be_hidden()
    assert order(page) == ["one", "three", "two", "board"]


def test_a_board_on_a_wall_says_what_it_is_and_leads_to_its_page(
    own: Streams, open_page: OpenPage
) -> None:
    push(own)

    page = open_page(f"{own.worker.url}/view/one,board")

    wait_for_live(page, "one", "board")
    expect(tile(page, "board").locator(".many")).to_have_text("3 cards")
    expect(tile(page, "board").locator(".name")).to_have_attribute("href", "/board/board")
