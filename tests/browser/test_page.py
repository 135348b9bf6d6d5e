"""The page as a person sees it: pixels and words, in a real Chromium."""

import io
import itertools
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from flask_socketio import SocketIO
from PIL import Image
from playwright.sync_api import Page, expect

from tests.support.beamcast import Beamcast, Worker
from tests.support.camera import Camera, RawSource, spot
from tests.support.waiting import until

OpenPage = Callable[..., Page]
WAIT_MS = 20_000


@pytest.fixture
def live(beamcast: Beamcast) -> Any:
    """A Beamcast with a camera and one worker."""
    with Camera() as camera:
        beamcast.ingest(camera.address)
        beamcast.camera, beamcast.first = camera, beamcast.worker()
        yield beamcast


def wait_for_state(page: Page, state: str) -> None:
    expect(page.locator("body")).to_have_attribute("data-state", state, timeout=WAIT_MS)


def seq(page: Page) -> int:
    return int(page.locator("#picture").get_attribute("data-seq") or -1)


def wait_for_next_frame(page: Page) -> None:
    page.wait_for_function(
        "before => Number(document.querySelector('#picture').dataset.seq) > before",
        arg=seq(page),
        timeout=WAIT_MS,
    )


def pixels(page: Page) -> np.ndarray:
    """The grey levels of the picture's canvas as shown."""
    shot = page.locator("#picture").screenshot()
    return np.asarray(Image.open(io.BytesIO(shot)).convert("L")).astype(int)


