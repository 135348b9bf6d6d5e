"""Cards that show a video or a pushed picture: its state below it, or words where there is none."""

import itertools
import re
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.board import WAIT_MS, Board, BoardServer, card
from tests.browser.picture_page import OpenPage
from tests.support import video
from tests.support.beamcast import Beamcast
from tests.support.processes import Process, free_port
from tests.support.rtsp import RtspServer
from tests.support.waiting import until

HALL = {"id": "Hall", "type": "video", "value": "hall"}
DRAWN = """one => {
    const { width, height } = one;
    if (!one.dataset.seq || width < 2) return "";
    const { data } = one.getContext("2d").getImageData(0, 0, width, height);
    let sum = 7;
    for (const value of data) sum = (sum * 31 + value) % 1000003;
    return `${width} ${height} ${sum}`;
}"""
"""size and content of a canvas; empty before its first picture"""


@pytest.fixture
def board() -> Iterator[Board]:
    """A board on a stack of its own: the tests start streams of the same name."""
    beamcast = Beamcast()
    yield Board(BoardServer(beamcast, beamcast.worker(), itertools.count(1)), "board")
    beamcast.stop()


@pytest.fixture
def moving(board: Board) -> Iterator[str]:
    """Send a moving picture over UDP as the stream ``hall``; return its address."""
    port = free_port()
    board.beamcast.add(
        Process(sys.executable, "examples/udp_video.py", "--port", str(port), "--seconds", "100")
    )
    address = f"udp://127.0.0.1:{port}"
    board.beamcast.ingest(address, "--stream", "hall")
    return address


def drawn(page: Page, name: str) -> str:
    return card(page, name).locator("canvas").evaluate(DRAWN)


def message(page: Page, name: str) -> Locator:
    return card(page, name).locator(".cannot")


def said(page: Page, name: str) -> Locator:
    """Return the line below the picture."""
    return card(page, name).locator(".said")


def wait_for_live(page: Page, name: str) -> None:
    expect(card(page, name).locator(".place")).to_have_attribute(
        "data-state", "live", timeout=WAIT_MS
    )
    expect(message(page, name)).to_be_hidden()


def test_a_video_moves_in_its_card_and_leads_to_its_page(
    board: Board, open_page: OpenPage, moving: str
) -> None:
    board.push({**HALL, "name": "The hall"})
    page = board.open(open_page)
    wait_for_live(page, "Hall")

    first = drawn(page, "Hall")
    until(lambda: drawn(page, "Hall") != first, "it moves")

    hall = card(page, "Hall")
    expect(hall.locator("h2")).to_have_text("The hall")
    expect(hall).to_have_attribute("data-fresh", "yes")
    expect(hall.locator(".age")).to_have_text("now")
    hall.get_by_text("All tools").click()
    expect(page).to_have_url(f"{board.worker.url}/view/hall")


def test_a_video_without_its_stream_says_how_to_start_it_and_appears_by_itself(
    board: Board, open_page: OpenPage
) -> None:
    board.push(HALL)
    page = board.open(open_page)
    expect(message(page, "Hall")).to_contain_text("No stream is called “hall”", timeout=WAIT_MS)
    expect(message(page, "Hall")).to_contain_text("--source ADDRESS --stream hall")
    expect(card(page, "Hall")).to_have_attribute("data-fresh", "no")

    with RtspServer() as camera:
        ingest = board.beamcast.ingest(camera.address, "--stream", "hall")
        wait_for_live(page, "Hall")
        ingest.stop()

    expect(said(page, "Hall")).to_contain_text(
        re.compile(r"NOT LIVE\s*camera service down"), timeout=WAIT_MS
    )
    expect(message(page, "Hall")).to_be_hidden()
    expect(card(page, "Hall")).to_have_attribute("data-fresh", "no")
    expect(card(page, "Hall")).to_have_attribute("data-old", "yes")


def test_a_video_that_stops_keeps_its_last_picture_bright_and_says_so_below(
    board: Board, open_page: OpenPage
) -> None:
    with RtspServer() as camera:
        board.beamcast.ingest(camera.address, "--stream", "hall")
        board.push(HALL)
        page = board.open(open_page)
        wait_for_live(page, "Hall")
        expect(said(page, "Hall")).to_have_text("Live")

        camera.paused.set()
        stopped = re.compile(r"NOT LIVE\s*(source|pictures) stopped")
        expect(said(page, "Hall")).to_contain_text(stopped, timeout=WAIT_MS)
        expect(message(page, "Hall")).to_be_hidden()
        stage = card(page, "Hall").locator(".stage")
        filters = "it => [it, ...it.children].map((part) => getComputedStyle(part).filter)"
        assert set(stage.evaluate(filters)) == {"none"}
        expect(card(page, "Hall").locator(".place")).to_have_attribute("data-frame", "act")
        expect(card(page, "Hall")).to_have_attribute("data-fresh", "no")
        expect(card(page, "Hall").locator(".age")).to_have_text(re.compile("[0-9]+ s ago"))
        camera.paused.clear()

        wait_for_live(page, "Hall")


