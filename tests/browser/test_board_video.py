"""Cards that show a video, in a real Chromium: live, and with words wherever it is not."""

import re
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.board import WAIT_MS, Board, card
from tests.browser.fields import OpenPage
from tests.support import video
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
def moving(board: Board) -> Iterator[str]:
    """A moving picture comes over UDP as the stream ``hall``; its address."""
    port = free_port()
    board.beamcast.add(
        Process(sys.executable, "examples/udp_video.py", "--port", str(port), "--seconds", "100")
    )
    address = f"udp://127.0.0.1:{port}"
    board.beamcast.ingest(address, "--stream", "hall")
    return address


def drawn(page: Page, name: str) -> str:
    return card(page, name).locator("canvas").evaluate(DRAWN)


def words(page: Page, name: str) -> Locator:
    return card(page, name).locator(".cannot")


def wait_for_live(page: Page, name: str) -> None:
    expect(card(page, name).locator(".place")).to_have_attribute(
        "data-state", "live", timeout=WAIT_MS
    )
    expect(words(page, name)).to_be_hidden()


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


def test_a_video_whose_stream_is_not_there_says_how_it_is_started_and_comes_by_itself(
    board: Board, open_page: OpenPage
) -> None:
    board.push(HALL)
    page = board.open(open_page)
    expect(words(page, "Hall")).to_contain_text("No stream is called “hall”", timeout=WAIT_MS)
    expect(words(page, "Hall")).to_contain_text("--source ADDRESS --stream hall")
    expect(card(page, "Hall")).to_have_attribute("data-fresh", "no")

    with RtspServer() as camera:
        ingest = board.beamcast.ingest(camera.address, "--stream", "hall")
        wait_for_live(page, "Hall")
        ingest.stop()

    expect(words(page, "Hall")).to_contain_text(
        "No ingest process feeds the stream “hall”", timeout=WAIT_MS
    )
    expect(card(page, "Hall")).to_have_attribute("data-fresh", "no")
    expect(card(page, "Hall")).to_have_attribute("data-old", "yes")


def test_a_video_that_falls_silent_is_said_over_its_last_picture(
    board: Board, open_page: OpenPage
) -> None:
    with RtspServer() as camera:
        board.beamcast.ingest(camera.address, "--stream", "hall")
        board.push(HALL)
        page = board.open(open_page)
        wait_for_live(page, "Hall")

        camera.paused.set()
        expect(words(page, "Hall")).to_contain_text("stopped", timeout=WAIT_MS)
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
    until(lambda: board.beamcast.viewers("hall") == 0, "nobody watches the first one any more")


def is_wide(told: str) -> bool | None:
    width, height, *_ = map(int, told.split() or "00")
    return width > height if width else None


def test_a_paused_video_stands_until_it_goes_on(
    board: Board, open_page: OpenPage, moving: str
) -> None:
    board.push(HALL)
    page = board.open(open_page)
    wait_for_live(page, "Hall")
    hall = card(page, "Hall")

    hall.get_by_role("button", name="Pause Hall").click()

    held = drawn(page, "Hall")
    ages = hall.locator(".age")
    expect(ages).to_have_text(re.compile("[2-9] s ago"), timeout=WAIT_MS)
    assert drawn(page, "Hall") == held
    expect(hall).to_have_attribute("data-fresh", "no")
    expect(hall.locator(".waits")).to_have_text("Paused")
    expect(words(page, "Hall")).to_be_hidden()
    hall.get_by_role("button", name="Pause Hall").click()
    until(lambda: drawn(page, "Hall") != held, "it goes on")


def test_a_picture_of_before_says_that_none_has_come_since(
    board: Board, open_page: OpenPage
) -> None:
    board.push({"id": "cam", "type": "image", "value": [[1]]})
    until(lambda: board.beamcast.broker.hlen("beamcast:board:cards"), "it is kept")
    board.ingest.process.stop()
    board.ingest = board.start()

    page = board.open(open_page)

    expect(words(page, "cam")).to_have_text(
        "No picture yet. Nothing has been pushed since the board was started.", timeout=WAIT_MS
    )


def test_a_picture_whose_board_has_ended_says_what_feeds_it(
    board: Board, open_page: OpenPage
) -> None:
    board.push({"id": "cam", "type": "image", "value": [[1]]})
    page = board.open(open_page)
    expect(words(page, "cam")).to_contain_text("No picture yet", timeout=WAIT_MS)

    board.ingest.process.stop()

    expect(words(page, "cam")).to_contain_text("python -m ingest.push", timeout=WAIT_MS)


def test_a_board_as_a_video_says_that_it_has_no_picture(board: Board, open_page: OpenPage) -> None:
    board.push({**HALL, "value": "board"})

    page = board.open(open_page)

    expect(words(page, "Hall")).to_have_text(
        "This stream is a board and has no picture.", timeout=WAIT_MS
    )


def test_a_picture_that_was_pushed_while_nobody_looked_is_said_over_the_one_before(
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
    expect(words(page, "heat")).to_be_hidden()
    card(page, "c29").scroll_into_view_if_needed()
    watched = board.beamcast.broker.exists
    until(lambda: not watched("beamcast:board.heat:viewers"), "nobody looks")
    age = card(page, "heat").locator(".age")
    expect(age).to_have_text(re.compile("[4-9] s ago"), timeout=WAIT_MS)
    pushed = time.monotonic()
    board.push(heat)

    card(page, "heat").scroll_into_view_if_needed()

    missed = "A newer picture was pushed, but this page did not receive it. The next one is shown."
    expect(words(page, "heat")).to_have_text(missed, timeout=WAIT_MS)
    expect(card(page, "heat")).to_have_attribute("data-fresh", "no")
    age_s = int(age.inner_text().removesuffix(" s ago"))
    assert age_s > time.monotonic() - pushed, "it is that of the picture that is seen"
    board.push(heat)
    expect(words(page, "heat")).to_be_hidden(timeout=WAIT_MS)
    expect(card(page, "heat")).to_have_attribute("data-fresh", "yes")
