"""A wall of chosen streams, in a real Chromium."""

import io

import pytest
from PIL import Image
from playwright.sync_api import expect

from tests.browser.fields import OpenPage
from tests.browser.many import (
    SIZES,
    WAIT_MS,
    Streams,
    order,
    tile,
    wait_for_live,
    wait_for_more,
    wait_for_state,
)
from tests.support.waiting import until


def test_a_link_is_a_layout(streams: Streams, open_page: OpenPage) -> None:
    page = open_page(f"{streams.worker.url}/view/three,one,two?columns=1")

    wait_for_live(page)

    assert order(page) == ["three", "one", "two"]
    lefts = {round(tile(page, stream).bounding_box()["x"]) for stream in SIZES}
    assert len(lefts) == 1


@pytest.mark.parametrize(("width", "height"), [(1440, 900), (1920, 1080), (1080, 1920)])
def test_a_wall_fills_the_window_without_scrolling(
    streams: Streams, open_page: OpenPage, width: int, height: int
) -> None:
    page = open_page(f"{streams.worker.url}/view/one,two,three", width=width, height=height)

    wait_for_live(page)

    root = "document.documentElement"
    assert page.evaluate(f"[{root}.scrollWidth, {root}.scrollHeight]") == [width, height]
    bottoms = [
        box["y"] + box["height"] for box in (tile(page, stream).bounding_box() for stream in SIZES)
    ]
    assert max(bottoms) == pytest.approx(height, abs=8)


def test_a_phone_scrolls_a_wall_of_pictures_as_wide_as_it_is(
    streams: Streams, open_page: OpenPage
) -> None:
    address = f"{streams.worker.url}/view/one,two,three?columns=3"
    page = open_page(address, width=390, height=600, has_touch=True)
    wait_for_live(page, "one")

    assert page.evaluate("document.documentElement.scrollWidth") == 390
    assert tile(page, "one").locator("canvas").bounding_box()["width"] > 360
    tile(page, "three").scroll_into_view_if_needed()
    wait_for_live(page, "three")


def test_what_is_far_out_of_sight_is_not_watched(streams: Streams, open_page: OpenPage) -> None:
    page = open_page(f"{streams.worker.url}/view/one,two,three", width=390, height=200)
    wait_for_live(page, "one")
    expect(tile(page, "three")).to_have_attribute("data-state", "opening")

    page.evaluate("scrollTo(0, 10000)")
    wait_for_live(page, "three")

    wait_for_state(page, "one", "hidden")
    until(lambda: streams.beamcast.viewers("one") == 0, "one is not watched any more")


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


def test_a_tile_is_removed_and_is_not_watched_any_more(
    streams: Streams, open_page: OpenPage
) -> None:
    page = open_page(f"{streams.worker.url}/view/one,two,three")
    wait_for_live(page)

    tile(page, "two").locator(".name").press("Delete")
    assert page.url.endswith("/view/one,three")
    expect(tile(page, "two")).to_have_count(0)
    until(lambda: streams.beamcast.viewers("two") == 0, "two is not watched any more")

    tile(page, "one").hover()
    tile(page, "one").locator(".remove").click()
    assert page.url.endswith("/view/three")
    page.keyboard.press("Delete")
    assert order(page) == ["three"]  # the last one stays
    wait_for_more(page, "three")


def test_a_stream_is_added_from_those_that_are_known(streams: Streams, open_page: OpenPage) -> None:
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


def test_columns_that_are_chosen_stand_in_the_address(
    streams: Streams, open_page: OpenPage
) -> None:
    page = open_page(f"{streams.worker.url}/view/one,two,three")
    wait_for_live(page)

    page.select_option("#columns", "3")

    assert page.url.endswith("/view/one,two,three?columns=3")
    tops = {round(tile(page, stream).bounding_box()["y"]) for stream in SIZES}
    assert len(tops) == 1


def test_a_tile_has_the_look_that_this_browser_keeps_for_its_stream_and_keeps_no_other(
    streams: Streams, open_page: OpenPage
) -> None:
    kept = '{"look": "inverted", "view": "fit"}'
    page = open_page(
        f"{streams.worker.url}/view/one,two?look=viridis",
        script=f"localStorage.setItem('beamcast:one', '{kept}')",
    )
    wait_for_live(page, "one", "two")

    def colour(stream: str) -> list[int]:
        shown = tile(page, stream).locator("canvas")
        shot = Image.open(io.BytesIO(shown.screenshot())).convert("RGB")
        return list(shot.getpixel((shot.width // 20, shot.height // 20)))

    until(lambda: min(colour("one")) > 200, "one is inverted")
    assert max(colour("two")) < 60
    assert page.evaluate("localStorage.getItem('beamcast:one')") == kept
    assert page.evaluate("localStorage.getItem('beamcast:two')") is None
    assert page.url.endswith("/view/one,two")


def test_a_tile_is_turned_as_this_browser_keeps_it_and_whole(
    streams: Streams, open_page: OpenPage
) -> None:
    """Stream two has 160 × 40 pixels; turned it is four times as high as wide."""
    kept = '{"view": "8@20,20r1"}'
    page = open_page(
        f"{streams.worker.url}/view/two,one",
        script=f"localStorage.setItem('beamcast:two', '{kept}')",
    )
    wait_for_live(page, "two", "one")

    box = tile(page, "two").locator("canvas").bounding_box()
    place = tile(page, "two").locator(".stage").bounding_box()

    assert box["height"] / box["width"] == pytest.approx(4, rel=0.02)
    assert box["height"] <= place["height"]


def test_a_stream_without_a_picture_says_so_and_hides_no_other(
    own: Streams, open_page: OpenPage
) -> None:
    own.start("values", lambda pulse_id: {"energy": 5.0 + pulse_id})
    page = open_page(f"{own.worker.url}/view/values,one")

    wait_for_live(page, "values", "one")

    expect(tile(page, "values").locator(".said")).to_contain_text("no picture")
    expect(tile(page, "one").locator(".said")).to_be_hidden()


def test_a_kiosk_has_nothing_but_tiles_and_their_states(
    streams: Streams, open_page: OpenPage
) -> None:
    page = open_page(f"{streams.worker.url}/view/one,two?kiosk=1")
    wait_for_live(page, "one", "two")

    tile(page, "one").hover()

    expect(page.locator("header")).to_be_hidden()
    expect(tile(page, "one").locator(".tools")).to_be_hidden()
    expect(tile(page, "one").locator(".badge")).to_have_text("Live")
    assert page.url.endswith("/view/one,two?kiosk=1")
    cursor = "getComputedStyle(document.querySelector('.name')).cursor"
    until(lambda: page.evaluate(cursor) == "none", "the pointer hides")
    page.mouse.move(5, 5)
    assert page.evaluate(cursor) != "none"


def test_f_is_full_screen_and_back(streams: Streams, open_page: OpenPage) -> None:
    page = open_page(f"{streams.worker.url}/view/one,two")
    wait_for_live(page, "one", "two")

    page.keyboard.press("f")
    expect(page.locator("header")).to_be_hidden()

    page.keyboard.press("f")
    expect(page.locator("header")).to_be_visible()


def test_names_are_never_html(streams: Streams, open_page: OpenPage) -> None:
    page = open_page(f"{streams.worker.url}/view/one,%3Cimg%3E")
    page.complaints.clear()  # the browser's own word on the 404

    expect(page.locator("body")).to_contain_text("404")
    expect(page.locator("img")).to_have_count(0)
