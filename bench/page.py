"""Measure how many fast or large pictures Chromium draws without a graphics card, and their age."""

import contextlib
from collections.abc import Iterator
from typing import Any, NamedTuple

from playwright.sync_api import Browser

from bench.plan import Plan
from bench.screen import Seen, chromium, look
from bench.spread import percentiles, shown
from bench.table import table
from tests.support.beamcast import Beamcast
from tests.support.processes import free_port, python
from tests.support.waiting import until

WARM_UP_S = 3.0


class Case(NamedTuple):
    """A stream, and the settings with which it is watched."""

    name: str
    source: tuple[str, ...]
    rate_hz: float
    query: str
    window: tuple[int, int]


SMALL = ("640", "480", "uint16")
LARGE = ("2048", "2048", "uint16")
CASES = (
    Case("640 x 480", SMALL, 50, "", (1044, 660)),  # its stage has 640 x 480
    Case("640 x 480, viridis", SMALL, 50, "look=viridis", (1044, 660)),
    Case("640 x 480, own values", SMALL, 50, "precise=1", (1044, 660)),
    Case("2048 x 2048", LARGE, 10, "", (1400, 1100)),
    Case("2048 x 2048, full, viridis", LARGE, 10, "rendition=full&look=viridis", (1400, 1100)),
    Case("2048 x 2048, own values", LARGE, 10, "precise=1", (1400, 1100)),
)


def measure(plan: Plan) -> list[dict[str, Any]]:
    """Measure each case alone."""
    with chromium() as browser:
        results = [_measure(case, plan, browser) for case in CASES]
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
    print(table(head, [_row(result) for result in results]))
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
        until(lambda: beamcast.status().get("state") == "live", "messages come")
        yield f"{worker.url}/?{case.query}"
    finally:
        beamcast.stop()


def _measure(case: Case, plan: Plan, browser: Browser) -> dict[str, Any]:
    seconds = 20 * plan.turn_s(1.0)
    with _worker(case) as url:
        seen = look(browser, url, WARM_UP_S, seconds, case.window)
    return {
        "case": case.name,
        "rate_hz": case.rate_hz,
        "rendition": seen.rendition,
        "fps": len(seen.drawn) / seconds,
        "drawn_ms": percentiles(seen.drawn),
        "worst_ms": max(seen.drawn),
        "growth": _growth(seen),
        "skipped": seen.skipped,
    }


def _growth(seen: Seen) -> float:
    """Return the age of the last third of the pictures over that of the first: 1 if none wait."""
    third = max(2, len(seen.drawn) // 3)
    return percentiles(seen.drawn[-third:])["p50"] / percentiles(seen.drawn[:third])["p50"]


def _row(result: dict[str, Any]) -> tuple[str, ...]:
    name = f"{result['case']} ({result['rendition']})"
    drawn = result["drawn_ms"]
    numbers = result["rate_hz"], result["fps"], drawn["p50"], drawn["p95"], result["worst_ms"]
    return (name, *map(shown, numbers), shown(result["growth"]), str(result["skipped"]))
