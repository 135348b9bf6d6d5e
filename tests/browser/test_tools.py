"""The tools of the picture, tested by the pixels on the screen."""

import io
import re

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import expect

from tests.browser.camera_stack import CameraStack
from tests.browser.picture_page import (
    FIELDS,
    WAIT_MS,
    OpenPage,
    close_to,
    colour_fields,
    four_fields,
    open_live,
    picture_box,
    screen_colour,
    screen_position,
    wait_for_frames,
)
from tests.support.beamcast import Worker
from tests.support.waiting import until

VIRIDIS = {0.0: (68, 1, 84), 1.0: (253, 231, 37)}
PAINTERS = ["2d", "webgl"]


@pytest.mark.parametrize("painter", PAINTERS)
def test_the_colours_follow_the_colour_map_the_range_and_the_scale(
    worker: Worker, open_page: OpenPage, painter: str
) -> None:
    page = open_live(open_page, worker, f"painter={painter}")

    page.select_option("#colours", "viridis")
    page.fill("#low", "100")
    page.fill("#high", "1000")
    page.press("#high", "Enter")

    assert screen_colour(page, screen_position(page, *FIELDS[100])) == close_to(VIRIDIS[0.0])
    assert screen_colour(page, screen_position(page, *FIELDS[1000])) == close_to(VIRIDIS[1.0])
    page.click("#inverted")
    assert screen_colour(page, screen_position(page, *FIELDS[100])) == close_to(VIRIDIS[1.0])
    assert screen_colour(page, screen_position(page, *FIELDS[1000])) == close_to(VIRIDIS[0.0])

    page.click("#inverted")
    page.select_option("#colours", "grey")
    page.fill("#low", "110")
    page.press("#low", "Enter")
    # 400 is a third of the way from 110 to 1000
    for scale, grey in [("linear", 83), ("sqrt", 146), ("log", 213)]:
        page.select_option("#scale", scale)
        assert screen_colour(page, screen_position(page, *FIELDS[400])) == close_to((grey,) * 3)
        assert screen_colour(page, screen_position(page, *FIELDS[100])) == close_to((0, 0, 0))
        assert screen_colour(page, screen_position(page, *FIELDS[1000])) == close_to((255,) * 3)


@pytest.mark.parametrize("painter", PAINTERS)
@pytest.mark.parametrize("stack", [colour_fields], indirect=True)
def test_a_picture_in_colour_keeps_its_colours(
    worker: Worker, open_page: OpenPage, painter: str
) -> None:
    page = open_live(open_page, worker, f"painter={painter}&look=viridis")

    # JPEG halves the resolution of colours, so only the inside of each field is exact
    colours = [screen_colour(page, screen_position(page, *at)) for at in FIELDS.values()]

    expected = [(255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 255)]
    assert colours == [pytest.approx(colour, abs=12) for colour in expected]


def test_the_automatic_range_follows_the_picture_and_a_locked_one_does_not(
    own_stack: CameraStack, open_page: OpenPage
) -> None:
    page = open_live(open_page, own_stack.worker)
    assert float(page.input_value("#low")) == pytest.approx(100, abs=5)
    assert float(page.input_value("#high")) == pytest.approx(1000, abs=5)

    page.press("body", "l")
    expect(page.locator("#auto")).to_have_attribute("aria-pressed", "false")
    own_stack.camera.content = lambda pulse: {"image": 5 * four_fields(pulse)["image"]}
    wait_for_frames(page, 25)
    assert float(page.input_value("#high")) == pytest.approx(1000, abs=5)

    page.click("#auto")
    wait_for_frames(page, 8)
    assert float(page.input_value("#high")) == pytest.approx(5000, abs=25)


def test_an_invalid_range_is_rejected_in_its_field(worker: Worker, open_page: OpenPage) -> None:
    page = open_live(open_page, worker)

    page.fill("#high", "20")
    page.press("#high", "Enter")

    assert not page.evaluate("high.validity.valid")
    expect(page.locator("#auto")).to_have_attribute("aria-pressed", "true")
    page.locator("#stage").focus()
    wait_for_frames(page, 1)
    assert page.evaluate("high.validity.valid")
    assert float(page.input_value("#high")) == pytest.approx(1000, abs=5)


