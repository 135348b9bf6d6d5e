"""The last seconds: kept, stepped through, saved; and the other files that the page makes."""

import io
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from tests.browser.fields import OpenPage, opened, wait_for_frames
from tests.support.beamcast import Worker
from tests.support.waiting import until


def counted(pulse_id: int) -> dict[str, Any]:
    """A picture whose brightness tells its pulse."""
    return {"image": np.full((64, 64), pulse_id % 1000, np.uint16), "pulse": pulse_id}


def pulse(page: Page) -> int:
    return int(page.locator("#picture").get_attribute("data-pulse-id") or 0)


def saved(page: Page, button: str) -> tuple[str, bytes]:
    """The name and the bytes of the file that a button of the menu makes."""
    page.keyboard.press("w")
    with page.expect_download() as download:
        page.click(button)
    return download.value.suggested_filename, Path(download.value.path()).read_bytes()


@pytest.mark.parametrize("worker", [counted], indirect=True)
def test_a_frozen_picture_steps_back_and_on_through_what_was_seen(
    worker: Worker, open_page: OpenPage
) -> None:
    page = opened(open_page, worker)
    wait_for_frames(page, 5)

    page.keyboard.press(" ")
    expect(page.locator("#memory")).to_be_visible()
    here = pulse(page)
    page.keyboard.press(",")
    page.wait_for_function("here => picture.dataset.pulseId < here", arg=here)
    back = pulse(page)
    expect(page.locator("#memory-told")).to_contain_text(f"pulse {back}")
    expect(page.locator("#held")).to_contain_text("Frozen")
    page.keyboard.press(".")
    page.wait_for_function("back => picture.dataset.pulseId > back", arg=back)

    page.keyboard.press(" ")
    expect(page.locator("#memory")).to_be_hidden()
    page.wait_for_function("here => picture.dataset.pulseId > here", arg=here)


@pytest.mark.parametrize("worker", [counted], indirect=True)
def test_what_is_kept_plays_to_its_end_and_stops(worker: Worker, open_page: OpenPage) -> None:
    page = opened(open_page, worker)
    wait_for_frames(page, 10)
    page.keyboard.press(" ")
    newest = int(page.locator("#memory-at").get_attribute("max") or 0)
    page.locator("#memory-at").fill("0")

    page.click("#memory-play")

    page.wait_for_function(
        "newest => document.getElementById('memory-at').value == newest", arg=newest
    )
    expect(page.locator("#memory-play")).to_have_attribute("aria-label", "Play")


