"""Picture, overlay and values are aligned in each frame; the source sends frames on request."""

import contextlib
import io
import itertools
import re
from collections.abc import Iterator

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Page, TimeoutError

from tests.browser.picture_page import OpenPage
from tests.support.beamcast import Beamcast, Worker
from tests.support.camera import RawSource
from tests.support.messages import channel, message
from tests.support.waiting import until

SHAPE = (480, 640)
MARK = (180, 120, 40, 30)
"""x, y, width and height of the bright part, in camera pixels; a region is drawn around it"""
CROSS = (200, 135)
"""the centre of the bright part"""
LINE = 200
"""the value of the grid line that crosses the bright part"""
BRIGHT, DARK = 1000, 100
QUERY = f"look=0..{BRIGHT}&regions=rect:{','.join(map(str, MARK))}&overlay=grid+cross+200,135"
WITHIN_PX = 1.1
"""a screenshot has whole pixels"""
ANSWER_MS = 1500


def marked() -> np.ndarray:
    image = np.full(SHAPE, DARK, np.uint16)
    x, y, width, height = MARK
    image[y : y + height, x : x + width] = BRIGHT
    return image


class Steps:
    """A camera that sends a frame on request."""

    def __init__(self, source: RawSource, worker: Worker) -> None:
        self._source = source
        self._image = channel("image", marked())
        self._pulse_ids = itertools.count(1)
        self.url = worker.url

    def without_picture(self, page: Page) -> None:
        """Send a frame without an image, and wait until the page has received it."""
        pulse_id = next(self._pulse_ids)
        self._source.send(*message(pulse_id, channel("energy", np.float64(5.25))))
        page.wait_for_function("id => +picture.dataset.pulseId === id", arg=pulse_id)

    def until(self, page: Page, condition: str) -> None:
        """Send frames until the page shows one that fulfils a condition.

        Ingest drops frames until it knows that there is a viewer.
        """

        def is_shown() -> bool:
            pulse_id = next(self._pulse_ids)
            self._source.send(*message(pulse_id, self._image))
            script = f"() => +picture.dataset.pulseId >= {pulse_id} && ({condition})"
            with contextlib.suppress(TimeoutError):
                return bool(page.wait_for_function(script, timeout=ANSWER_MS))
            return False

        until(is_shown, f"a frame is shown: {condition}", 40)


PRECISE = "picture.dataset.rendition === 'precise'"


@pytest.fixture
def steps(beamcast: Beamcast) -> Iterator[Steps]:
    with RawSource() as source:
        beamcast.ingest(source.address, "--max-fps", "1000")
        yield Steps(source, beamcast.worker())


OVERLAY = """() => {
    const {left, top} = stage.getBoundingClientRect();
    const number = (element, name) => Number(element.getAttribute(name));
    const shape = document.querySelector(".region-1 .shape");
    const handle = document.querySelector("#overlay .handle");
    const label = [...document.querySelectorAll("#overlay .grid text")]
        .find((label) => label.textContent === "200");
    const [x1, x2, y1] = ["x1", "x2", "y1"].map((name) => number(label.previousSibling, name));
    return {
        region: [left + number(shape, "x"), top + number(shape, "y"),
                 number(shape, "width"), number(shape, "height")],
        cross: [left + number(handle, "cx"), top + number(handle, "cy")],
        line: x1 === x2 ? ["x", left + x1] : ["y", top + y1],
    };
}"""

HIDE = """on => document.querySelectorAll("#overlay, #memory, #frame, .axis, .cbar, .chip")
    .forEach((one) => { one.style.visibility = on ? "hidden" : ""; })"""


def bright(page: Page) -> tuple[float, float, float, float]:
    """Return x, y, width and height of the bright part on the screen."""
    page.evaluate("words.style.visibility = 'hidden'")  # the source is silent between frames
    page.evaluate(HIDE, True)
    box = page.locator("#stage").bounding_box()
    assert box
    clip = {name: float(round(side)) for name, side in box.items()}
    picture = np.asarray(Image.open(io.BytesIO(page.screenshot(clip=clip))).convert("L"))
    page.evaluate(HIDE, False)
    assert picture.max() > 2 * np.median(picture) > 0, "a bright and a dark part are visible"
    rows, columns = np.nonzero(picture > picture.max() / 2)
    left, top = columns.min() + clip["x"], rows.min() + clip["y"]
    return left, top, float(np.ptp(columns) + 1), float(np.ptp(rows) + 1)


