"""The page in Firefox, which operators use too."""

import io
from collections.abc import Iterator

import numpy as np
import pytest
from PIL import Image

from tests.browser.board import EACH, INK, PIXELS, VIRIDIS, Board
from tests.browser.fields import FIELDS, OpenPage, opened, place, seen, wait_for_frames
from tests.support.beamcast import Beamcast, Worker
from tests.support.camera import Camera
from tests.support.firefox import Firefox
from tests.support.waiting import until


@pytest.fixture
def firefox() -> Iterator[Firefox]:
    browser = Firefox()
    yield browser
    browser.close()


def test_firefox_shows_the_beam_live(beamcast: Beamcast, firefox: Firefox) -> None:
    with Camera() as camera:
        beamcast.ingest(camera.address)
        firefox.open(beamcast.worker().url)
        until(lambda: firefox.value("document.body.dataset.state") == "live", "the page is live")
        seen = "Number(document.querySelector('#picture').dataset.seq)"
        first = firefox.value(seen)
        until(lambda: firefox.value(seen) > first + 3, "the picture moves")

        box = firefox.value("document.querySelector('#picture').getBoundingClientRect()")
        shot = np.asarray(Image.open(io.BytesIO(firefox.screenshot())).convert("L"))

    across = slice(*(int(box["x"] + share * box["width"]) for share in (0.4, 0.6)))  # it moves
    middle = shot[int(box["y"] + box["height"] / 2), across].max()
    corner = shot[int(box["y"] + 10), int(box["x"] + 10)]
    assert middle > 200
    assert corner < 40


def test_firefox_changes_over_and_keeps_the_picture_live(
    beamcast: Beamcast, firefox: Firefox
) -> None:
    with Camera() as camera:
        beamcast.ingest(camera.address)
        firefox.open(beamcast.worker().url)
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
    """Firefox draws without a graphics card here, Chromium by WebGL."""
    look = f"look=turbo,log,50..1100{query}"
    page = opened(open_page, worker, f"painter=webgl&{look}")
    firefox.open(f"{worker.url}/?{look}")
    shown = "document.querySelector('.stage.values') ? 'exact' : 'picture'"
    until(lambda: firefox.value("document.body.dataset.state") == "live", "the page is live")
    until(lambda: firefox.value(shown) == canvas, "the wanted canvas is seen")
    wait_for_frames(page, 5)

    for x, y in FIELDS.values():
        drawn = f"document.getElementById('{canvas}').getContext('2d').getImageData({x}, {y}, 1, 1)"
        assert firefox.value(f"[...{drawn}.data].slice(0, 3)") == pytest.approx(
            seen(page, place(page, x, y)), abs=3
        )


def test_firefox_shows_each_card_of_a_board(board: Board, firefox: Firefox) -> None:
    heat = {"id": "heat", "type": "heatmap", "value": [[0, 50], [100, 150]]}
    board.push(*EACH, heat)
    firefox.open(board.url)
    until(lambda: firefox.value("document.body.dataset.state") == "live", "the page is live")
    wanted = [each["id"] for each in (*EACH, heat)]
    seen = "[...document.querySelectorAll('.card:not([hidden])')].map(one => one.dataset.id)"
    until(lambda: firefox.value(seen) == wanted, "all cards are there")

    for each in EACH:
        name = each["id"]
        firefox.value(f"document.querySelector('[data-id={name}]').scrollIntoView()")
        drawn = "log p" if name == "text" else "place canvas"
        found = f"document.querySelector('[data-id={name}] .{drawn}')"
        until(lambda found=found: firefox.value(f"{found} !== null"), f"{name} is there")
        if name != "text":
            colours = f"({INK})({found})"
            until(lambda colours=colours: firefox.value(colours) > 8, f"{name} is drawn")

    firefox.value("document.querySelector('[data-id=heat]').scrollIntoView()")

    def is_drawn() -> bool:
        board.push(heat)
        return firefox.value(f"({PIXELS})('heat')") is not None

    until(is_drawn, "the picture is drawn")
    low, high = firefox.value(f"({PIXELS})('heat')")
    assert low[:3] == pytest.approx(VIRIDIS[0], abs=30)
    assert high[:3] == pytest.approx(VIRIDIS[1], abs=30)