@pytest.mark.parametrize("worker", [counted], indirect=True)
def test_pictures_are_seen_all_the_way_where_decoding_takes_longer_than_they_are_apart(
    worker: Worker, open_page: OpenPage
) -> None:
    page = opened(open_page, worker)
    wait_for_frames(page, 30)
    page.keyboard.press(" ")
    page.locator("#memory-at").fill("0")
    # However fast this machine is: decoding ends when playing is three frames further, and playing
    # goes on when what was decoded is seen.
    page.evaluate("""() => {
      const decode = createImageBitmap;
      const wait = setTimeout;
      const slider = document.getElementById("memory-at");
      const decoding = [];
      let ticks = 0;
      window.seen = new Set();
      let changed = () => {};
      new MutationObserver(() => {
        seen.add(picture.dataset.pulseId);
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

    until(lambda: page.evaluate("seen.size") >= 3, "pictures are seen")
    expect(page.locator("#memory-play")).to_have_attribute("aria-label", "Play", timeout=20_000)


@pytest.mark.parametrize("worker", [counted], indirect=True)
def test_a_kept_picture_that_cannot_be_read_is_said_and_not_named_as_the_one_seen(
    worker: Worker, open_page: OpenPage
) -> None:
    page = opened(open_page, worker)
    wait_for_frames(page, 5)
    page.keyboard.press(" ")
    here = pulse(page)
    page.evaluate("""() => {
      window.createImageBitmap = () => Promise.reject(new DOMException("no image"));
    }""")

    page.keyboard.press(",")

    told = page.locator("#memory-told")
    expect(told).to_have_text(re.compile(rf"pulse {here}, .*pulse \d+ cannot be shown"))
    expect(page.locator("#screen")).to_contain_text("unreadable")
    assert pulse(page) == here


@pytest.mark.parametrize("worker", [counted], indirect=True)
def test_the_last_seconds_are_saved_as_arrays(worker: Worker, open_page: OpenPage) -> None:
    page = opened(open_page, worker)
    wait_for_frames(page, 10)
    page.keyboard.press(" ")

    name, data = saved(page, "#save-seconds")

    assert re.fullmatch(r"camera_pulse\d+_\d{8}T\d{6}\.\d{3}Z\.npz", name)
    arrays = np.load(io.BytesIO(data))
    assert len(arrays["pulse_id"]) >= 10
    assert (np.diff(arrays["pulse_id"]) > 0).all()
    assert arrays["pulse"].tolist() == arrays["pulse_id"].tolist()
    assert arrays["image"].shape == (len(arrays["pulse_id"]), 64, 64)


@pytest.mark.parametrize("worker", [counted], indirect=True)
def test_a_link_says_how_many_seconds_are_kept(worker: Worker, open_page: OpenPage) -> None:
    page = opened(open_page, worker, "memory=1")
    page.wait_for_timeout(2500)
    page.keyboard.press(" ")

    arrays = np.load(io.BytesIO(saved(page, "#save-seconds")[1]))

    assert 0.3 < np.ptp(arrays["t_received"]) < 2


@pytest.mark.parametrize("worker", [counted], indirect=True)
def test_the_values_shown_are_saved_as_they_are(worker: Worker, open_page: OpenPage) -> None:
    page = opened(open_page, worker, "precise=1")
    page.wait_for_selector(".stage.values")
    page.keyboard.press(" ")
    shown = pulse(page) % 1000

    tiff = np.asarray(Image.open(io.BytesIO(saved(page, "#save-tiff")[1])))
    npy = np.load(io.BytesIO(saved(page, "#save-npy")[1]))

    assert tiff.dtype == npy.dtype == np.uint16
    assert (tiff == shown).all()
    assert (npy == shown).all()


@pytest.mark.parametrize("worker", [counted], indirect=True)
def test_a_jpeg_offers_no_values_to_save(worker: Worker, open_page: OpenPage) -> None:
    page = opened(open_page, worker)

    page.keyboard.press("w")

    expect(page.locator("#save-tiff")).to_be_disabled()
    expect(page.locator("#save-npy")).to_be_disabled()


@pytest.mark.parametrize("painter", ["2d", "webgl"])
@pytest.mark.parametrize("worker", [counted], indirect=True)
def test_the_picture_is_saved_as_it_is_seen(
    worker: Worker, open_page: OpenPage, painter: str
) -> None:
    query = f"painter={painter}&look=viridis,0..1000&overlay=cross+32,32"
    page = opened(open_page, worker, query)
    page.keyboard.press(" ")
    box = page.locator("#stage").bounding_box()
    assert box

    image = Image.open(io.BytesIO(saved(page, "#save-view")[1])).convert("RGB")

    assert image.size == (round(box["width"]), round(box["height"]))
    clip = {**box, "x": box["x"] + box["width"] / 2 + 40, "y": box["y"] + box["height"] / 2 + 40}
    clip |= {"width": 1, "height": 1}
    screen = Image.open(io.BytesIO(page.screenshot(clip=clip))).convert("RGB").getpixel((0, 0))
    there = image.getpixel((image.width // 2 + 40, image.height // 2 + 40))
    assert there == pytest.approx(screen, abs=3)
    assert sum(there) > 0


@pytest.mark.parametrize("kind", ["h5", "tif", "png", "npy"])
@pytest.mark.parametrize("worker", [counted], indirect=True)
def test_a_fresh_frame_is_saved_by_the_server(
    worker: Worker, open_page: OpenPage, kind: str
) -> None:
    page = opened(open_page, worker)

    name, data = saved(page, f"[data-fresh-as={kind}]")

    assert re.fullmatch(rf"camera_pulse\d+_\S+\.{kind}", name)
    assert len(data) > 100