@pytest.mark.parametrize("query", ["", "view=fitr1m", "rendition=half"])
def test_the_value_under_the_pointer_is_that_of_the_camera(
    worker: Worker, open_page: OpenPage, query: str
) -> None:
    page = open_live(open_page, worker, query)

    for value, (x, y) in FIELDS.items():
        # mirrored and then turned, the picture lies over its other diagonal
        page.mouse.move(*screen_position(page, *((31 - y, 31 - x) if "r1m" in query else (x, y))))
        readout = page.locator("#readout").inner_text()
        found = re.fullmatch(r"x (\d+) +y (\d+) +≈ ([\d.]+)", readout)
        assert found, readout
        assert (int(found[1]), int(found[2])) == (x, y)
        assert float(found[3]) == pytest.approx(value, abs=8)
    page.mouse.move(5, 5)
    expect(page.locator("#readout")).to_be_hidden()


@pytest.mark.parametrize(
    "stack",
    [lambda pulse: {"image": np.float32(1e-10) * four_fields(pulse)["image"]}],
    indirect=True,
    ids=["1e-7"],
)
def test_the_value_of_a_picture_of_tiny_numbers_keeps_its_digits(
    worker: Worker, open_page: OpenPage
) -> None:
    page = open_live(open_page, worker)

    page.mouse.move(*screen_position(page, *FIELDS[700]))

    readout = page.locator("#readout").inner_text()
    found = re.fullmatch(r"x 8 +y 24 +≈ (\d\.\d\d)e\u22128", readout)
    assert found, readout
    assert float(found[1]) == pytest.approx(7, abs=0.08)


def test_a_narrow_range_far_from_zero_is_kept_in_the_link(
    worker: Worker, open_page: OpenPage
) -> None:
    page = open_live(open_page, worker)
    page.fill("#high", "4000000100")
    page.press("#high", "Enter")
    page.fill("#low", "4000000000")
    page.press("#low", "Enter")
    page.wait_for_url("**look=4000000000..4000000100*")

    page.reload()

    expect(page.locator("#auto")).to_have_attribute("aria-pressed", "false")
    expect(page.locator("#low")).to_have_value("4000000000")
    expect(page.locator("#high")).to_have_value("4000000100")


def test_the_wheel_zooms_at_the_pointer_and_a_double_click_shows_the_whole_picture(
    worker: Worker, open_page: OpenPage
) -> None:
    page = open_live(open_page, worker)
    whole = picture_box(page)
    at = screen_position(page, *FIELDS[700])
    page.mouse.move(*at)
    readout = page.locator("#readout").inner_text()

    for _ in range(4):
        page.mouse.wheel(0, -300)
    expect(page.locator("#fit")).to_have_attribute("aria-pressed", "false")
    assert picture_box(page)["width"] > 3 * whole["width"]
    assert page.locator("#readout").inner_text() == readout

    page.mouse.dblclick(*at)
    expect(page.locator("#fit")).to_have_attribute("aria-pressed", "true")
    assert picture_box(page) == pytest.approx(whole)


def test_dragging_moves_the_picture(worker: Worker, open_page: OpenPage) -> None:
    page = open_live(open_page, worker, "view=60@16,16")
    before = picture_box(page)

    page.mouse.move(300, 300)
    page.mouse.down()
    page.mouse.move(340, 260, steps=4)
    page.mouse.up()

    after = picture_box(page)
    assert after["x"] - before["x"] == pytest.approx(40, abs=1)
    assert after["y"] - before["y"] == pytest.approx(-40, abs=1)


