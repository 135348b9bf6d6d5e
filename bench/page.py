"""Frame rate and latency of fast and of large pictures in a Chromium without a graphics card."""

import contextlib
from collections.abc import Iterator
from typing import Any, NamedTuple

from playwright.sync_api import Browser

from bench.browser import DrawTimes, chromium, measure_drawing
from bench.durations import Durations
from bench.stats import format_number, percentiles
from bench.table import format_table
from tests.support.beamcast import Beamcast
from tests.support.processes import free_port, python
from tests.support.waiting import until

WARM_UP_S = 3.0


class Case(NamedTuple):
    """A stream, and how a page shows it."""

    name: str
    source: tuple[str, ...]
    rate_hz: float
    query: str
    window: tuple[int, int]


SMALL = ("640", "480", "uint16")
LARGE = ("2048", "2048", "uint16")
CASES = (
    Case("640 x 480", SMALL, 50, "", (1044, 660)),  # its picture has 640 x 480
    Case("640 x 480, viridis", SMALL, 50, "look=viridis", (1044, 660)),
    Case("640 x 480, precise", SMALL, 50, "precise=1", (1044, 660)),
    Case("2048 x 2048", LARGE, 10, "", (1400, 1100)),
    Case("2048 x 2048, full, viridis", LARGE, 10, "rendition=full&look=viridis", (1400, 1100)),
    Case("2048 x 2048, precise", LARGE, 10, "precise=1", (1400, 1100)),
)


def measure(durations: Durations) -> list[dict[str, Any]]:
    """Measure each case separately."""
    with chromium() as browser:
        results = [_measure(case, durations, browser) for case in CASES]
    head = (
        "picture",
        "sent fps",
        "drawn fps",
        "p50 ms",
        "p95",
        "worst",
        "last third / first",
        "skipped",
    )
    print("\nDrawn by a Chromium without a graphics card, and how long after the source sent it")
    print(format_table(head, [_row(result) for result in results]))
    return results


@contextlib.contextmanager
def _worker(case: Case) -> Iterator[str]:
    beamcast = Beamcast()
    try:
        port = free_port()
        source = python("bench.contenders.source", str(port), str(case.rate_hz), *case.source)
        beamcast.add(source)
        beamcast.ingest(f"tcp://127.0.0.1:{port}", "--max-fps", "100")
        worker = beamcast.worker()
        until(lambda: beamcast.status().get("state") == "live", "messages arrive")
        yield f"{worker.url}/?{case.query}"
    finally:
        beamcast.stop()


def _measure(case: Case, durations: Durations, browser: Browser) -> dict[str, Any]:
    seconds = 20 * durations.run_s(1.0)
    with _worker(case) as url:
        times = measure_drawing(browser, url, WARM_UP_S, seconds, case.window)
    return {
        "case": case.name,
        "rate_hz": case.rate_hz,
        "rendition": times.rendition,
        "fps": len(times.drawn) / seconds,
        "drawn_ms": percentiles(times.drawn),
        "worst_ms": max(times.drawn),
        "growth": _growth(times),
        "skipped": times.skipped,
    }


def _growth(times: DrawTimes) -> float:
    """Return the ratio of the ages of the last and the first third: 1 if nothing accumulates."""
    third = max(2, len(times.drawn) // 3)
    return percentiles(times.drawn[-third:])["p50"] / percentiles(times.drawn[:third])["p50"]


def _row(result: dict[str, Any]) -> tuple[str, ...]:
    name = f"{result['case']} ({result['rendition']})"
    drawn = result["drawn_ms"]
    numbers = result["rate_hz"], result["fps"], drawn["p50"], drawn["p95"], result["worst_ms"]
    return (
        name,
        *map(format_number, numbers),
        format_number(result["growth"]),
        str(result["skipped"]),
    )
