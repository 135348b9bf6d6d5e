"""The replay of the last seconds, and the files that the page saves."""

import io
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from tests.browser.picture_page import OpenPage, open_live, wait_for_frames
from tests.support.beamcast import Worker
from tests.support.waiting import until


def counted(pulse_id: int) -> dict[str, Any]:
    """Return a picture whose brightness is its pulse id modulo 1000."""
    return {"image": np.full((64, 64), pulse_id % 1000, np.uint16), "pulse": pulse_id}


pytestmark = pytest.mark.parametrize("stack", [counted], indirect=True)


def pulse_id(page: Page) -> int:
    return int(page.locator("#picture").get_attribute("data-pulse-id") or 0)


def saved(page: Page, button: str) -> tuple[str, bytes]:
    """Return the name and the bytes of the file that a button of the menu saves."""
    page.keyboard.press("w")
    with page.expect_download() as download:
        page.click(button)
    return download.value.suggested_filename, Path(download.value.path()).read_bytes()


def test_a_frozen_picture_steps_back_and_forward_through_the_last_frames(
    worker: Worker, open_page: OpenPage
) -> None:
    page = open_live(open_page, worker)
    wait_for_frames(page, 5)

    page.keyboard.press(" ")
    expect(page.locator("#memory")).to_be_visible()
    here = pulse_id(page)
    page.keyboard.press(",")
    page.wait_for_function("here => picture.dataset.pulseId < here", arg=here)
    back = pulse_id(page)
    expect(page.locator("#line")).to_contain_text(f"pulse {back:,}".replace(",", "\u202f"))
    expect(page.locator("#lead")).to_have_text("FROZEN")
    page.keyboard.press(".")
    page.wait_for_function("back => picture.dataset.pulseId > back", arg=back)

    page.keyboard.press(" ")
    expect(page.locator("#memory")).to_be_hidden()
    page.wait_for_function("here => picture.dataset.pulseId > here", arg=here)


def test_the_replay_ends_at_the_newest_frame(worker: Worker, open_page: OpenPage) -> None:
    page = open_live(open_page, worker)
    wait_for_frames(page, 10)
    page.keyboard.press(" ")
    newest = int(page.locator("#memory-at").get_attribute("max") or 0)
    page.locator("#memory-at").fill("0")

    page.click("#memory-play")

    page.wait_for_function(
        "newest => document.getElementById('memory-at').value == newest", arg=newest
    )
    expect(page.locator("#memory-play")).to_have_attribute("aria-label", "Play")


def test_the_replay_shows_pictures_even_if_decoding_takes_longer_than_their_interval(
    worker: Worker, open_page: OpenPage
) -> None:
    page = open_live(open_page, worker)
    wait_for_frames(page, 30)
    page.keyboard.press(" ")
    page.locator("#memory-at").fill("0")
    # On a machine of any speed: decoding ends when the replay is three frames ahead, and the replay
    # continues when the decoded picture is shown.
    page.evaluate("""() => {
      const decode = createImageBitmap;
      const wait = setTimeout;
      const slider = document.getElementById("memory-at");
      const decoding = [];
      let ticks = 0;
      window.shownPulses = new Set();
      let changed = () => {};
      new MutationObserver(() => {
        shownPulses.add(picture.dataset.pulseId);
        changed();
      }).observe(picture, { attributeFilter: ["data-pulse-id"] });
      window.createImageBitmap = async (...image) => {
        const begun = ticks;
        await new Promise((end) => decoding.push({ begun, end }));
        return decode(...image);
      };
      window.setTimeout = (run, ms) =>
        wait(async () => {
          const [first] = decoding;
          ticks += 1;
          if (first && (slider.value === slider.max || ticks >= first.begun + 3)) {
            decoding.shift();
            const shown = new Promise((done) => (changed = done));
            first.end();
            await shown;
          }
          run();
        }, ms);
    }""")

    page.click("#memory-play")

    until(lambda: page.evaluate("shownPulses.size") >= 3, "pictures are shown")
    expect(page.locator("#memory-play")).to_have_attribute("aria-label", "Play", timeout=20_000)


