"""The data of the page: the searchable table, and trends that have every pulse."""

import csv
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import requests
from playwright.sync_api import Locator, Page, expect

from tests.browser.camera_stack import CameraStack, start_camera_stack
from tests.support.beamcast import Worker
from tests.support.waiting import until

OpenPage = Callable[..., Page]
WAIT_MS = 20_000
IMAGE = np.arange(48 * 64, dtype=np.uint16).reshape(48, 64)
HANG = "() => { const end = performance.now() + 4500; while (performance.now() < end); }"
ATTACK = "<img src=x onerror=alert(1)>"


def values(pulse_id: int) -> dict[str, Any]:
    """Return a ramp, a multiple of it, and a channel of each kind."""
    return {
        "image": IMAGE,
        "wave": np.sin(np.arange(50) / 5),
        "ramp": pulse_id,
        "double": 2.0 * pulse_id + 1,
        "fixed": 2.5,
        "shutter_open": True,
        "mode": "user operation",
        "broken": float("nan"),
    }


def many_channels(pulse_id: int) -> dict[str, Any]:
    return {"image": IMAGE} | {f"SECTION-{n:03}:VALUE": float(n + pulse_id) for n in range(500)}


@pytest.fixture(scope="module")
def stack(request: pytest.FixtureRequest) -> Iterator[CameraStack]:
    """A camera with 100 pulses per second in 10 frames; the parameter is its content."""
    content = getattr(request, "param", values)
    with start_camera_stack(content, "--max-fps", "10", rate_hz=100, queue_size=1000) as stack:
        yield stack


def open_table(open_page: OpenPage, worker: Worker, query: str = "", **more: Any) -> Page:
    page = open_page(f"{worker.url}/?{query}", **more)
    expect(page.locator("body")).to_have_attribute("data-state", "live", timeout=WAIT_MS)
    expect(page.locator("#values tr").first).to_be_visible()
    return page


def row(page: Page, name: str) -> Locator:
    return page.locator("#values tr").filter(has=page.get_by_text(name, exact=True))


def kept_pulses(page: Page) -> int:
    """Return how many pulses the trends have."""
    match = re.match(r"([\d\s]+) pulses", page.locator("#trends-count").inner_text())
    return int(re.sub(r"\s", "", match[1])) if match else 0


def wait_for_pulses(page: Page, count: int) -> None:
    before = kept_pulses(page)
    until(lambda: kept_pulses(page) >= before + count, f"{count} more pulses", 60)


def exported(page: Page) -> tuple[str, list[dict[str, str]]]:
    """Return the name of the exported file, and its lines."""
    with page.expect_download() as download:
        page.click("#trends-export")
    with Path(download.value.path()).open(newline="") as file:
        return download.value.suggested_filename, list(csv.DictReader(file))


def dropped_by_flow_control(worker: Worker) -> int:
    metrics = requests.get(f"{worker.url}/metrics", timeout=5).text
    count = re.search(r'^beamcast_web_dropped_total{way="flow"} (\d+)', metrics, re.MULTILINE)
    assert count
    return int(count[1])


def test_search_filters_the_table_and_counts_the_results(
    worker: Worker, open_page: OpenPage
) -> None:
    page = open_table(open_page, worker)
    expect(page.locator("#values-found")).to_have_text("7")

    page.keyboard.press("/")
    page.keyboard.type("BRO")

    expect(page.locator("#values tr:visible")).to_have_count(1)
    expect(page.locator("#values-found")).to_have_text("1 of 7")
    page.keyboard.press("Escape")
    expect(page.locator("#values-found")).to_have_text("7")


def test_values_are_shown_by_their_type_and_numbers_have_trends_and_statistics(
    worker: Worker, open_page: OpenPage
) -> None:
    page = open_table(open_page, worker)

    for name, value in [
        ("shutter_open", "true"),
        ("mode", "user operation"),
        ("broken", "–"),
        ("wave", "float64 [50]"),
        ("fixed", "2.50000"),
    ]:
        expect(row(page, name).locator(".value")).to_have_text(value)
    buttons = page.locator("#values button")
    expect(buttons).to_have_text(["ramp", "double", "fixed", "shutter_open"])

    cells = row(page, "fixed").locator("td.more")
    expect(cells.first).to_be_hidden()
    page.click("#values-all")
    expect(cells.first).to_be_visible()
    expect(cells).to_have_text(["2.50000", "2.50000", "2.50000", "0", re.compile(r"^\d+$")])


