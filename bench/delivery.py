"""The server's processor time to deliver one frame to one viewer, with Chromium's handshake."""

import contextlib
from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from bench.durations import Durations
from bench.load_generator import HelperProcess, Run, run_load
from bench.servers import BEAMCAST, EVENTLET, FLASK_SOCKETIO, NODE, SEND_LOOP, Server, contender
from bench.stats import Quartiles, paired_ratios, quartiles, rounds
from bench.table import format_table

CAMERA_HZ = 25.0
CLOSED_LOOP_HZ = 100.0
"""The maximum rate of any camera."""


@dataclass(frozen=True)
class Cell:
    """One combination of viewers and frame size; ``contenders``: name → number of rounds."""

    viewers: int
    frame_bytes: int
    contenders: dict[str, int]
    max_hz: float
    budget_s: float


def cells(durations: Durations) -> list[Cell]:
    """Return the cells; the aims concern 50 kB to 100 and 400 viewers, also at 25 Hz."""
    pair = dict.fromkeys((BEAMCAST, SEND_LOOP), durations.rounds(9))
    others = dict.fromkeys((*FLASK_SOCKETIO.values(), NODE), durations.rounds(3))
    with_aims = pair | others | dict.fromkeys((NODE, EVENTLET), durations.rounds(9))
    few_rounds = dict.fromkeys(with_aims, durations.rounds(3))
    small, large = 50_000, 500_000
    all_cells = [
        Cell(100, small, with_aims, CLOSED_LOOP_HZ, durations.budget_s(150)),
        Cell(400, small, with_aims, CLOSED_LOOP_HZ, durations.budget_s(240)),
        Cell(100, small, pair, CAMERA_HZ, durations.budget_s(90)),
        Cell(400, small, pair, CAMERA_HZ, durations.budget_s(90)),
        Cell(20, small, few_rounds, CLOSED_LOOP_HZ, durations.budget_s(60)),
        Cell(20, large, few_rounds, CLOSED_LOOP_HZ, durations.budget_s(60)),
        Cell(100, large, few_rounds, CLOSED_LOOP_HZ, durations.budget_s(60)),
        Cell(400, large, few_rounds, CLOSED_LOOP_HZ, durations.budget_s(60)),
    ]
    return all_cells[:3] if durations.quick else all_cells


def measure(durations: Durations) -> list[dict[str, Any]]:
    """Measure all cells, and print each when it is complete."""
    with HelperProcess() as generator:
        return [_measure(cell, durations, generator) for cell in cells(durations)]


def _measure(cell: Cell, durations: Durations, generator: HelperProcess) -> dict[str, Any]:
    runs: dict[str, list[Run]] = defaultdict(list)
    with contextlib.ExitStack() as running:
        servers: dict[str, Server] = {
            name: running.enter_context(contender(name, cell.frame_bytes))
            for name in cell.contenders
        }
        for name in rounds(cell.contenders, cell.budget_s):
            load = servers[name].load(
                cell.viewers,
                cell.frame_bytes,
                durations.run_s(2.0),
                max_hz=cell.max_hz,
                idle_s=0.0 if runs[name] else durations.run_s(2.0),
            )
            runs[name].append(generator.submit(run_load, load).result())
    result = {
        "viewers": cell.viewers,
        "frame_bytes": cell.frame_bytes,
        "max_hz": cell.max_hz,
        "contenders": {name: _summarize(runs[name], runs) for name in cell.contenders},
    }
    print(_title(cell))
    print(_format(result))
    return result


def _summarize(own: list[Run], runs: dict[str, list[Run]]) -> dict[str, Any]:
    """Return the results of one contender in one cell."""

    def ratio(name: str) -> Quartiles:
        return paired_ratios([t.us("server") for t in own], [t.us("server") for t in runs[name]])

    return {
        "us": quartiles([run.us("server") for run in own]),
        "of_floor": ratio(SEND_LOOP),
        "of_beamcast": ratio(BEAMCAST),
        "redis_us": quartiles([run.us("redis") for run in own]) if "redis" in own[0].cpu else None,
        "generator_us": quartiles([run.us("generator") for run in own]),
        "generator_bound": any(run.generator_bound for run in own),
        "frames_per_s": quartiles([run.frames / run.seconds for run in own]),
        "idle_share": own[0].idle["server"],
        "compressed": own[0].compressed,
        "lost": sum(run.lost for run in own),
        "rounds": [run.__dict__ for run in own],
    }


def _title(cell: Cell) -> str:
    return (
        f"\nDelivery of {cell.frame_bytes // 1000} kB to {cell.viewers} viewers, "
        f"at most {cell.max_hz:g} frames a second"
    )


def _format(result: dict[str, Any]) -> str:
    """Return the table of one cell."""
    head = "contender", "µs a delivery", "× send loop", "× Beamcast", "frames/s", "generator µs", ""
    rows = []
    for name, summary in result["contenders"].items():
        remarks = [f"{summary['us'].n} rounds"]
        remarks += ["deflated"] * summary["compressed"]
        remarks += [f"{summary['lost']} lost"] * bool(summary["lost"])
        remarks += ["GENERATOR BOUND"] * summary["generator_bound"]
        columns = (summary[key] for key in ("us", "of_floor", "of_beamcast", "frames_per_s"))
        generator = summary["generator_us"]
        rows.append((name, *map(str, columns), f"{generator.median:.1f}", ", ".join(remarks)))
    return format_table(head, rows)
