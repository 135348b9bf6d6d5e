"""Several workers: the processor time of a delivery in each, and of Redis for each."""

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from bench.durations import Durations
from bench.load_generator import HelperProcess, Run, run_load
from bench.servers import Server, beamcast
from bench.stats import paired_ratios, quartiles, rounds
from bench.table import format_table

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


def measure(durations: Durations) -> dict[str, Any]:
    """Measure 100 viewers for each worker, and 400 that share them, at a camera's rate."""
    cells = [Cell(workers, 100 * workers) for workers in WORKERS]
    cells += [Cell(workers, 400) for workers in WORKERS[:-1]]
    runs: dict[Cell, list[Run]] = defaultdict(list)
    with beamcast(FRAME_BYTES, max(WORKERS)) as server, HelperProcess() as generator:
        for cell in rounds(dict.fromkeys(cells, durations.rounds(7)), durations.budget_s(180)):
            load = _with_workers(server, cell.workers).load(
                cell.viewers, FRAME_BYTES, durations.run_s(3.0), max_hz=RATE_HZ
            )
            runs[cell].append(generator.submit(run_load, load).result())
    one_worker = [_per_delivery(run) for run in runs[cells[0]]]
    result = {str(cell): _summarize(cell, runs[cell], one_worker) for cell in cells}
    print(f"\nScale: {FRAME_BYTES // 1000} kB at {RATE_HZ:g} fps")
    print(_format(result))
    return result


def _with_workers(server: Server, workers: int) -> Server:
    """Return the server with only its first workers in use."""
    names = ["redis", *(name for name in server.pids if name != "redis")][: workers + 1]
    return server._replace(
        ports=server.ports[:workers], pids={name: server.pids[name] for name in names}
    )


def _per_delivery(run: Run) -> float:
    """Return the microseconds of all workers for each delivery."""
    workers = sum(used for name, used in run.cpu.items() if name.startswith("server"))
    return 1e6 * workers / run.deliveries


def _summarize(cell: Cell, runs: list[Run], one_worker: list[float]) -> dict[str, Any]:
    costs = [_per_delivery(run) for run in runs]
    redis = [1e6 * run.cpu["redis"] / run.frames for run in runs]
    return {
        "us": quartiles(costs),
        "of_one_worker": paired_ratios(costs, one_worker),
        "redis_us_per_frame": quartiles(redis),
        "redis_us_per_frame_and_worker": quartiles([us / cell.workers for us in redis]),
        "frames_per_s": quartiles([run.frames / run.seconds for run in runs]),
        "generator_bound": any(run.generator_bound for run in runs),
        "rounds": [run.__dict__ for run in runs],
    }


def _format(result: dict[str, Any]) -> str:
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
    return format_table(head, rows)
