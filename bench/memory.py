"""The server's memory for each viewer, and its growth beside a viewer that reads nothing."""

import statistics
import time
from collections import defaultdict
from dataclasses import replace
from typing import Any

from bench.durations import Durations
from bench.load_generator import HelperProcess
from bench.process_usage import private_kb
from bench.servers import BEAMCAST, EVENTLET, beamcast, contender
from bench.stats import quartiles, rounds
from bench.table import format_table
from bench.viewer_memory import (
    StuckViewerRun,
    ViewerMemory,
    measure_viewer_memory,
    run_beside_stuck_viewer,
)

FRAME_BYTES = 50_000
FEW, MANY = 100, 400
WATCHING, RATE_HZ = 50, 25.0
SAMPLE_S, WARM_UP_S = 10.0, 60.0
NO_DEFLATE = f"{EVENTLET}, no deflate offered"


def measure(durations: Durations) -> dict[str, Any]:
    """Measure the memory for each viewer, and the growth beside a stuck one."""
    with HelperProcess() as generator:
        return {"per_viewer": _viewers(durations, generator), "stuck": _stuck(durations, generator)}


def _viewers(durations: Durations, generator: HelperProcess) -> dict[str, Any]:
    """Start a new server in each round, since a process keeps the memory that it has freed."""
    measurements: dict[str, list[ViewerMemory]] = defaultdict(list)
    names = dict.fromkeys((BEAMCAST, EVENTLET, NO_DEFLATE), durations.rounds(3))
    for name in rounds(names, durations.budget_s(120)):
        with contender(EVENTLET if name == NO_DEFLATE else name, FRAME_BYTES) as server:
            load = server.load(FEW, FRAME_BYTES, 0.0, offers_deflate=name != NO_DEFLATE)
            measurements[name].append(generator.submit(measure_viewer_memory, load, MANY).result())
    result = {
        name: {
            "idle_kb": quartiles([one.idle_kb for one in rounds_measured]),
            "served_kb": quartiles([one.served_kb for one in rounds_measured]),
        }
        for name, rounds_measured in measurements.items()
    }
    print(f"\nMemory of the server for each viewer beyond {FEW}, of {MANY} [kB]")
    rows = [(name, str(kb["idle_kb"]), str(kb["served_kb"]), "") for name, kb in result.items()]
    print(
        format_table(
            ("contender", "connected", f"after frames of {FRAME_BYTES // 1000} kB", ""), rows
        )
    )
    return result


def _stuck(durations: Durations, generator: HelperProcess) -> dict[str, Any]:
    """Sample a worker's memory for ten minutes beside a stuck viewer."""
    seconds, sample_s, warm_up_s = 600.0, SAMPLE_S, WARM_UP_S
    if durations.quick:
        seconds, sample_s, warm_up_s = 40.0, 2.0, 10.0
    samples: list[tuple[float, int]] = []
    with beamcast(FRAME_BYTES) as server:
        load = replace(server.load(WATCHING, FRAME_BYTES, seconds), max_hz=RATE_HZ)
        start = time.monotonic()
        running = generator.submit(run_beside_stuck_viewer, load)
        while not running.done():
            samples.append((time.monotonic() - start, private_kb(server.pids["server"])))
            time.sleep(sample_s)
        stuck_run: StuckViewerRun = running.result()
    steady = [(t, kb) for t, kb in samples if warm_up_s <= t <= seconds]
    result = {
        "seconds": seconds,
        "samples": samples,
        "kb_per_minute": 60 * statistics.linear_regression(*zip(*steady, strict=True)).slope,
        "grown_kb": steady[-1][1] - steady[0][1],
        "lost": stuck_run.lost,
        "deliveries": stuck_run.deliveries,
        "expected": stuck_run.frames * (WATCHING - 1),
        "stuck_connections": stuck_run.stuck_connections,
    }
    print(
        f"\nOne stuck viewer among {WATCHING}, {RATE_HZ:g} fps, {seconds:g} s: from "
        f"{warm_up_s:g} s on the worker grew by {result['grown_kb']} kB "
        f"({result['kb_per_minute']:.1f} kB/min); the stuck one was disconnected and returned "
        f"{stuck_run.stuck_connections - 1} times; the others received {stuck_run.deliveries} of "
        f"{result['expected']} frames"
    )
    return result
