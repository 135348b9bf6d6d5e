"""Measure how often two cameras of the same pulses show the same one on a wall, and what it costs.

The cameras send their messages 20 and 120 ms after the pulse.
"""

import contextlib
from collections.abc import Iterator
from functools import partial
from itertools import pairwise
from typing import Any, NamedTuple

from playwright.sync_api import Browser

from bench.browser import chromium
from bench.durations import Durations
from bench.stats import format_number, percentiles
from bench.table import format_table
from tests.support.beamcast import Beamcast
from tests.support.processes import free_port, python
from tests.support.waiting import until

DELAYS_MS = {"early": 20, "late": 120}
"""stream → its camera's delay"""
REPAINTS = 1000
WARM_UP_MS = 4000
"""until both ingests choose by pulse ids, and all is drawn steadily"""

RECORD = """
window.repaints = [];
document.addEventListener("DOMContentLoaded", () => {
  const tiles = document.getElementById("tiles");
  const shown = () => [...tiles.querySelectorAll("canvas")].map((each) => +each.dataset.pulseId);
  const now = () => performance.timeOrigin + performance.now();
  new MutationObserver(() => repaints.push([now(), ...shown()]))
    .observe(tiles, { subtree: true, attributeFilter: ["data-pulse-id"] });
});
"""
"""All tiles that one animation frame draws make one record: time [Unix ms] and the shown pulses."""


class Case(NamedTuple):
    """Cameras at a rate, and the maximum rate of their ingests."""

    rate_hz: float
    max_fps: float


CASES = (Case(10, 25), Case(25, 25), Case(50, 10))


def measure(durations: Durations) -> list[dict[str, Any]]:
    """Measure each case, as the frames arrive and with the same pulse."""
    with chromium() as browser:
        results = [_measure(case, durations, browser) for case in CASES]
    print(f"\nTwo cameras of the same pulses, delayed by {' and '.join(_delays())}, on a wall")
    head = ("cameras", "wall", "repaints", "equal", "early: age p50", "p95", "late: p50", "p95 ms")
    print(format_table(head, [row for result in results for row in _rows(result)]))
    return results


def _delays() -> list[str]:
    return [f"{delay} ms" for delay in DELAYS_MS.values()]


@contextlib.contextmanager
def _wall(case: Case) -> Iterator[str]:
    beamcast = Beamcast()
    try:
        for stream, delay_ms in DELAYS_MS.items():
            port = str(free_port())
            pulses = "-d", str(1 / case.rate_hz), "--first-pulse", "clock"
            camera = "-o", port, *pulses, "--delay-ms", str(delay_ms)
            beamcast.add(python("ingest.simulator", *camera))
            options = "--stream", stream, "--max-fps", str(case.max_fps)
            beamcast.ingest(f"tcp://127.0.0.1:{port}", *options)
        worker = beamcast.worker()
        states = [partial(beamcast.status, stream) for stream in DELAYS_MS]
        until(lambda: all(get().get("state") == "live" for get in states), "messages arrive")
        yield f"{worker.url}/view/{','.join(DELAYS_MS)}"
    finally:
        beamcast.stop()


def _measure(case: Case, durations: Durations, browser: Browser) -> dict[str, Any]:
    count = 100 if durations.quick else REPAINTS
    with _wall(case) as url:
        apart = _watch(browser, url, count // 2, case)
        same = _watch(browser, f"{url}?pulse=same", count, case)
    return {**case._asdict(), "as_they_arrive": apart, "same_pulse": same}


def _watch(browser: Browser, url: str, count: int, case: Case) -> dict[str, Any]:
    """Return the share of equal repaints, and the ages of the pulses that were drawn, in ms."""
    context = browser.new_context(viewport={"width": 1200, "height": 500})
    try:
        page = context.new_page()
        page.add_init_script(RECORD)
        page.goto(url)
        until(lambda: page.evaluate("repaints.length"), "a picture is drawn")
        page.wait_for_timeout(WARM_UP_MS)
        page.evaluate("repaints = []")
        until(lambda: page.evaluate("repaints.length") >= count, f"{count} repaints", 600)
        repaints = page.evaluate("repaints")[:count]
        said = page.locator("#same .figures").text_content()
    finally:
        context.close()
    ages = {
        stream: [
            after[0] - 1000 * after[number] / case.rate_hz
            for before, after in pairwise(repaints)
            if after[number] != before[number]
        ]
        for number, stream in enumerate(DELAYS_MS, 1)
    }
    return {
        "repaints": len(repaints),
        "equal": sum(first == second for _, first, second in repaints) / len(repaints),
        "age_ms": {stream: percentiles(each) for stream, each in ages.items()},
        "said": said,
    }


def _rows(result: dict[str, Any]) -> list[tuple[str, ...]]:
    camera = f"{result['rate_hz']:g} Hz, at most {result['max_fps']:g} fps"
    rows = []
    for name in ("as_they_arrive", "same_pulse"):
        seen = result[name]
        ages = [
            format_number(seen["age_ms"][stream][p]) for stream in DELAYS_MS for p in ("p50", "p95")
        ]
        wall = name.replace("_", " ") + (f" ({seen['said']})" if seen["said"] else "")
        equal = f"{100 * seen['equal']:.1f} %"
        rows.append((camera, wall, str(seen["repaints"]), equal, *ages))
    return rows
