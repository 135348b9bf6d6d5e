"""Which rendition a page requests, what it says about it, and what it reports."""

import contextlib
import re
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
import requests
from playwright.sync_api import Page, expect

from tests.browser.frame_recorder import FrameRecorder
from tests.browser.slow_connection import SlowConnection
from tests.support.beamcast import Beamcast
from tests.support.camera import Camera
from tests.support.waiting import until

OpenPage = Callable[..., Page]
WAIT_MS = 30_000
LARGE, SMALL = (1200, 900), (300, 400)
NOISE = np.random.default_rng(1).integers(0, 4000, (480, 640)).astype(np.uint16)


@pytest.fixture
def live(beamcast: Beamcast) -> Iterator[Any]:
    """A Beamcast with a camera of 640 × 480 noisy pixels and one worker."""
    with Camera(content=lambda pulse_id: {"image": NOISE, "pulse": pulse_id}) as camera:
        beamcast.ingest(camera.address)
        beamcast.camera, beamcast.first = camera, beamcast.worker()
        yield beamcast


def sized(size: tuple[int, int]) -> dict[str, int]:
    return {"width": size[0], "height": size[1]}


def wait_for_rendition(page: Page, rendition: str) -> None:
    expect(page.locator("#picture")).to_have_attribute("data-rendition", rendition, timeout=WAIT_MS)


def wait_for_frames(page: Page, count: int) -> None:
    page.wait_for_function("count => picture.dataset.frames > count", arg=count, timeout=WAIT_MS)


def watching(beamcast: Beamcast, rendition: str) -> int:
    return int(beamcast.broker.get(f"beamcast:camera:viewers:{rendition}") or 0)


def drawn_size(page: Page) -> list[int]:
    return list(page.evaluate("(({width, height}) => [width, height])(picture)"))


def test_a_big_window_gets_the_full_picture(live: Any, open_page: OpenPage) -> None:
    page = open_page(live.first.url, **sized(LARGE))

    wait_for_rendition(page, "full")

    expect(page.locator("#screen")).to_contain_text("picturefull")
    expect(page.locator("#caption")).not_to_contain_text("picture")
    assert drawn_size(page) == [640, 480]


def test_a_thumbnail_gets_a_small_picture_and_says_so(live: Any, open_page: OpenPage) -> None:
    page = open_page(live.first.url, width=150, height=400)

    wait_for_rendition(page, "quarter")

    assert drawn_size(page) == [160, 120]
    caption = page.locator("#caption")
    expect(caption).to_contain_text("640 × 480 uint16")
    expect(caption).to_contain_text("quarter size, 160 × 120: all that this window can show")
    expect(page.locator("#screen")).to_contain_text("picturequarter")
    until(lambda: watching(live, "quarter") == 1, "the quarter is watched")
    assert watching(live, "full") == 0
    assert live.viewers() == 1


def test_a_window_that_changes_its_size_changes_over_without_a_gap(
    live: Any, open_page: OpenPage
) -> None:
    recorder = FrameRecorder()
    page = open_page(live.first.url, **sized(LARGE), prepare=recorder.attach)
    wait_for_frames(page, 30)
    place = page.locator("#picture").bounding_box()

    def has_no_gap() -> bool:
        """There and back; on a busy machine frames are left out at any time."""
        begun = len(recorder.headers)
        page.set_viewport_size(sized(SMALL))
        wait_for_rendition(page, "half")
        page.set_viewport_size(sized(LARGE))
        wait_for_rendition(page, "full")
        headers = recorder.headers[begun:]
        assert {header["rendition"] for header in headers} == {"full", "half"}
        return np.diff(sorted({header["seq"] for header in headers})).max() <= 2

    assert any(has_no_gap() for _ in range(5))
    seqs = [shown["seq"] for shown in recorder.drawn()]
    assert seqs == sorted(set(seqs))
    assert {shown["state"] for shown in recorder.drawn()[1:]} == {"live"}
    assert page.locator("#picture").bounding_box() == place