def test_a_name_opens_its_trend_and_a_link_has_it(worker: Worker, open_page: OpenPage) -> None:
    page = open_table(open_page, worker)
    expect(page.locator("#trends-panel")).to_be_hidden()

    page.get_by_role("button", name="ramp", exact=True).press("Enter")

    expect(page.locator("#trends .name")).to_have_text(["ramp"])
    expect(row(page, "ramp").locator("button")).to_have_attribute("aria-pressed", "true")
    other = open_table(open_page, worker, page.url.partition("?")[2])
    expect(other.locator("#trends canvas")).to_have_count(1)
    expect(other.locator("#trends .name")).to_have_text(["ramp"])


def test_a_trend_is_closed_at_its_button_or_in_the_table(
    worker: Worker, open_page: OpenPage
) -> None:
    page = open_table(open_page, worker, "trends=ramp,fixed")

    page.click("#trends figure >> nth=0 >> role=button[name=/Close/]")
    expect(page.locator("#trends .name")).to_have_text(["fixed"])
    row(page, "fixed").locator("button").click()

    expect(page.locator("#trends-panel")).to_be_hidden()
    assert "trends" not in page.url


def test_a_link_cannot_put_markup_into_the_page(worker: Worker, open_page: OpenPage) -> None:
    page = open_table(open_page, worker, f"trends={ATTACK},ramp~{ATTACK}")

    expect(page.locator("#trends .name")).to_have_text([ATTACK, f"ramp against {ATTACK}"])
    expect(page.locator("#trends .readout").first).to_have_text(f"no {ATTACK} in this stream")
    expect(page.locator("#trends-panel img")).to_have_count(0)


def test_every_pulse_is_in_the_exported_file_even_if_few_frames_are_sent(
    worker: Worker, open_page: OpenPage
) -> None:
    """The page hangs for so long that the worker sends it no frames."""
    dropped = dropped_by_flow_control(worker)
    page = open_table(open_page, worker, "trends=ramp,double")

    def export_without_gap() -> tuple[str, list[dict[str, str]]] | None:
        page.evaluate(HANG)
        wait_for_pulses(page, 100)
        name, lines = exported(page)
        ids = [int(line["pulse_id"]) for line in lines[-600:]]
        return (name, lines) if ids == list(range(ids[-1] - 599, ids[-1] + 1)) else None

    name, lines = until(export_without_gap, "600 pulses without a gap", 60)
    assert dropped_by_flow_control(worker) > dropped + 5

    ids = [int(line["pulse_id"]) for line in lines]
    assert [float(line["ramp"]) for line in lines] == ids
    assert [float(line["double"]) for line in lines] == [2 * pulse + 1 for pulse in ids]
    times = [float(line["t"]) for line in lines]
    assert times == sorted(times)
    assert int(page.locator("#picture").get_attribute("data-frames") or 0) < len(lines) / 3
    assert re.fullmatch(rf"camera_pulse{ids[-1]}_\d{{8}}T\d{{6}}\.\d{{3}}Z\.csv", name)


def test_missing_pulses_are_reported(
    stack: CameraStack, worker: Worker, open_page: OpenPage
) -> None:
    page = open_table(open_page, worker, "trends=ramp")
    wait_for_pulses(page, 50)

    stack.camera.pulse_id += 50

    expect(page.locator("#trends-count")).to_contain_text("missing", timeout=WAIT_MS)


def test_a_frozen_picture_does_not_stop_the_trends(worker: Worker, open_page: OpenPage) -> None:
    page = open_table(open_page, worker, "trends=ramp")

    page.click("#freeze")
    expect(page.locator("body")).to_have_attribute("data-state", "frozen")
    wait_for_pulses(page, 100)

    newest = float(exported(page)[1][-1]["ramp"])
    assert newest > float(page.locator("#picture").get_attribute("data-pulse-id") or 0)


def test_a_paused_plot_does_not_change_while_data_arrives(
    worker: Worker, open_page: OpenPage
) -> None:
    page = open_table(open_page, worker, "trends=ramp")
    plot = page.locator("#trends canvas")
    page.click("#trends-pause")
    page.wait_for_function("() => new Promise(now => requestAnimationFrame(() => now(true)))")
    paused = plot.screenshot()

    wait_for_pulses(page, 100)

    assert plot.screenshot() == paused
    page.click("#trends-pause")
    until(lambda: plot.screenshot() != paused, "the plot continues")