def test_opening_the_page_is_enough_to_see_the_beam(
    live: Any, async_mode: str, open_page: OpenPage
) -> None:
    page = open_page(live.first.url)

    wait_for_state(page, "live")
    shown = pixels(page)
    rows, columns = shown.shape

    assert shown[rows // 2, 2 * columns // 5 : 3 * columns // 5].max() > 200  # it moves
    assert shown[rows // 10, columns // 10] < 40
    expect(page.locator("#badge")).to_contain_text("Live")


def test_the_picture_moves(live: Any, open_page: OpenPage) -> None:
    page = open_page(live.first.url)
    wait_for_state(page, "live")
    before = pixels(page)

    def moved() -> bool:
        wait_for_next_frame(page)
        return bool(np.abs(pixels(page) - before).max() > 20)

    until(moved, "the spot is elsewhere")


def test_whatever_the_stream_carries_stands_in_the_table(live: Any, open_page: OpenPage) -> None:
    page = open_page(live.first.url)

    wait_for_state(page, "live")

    for name in ("energy", "pulse", "name"):
        expect(page.locator("#values")).to_contain_text(name)
    expect(page.locator("#values")).to_contain_text("spot")
    expect(page.locator("#curves canvas")).to_have_count(1)
    expect(page.locator("#viewers")).to_have_text("1")


def test_names_and_strings_of_the_stream_are_never_html(live: Any, open_page: OpenPage) -> None:
    attack = "<img src=x onerror=alert(1)>"
    live.camera.content = lambda pulse_id: spot(pulse_id) | {attack: 1.0, "text": attack}
    page = open_page(live.first.url)

    wait_for_state(page, "live")

    expect(page.locator("#values")).to_contain_text(attack)
    expect(page.locator("#values img")).to_have_count(0)


def test_a_format_that_changes_is_followed(live: Any, open_page: OpenPage) -> None:
    page = open_page(live.first.url)
    wait_for_state(page, "live")

    live.camera.content = lambda pulse_id: spot(pulse_id, (100, 30)) | {"new_name": 1}

    expect(page.locator("#caption")).to_contain_text("30 × 100", timeout=WAIT_MS)
    expect(page.locator("#values")).to_contain_text("new_name")


def test_a_stream_without_image_shows_its_values(live: Any, open_page: OpenPage) -> None:
    live.camera.content = lambda pulse_id: {"energy": 5.0, "wave": np.sin(np.arange(50) / 5)}
    page = open_page(live.first.url)

    wait_for_state(page, "live")

    expect(page.locator("#values")).to_contain_text("energy")
    expect(page.locator("#curves canvas")).to_have_count(1)


def test_a_lost_source_is_said_in_the_picture_and_heals(
    beamcast: Beamcast, open_page: OpenPage
) -> None:
    with Camera() as camera:
        beamcast.ingest(camera.address)
        page = open_page(beamcast.worker().url)
        wait_for_state(page, "live")

    wait_for_state(page, "lost")
    expect(page.locator("#words")).to_be_visible()
    expect(page.locator("#words")).to_contain_text(camera.address)
    expect(page.locator("body")).to_have_attribute("data-fresh", "no")

    with Camera(port=camera.port):
        wait_for_state(page, "live")
        expect(page.locator("#words")).to_be_hidden()


def test_a_lost_broker_is_said_in_the_picture_and_heals(live: Any, open_page: OpenPage) -> None:
    page = open_page(live.first.url)
    wait_for_state(page, "live")

    live.redis.kill()
    wait_for_state(page, "broker_lost")
    expect(page.locator("#words")).to_contain_text("Redis")

    live.redis.start()
    wait_for_state(page, "live")


def test_a_lost_worker_is_said_in_the_picture_and_heals(live: Any, open_page: OpenPage) -> None:
    worker: Worker = live.first
    page = open_page(worker.url)
    wait_for_state(page, "live")

    worker.process.kill()
    wait_for_state(page, "unreachable")

    worker.process.start()
    wait_for_state(page, "live")
    page.complaints.clear()  # the browser's own word on connections that failed


def test_a_page_without_ingest_says_so_and_begins_by_itself(
    beamcast: Beamcast, open_page: OpenPage
) -> None:
    page = open_page(beamcast.worker().url)
    wait_for_state(page, "no_ingest")

    with Camera() as camera:
        beamcast.ingest(camera.address)
        wait_for_state(page, "live")


def test_a_browser_whose_websockets_are_blocked_gets_frames(live: Any, open_page: OpenPage) -> None:
    page = open_page(live.first.url, script="delete window.WebSocket")

    wait_for_state(page, "live")
    expect(page.locator("body")).to_have_attribute("data-transport", "polling")
    wait_for_next_frame(page)


def test_a_page_that_is_left_leaves_the_count(live: Any, open_page: OpenPage) -> None:
    page = open_page(live.first.url)
    wait_for_state(page, "live")
    assert live.viewers() == 1

    page.goto("about:blank")

    until(lambda: live.viewers() == 0, "the viewer has left the count")


@pytest.mark.parametrize("width", [360, 768, 1440, 3840])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_fits_every_screen(
    live: Any, open_page: OpenPage, width: int, scheme: str
) -> None:
    page = open_page(live.first.url, width=width, height=width * 9 // 16, color_scheme=scheme)

    wait_for_state(page, "live")

    assert page.evaluate("document.documentElement.scrollWidth") <= width
    box = page.locator("#picture").bounding_box()
    assert box
    assert box["width"] >= 0.4 * width


def test_an_unknown_address_gets_a_friendly_page_that_leads_back(
    live: Any, open_page: OpenPage
) -> None:
    page = open_page(f"{live.first.url}/nowhere")
    page.complaints.clear()  # the browser's own word on the 404

    expect(page.locator("body")).to_contain_text("404")
    page.locator("a.back").click()
    wait_for_state(page, "live")


def test_a_notice_reaches_the_page_as_text(live: Any, open_page: OpenPage) -> None:

    page = open_page(live.first.url)
    wait_for_state(page, "live")

    queue = SocketIO(
        message_queue=live.redis.url, channel="beamcast:socketio", async_mode="threading"
    )
    queue.emit("notice", {"text": "Beam off <b>at</b> 14:00"})

    expect(page.locator("#notice-text")).to_have_text("Beam off <b>at</b> 14:00")


def test_a_motion_stream_shows_each_picture_when_it_comes(
    beamcast: Beamcast, open_page: OpenPage
) -> None:
    """A browser shows a part at the boundary behind it, which must not wait for the next one."""
    with RawSource() as source:
        beamcast.ingest(source.address)
        page = open_page(f"{beamcast.worker().url}/nowhere")
        page.complaints.clear()  # the browser's own word on the 404
        stream = "<img src=/api/streams/camera/stream.mjpg width=400 height=400>"
        page.evaluate("picture => (document.body.innerHTML = picture)", stream)
        until(lambda: beamcast.viewers() == 1, "the picture is asked for")
        black, white = bytes(2048), b"\xff" * 2048

        def send(pulse_id: int, pixels: bytes) -> None:
            image = {"name": "image", "type": "uint8", "shape": [64, 64]}
            source.send_message(pulse_id, [image], pixels)

        def step() -> int:
            """How much lighter the lower half is than the upper one."""
            shot = page.locator("img").screenshot()
            grey = np.asarray(Image.open(io.BytesIO(shot)).convert("L")).astype(int)
            return int(grey[350, 200] - grey[50, 200])

        pulses = itertools.count(1)

        def shows_the_first() -> bool:
            send(next(pulses), black + white)  # ingest may not know yet that it is asked for
            return step() > 100

        until(shows_the_first, "the first picture is shown")
        send(next(pulses), white + black)
        until(lambda: step() < -100, "the second one is shown without a third")
