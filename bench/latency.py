"""Latency from the source to the drawn pixel in Chromium, compared with a minimal pipeline."""

import contextlib
from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import Future
from typing import Any, NamedTuple

from playwright.sync_api import Browser

from bench.browser import DrawTimes, chromium, measure_drawing
from bench.durations import Durations
from bench.load_generator import HelperProcess, Load, Run, run_load
from bench.servers import BEAMCAST, is_listening
from bench.stats import format_number, percentiles, quartiles, rounds
from bench.table import format_table
from tests.support.beamcast import Beamcast
from tests.support.processes import free_port, python
from tests.support.waiting import until

MINIMAL = "minimal pipeline"
RATE_HZ = 25.0
OTHER_VIEWERS = (0, 100, 400)
WARM_UP_S = 1.5
MAX_PAGE_LOAD_S = 2.5
"""The other viewers stay connected for this additional time."""


class Setup(NamedTuple):
    """A Beamcast with one worker, and name → URL of the pages to open."""

    beamcast: Beamcast
    port: int
    pid: int
    pages: dict[str, str]


def measure(durations: Durations) -> list[dict[str, Any]]:
    """Measure both pages with each number of other viewers of Beamcast."""
    with _setup() as setup, chromium() as browser, HelperProcess() as generator:
        return [_measure(others, durations, setup, browser, generator) for others in OTHER_VIEWERS]


@contextlib.contextmanager
def _setup() -> Iterator[Setup]:
    beamcast = Beamcast()
    try:
        source, minimal_port = free_port(), free_port()
        address = f"tcp://127.0.0.1:{source}"
        beamcast.add(python("bench.contenders.source", str(source), str(RATE_HZ)))
        beamcast.add(python("bench.contenders.minimal_pipeline", address, str(minimal_port)))
        beamcast.ingest(address, "--max-fps", "100")
        worker = beamcast.worker()
        until(lambda: beamcast.status().get("state") == "live", "messages arrive")
        until(lambda: is_listening(minimal_port), "the minimal pipeline serves")
        pages = {BEAMCAST: worker.url, MINIMAL: f"http://127.0.0.1:{minimal_port}/"}
        yield Setup(beamcast, worker.port, worker.process.pid, pages)
    finally:
        beamcast.stop()


def _measure(
    others: int, durations: Durations, setup: Setup, browser: Browser, generator: HelperProcess
) -> dict[str, Any]:
    measured: dict[str, list[DrawTimes]] = defaultdict(list)
    other_runs: list[Run] = []
    seconds = 10 * durations.run_s(1.0)
    for name in rounds(dict.fromkeys(setup.pages, durations.rounds(3)), durations.budget_s(100)):
        other_run: Future[Run] | None = None
        if others:
            duration_s = MAX_PAGE_LOAD_S + WARM_UP_S + seconds
            load = Load((setup.port,), others, duration_s, {"server": setup.pid}, reports=True)
            other_run = generator.submit(run_load, load)
            until(lambda: setup.beamcast.viewers() == others, "the others are connected")
        measured[name].append(measure_drawing(browser, setup.pages[name], WARM_UP_S, seconds))
        if other_run:
            other_runs.append(other_run.result())
    result = {
        "others": others,
        "rate_hz": RATE_HZ,
        "others_lost": sum(run.lost for run in other_runs),
        "others_us": quartiles([run.us("server") for run in other_runs]) if other_runs else None,
        "contenders": {name: _summarize(measured[name], seconds) for name in setup.pages},
    }
    p50 = {name: [percentiles(one.drawn)["p50"] for one in measured[name]] for name in setup.pages}
    result["p50_above_pipe"] = quartiles(
        [ours - theirs for ours, theirs in zip(p50[BEAMCAST], p50[MINIMAL], strict=False)]
    )
    print(
        f"\nFrom the source to the drawn pixel beside {others} other viewers, {RATE_HZ:g} fps [ms]"
    )
    print(_format(result))
    return result


def _summarize(rounds_measured: list[DrawTimes], seconds: float) -> dict[str, Any]:
    drawn = [ms for measured in rounds_measured for ms in measured.drawn]
    painted = [ms for measured in rounds_measured for ms in measured.painted]
    return {
        "drawn_ms": percentiles(drawn),
        "painted_ms": percentiles(painted),
        "worst_ms": max(drawn),
        "rendition": rounds_measured[-1].rendition,
        "fps": len(drawn) / seconds / len(rounds_measured),
        "rounds": [percentiles(measured.drawn) for measured in rounds_measured],
    }


def _format(result: dict[str, Any]) -> str:
    head = "contender", "p50", "p95", "p99", "worst", "painted p50", "p99", "fps", ""
    rows = []
    for name, summary in result["contenders"].items():
        drawn, painted = summary["drawn_ms"], summary["painted_ms"]
        values = (
            *drawn.values(),
            summary["worst_ms"],
            painted["p50"],
            painted["p99"],
            summary["fps"],
        )
        above = (
            f"p50 {result['p50_above_pipe']} above the minimal pipeline" if name == BEAMCAST else ""
        )
        rows.append((name, *map(format_number, values), above))
    return format_table(head, rows)
