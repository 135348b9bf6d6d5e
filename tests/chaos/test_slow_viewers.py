"""Slow viewers see current frames, and do not affect others."""

import signal
import statistics
import time
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, sync_playwright

from tests.chaos.installation import Got, Installation, Viewers, lost, p99
from tests.support.chromium import OPTIONS, find_chromium
from tests.support.waiting import until

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(400)]

Report = Callable[[str], None]

LINE_BITS_PER_S = 2_000_000
NEW_S = 0.7
"""A picture younger than that is of now."""
MANY = 50
CUT_OFF_S = 60


@pytest.fixture
def others(installation: Installation) -> Iterator[Viewers]:
    """Many viewers on fast lines, who must not lose one frame during the test."""
    # They share a process, for whose breaks the network itself has room.
    viewers = installation.viewers(MANY, "--receive-buffer", "1000000")
    viewers.watch_for(1)  # a new viewer is sent one frame until it has reported that
    start = len(viewers.got)
    yield viewers
    still_there = {frame.viewer for frame in viewers.watch_for(1)}
    assert lost(viewers.got[start:]) == []
    assert len(still_there) == MANY


def figures(got: list[Got]) -> str:
    ages = [frame.age for frame in got]
    rate = bits_per_s(got) / 1e6
    return (
        f"{len(got)} frames, {rate:.2f} Mbit/s, age median {statistics.median(ages):.2f} s, "
        f"oldest {max(ages):.2f} s"
    )


def bits_per_s(got: list[Got]) -> float:
    return 8 * sum(frame.size for frame in got[1:]) / (got[-1].when - got[0].when)


# A home router's queue, and one of those that are far too long.
@pytest.mark.parametrize("queue_kb", [64, 256])
def test_thin_line_is_full_and_carries_new_frames_only(
    installation: Installation, others: Viewers, report: Report, queue_kb: int
) -> None:
    slow = installation.viewers_at(installation.home("2mbit", queue_kb))
    slow.watch_for(20)
    report(f"thin line, queue {queue_kb} kB: {figures(slow.got)}")
    assert max(frame.age for frame in slow.got) < NEW_S
    assert bits_per_s(slow.got) >= 0.8 * LINE_BITS_PER_S


def test_viewer_on_a_slow_connection_does_not_delay_the_others(
    installation: Installation, others: Viewers, report: Report
) -> None:
    home = installation.home()
    alone, beside = [], []
    others.watch_for(3)
    for _ in range(6):
        alone.append(p99(others.watch_for(4)))
        slow = installation.viewers_at(home)
        beside.append(p99(others.watch_for(4)))
        slow.stop()
    before, after = min(alone), min(beside)  # the windows that other programs disturbed least
    report(
        f"p99 of {MANY} others: {before * 1e3:.1f} ms alone, {after * 1e3:.1f} ms beside a viewer "
        f"on a thin line; the best of {len(alone)} windows each ({after / before - 1:+.0%})"
    )
    # The machine's own noise is some milliseconds.
    assert after < max(1.2 * before, before + 0.010)


def test_viewer_that_reports_nothing_gets_frames_of_bounded_age(
    installation: Installation, others: Viewers, report: Report
) -> None:
    slow = installation.viewers_at(installation.home(), 1, "--silent")
    slow.watch_for(20)
    report(f"thin line without reports: {figures(slow.got)}")
    # What the kernels of the worker's and of nginx' host hold, and nginx, and the line's queue.
    assert max(frame.age for frame in slow.got) < 3.0
    assert bits_per_s(slow.got) >= 0.8 * LINE_BITS_PER_S


def of_now_after(got: list[Got], moment: float) -> tuple[list[Got], list[Got]]:
    """What came after a moment: the old frames up to the last one, and the rest."""
    after = [frame for frame in got if frame.when >= moment]
    last_old = max((i for i, frame in enumerate(after) if frame.age >= NEW_S), default=-1)
    return after[: last_old + 1], after[last_old + 1 :]


def stop_reading(viewers: Viewers, others: Viewers) -> float:
    """Leaves the viewers' processes hanging for a minute; when they go on."""
    viewers.send(signal.SIGSTOP)
    others.watch_for(CUT_OFF_S)
    moment = time.time()
    viewers.send(signal.SIGCONT)
    return moment