def test_another_value_shows_another_stream_in_the_same_card(
    board: Board, open_page: OpenPage, moving: str, tmp_path: Path
) -> None:
    address = video.write(tmp_path / "film.mp4", size=(160, 320))
    board.beamcast.ingest(address, "--stream", "film")
    board.push(HALL)
    page = board.open(open_page)
    wait_for_live(page, "Hall")
    until(lambda: is_wide(drawn(page, "Hall")) is True, "the first one is drawn")

    board.push({"id": "Hall", "value": "film"})

    until(lambda: is_wide(drawn(page, "Hall")) is False, "the other one is drawn")
    expect(card(page, "Hall").locator("canvas")).to_have_count(1)
    expect(card(page, "Hall").locator(".whole")).to_have_attribute("href", "/view/film")
    until(lambda: board.beamcast.viewers("hall") == 0, "the first one is no longer watched")


def is_wide(drawing: str) -> bool | None:
    width, height, *_ = map(int, drawing.split() or "00")
    return width > height if width else None


def test_a_paused_video_does_not_change_until_it_is_resumed(
    board: Board, open_page: OpenPage, moving: str
) -> None:
    board.push(HALL)
    page = board.open(open_page)
    wait_for_live(page, "Hall")
    hall = card(page, "Hall")

    hall.get_by_role("button", name="Pause Hall").click()

    before = drawn(page, "Hall")
    ages = hall.locator(".age")
    expect(ages).to_have_text(re.compile("[2-9] s ago"), timeout=WAIT_MS)
    assert drawn(page, "Hall") == before
    expect(hall).to_have_attribute("data-fresh", "no")
    expect(hall.locator(".waits")).to_have_text("Paused")
    expect(said(page, "Hall")).to_contain_text("PAUSED")
    expect(message(page, "Hall")).to_be_hidden()
    hall.get_by_role("button", name="Pause Hall").click()
    until(lambda: drawn(page, "Hall") != before, "it continues")


def test_a_stored_picture_card_says_that_no_picture_was_pushed_since_the_start(
    board: Board, open_page: OpenPage
) -> None:
    board.push({"id": "cam", "type": "image", "value": [[1]]})
    until(lambda: board.beamcast.broker.hlen("beamcast:board:cards"), "it is stored")
    board.ingest.process.stop()
    board.ingest = board.start()

    page = board.open(open_page)

    expect(message(page, "cam")).to_contain_text("No picture yet", timeout=WAIT_MS)
    expect(message(page, "cam").locator("details")).to_contain_text(
        "Nothing has been pushed since the board was started."
    )


def test_a_picture_of_a_stopped_board_names_its_ingest(board: Board, open_page: OpenPage) -> None:
    board.push({"id": "cam", "type": "image", "value": [[1]]})
    page = board.open(open_page)
    expect(message(page, "cam")).to_contain_text("No picture yet", timeout=WAIT_MS)

    board.ingest.process.stop()

    expect(message(page, "cam")).to_contain_text("python -m ingest.push", timeout=WAIT_MS)


def test_a_video_card_of_a_board_says_that_it_has_no_picture(
    board: Board, open_page: OpenPage
) -> None:
    board.push({**HALL, "value": "board"})

    page = board.open(open_page)

    expect(message(page, "Hall")).to_contain_text(
        "This stream is a board and has no picture", timeout=WAIT_MS
    )


def test_a_picture_pushed_while_the_card_was_out_of_view_is_reported_below_the_old_one(
    board: Board, open_page: OpenPage
) -> None:
    heat: dict[str, Any] = {"id": "heat", "type": "heatmap", "value": [[0, 1], [2, 3]]}
    board.push(heat, *({"id": f"c{number}", "value": number} for number in range(30)))
    page = board.open(open_page, width=500, height=400)
    canvas = card(page, "heat").locator("canvas")

    def is_drawn() -> bool:
        board.push(heat)
        return canvas.get_attribute("data-seq") is not None

    until(is_drawn, "the picture is drawn")
    expect(message(page, "heat")).to_be_hidden()
    expect(said(page, "heat")).to_have_text(re.compile(r"^pushed \d\d:\d\d:\d\d$"))
    card(page, "c29").scroll_into_view_if_needed()
    watched = board.beamcast.broker.exists
    until(lambda: not watched("beamcast:board.heat:viewers"), "the picture is not watched")
    age = card(page, "heat").locator(".age")
    expect(age).to_have_text(re.compile("[4-9] s ago"), timeout=WAIT_MS)
    pushed = time.monotonic()
    board.push(heat)

    card(page, "heat").scroll_into_view_if_needed()

    missed = re.compile(r"NOT THE NEWEST\s*newer picture missed")
    expect(said(page, "heat")).to_have_text(missed, timeout=WAIT_MS)
    expect(message(page, "heat")).to_be_hidden()
    expect(card(page, "heat")).to_have_attribute("data-fresh", "no")
    age_s = int(age.inner_text().removesuffix(" s ago"))
    assert age_s > time.monotonic() - pushed, "it is the age of the visible picture"
    board.push(heat)
    expect(said(page, "heat")).to_have_text(re.compile("^pushed "), timeout=WAIT_MS)
    expect(card(page, "heat")).to_have_attribute("data-fresh", "yes")