def test_the_selected_rendition_is_in_the_address(live: Any, open_page: OpenPage) -> None:
    page = open_page(live.first.url, **sized(LARGE))
    wait_for_rendition(page, "full")

    page.click("#screen-panel summary")
    page.get_by_label("Picture size").select_option("Quarter")

    wait_for_rendition(page, "quarter")
    expect(page.locator("#caption")).to_contain_text("quarter size, 160 × 120: as selected")
    page.reload()
    wait_for_rendition(page, "quarter")
    assert "rendition=quarter" in page.url
    page.click("#screen-panel summary")
    page.get_by_label("Picture size").select_option("Automatic")
    wait_for_rendition(page, "full")
    assert "rendition" not in page.url


def test_the_rendition_is_kept_when_the_worker_restarts(live: Any, open_page: OpenPage) -> None:
    page = open_page(f"{live.first.url}/?rendition=half", **sized(LARGE))
    wait_for_rendition(page, "half")
    before = int(page.locator("#picture").get_attribute("data-frames") or 0)

    live.first.process.kill()
    expect(page.locator("body")).to_have_attribute("data-state", "unreachable", timeout=WAIT_MS)
    live.first.process.start()

    expect(page.locator("body")).to_have_attribute("data-state", "live", timeout=WAIT_MS)
    wait_for_frames(page, before)
    assert page.locator("#picture").get_attribute("data-rendition") == "half"
    assert watching(live, "full") == 0
    page.complaints.clear()  # the browser logs the failed connections


def test_the_first_frames_are_reported_and_then_few(live: Any, open_page: OpenPage) -> None:
    recorder = FrameRecorder()
    page = open_page(live.first.url, **sized(LARGE), prepare=recorder.attach)
    wait_for_frames(page, 100)

    announced, *reports = recorder.reports()
    drawn = [shown["seq"] for shown in recorder.drawn()]
    assert recorder.sent[0] == ("drawn", {}), "it announces itself before it watches"
    assert announced == {}
    assert reports[0]["seq"] == drawn[0]
    assert {report["seq"] for report in reports} <= set(drawn)
    assert len(reports) >= 8
    assert {report["stream"] for report in reports} == {"camera"}

    def counted() -> bool:
        page.wait_for_timeout(10)  # lets the recorder receive messages
        metrics = requests.get(f"{live.first.url}/metrics", timeout=10).text
        count = re.search(r"^beamcast_web_drawn_seconds_count (\S+)$", metrics, re.MULTILINE)
        return bool(count) and float(count[1]) >= 8  # type: ignore[index]

    until(counted, "the worker counts the reports")


def test_a_slow_connection_gets_a_smaller_picture_and_shows_its_true_age(
    live: Any, open_page: OpenPage
) -> None:
    with contextlib.closing(SlowConnection(live.first.port, 300_000)) as connection:
        recorder = FrameRecorder()
        page = open_page(connection.url, **sized(LARGE), prepare=recorder.attach)
        wait_for_rendition(page, "half")
        expect(page.locator("#caption")).to_contain_text("the line is slow")
        wait_for_frames(page, int(page.locator("#picture").get_attribute("data-frames") or 0) + 10)
        wrong_s = [abs(one["age"] - true_s) for one, true_s in recorder.true_ages()]

    assert np.median(wrong_s) < 0.1


def test_a_page_that_hung_shows_no_old_frame(live: Any, open_page: OpenPage) -> None:
    recorder = FrameRecorder()
    page = open_page(live.first.url, **sized(LARGE), prepare=recorder.attach)
    wait_for_frames(page, 20)

    woke = page.evaluate(
        "() => { const end = Date.now() + 5000; while (Date.now() < end); return end / 1000; }"
    )
    wait_for_frames(page, 60)

    ages = [true_s for one, true_s in recorder.true_ages() if one["at"] >= woke]
    assert max(ages) < 1