def pointer_value(page: Page) -> float:
    """Return the value under the pointer."""
    text = page.locator("#readout").inner_text().replace("\u2212", "-")
    found = re.search(r"[=≈] (\S+)", text)
    assert found, text
    return float(found[1])


def check(page: Page) -> None:
    """Check that region, crosshair and grid are on the visible picture, and values are its own."""
    x, y, width, height = bright(page)
    assert width * height > 900, "it has at least its original size"
    middle = {"x": x + width / 2, "y": y + height / 2}
    half_a_pixel = (width * height / MARK[2] / MARK[3]) ** 0.5 / 2
    overlay = page.evaluate(OVERLAY)
    assert overlay["region"] == pytest.approx([x, y, width, height], abs=WITHIN_PX)
    near = WITHIN_PX + half_a_pixel
    assert overlay["cross"] == pytest.approx(list(middle.values()), abs=near)
    assert overlay["line"][1] == pytest.approx(middle[overlay["line"][0]], abs=near)
    for beyond, value in [(-3, DARK), (3, BRIGHT)]:
        page.mouse.move(x + beyond, middle["y"])
        assert pointer_value(page) == pytest.approx(value, abs=20)


def test_the_first_precise_frame_is_aligned_with_the_overlay_also_when_frozen(
    steps: Steps, open_page: OpenPage
) -> None:
    page = open_page(f"{steps.url}/?precise=1&{QUERY}", color_scheme="dark")

    steps.until(page, PRECISE)
    page.keyboard.press(" ")

    check(page)
    before = page.evaluate("stage.clientWidth")
    page.set_viewport_size({"width": 700, "height": 900})
    page.wait_for_function("before => stage.clientWidth !== before", arg=before)
    check(page)


def test_the_first_averaged_frame_and_the_first_without_background_are_aligned(
    steps: Steps, open_page: OpenPage
) -> None:
    page = open_page(f"{steps.url}/?{QUERY}", color_scheme="dark")
    steps.until(page, "picture.dataset.rendition === 'full'")
    check(page)
    for action in [
        lambda: page.select_option("#average", "10"),
        lambda: page.keyboard.press("r"),
        lambda: page.click("#background"),
        lambda: page.keyboard.press("m"),
    ]:
        action()
        steps.until(page, "document.querySelector('.stage.values') !== null")
        check(page)


def test_after_panning_across_a_tile_border_the_first_frame_is_aligned(
    steps: Steps, open_page: OpenPage
) -> None:
    page = open_page(f"{steps.url}/?precise=1&view=6@165,130&{QUERY}", color_scheme="dark")
    steps.until(page, f"{PRECISE} && exact.width === 256")
    check(page)

    for _ in range(6):
        page.keyboard.press("ArrowRight")
    check(page)
    steps.until(page, f"{PRECISE} && exact.width === 512")

    check(page)

    page.keyboard.press(" ")
    for key in [",", "."]:
        before = page.locator("#picture").get_attribute("data-pulse-id")
        page.keyboard.press(key)
        page.wait_for_function("before => picture.dataset.pulseId !== before", arg=before)
        check(page)


def test_the_saved_view_has_a_single_frame_and_view(steps: Steps, open_page: OpenPage) -> None:
    page = open_page(f"{steps.url}/?{QUERY}", color_scheme="dark")
    steps.until(page, "picture.dataset.rendition === 'full'")
    shape = page.locator(".region-1 .shape")
    x, y, width, height = (
        float(shape.get_attribute(name) or "nan") for name in ["x", "y", "width", "height"]
    )

    left, top = page.evaluate("""() => {
        const [inner, outer] = [frame.getBoundingClientRect(), stage.getBoundingClientRect()];
        return [inner.left - outer.left, inner.top - outer.top];
    }""")  # the file has the picture without the empty part of the stage
    x, y = x - left, y - top

    pulse_id = page.locator("#picture").get_attribute("data-pulse-id")
    steps.without_picture(page)

    with page.expect_download() as download:
        page.evaluate("document.getElementById('save-view').click(); turn.click()")

    assert f"_pulse{pulse_id}_" in download.value.suggested_filename
    saved = np.asarray(Image.open(download.value.path()).convert("L")).astype(int)
    columns = np.rint(x + width * np.array([0.25, 0.75])).astype(int)
    rows = np.rint(y + height * np.array([0.25, 0.75])).astype(int)
    assert saved[np.ix_(rows, columns)].min() > 200, "bright in the region"
    assert saved[np.ix_(rows, columns + round(width))][:, 1].max() < 100, "dark beside it"
