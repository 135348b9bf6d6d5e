"""What the page of a picture says when something breaks; the last picture stays as it was."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.camera_stack import CameraStack
from tests.browser.picture_page import (
    FIELDS,
    WAIT_MS,
    OpenPage,
    close_to,
    four_fields,
    open_live,
    screen_colour,
    screen_position,
    wait_for_frames,
)
from tests.support.beamcast import Worker

CONTACT = "the control room <4711>"


def colours(page: Page) -> list[tuple[int, ...]]:
    return [screen_colour(page, screen_position(page, *at)) for at in FIELDS.values()]


def test_the_last_picture_stays_bright_and_uncovered_and_the_page_says_why(
    own_stack: CameraStack, open_page: OpenPage
) -> None:
    worker = own_stack.beamcast.worker("--contact", CONTACT)
    page = open_live(open_page, worker, "look=inferno,0..1000")
    before = colours(page)

    own_stack.stop_camera()
    expect(page.locator("#badge")).to_have_text("Not live", timeout=WAIT_MS)

    assert colours(page) == [close_to(colour) for colour in before]
    expect(page.locator("#words")).to_be_hidden()
    expect(page.locator("#frame")).to_have_attribute("data-frame", "act")
    expect(page.locator("#lead")).to_have_text("NOT LIVE")
    expect(page.locator("#line")).to_have_text(
        re.compile(r"source (lost|stopped)\s· [\d.]+ s old · pulse \d+")
    )
    expect(page).to_have_title(re.compile("^◆ "))

    page.click("#details-open")
    details = page.locator("#details")
    expect(details).to_contain_text(re.compile(r"\(\d\d:\d\d:\d\d\)"))
    expect(details).to_contain_text(f"If not, call {CONTACT}.")
    expect(page.locator("#details-cause")).to_be_hidden()
    details.locator("summary").click()
    expect(page.locator("#details-cause")).to_contain_text(own_stack.camera.address)

    own_stack.restart_camera()
    expect(page.locator("#badge")).to_have_text("Live", timeout=WAIT_MS)
    expect(details).to_be_hidden()
    expect(page.locator("#frame")).to_have_attribute("data-frame", "")
    worker.process.stop()


def test_a_frozen_picture_stays_frozen_when_the_source_stops(
    own_stack: CameraStack, open_page: OpenPage
) -> None:
    page = open_live(open_page, own_stack.worker, "look=inferno,0..1000")
    page.keyboard.press(" ")
    expect(page.locator("#lead")).to_have_text("FROZEN")
    before = colours(page)

    own_stack.stop_camera()

    expect(page.locator("#fault")).to_have_text(
        re.compile(r"NOT LIVE source (lost|stopped) since \d\d:\d\d:\d\d"), timeout=WAIT_MS
    )
    expect(page.locator("#badge")).to_have_text("Frozen")
    expect(page.locator("#lead")).to_have_text("FROZEN")
    expect(page.locator("#frame")).to_have_attribute("data-frame", "yours act")
    expect(page.locator("#words")).to_be_hidden()
    assert colours(page) == [close_to(colour) for colour in before]


def test_an_unknown_stream_leads_to_the_known_ones(worker: Worker, open_page: OpenPage) -> None:
    page = open_page(f"{worker.url}/view/nosuch")

    expect(page.locator("#words")).to_contain_text("No stream is called “nosuch”")
    page.click("#words-streams a >> text=camera")

    expect(page.locator("body")).to_have_attribute("data-state", "live", timeout=WAIT_MS)


def test_a_lost_webgl_context_leaves_no_blank_picture(worker: Worker, open_page: OpenPage) -> None:
    page = open_live(open_page, worker, "painter=webgl&look=inferno,0..1000")
    before = colours(page)

    page.evaluate("""() => {
      window.lost = picture.getContext("webgl2").getExtension("WEBGL_lose_context");
      window.lost.loseContext();
    }""")
    expect(page.locator("canvas.substitute")).to_have_count(1)
    wait_for_frames(page, 3)
    expect(page.locator("#badge")).to_have_text("Live")
    assert colours(page) == [close_to(colour) for colour in before]

    page.keyboard.press("r")
    wait_for_frames(page, 2)
    turned = page.locator("canvas.substitute").bounding_box()
    assert turned == page.locator("#picture").bounding_box()
    page.keyboard.press("m")
    page.keyboard.press("r")
    page.keyboard.press("m")
    page.keyboard.press("f")
    page.evaluate("window.lost.restoreContext()")
    expect(page.locator("canvas.substitute")).to_have_count(0)
    wait_for_frames(page, 3)
    assert colours(page) == [close_to(colour) for colour in before]


def test_a_frozen_picture_survives_the_loss_of_its_webgl_context(
    worker: Worker, open_page: OpenPage
) -> None:
    page = open_live(open_page, worker, "painter=webgl&look=inferno,0..1000")
    page.keyboard.press(" ")
    expect(page.locator("#lead")).to_have_text("FROZEN")
    before = colours(page)

    page.evaluate('picture.getContext("webgl2").getExtension("WEBGL_lose_context").loseContext()')

    expect(page.locator("canvas.substitute")).to_have_count(1)
    assert colours(page) == [close_to(colour) for colour in before]


def test_a_link_shows_the_same_to_everyone_and_what_is_remembered_is_said(
    worker: Worker, open_page: OpenPage
) -> None:
    page = open_live(open_page, worker)
    page.keyboard.press("r")
    page.select_option("#scale", "log")
    page.select_option("#average", "4")
    page.wait_for_url(re.compile(r"(?=.*look=log)(?=.*view=fitr1)(?=.*mean=4)"))
    link = page.url

    page.goto(worker.url)  # without settings: those that this browser remembers
    expect(page.locator("#chips")).to_contain_text("Turned 90° · log scale · remembered")
    expect(page.locator("#chips")).to_contain_text("Mean of 4")
    page.wait_for_url(re.compile(r"(?=.*look=log)(?=.*view=fitr1)(?=.*mean=4)"))

    page.goto(f"{worker.url}/?look=viridis")  # a link: nothing that is remembered changes it
    expect(page.locator("#colours")).to_have_value("viridis")
    expect(page.locator("#scale")).to_have_value("linear")
    expect(page.locator("#chips")).to_have_text("")

    other = open_live(open_page, worker, link.partition("?")[2])
    expect(other.locator("#scale")).to_have_value("log")
    expect(other.locator("#average")).to_have_value("4")
    other.click("#chips >> text=Reset all")
    expect(other.locator("#chips")).to_have_text("")
    expect(other.locator("#scale")).to_have_value("linear")
    other.wait_for_function("() => !/look|view|mean/.test(location.search)")


def many_values(pulse_id: int) -> dict[str, object]:
    return four_fields(pulse_id) | {f"value_{index:03}": index for index in range(200)}


@pytest.mark.parametrize("own_stack", [many_values], indirect=True)
def test_the_page_has_few_tab_stops_and_arrow_keys_move_within_the_tools_and_the_table(
    own_stack: CameraStack, open_page: OpenPage
) -> None:
    page = open_live(open_page, own_stack.worker)
    expect(page.locator("#values button")).to_have_count(201)

    stops = page.evaluate("""() => [...document.querySelectorAll(
        "a[href], button, select, input, summary, [tabindex]")].filter(
        (one) => one.tabIndex >= 0 && one.checkVisibility()).length""")

    assert stops < 45
    page.focus("#freeze")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    assert page.evaluate("document.activeElement.id") == "actual"
    page.keyboard.press("End")
    assert page.evaluate("document.activeElement.id") == "link"
    page.locator("#values button").first.focus()
    page.keyboard.press("ArrowDown")
    assert (
        page.evaluate("document.activeElement.textContent")
        == page.locator("#values button").nth(1).inner_text()
    )


def test_on_a_phone_five_icons_open_a_sheet_that_keeps_the_focus(
    worker: Worker, open_page: OpenPage
) -> None:
    page = open_live(open_page, worker, width=390, height=844)
    expect(page.locator("#tools")).to_be_hidden()

    page.click("#dock >> text=Range")
    expect(page.locator("#colours")).to_be_visible()
    expect(page.locator("#turn")).to_be_hidden()
    box = page.locator("#tools").bounding_box()
    assert box
    assert box["height"] <= 844 / 2
    for _ in range(12):
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.closest('#tools') !== null")
    for _ in range(6):
        page.keyboard.press("Shift+Tab")
        assert page.evaluate("document.activeElement.closest('#tools') !== null")
    page.select_option("#colours", "inferno")
    page.keyboard.press("Escape")

    expect(page.locator("#tools")).to_be_hidden()
    page.click("#dock-freeze")
    expect(page.locator("#badge")).to_have_text("Frozen")
    expect(page.locator("#dock-freeze")).to_contain_text("Go on")


def test_on_a_phone_the_sheet_has_the_limits_and_what_was_typed_counts_when_it_closes(
    worker: Worker, open_page: OpenPage
) -> None:
    page = open_live(open_page, worker, "look=inferno,0..1000", width=390, height=844)

    page.click("#dock >> text=Range")
    expect(page.locator("#tools #low")).to_have_value("0")
    page.locator("#tools #high").fill("500")
    page.keyboard.press("Escape")

    expect(page.locator("#cbar #high")).to_have_value("500")
    page.wait_for_url(re.compile(r"look=inferno(,|%2C)0\.\.500"))
    page.click("#dock >> text=Range")
    page.set_viewport_size({"width": 1280, "height": 800})
    expect(page.locator("#cbar #high")).to_be_visible()