def test_a_drag_zooms_a_trend_and_a_double_click_resets_it(
    worker: Worker, open_page: OpenPage
) -> None:
    page = open_table(open_page, worker, "trends=ramp,double&span=10")
    wait_for_pulses(page, 100)
    area = page.locator("#trends .u-over").first
    box = area.bounding_box()
    assert box
    middle = box["y"] + box["height"] / 2

    page.mouse.move(box["x"] + 0.8 * box["width"], middle)
    page.mouse.down()
    page.mouse.move(box["x"] + 0.9 * box["width"], middle, steps=4)
    page.mouse.up()
    expect(page.locator("#trends-back")).to_be_visible()
    plots = page.locator("#trends canvas")
    page.mouse.move(5, 5)
    zoomed = [plots.nth(n).screenshot() for n in (0, 1)]
    wait_for_pulses(page, 100)

    assert [plots.nth(n).screenshot() for n in (0, 1)] == zoomed
    area.dblclick()
    expect(page.locator("#trends-back")).to_be_hidden()
    page.mouse.move(5, 5)
    until(lambda: plots.nth(1).screenshot() != zoomed[1], "the plots continue")


def test_a_finger_zooms_a_trend_and_two_taps_reset_it(worker: Worker, open_page: OpenPage) -> None:
    page = open_table(
        open_page, worker, "trends=ramp&span=10", width=390, height=844, has_touch=True
    )
    wait_for_pulses(page, 100)
    area = page.locator("#trends .u-over").first
    area.scroll_into_view_if_needed()
    box = area.bounding_box()
    assert box
    touches = page.context.new_cdp_session(page)

    def touch(kind: str, *share: float) -> None:
        middle = box["y"] + box["height"] / 2
        points = [{"x": box["x"] + x * box["width"], "y": middle} for x in share]
        touches.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    touch("touchStart", 0.5)
    for share in (0.6, 0.7, 0.8):
        touch("touchMove", share)
    touch("touchEnd")
    expect(page.locator("#trends-back")).to_be_visible()

    for _ in range(2):
        touch("touchStart", 0.5)
        touch("touchEnd")
    expect(page.locator("#trends-back")).to_be_hidden()


def test_a_channel_and_its_multiple_have_the_correlation_one(
    worker: Worker, open_page: OpenPage
) -> None:
    page = open_table(open_page, worker, "trends=double")
    wait_for_pulses(page, 50)

    page.select_option("#trends select", "ramp")

    expect(page.locator("#trends .readout")).to_have_text(re.compile(r"r = 1  of \d+ pulses"))
    assert "trends=double%7Eramp" in page.url or "trends=double~ramp" in page.url


def test_a_waveform_is_enlarged_and_restored(worker: Worker, open_page: OpenPage) -> None:
    page = open_table(open_page, worker)
    plot = page.locator("#curves .plot")
    hero = page.locator("#hero").bounding_box()
    assert hero

    plot.click()

    def width() -> float:
        box = plot.bounding_box()
        return box["width"] if box else 0

    until(lambda: width() > 0.9 * hero["width"], "it fills the main area")
    page.keyboard.press("Escape")
    until(lambda: width() < 0.6 * hero["width"], "it has its former size")


@pytest.mark.parametrize("stack", [many_channels], indirect=True)
def test_500_channels_are_searched_updated_and_opened(worker: Worker, open_page: OpenPage) -> None:
    page = open_table(open_page, worker)
    expect(page.locator("#values-found")).to_have_text("500")
    page.fill("#search", "-321:")
    expect(page.locator("#values tr:visible")).to_have_count(1)
    value = row(page, "SECTION-321:VALUE").locator(".value")
    before = value.inner_text()
    expect(value).not_to_have_text(before)

    page.get_by_role("button", name="SECTION-321:VALUE").click()

    expect(page.locator("#trends .name")).to_have_text(["SECTION-321:VALUE"])
    wait_for_pulses(page, 50)
    lines = exported(page)[1]
    assert all(float(line["SECTION-321:VALUE"]) == 321 + int(line["pulse_id"]) for line in lines)
