"""A wall of selected streams."""

import io
import re

import pytest
from PIL import Image
from playwright.sync_api import expect

from tests.browser.picture_page import OpenPage
from tests.browser.stream_tiles import (
    SIZES,
    WAIT_MS,
    Streams,
    order,
    tile,
    wait_for_live,
    wait_for_next_frame,
    wait_for_state,
)
from tests.support.waiting import until


def test_a_link_sets_the_order_and_the_columns(streams: Streams, open_page: OpenPage) -> None:
    page = open_page(f"{streams.worker.url}/view/three,one,two?columns=1")

    wait_for_live(page)

    assert order(page) == ["three", "one", "two"]
    lefts = {round(tile(page, stream).bounding_box()["x"]) for stream in SIZES}
    assert len(lefts) == 1


def test_a_wall_fills_the_window_without_scrolling(streams: Streams, open_page: OpenPage) -> None:
    page = open_page(f"{streams.worker.url}/view/one,two,three")
    wait_for_live(page)
    root = "document.documentElement"

    for width, height in [(1440, 900), (1920, 1080), (1080, 1920)]:
        page.set_viewport_size({"width": width, "height": height})

        def lowest_edge() -> float:
            boxes = (tile(page, stream).bounding_box() for stream in SIZES)
            return max(box["y"] + box["height"] for box in boxes)

        until(lambda height=height: abs(lowest_edge() - height) <= 8, "the tiles fill the window")
        assert page.evaluate(f"[{root}.scrollWidth, {root}.scrollHeight]") == [width, height]


def test_on_a_phone_each_picture_has_the_full_width(streams: Streams, open_page: OpenPage) -> None:
    address = f"{streams.worker.url}/view/one,two,three?columns=3"
    page = open_page(address, width=390, height=600, has_touch=True)
    wait_for_live(page, "one")

    assert page.evaluate("document.documentElement.scrollWidth") == 390
    assert tile(page, "one").locator("canvas").bounding_box()["width"] > 360
    tile(page, "three").scroll_into_view_if_needed()
    wait_for_live(page, "three")


def test_a_tile_far_out_of_view_is_not_watched(streams: Streams, open_page: OpenPage) -> None:
    page = open_page(f"{streams.worker.url}/view/one,two,three", width=390, height=200)
    wait_for_live(page, "one")
    expect(tile(page, "three")).to_have_attribute("data-state", "opening")

    page.evaluate("scrollTo(0, 10000)")
    wait_for_live(page, "three")

    wait_for_state(page, "one", "hidden")
    until(lambda: streams.beamcast.viewers("one") == 0, "one is no longer watched")


def test_a_tile_is_moved_by_its_buttons_and_by_keys_and_the_address_follows(
    streams: Streams, open_page: OpenPage
) -> None:
    page = open_page(f"{streams.worker.url}/view/one,two,three")
    wait_for_live(page)

    tile(page, "one").hover()
    tile(page, "one").locator(".later").click()
    assert order(page) == ["two", "one", "three"]
    assert page.url.endswith("/view/two,one,three")

    tile(page, "three").locator(".name").press("Shift+ArrowLeft")
    assert page.url.endswith("/view/two,three,one")
    expect(tile(page, "three").locator(".name")).to_be_focused()
    page.keyboard.press("Shift+ArrowLeft")
    page.keyboard.press("Shift+ArrowLeft")

    assert page.url.endswith("/view/three,two,one")
    assert order(page) == ["three", "two", "one"]
    wait_for_live(page)


def test_a_tile_is_dragged_to_another_place(streams: Streams, open_page: OpenPage) -> None:
    page = open_page(f"{streams.worker.url}/view/one,two,three")
    wait_for_live(page)

    tile(page, "three").drag_to(tile(page, "one"))

    assert page.url.endswith("/view/three,one,two")
    assert order(page) == ["three", "one", "two"]


def test_a_removed_tile_is_no_longer_watched(streams: Streams, open_page: OpenPage) -> None:
    page = open_page(f"{streams.worker.url}/view/one,two,three")
    wait_for_live(page)

    tile(page, "two").locator(".name").press("Delete")
    assert page.url.endswith("/view/one,three")
    expect(tile(page, "two")).to_have_count(0)
    until(lambda: streams.beamcast.viewers("two") == 0, "two is no longer watched")

    tile(page, "one").hover()
    tile(page, "one").locator(".remove").click()
    assert page.url.endswith("/view/three")
    page.keyboard.press("Delete")
    assert order(page) == ["three"]  # the last one stays
    wait_for_next_frame(page, "three")


def test_a_known_stream_is_added(streams: Streams, open_page: OpenPage) -> None:
    page = open_page(f"{streams.worker.url}/view/one,two?columns=2")
    wait_for_live(page, "one", "two")
    expect(page.locator("#add")).to_be_enabled(timeout=WAIT_MS)

    page.select_option("#add", "three")

    wait_for_live(page)
    assert page.url.endswith("/view/one,two,three?columns=2")
    expect(page.locator("#add")).to_be_disabled()
    page.reload()
    wait_for_live(page)
    assert order(page) == ["one", "two", "three"]


def test_the_selected_number_of_columns_is_in_the_address(
    streams: Streams, open_page: OpenPage
) -> None:
    page = open_page(f"{streams.worker.url}/view/one,two,three")
    wait_for_live(page)

    page.select_option("#columns", "3")

    assert page.url.endswith("/view/one,two,three?columns=3")
    tops = {round(tile(page, stream).bounding_box()["y"]) for stream in SIZES}
    assert len(tops) == 1


