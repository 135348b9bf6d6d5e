"""The pages in Firefox, which operators also use."""

import io
from collections.abc import Iterator

import numpy as np
import pytest
from PIL import Image

from tests.browser.board import CORNER_COLOURS, COUNT_COLOURS, EVERY_CARD_TYPE, VIRIDIS, Board
from tests.browser.camera_stack import CameraStack, start_camera_stack
from tests.browser.picture_page import (
    FIELDS,
    OpenPage,
    open_live,
    screen_colour,
    screen_position,
    wait_for_frames,
)
from tests.support.beamcast import Worker
from tests.support.camera import spot
from tests.support.firefox import Firefox
from tests.support.waiting import until


@pytest.fixture(scope="module")
def firefox() -> Iterator[Firefox]:
    browser = Firefox()
    yield browser
    browser.close()


@pytest.fixture(scope="module")
def moving_spot() -> Iterator[CameraStack]:
    with start_camera_stack(spot) as stack:
        yield stack


def test_firefox_shows_the_beam_live(moving_spot: CameraStack, firefox: Firefox) -> None:
    firefox.open(moving_spot.worker.url)
    until(lambda: firefox.value("document.body.dataset.state") == "live", "the page is live")
    seq = "Number(document.querySelector('#picture').dataset.seq)"
    first = firefox.value(seq)
    until(lambda: firefox.value(seq) > first + 3, "the picture moves")

    box = firefox.value("document.querySelector('#picture').getBoundingClientRect()")
    screenshot = np.asarray(Image.open(io.BytesIO(firefox.screenshot())).convert("L"))

    # the spot moves around the centre
    columns = slice(*(int(box["x"] + share * box["width"]) for share in (0.4, 0.6)))
    centre = screenshot[int(box["y"] + box["height"] / 2), columns].max()
    corner = screenshot[int(box["y"] + 10), int(box["x"] + 10)]
    assert centre > 200
    assert corner < 40


def test_firefox_changes_the_rendition_and_stays_live(
    moving_spot: CameraStack, firefox: Firefox
) -> None:
    firefox.open(moving_spot.worker.url)
    rendition = "document.querySelector('#picture').dataset.rendition"
    until(lambda: firefox.value(rendition) == "full", "the full picture is shown")
    firefox.value(
        """(() => {
          window.states = new Set();
          const note = () => states.add(document.body.dataset.state);
          new MutationObserver(note).observe(document.body, { attributes: true });
          note();
          const choice = document.querySelector("#rendition");
          choice.value = "quarter";
          choice.dispatchEvent(new Event("change"));
        })()"""
    )
    until(lambda: firefox.value(rendition) == "quarter", "the quarter is shown")

    size = firefox.value("(({ width, height }) => [width, height])(picture)")
    caption = firefox.value("document.querySelector('#caption').textContent")
    states = firefox.value("[...states]")
    assert size == [16, 12]
    assert "64 × 48" in caption
    assert "quarter size, 16 × 12: as selected" in caption
    assert states == ["live"]


@pytest.mark.parametrize(("query", "canvas"), [("", "picture"), ("&precise=1", "exact")])
def test_firefox_shows_the_same_picture_as_chromium(
    worker: Worker, open_page: OpenPage, firefox: Firefox, query: str, canvas: str
) -> None:
    """In this test Firefox draws without a graphics card, Chromium with WebGL."""
    look = f"look=turbo,log,50..1100{query}"
    page = open_live(open_page, worker, f"painter=webgl&{look}")
    firefox.open(f"{worker.url}/?{look}")
    canvas_id = "document.querySelector('.stage.values') ? 'exact' : 'picture'"
    until(lambda: firefox.value("document.body.dataset.state") == "live", "the page is live")
    until(lambda: firefox.value(canvas_id) == canvas, "the expected canvas is shown")
    wait_for_frames(page, 5)

    for x, y in FIELDS.values():
        drawn = f"document.getElementById('{canvas}').getContext('2d').getImageData({x}, {y}, 1, 1)"
        assert firefox.value(f"[...{drawn}.data].slice(0, 3)") == pytest.approx(
            screen_colour(page, screen_position(page, x, y)), abs=3
        )


def test_firefox_shows_each_card_of_a_board(board: Board, firefox: Firefox) -> None:
    heat = {"id": "heat", "type": "heatmap", "value": [[0, 50], [100, 150]]}
    board.push(*EVERY_CARD_TYPE, heat)
    firefox.open(board.url)
    until(lambda: firefox.value("document.body.dataset.state") == "live", "the page is live")
    ids = [card["id"] for card in (*EVERY_CARD_TYPE, heat)]
    visible = "[...document.querySelectorAll('.card:not([hidden])')].map(one => one.dataset.id)"
    until(lambda: firefox.value(visible) == ids, "all cards are there")

    for name in ids[:-1]:
        firefox.value(f"document.querySelector('[data-id={name}]').scrollIntoView()")
        drawn = "log p" if name == "text" else "place canvas"
        found = f"document.querySelector('[data-id={name}] .{drawn}')"
        until(lambda found=found: firefox.value(f"{found} !== null"), f"{name} is there")
        if name != "text":
            colours = f"({COUNT_COLOURS})({found})"
            until(lambda colours=colours: firefox.value(colours) > 8, f"{name} is drawn")

    firefox.value("document.querySelector('[data-id=heat]').scrollIntoView()")

    def is_drawn() -> bool:
        board.push(heat)
        return firefox.value(f"({CORNER_COLOURS})('heat')") is not None

    until(is_drawn, "the picture is drawn")
    low, high = firefox.value(f"({CORNER_COLOURS})('heat')")
    assert low[:3] == pytest.approx(VIRIDIS[0], abs=30)
    assert high[:3] == pytest.approx(VIRIDIS[1], abs=30)