def test_an_unreadable_picture_of_the_replay_is_reported_and_the_shown_pulse_stays(
    worker: Worker, open_page: OpenPage
) -> None:
    page = open_live(open_page, worker)
    wait_for_frames(page, 5)
    page.keyboard.press(" ")
    here = pulse_id(page)
    page.evaluate("""() => {
      window.createImageBitmap = () => Promise.reject(new DOMException("no image"));
    }""")

    page.keyboard.press(",")

    expect(page.locator("#memory-text")).to_have_text(
        re.compile(r"^\d+ of \d+, 0.0\d s earlier, .*pulse \d+ cannot be shown")
    )
    expect(page.locator("#screen")).to_contain_text("unreadable")
    assert pulse_id(page) == here


def test_the_last_seconds_are_saved_as_arrays(worker: Worker, open_page: OpenPage) -> None:
    page = open_live(open_page, worker)
    wait_for_frames(page, 10)
    page.keyboard.press(" ")

    name, data = saved(page, "#save-seconds")

    assert re.fullmatch(r"camera_pulse\d+_\d{8}T\d{6}\.\d{3}Z\.npz", name)
    arrays = np.load(io.BytesIO(data))
    assert len(arrays["pulse_id"]) >= 10
    assert (np.diff(arrays["pulse_id"]) > 0).all()
    assert arrays["pulse"].tolist() == arrays["pulse_id"].tolist()
    assert arrays["image"].shape == (len(arrays["pulse_id"]), 64, 64)


def test_a_link_sets_how_many_seconds_are_kept(worker: Worker, open_page: OpenPage) -> None:
    page = open_live(open_page, worker, "memory=1")
    wait_for_frames(page, 60)  # more than two seconds
    page.keyboard.press(" ")

    arrays = np.load(io.BytesIO(saved(page, "#save-seconds")[1]))

    assert 0.3 < np.ptp(arrays["t_received"]) < 2


def test_the_values_of_the_shown_frame_are_saved_unchanged(
    worker: Worker, open_page: OpenPage
) -> None:
    page = open_live(open_page, worker, "precise=1")
    page.wait_for_selector(".stage.values")
    page.keyboard.press(" ")
    shown = pulse_id(page) % 1000

    tiff = np.asarray(Image.open(io.BytesIO(saved(page, "#save-tiff")[1])))
    npy = np.load(io.BytesIO(saved(page, "#save-npy")[1]))

    assert tiff.dtype == npy.dtype == np.uint16
    assert (tiff == shown).all()
    assert (npy == shown).all()


@pytest.mark.parametrize("painter", ["2d", "webgl"])
def test_the_picture_is_saved_as_it_is_shown(
    worker: Worker, open_page: OpenPage, painter: str
) -> None:
    query = f"painter={painter}&look=viridis,0..1000&overlay=cross+32,32"
    page = open_live(open_page, worker, query)
    page.keyboard.press(" ")
    box = page.locator("#frame").bounding_box()
    assert box

    file = Image.open(io.BytesIO(saved(page, "#save-view")[1]))
    assert file.text["Pulse ID"] == str(pulse_id(page))
    assert file.text["Range"] == "0 … 1000"
    image = file.convert("RGB").crop((0, 0, round(box["width"]), round(box["height"])))

    clip = {**box, "x": box["x"] + box["width"] / 2 + 40, "y": box["y"] + box["height"] / 2 + 40}
    clip |= {"width": 1, "height": 1}
    screen = Image.open(io.BytesIO(page.screenshot(clip=clip))).convert("RGB").getpixel((0, 0))
    saved_colour = image.getpixel((image.width // 2 + 40, image.height // 2 + 40))
    assert saved_colour == pytest.approx(screen, abs=3)
    assert sum(saved_colour) > 0


def test_the_server_saves_a_new_frame_in_each_format_and_a_jpeg_offers_no_values(
    worker: Worker, open_page: OpenPage
) -> None:
    page = open_live(open_page, worker)

    for kind in ["h5", "tif", "png", "npy"]:
        name, data = saved(page, f"[data-fresh-as={kind}]")
        assert re.fullmatch(rf"camera_pulse\d+_\S+\.{kind}", name)
        assert len(data) > 100

    page.keyboard.press("w")
    expect(page.locator("#save-tiff")).to_be_disabled()
    expect(page.locator("#save-npy")).to_be_disabled()