def test_a_tile_has_the_look_stored_in_this_browser_and_stores_none(
    streams: Streams, open_page: OpenPage
) -> None:
    stored = '{"look": "inverted", "view": "fit"}'
    page = open_page(
        f"{streams.worker.url}/view/one,two?look=viridis",
        script=f"localStorage.setItem('beamcast:one', '{stored}')",
    )
    wait_for_live(page, "one", "two")

    def colour(stream: str) -> list[int]:
        shown = tile(page, stream).locator("canvas")
        shot = Image.open(io.BytesIO(shown.screenshot())).convert("RGB")
        return list(shot.getpixel((shot.width // 20, shot.height // 20)))

    until(lambda: min(colour("one")) > 200, "one is inverted")
    assert max(colour("two")) < 60
    assert page.evaluate("localStorage.getItem('beamcast:one')") == stored
    assert page.evaluate("localStorage.getItem('beamcast:two')") is None
    assert page.url.endswith("/view/one,two")


def test_a_tile_has_the_rotation_stored_in_this_browser_and_shows_the_whole_picture(
    streams: Streams, open_page: OpenPage
) -> None:
    """Stream two has 160 × 40 pixels; rotated it is four times as high as wide."""
    stored = '{"view": "8@20,20r1"}'
    page = open_page(
        f"{streams.worker.url}/view/two,one",
        script=f"localStorage.setItem('beamcast:two', '{stored}')",
    )
    wait_for_live(page, "two", "one")

    box = tile(page, "two").locator("canvas").bounding_box()
    place = tile(page, "two").locator(".stage").bounding_box()

    assert box["height"] / box["width"] == pytest.approx(4, rel=0.02)
    assert box["height"] <= round(place["height"])


def test_a_kiosk_shows_states_and_nothing_to_press(streams: Streams, open_page: OpenPage) -> None:
    page = open_page(f"{streams.worker.url}/view/one,two?kiosk=1")
    wait_for_live(page, "one", "two")

    tile(page, "one").hover()

    expect(page.locator("header :is(select, button):visible")).to_have_count(0)
    expect(page.locator("#count")).to_have_text("2 streams")
    expect(tile(page, "one").locator(".tools")).to_be_hidden()
    expect(tile(page, "one").locator(".badge")).to_have_text("Live")
    assert page.url.endswith("/view/one,two?kiosk=1")
    cursor = "getComputedStyle(document.querySelector('.name')).cursor"
    until(lambda: page.evaluate(cursor) == "none", "the pointer hides")
    page.mouse.move(5, 5)
    assert page.evaluate(cursor) != "none"


def test_f_toggles_full_screen(streams: Streams, open_page: OpenPage) -> None:
    page = open_page(f"{streams.worker.url}/view/one,two")
    wait_for_live(page, "one", "two")

    page.keyboard.press("f")
    expect(page.locator("#columns")).to_be_hidden()

    page.keyboard.press("f")
    expect(page.locator("#columns")).to_be_visible()


def test_a_tile_that_is_not_live_has_a_red_head_with_the_reason_and_a_bright_picture(
    own_streams: Streams, open_page: OpenPage
) -> None:
    page = open_page(f"{own_streams.worker.url}/view/one,two,nosuch")
    wait_for_live(page, "one", "two")
    expect(page.locator("#not-live")).to_have_text("1 not live")
    unknown = tile(page, "nosuch")
    expect(unknown.locator(".head")).to_contain_text(re.compile(r"NO PICTURE\s*unknown stream"))
    expect(unknown.locator(".said")).to_contain_text("No stream is called “nosuch”")
    expect(unknown.locator("canvas")).to_be_hidden()

    own_streams.ingests["two"].kill()
    wait_for_state(page, "two", "no_ingest")

    two = tile(page, "two")
    places = "it => it.querySelector('.place').offsetTop"
    assert len({tile(page, stream).evaluate(places) for stream in ("one", "two", "nosuch")}) == 1
    expect(two.locator(".head")).to_contain_text(
        re.compile(r"NOT LIVE\s*camera service down\s*last pulse \d")
    )
    red = two.evaluate("it => getComputedStyle(it, '::before').backgroundColor")
    assert two.evaluate("it => getComputedStyle(it).borderColor") == red
    expect(two.locator(".said")).to_be_hidden()
    assert two.locator("canvas").evaluate("it => getComputedStyle(it).filter") == "none"
    shot = Image.open(io.BytesIO(two.locator("canvas").screenshot())).convert("L")
    assert shot.getextrema()[1] > 200, "its spot is as bright as before"
    expect(page.locator("#not-live")).to_have_text("2 not live")
    expect(page.locator("#not-live")).to_have_attribute("title", "two, nosuch")
    expect(page).to_have_title("◆ one, two, nosuch · Beamcast")
    expect(tile(page, "one").locator(".badge")).to_have_text("Live")


def test_names_are_never_html(streams: Streams, open_page: OpenPage) -> None:
    page = open_page(f"{streams.worker.url}/view/one,%3Cimg%3E")
    page.complaints.clear()  # the browser logs the 404

    expect(page.locator("body")).to_contain_text("404")
    expect(page.locator("img")).to_have_count(0)
