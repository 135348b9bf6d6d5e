"""Measure the CPU time of a delivery and of Redis with 1, 2 and 4 workers."""

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from bench.crowd import Helper, Turn, take_turn
from bench.plan import Plan
from bench.servers import Server, beamcast
from bench.spread import paired, rounds, spread
from bench.table import table

FRAME_BYTES = 50_000
RATE_HZ = 25.0
WORKERS = (1, 2, 4)


@dataclass(frozen=True)
class Cell:
    """A number of viewers on a number of workers."""

    workers: int
    viewers: int

    def __str__(self) -> str:
        plural = "s" * (self.workers > 1)
        return f"{self.workers} worker{plural}, {self.viewers} viewers"


def measure(plan: Plan) -> dict[str, Any]:
    """Measure 100 viewers for each worker, and 400 in total, at a camera's rate."""
    cells = [Cell(workers, 100 * workers) for workers in WORKERS]
    cells += [Cell(workers, 400) for workers in WORKERS[:-1]]
    turns: dict[Cell, list[Turn]] = defaultdict(list)
    with beamcast(FRAME_BYTES, max(WORKERS)) as server, Helper() as generator:
        for cell in rounds(dict.fromkeys(cells, plan.rounds(7)), plan.budget_s(180)):
            load = _of(server, cell.workers).load(
                cell.viewers, FRAME_BYTES, plan.turn_s(3.0), max_hz=RATE_HZ
            )
            turns[cell].append(generator.submit(take_turn, load).result())
    one = [_per_delivery(turn) for turn in turns[cells[0]]]
    result = {str(cell): _summarize(cell, turns[cell], one) for cell in cells}
    print(f"\nScale: {FRAME_BYTES // 1000} kB at {RATE_HZ:g} fps")
    print(_format_table(result))
    return result


def _of(server: Server, workers: int) -> Server:
    """Return the server with only its first workers in use."""
    names = ["redis", *(name for name in server.pids if name != "redis")][: workers + 1]
    return server._replace(
        ports=server.ports[:workers], pids={name: server.pids[name] for name in names}
    )


def _per_delivery(turn: Turn) -> float:
    """Return the processor time of all workers for each delivery, µs."""
    workers = sum(used for name, used in turn.cpu.items() if name.startswith("server"))
    return 1e6 * workers / turn.deliveries


def _summarize(cell: Cell, turns: list[Turn], one: list[float]) -> dict[str, Any]:
    costs = [_per_delivery(turn) for turn in turns]
    redis = [1e6 * turn.cpu["redis"] / turn.frames for turn in turns]
    return {
        "us": spread(costs),
        "of_one_worker": paired(costs, one),
        "redis_us_per_frame": spread(redis),
        "redis_us_per_frame_and_worker": spread([us / cell.workers for us in redis]),
        "frames_per_s": spread([turn.frames / turn.seconds for turn in turns]),
        "generator_bound": any(turn.generator_bound for turn in turns),
        "rounds": [turn.__dict__ for turn in turns],
    }


def _format_table(result: dict[str, Any]) -> str:
    head = "", "µs a delivery", "× one worker", "Redis µs a frame", "and worker", "frames/s", ""
    keys = "us", "of_one_worker", "redis_us_per_frame", "redis_us_per_frame_and_worker"
    rows = [
        (
            cell,
            *(str(summary[key]) for key in (*keys, "frames_per_s")),
            f"{summary['us'].n} rounds" + ", GENERATOR BOUND" * summary["generator_bound"],
        )
        for cell, summary in result.items()
    ]
    return table(head, rows)
