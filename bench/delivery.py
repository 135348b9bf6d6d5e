"""Measure the server's CPU time for one frame to one viewer, with Chromium's handshake."""

import contextlib
from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from bench.crowd import Helper, Turn, take_turn
from bench.plan import Plan
from bench.servers import BEAMCAST, EVENTLET, FLOOR, NODE, STOCK, Server, contender
from bench.spread import Spread, paired, rounds, spread
from bench.table import table

CAMERA_HZ = 25.0
CLOSED_LOOP_HZ = 100.0
"""as fast as the viewers receive frames, but no faster than any camera"""


@dataclass(frozen=True)
class Cell:
    """A number of viewers and a size of frames; ``contenders``: name → number of rounds."""

    viewers: int
    frame_bytes: int
    contenders: dict[str, int]
    max_hz: float
    budget_s: float


def cells(plan: Plan) -> list[Cell]:
    """Return the cells; 50 kB to 100 and 400 viewers are compared in pairs, also at 25 Hz."""
    pair = dict.fromkeys((BEAMCAST, FLOOR), plan.rounds(9))
    others = dict.fromkeys((*STOCK.values(), NODE), plan.rounds(3))
    judged = pair | others | dict.fromkeys((NODE, EVENTLET), plan.rounds(9))
    seen = dict.fromkeys(judged, plan.rounds(3))
    small, large = 50_000, 500_000
    found = [
        Cell(100, small, judged, CLOSED_LOOP_HZ, plan.budget_s(150)),
        Cell(400, small, judged, CLOSED_LOOP_HZ, plan.budget_s(240)),
        Cell(100, small, pair, CAMERA_HZ, plan.budget_s(90)),
        Cell(400, small, pair, CAMERA_HZ, plan.budget_s(90)),
        Cell(20, small, seen, CLOSED_LOOP_HZ, plan.budget_s(60)),
        Cell(20, large, seen, CLOSED_LOOP_HZ, plan.budget_s(60)),
        Cell(100, large, seen, CLOSED_LOOP_HZ, plan.budget_s(60)),
        Cell(400, large, seen, CLOSED_LOOP_HZ, plan.budget_s(60)),
    ]
    return found[:3] if plan.quick else found


def measure(plan: Plan) -> list[dict[str, Any]]:
    """Measure all cells; print each when it is done."""
    with Helper() as generator:
        return [_measure(cell, plan, generator) for cell in cells(plan)]


def _measure(cell: Cell, plan: Plan, generator: Helper) -> dict[str, Any]:
    turns: dict[str, list[Turn]] = defaultdict(list)
    with contextlib.ExitStack() as running:
        servers: dict[str, Server] = {
            name: running.enter_context(contender(name, cell.frame_bytes))
            for name in cell.contenders
        }
        for name in rounds(cell.contenders, cell.budget_s):
            load = servers[name].load(
                cell.viewers,
                cell.frame_bytes,
                plan.turn_s(2.0),
                max_hz=cell.max_hz,
                idle_s=0.0 if turns[name] else plan.turn_s(2.0),
            )
            turns[name].append(generator.submit(take_turn, load).result())
    result = {
        "viewers": cell.viewers,
        "frame_bytes": cell.frame_bytes,
        "max_hz": cell.max_hz,
        "contenders": {name: _summarize(turns[name], turns) for name in cell.contenders},
    }
    print(_title(cell))
    print(_format_table(result))
    return result


def _summarize(own_turns: list[Turn], turns: dict[str, list[Turn]]) -> dict[str, Any]:
    """Return the results of one contender in one cell."""

    def ratio(name: str) -> Spread:
        return paired([t.us("server") for t in own_turns], [t.us("server") for t in turns[name]])

    return {
        "us": spread([turn.us("server") for turn in own_turns]),
        "of_floor": ratio(FLOOR),
        "of_beamcast": ratio(BEAMCAST),
        "redis_us": spread([turn.us("redis") for turn in own_turns])
        if "redis" in own_turns[0].cpu
        else None,
        "generator_us": spread([turn.us("generator") for turn in own_turns]),
        "generator_bound": any(turn.generator_bound for turn in own_turns),
        "frames_per_s": spread([turn.frames / turn.seconds for turn in own_turns]),
        "idle_share": own_turns[0].idle["server"],
        "compressed": own_turns[0].compressed,
        "lost": sum(turn.lost for turn in own_turns),
        "rounds": [turn.__dict__ for turn in own_turns],
    }


def _title(cell: Cell) -> str:
    return (
        f"\nDelivery of {cell.frame_bytes // 1000} kB to {cell.viewers} viewers, "
        f"at most {cell.max_hz:g} frames a second"
    )


def _format_table(result: dict[str, Any]) -> str:
    """Return the table of one cell."""
    head = "contender", "µs a delivery", "× send loop", "× Beamcast", "frames/s", "generator µs", ""
    rows = []
    for name, summary in result["contenders"].items():
        remarks = [f"{summary['us'].n} rounds"]
        remarks += ["deflated"] * summary["compressed"]
        remarks += [f"{summary['lost']} lost"] * bool(summary["lost"])
        remarks += ["GENERATOR BOUND"] * summary["generator_bound"]
        spreads = (summary[key] for key in ("us", "of_floor", "of_beamcast", "frames_per_s"))
        generator = summary["generator_us"]
        rows.append((name, *map(str, spreads), f"{generator.median:.1f}", ", ".join(remarks)))
    return table(head, rows)