def test_viewer_that_stopped_reading_for_a_minute_continues_with_current_frames(
    installation: Installation, others: Viewers, report: Report
) -> None:
    stuck = installation.viewers()
    stuck.watch_for(2)
    moment = stop_reading(stuck, others)
    stuck.watch_for(5)
    old, new = of_now_after(stuck.got, moment)
    in_flight = sum(frame.size for frame in old)
    report(
        f"after {CUT_OFF_S} s without reading: {len(old)} frames ({in_flight // 1000} kB) had been "
        f"on their way, of now {new[0].when - moment:.2f} s later; then {figures(new)}"
    )
    assert new[0].when - moment < 4.0
    assert in_flight < 5_000_000
    assert all(frame.connection > 0 or frame.when < new[0].when for frame in old)


def test_hundred_viewers_that_stop_reading_leak_no_memory(
    installation: Installation, others: Viewers, report: Report
) -> None:
    for _ in range(3):  # what a worker needs once, it has had
        earlier = installation.viewers(100)
        earlier.watch_for(2)
        earlier.stop()
        until(lambda: installation.beamcast.viewers() == MANY, "they have left")
    before = installation.worker_memory_kb()
    stuck = installation.viewers(100)
    stuck.watch_for(2)
    watching = installation.worker_memory_kb()
    stuck.send(signal.SIGSTOP)
    others.watch_for(5)
    hanging = installation.worker_memory_kb()
    others.watch_for(CUT_OFF_S - 5)
    cut_off = installation.worker_memory_kb()
    moment = time.time()
    stuck.send(signal.SIGCONT)
    until(
        lambda: len({f.viewer for f in of_now_after(stuck.got, moment)[1]}) == 100,
        "all of them see the present",
    )
    resumed = installation.worker_memory_kb()
    stuck.stop()
    until(lambda: installation.beamcast.viewers() == MANY, "they have left")
    left = installation.worker_memory_kb()
    report(
        f"worker memory in MB: {before / 1e3:.1f} before, {watching / 1e3:.1f} with 100 more, "
        f"{hanging / 1e3:.1f} when those hang, {cut_off / 1e3:.1f} after a minute, "
        f"{resumed / 1e3:.1f} when they go on, {left / 1e3:.1f} when they have left"
    )
    assert max(hanging, cut_off, resumed) < watching + 5_000
    assert left < before + 5_000


RECORD_WHAT_IS_DRAWN = """
window.drawn = [];
addEventListener("DOMContentLoaded", () => {
  const picture = document.getElementById("picture");
  new MutationObserver(() => window.drawn.push([Number(picture.dataset.seq), Date.now() / 1000]))
    .observe(picture, { attributeFilter: ["data-seq"] });
});
"""
BLOCK = "const end = performance.now() + 5000; while (performance.now() < end);"


@pytest.fixture
def page(installation: Installation) -> Iterator[Page]:
    """A real tab on the viewer's page, through nginx, that records what it draws."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=OPTIONS)
        page = browser.new_page()
        page.add_init_script(RECORD_WHAT_IS_DRAWN)
        page.goto(installation.url)
        until(lambda: page.evaluate("window.drawn.length") > 50, "the page draws")
        yield page
        browser.close()


def test_tab_that_was_blocked_shows_the_present_within_a_second(
    installation: Installation, page: Page, others: Viewers, report: Report
) -> None:
    page.evaluate(BLOCK)
    woken = page.evaluate("Date.now() / 1000")
    until(lambda: page.evaluate("window.drawn.at(-1)[1]") > woken + 5, "it goes on drawing")
    drawn = [(seq, when) for seq, when in page.evaluate("window.drawn") if when > woken]
    others.watch_for(1)
    received = {frame.seq: frame.when - frame.age for frame in others.got}
    ages = [(when - woken, when - received[seq]) for seq, when in drawn]
    old = [after for after, age in ages if age >= NEW_S]
    report(
        f"after 5 s of a blocked page: {len(old)} old frames drawn, the last one "
        f"{max(old, default=0):.2f} s later; from a second on at most "
        f"{max(age for after, age in ages if after > 1):.2f} s old, {len(ages)} frames in 5 s"
    )
    assert max(old, default=0) < 1.0