def test_a_frozen_picture_stays_ages_and_is_marked_and_faults_are_shown_over_it(
    own_stack: CameraStack, open_page: OpenPage
) -> None:
    page = open_live(open_page, own_stack.worker, "look=0..1000")
    body = page.locator("body")
    expect(page.locator("#badge")).to_contain_text("Live")

    page.press("body", " ")
    expect(body).to_have_attribute("data-state", "frozen")
    pulse_id = page.locator("#picture").get_attribute("data-pulse-id")
    own_stack.camera.content = lambda _: {"image": np.zeros((32, 32), np.uint16)}
    page.wait_for_function("() => parseFloat(age.textContent) > 1.4", timeout=WAIT_MS)

    expect(page.locator("#badge")).to_contain_text("Frozen")
    assert page.locator("#picture").get_attribute("data-pulse-id") == pulse_id
    expect(page.locator("#lead")).to_have_text("FROZEN")
    expect(page.locator("#line")).to_contain_text("pulse")
    assert screen_colour(page, screen_position(page, *FIELDS[1000]))[0] > 240
    page.click("#freeze")
    expect(body).to_have_attribute("data-state", "live")
    wait_for_frames(page, 2)
    assert screen_colour(page, screen_position(page, *FIELDS[1000]))[0] < 10

    page.click("#freeze")
    expect(body).to_have_attribute("data-state", "frozen")
    own_stack.stop_camera()
    expect(body).to_have_attribute("data-state", re.compile("lost|silent"), timeout=WAIT_MS)
    expect(page.locator("#fault")).to_contain_text("NOT LIVE")
    expect(page.locator("#words")).to_be_hidden()


def test_a_link_has_the_look_and_the_view_and_viewers_are_independent(
    worker: Worker, open_page: OpenPage
) -> None:
    one, other = open_live(open_page, worker), open_live(open_page, worker)
    one.select_option("#colours", "inferno")
    one.press("body", "r")
    one.wait_for_url(re.compile("look=inferno.*view=fitr1"))

    third = open_live(open_page, worker, one.url.partition("?")[2])

    assert third.input_value("#colours") == "inferno"
    assert other.input_value("#colours") == "grey"
    one.goto(worker.url)  # this browser keeps the look
    expect(one.locator("#colours")).to_have_value("inferno")


def test_the_keys_are_on_a_sheet(worker: Worker, open_page: OpenPage) -> None:
    page = open_live(open_page, worker)

    page.press("body", "?")

    expect(page.locator("#keys")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#keys")).to_be_hidden()
    page.keyboard.press("c")
    expect(page.locator("#colours")).to_have_value("viridis")


def test_keys_work_after_a_click_on_a_tool_but_not_in_a_field(
    worker: Worker, open_page: OpenPage
) -> None:
    page = open_live(open_page, worker)

    page.click("#freeze")
    page.keyboard.press("c")
    expect(page.locator("#colours")).to_have_value("viridis")
    page.keyboard.press(" ")  # the button has the focus: it is pressed once, not twice
    expect(page.locator("#freeze")).to_have_attribute("aria-pressed", "false")
    page.locator("#low").focus()
    page.keyboard.press("c")
    expect(page.locator("#colours")).to_have_value("viridis")


def test_the_automatic_range_has_the_selected_percentiles(
    worker: Worker, open_page: OpenPage
) -> None:
    """Each of 100, 400, 700 and 1000 is a quarter of the picture."""
    page = open_live(open_page, worker, "look=30%25..60%25")
    low, high = page.locator("#low"), page.locator("#high")

    def shown_range() -> list[int]:
        return [round(float(end.input_value()) / 10) * 10 for end in (low, high)]

    expect(page.locator("#percentiles")).to_have_value("30..60")
    until(lambda: shown_range() == [400, 700], "the range has the percentiles of the link")

    page.click("#auto")
    page.select_option("#percentiles", "1..99")

    expect(page.locator("#auto")).to_have_attribute("aria-pressed", "true")
    until(lambda: shown_range() == [100, 1000], "the range has the selected percentiles")
    page.wait_for_function("() => location.search.includes('1%25..99%25')")


def test_both_painters_show_the_same(worker: Worker, open_page: OpenPage) -> None:
    shots = []
    for painter in PAINTERS:
        page = open_live(open_page, worker, f"painter={painter}&look=turbo,log,50..1100")
        page.click("#actual")  # else a screen pixel may lie on the border of two camera pixels
        shot = page.locator("#picture").screenshot()
        shots.append(np.asarray(Image.open(io.BytesIO(shot)).convert("RGB")).astype(int))

    assert np.abs(shots[0] - shots[1]).max() <= 2
