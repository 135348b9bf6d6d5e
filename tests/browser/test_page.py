"""The page of a stream: its pixels, its messages, and its recovery from faults."""

import io
import itertools
from collections.abc import Callable, Iterator

import numpy as np
import pytest
from flask_socketio import SocketIO
from PIL import Image
from playwright.sync_api import Page, expect

from tests.browser.camera_stack import CameraStack, start_camera_stack
from tests.support.beamcast import Beamcast, Worker
from tests.support.camera import Camera, RawSource, spot
from tests.support.waiting import until

OpenPage = Callable[..., Page]
WAIT_MS = 20_000


@pytest.fixture(scope="module")
def stack() -> Iterator[CameraStack]:
    """A stream with a moving spot, for tests that only read it."""
    with start_camera_stack(spot) as stack:
        yield stack


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
    """Return the grey levels of the picture on the screen."""
    shot = page.locator("#picture").screenshot()
    return np.asarray(Image.open(io.BytesIO(shot)).convert("L")).astype(int)


def check_that_the_beam_moves(page: Page) -> None:
    wait_for_state(page, "live")
    picture = pixels(page)
    rows, columns = picture.shape
    # the spot moves around the centre
    assert picture[rows // 2, 2 * columns // 5 : 3 * columns // 5].max() > 200
    assert picture[rows // 10, columns // 10] < 40
    expect(page.locator("#badge")).to_contain_text("Live")

    def has_moved() -> bool:
        wait_for_next_frame(page)
        return bool(np.abs(pixels(page) - picture).max() > 20)

    until(has_moved, "the spot has moved")


def test_opening_the_page_shows_the_moving_beam_and_all_values(
    worker: Worker, open_page: OpenPage
) -> None:
    page = open_page(worker.url)

    check_that_the_beam_moves(page)

    for name in ("energy", "pulse", "name"):
        expect(page.locator("#values")).to_contain_text(name)
    expect(page.locator("#values")).to_contain_text("spot")
    expect(page.locator("#curves canvas")).to_have_count(1)
    expect(page.locator("#viewers")).to_have_text("1")


def test_a_worker_with_threads_shows_the_moving_beam(
    stack: CameraStack, open_page: OpenPage
) -> None:
    worker = stack.beamcast.worker("--async-mode", "threading")

    page = open_page(worker.url)
    check_that_the_beam_moves(page)

    page.goto("about:blank")
    worker.process.stop()


@pytest.mark.parametrize(
    "own_stack",
    [lambda pulse_id: {"energy": 5.0, "wave": np.sin(np.arange(50) / 5)}],
    indirect=True,
    ids=["values"],
)
def test_a_stream_without_an_image_shows_its_values_and_an_image_when_one_comes(
    own_stack: CameraStack, open_page: OpenPage
) -> None:
    page = open_page(own_stack.worker.url)
    wait_for_state(page, "live")
    expect(page.locator("#values")).to_contain_text("energy")
    expect(page.locator("#curves canvas")).to_have_count(1)

    own_stack.camera.content = lambda pulse_id: spot(pulse_id, (100, 30)) | {"new_name": 1}

    expect(page.locator("#caption")).to_contain_text("30 × 100", timeout=WAIT_MS)
    expect(page.locator("#values")).to_contain_text("new_name")


def test_a_page_without_ingest_says_so_and_becomes_live_by_itself(
    beamcast: Beamcast, open_page: OpenPage
) -> None:
    page = open_page(beamcast.worker().url)
    wait_for_state(page, "no_ingest")

    with Camera() as camera:
        beamcast.ingest(camera.address)
        wait_for_state(page, "live")


def test_a_lost_source_broker_or_worker_is_shown_and_the_page_recovers(
    own_stack: CameraStack, open_page: OpenPage
) -> None:
    page = open_page(own_stack.worker.url)
    wait_for_state(page, "live")

    own_stack.stop_camera()
    wait_for_state(page, "lost")
    expect(page.locator("#strip")).to_contain_text("NOT LIVE")
    expect(page.locator("#details")).to_contain_text(own_stack.camera.address)
    expect(page.locator("body")).to_have_attribute("data-fresh", "no")
    own_stack.restart_camera()
    wait_for_state(page, "live")
    expect(page.locator("#strip")).not_to_contain_text("NOT LIVE")

    own_stack.beamcast.redis.kill()
    wait_for_state(page, "broker_lost")
    expect(page.locator("#line")).to_contain_text("picture server down")
    expect(page.locator("#details-cause")).to_contain_text("Redis")
    own_stack.beamcast.redis.start()
    wait_for_state(page, "live")

    own_stack.worker.process.kill()
    wait_for_state(page, "unreachable")
    own_stack.worker.process.start()
    wait_for_state(page, "live")
    page.complaints.clear()  # the browser logs the failed connections


def test_a_browser_without_websockets_receives_frames_by_polling(
    stack: CameraStack, open_page: OpenPage
) -> None:
    worker = stack.beamcast.worker()  # counts a polling viewer for a while after it is gone
    page = open_page(worker.url, script="delete window.WebSocket")

    wait_for_state(page, "live")
    expect(page.locator("body")).to_have_attribute("data-transport", "polling")
    wait_for_next_frame(page)

    page.goto("about:blank")
    worker.process.stop()


def test_a_closed_page_is_not_counted(
    stack: CameraStack, worker: Worker, open_page: OpenPage
) -> None:
    page = open_page(worker.url)
    wait_for_state(page, "live")
    until(lambda: stack.beamcast.viewers() == 1, "the page is the only viewer")

    page.goto("about:blank")

    until(lambda: stack.beamcast.viewers() == 0, "the page is not counted")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_fits_every_screen(worker: Worker, open_page: OpenPage, scheme: str) -> None:
    page = open_page(worker.url, width=360, height=202, color_scheme=scheme)
    wait_for_state(page, "live")

    for width in (360, 768, 1440, 3840):
        page.set_viewport_size({"width": width, "height": width * 9 // 16})
        wait_for_next_frame(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        box = page.locator("#picture").bounding_box()
        assert box
        assert box["width"] >= 0.4 * width


def test_an_unknown_address_has_an_error_page_with_a_link_back(
    worker: Worker, open_page: OpenPage
) -> None:
    page = open_page(f"{worker.url}/nowhere")
    page.complaints.clear()  # the browser logs the 404

    expect(page.locator("body")).to_contain_text("404")
    page.locator("a.back").click()
    wait_for_state(page, "live")


def test_a_notice_is_shown_as_text(stack: CameraStack, open_page: OpenPage) -> None:
    page = open_page(stack.worker.url)
    wait_for_state(page, "live")

    queue = SocketIO(
        message_queue=stack.beamcast.redis.url, channel="beamcast:socketio", async_mode="threading"
    )
    queue.emit("notice", {"text": "Beam off <b>at</b> 14:00"})

    expect(page.locator("#notice-text")).to_have_text("Beam off <b>at</b> 14:00")


def test_a_motion_stream_shows_each_picture_on_arrival(
    beamcast: Beamcast, open_page: OpenPage
) -> None:
    """A browser shows a part at the boundary after it, which must not wait for the next part."""
    with RawSource() as source:
        beamcast.ingest(source.address)
        page = open_page(f"{beamcast.worker().url}/nowhere")
        page.complaints.clear()  # the browser logs the 404
        stream = "<img src=/api/streams/camera/stream.mjpg width=400 height=400>"
        page.evaluate("picture => (document.body.innerHTML = picture)", stream)
        until(lambda: beamcast.viewers() == 1, "the picture is requested")
        black, white = bytes(2048), b"\xff" * 2048

        def send(pulse_id: int, pixels: bytes) -> None:
            image = {"name": "image", "type": "uint8", "shape": [64, 64]}
            source.send_message(pulse_id, [image], pixels)

        def step() -> int:
            """Return how much brighter the lower half is than the upper half."""
            shot = page.locator("img").screenshot()
            grey = np.asarray(Image.open(io.BytesIO(shot)).convert("L")).astype(int)
            return int(grey[350, 200] - grey[50, 200])

        pulses = itertools.count(1)

        def shows_the_first() -> bool:
            send(next(pulses), black + white)  # ingest may not know yet that there is a viewer
            return step() > 100

        until(shows_the_first, "the first picture is shown")
        send(next(pulses), white + black)
        until(lambda: step() < -100, "the second one is shown without a third")
