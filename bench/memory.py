"""Measure a worker's memory for each viewer, and its growth beside a viewer that never reads."""

import statistics
import time
from collections import defaultdict
from dataclasses import replace
from typing import Any

from bench.cpu import private_kb
from bench.crowd import Helper
from bench.plan import Plan
from bench.servers import BEAMCAST, EVENTLET, beamcast, contender
from bench.spread import rounds, spread
from bench.table import table
from bench.weight import Siege, Weight, besiege, weigh

FRAME_BYTES = 50_000
FEW, MANY = 100, 400
WATCHING, RATE_HZ = 50, 25.0
SAMPLE_S, WARM_UP_S = 10.0, 60.0
NO_DEFLATE = f"{EVENTLET}, no deflate offered"


def measure(plan: Plan) -> dict[str, Any]:
    """Measure the memory of each viewer, and the growth beside a stuck viewer."""
    with Helper() as generator:
        return {"per_viewer": _viewers(plan, generator), "stuck": _stuck(plan, generator)}


def _viewers(plan: Plan, generator: Helper) -> dict[str, Any]:
    """Measure with a new server in each round, since a process keeps memory that it has freed."""
    weights: dict[str, list[Weight]] = defaultdict(list)
    names = dict.fromkeys((BEAMCAST, EVENTLET, NO_DEFLATE), plan.rounds(3))
    for name in rounds(names, plan.budget_s(120)):
        with contender(EVENTLET if name == NO_DEFLATE else name, FRAME_BYTES) as server:
            load = server.load(FEW, FRAME_BYTES, 0.0, offers_deflate=name != NO_DEFLATE)
            weights[name].append(generator.submit(weigh, load, MANY).result())
    result = {
        name: {
            "idle_kb": spread([weight.idle_kb for weight in name_weights]),
            "served_kb": spread([weight.served_kb for weight in name_weights]),
        }
        for name, name_weights in weights.items()
    }
    print(f"\nMemory of the server for each viewer beyond {FEW}, of {MANY} [kB]")
    rows = [(name, str(kb["idle_kb"]), str(kb["served_kb"]), "") for name, kb in result.items()]
    print(table(("contender", "connected", f"after frames of {FRAME_BYTES // 1000} kB", ""), rows))
    return result


def _stuck(plan: Plan, generator: Helper) -> dict[str, Any]:
    """Sample a worker's private memory for ten minutes."""
    seconds, sample_s, warm_up_s = 600.0, SAMPLE_S, WARM_UP_S
    if plan.quick:
        seconds, sample_s, warm_up_s = 40.0, 2.0, 10.0
    samples: list[tuple[float, int]] = []
    with beamcast(FRAME_BYTES) as server:
        load = replace(server.load(WATCHING, FRAME_BYTES, seconds), max_hz=RATE_HZ)
        start = time.monotonic()
        running = generator.submit(besiege, load)
        while not running.done():
            samples.append((time.monotonic() - start, private_kb(server.pids["server"])))
            time.sleep(sample_s)
        siege: Siege = running.result()
    steady = [(t, kb) for t, kb in samples if warm_up_s <= t <= seconds]
    result = {
        "seconds": seconds,
        "samples": samples,
        "kb_per_minute": 60 * statistics.linear_regression(*zip(*steady, strict=True)).slope,
        "grown_kb": steady[-1][1] - steady[0][1],
        "lost": siege.lost,
        "deliveries": siege.deliveries,
        "expected": siege.frames * (WATCHING - 1),
        "stuck_connections": siege.stuck_connections,
    }
    print(
        f"\nOne stuck viewer among {WATCHING}, {RATE_HZ:g} fps, {seconds:g} s: from "
        f"{warm_up_s:g} s on the worker grew by {result['grown_kb']} kB "
        f"({result['kb_per_minute']:.1f} kB/min); the stuck one was disconnected and returned "
        f"{siege.stuck_connections - 1} times; the others got {siege.deliveries} of "
        f"{result['expected']} frames"
    )
    return result
