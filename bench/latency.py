"""Measure the time from the source to the drawn pixel in Chromium, beside a bare pipe."""

import contextlib
from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import Future
from typing import Any, NamedTuple

from playwright.sync_api import Browser

from bench.crowd import Helper, Load, Turn, take_turn
from bench.plan import Plan
from bench.screen import Seen, chromium, look
from bench.servers import BEAMCAST, answers
from bench.spread import percentiles, rounds, shown, spread
from bench.table import table
from tests.support.beamcast import Beamcast
from tests.support.processes import free_port, python
from tests.support.waiting import until

PIPE = "bare pipe"
RATE_HZ = 25.0
OTHERS = (0, 100, 400)
WARM_UP_S = 1.5
GOTO_S = 2.5
"""The maximum time for a page to open; the other viewers stay connected for it."""


class Stage(NamedTuple):
    """A Beamcast with one worker, and the pages to open."""

    beamcast: Beamcast
    port: int
    pid: int
    pages: dict[str, str]


def measure(plan: Plan) -> list[dict[str, Any]]:
    """Measure both pages beside each number of other viewers of Beamcast."""
    with _stage() as stage, chromium() as browser, Helper() as generator:
        return [_measure(others, plan, stage, browser, generator) for others in OTHERS]


@contextlib.contextmanager
def _stage() -> Iterator[Stage]:
    beamcast = Beamcast()
    try:
        source, pipe = free_port(), free_port()
        address = f"tcp://127.0.0.1:{source}"
        beamcast.add(python("bench.contenders.source", str(source), str(RATE_HZ)))
        beamcast.add(python("bench.contenders.pipe", address, str(pipe)))
        beamcast.ingest(address, "--max-fps", "100")
        worker = beamcast.worker()
        until(lambda: beamcast.status().get("state") == "live", "messages come")
        until(lambda: answers(pipe), "the bare pipe serves")
        pages = {BEAMCAST: worker.url, PIPE: f"http://127.0.0.1:{pipe}/"}
        yield Stage(beamcast, worker.port, worker.process.pid, pages)
    finally:
        beamcast.stop()


def _measure(
    others: int, plan: Plan, stage: Stage, browser: Browser, generator: Helper
) -> dict[str, Any]:
    seen: dict[str, list[Seen]] = defaultdict(list)
    crowds: list[Turn] = []
    seconds = 10 * plan.turn_s(1.0)
    for name in rounds(dict.fromkeys(stage.pages, plan.rounds(3)), plan.budget_s(100)):
        crowd: Future[Turn] | None = None
        if others:
            stays_s = GOTO_S + WARM_UP_S + seconds
            load = Load((stage.port,), others, stays_s, {"server": stage.pid}, reports=True)
            crowd = generator.submit(take_turn, load)
            until(lambda: stage.beamcast.viewers() == others, "the others watch")
        seen[name].append(look(browser, stage.pages[name], WARM_UP_S, seconds))
        if crowd:
            crowds.append(crowd.result())
    result = {
        "others": others,
        "rate_hz": RATE_HZ,
        "others_lost": sum(turn.lost for turn in crowds),
        "others_us": spread([turn.us("server") for turn in crowds]) if crowds else None,
        "contenders": {name: _summarize(seen[name], seconds) for name in stage.pages},
    }
    p50 = {name: [percentiles(one.drawn)["p50"] for one in seen[name]] for name in stage.pages}
    result["p50_above_pipe"] = spread(
        [ours - theirs for ours, theirs in zip(p50[BEAMCAST], p50[PIPE], strict=False)]
    )
    print(
        f"\nFrom the source to the drawn pixel beside {others} other viewers, {RATE_HZ:g} fps [ms]"
    )
    print(_format_table(result))
    return result


def _summarize(rounds_seen: list[Seen], seconds: float) -> dict[str, Any]:
    drawn = [ms for seen in rounds_seen for ms in seen.drawn]
    painted = [ms for seen in rounds_seen for ms in seen.painted]
    return {
        "drawn_ms": percentiles(drawn),
        "painted_ms": percentiles(painted),
        "worst_ms": max(drawn),
        "rendition": rounds_seen[-1].rendition,
        "fps": len(drawn) / seconds / len(rounds_seen),
        "rounds": [percentiles(seen.drawn) for seen in rounds_seen],
    }


def _format_table(result: dict[str, Any]) -> str:
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
        above = f"p50 {result['p50_above_pipe']} above the pipe" if name == BEAMCAST else ""
        rows.append((name, *map(shown, values), above))
    return table(head, rows)
