"""A video camera with 1 and with 100 viewers: its open connections, and the processor time of each
process."""

import contextlib
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

from bench.durations import Durations
from bench.load_generator import HelperProcess, Load, Run, run_load
from bench.stats import quartiles, rounds
from bench.table import format_table
from tests.support.beamcast import Beamcast
from tests.support.rtsp import RtspServer
from tests.support.video import UdpSender
from tests.support.waiting import until

VIEWERS = (1, 100)
WARM_UP_S = 1.0


class Camera(NamedTuple):
    """A running Beamcast with a video source: an RTSP server, or UDP datagrams to ``port``."""

    beamcast: Beamcast
    load: Load
    port: int
    server: RtspServer | None

    def captures(self) -> int:
        """Return the number of connections that receive the video."""
        if self.server:
            return self.server.playing
        rows = [row.split() for row in Path("/proc/net/udp").read_text().splitlines()]
        return sum(row[1].endswith(f":{self.port:04X}") for row in rows)


def measure(durations: Durations) -> dict[str, Any]:
    """Measure RTSP and UDP, each with few and many viewers alternately."""
    result: dict[str, Any] = {}
    for kind in ("RTSP", "UDP"):
        runs: dict[int, list[tuple[Run, int, float]]] = defaultdict(list)
        with _camera(kind) as camera, HelperProcess() as generator:
            for viewers in rounds(
                dict.fromkeys(VIEWERS, durations.rounds(5)), durations.budget_s(120)
            ):
                runs[viewers].append(_run(camera, viewers, durations, generator))
        for viewers, measured in runs.items():
            result[f"{kind}, {viewers} viewer{'s' * (viewers > 1)}"] = _summarize(measured, viewers)
    print("\nA video of 320 x 240 at 25 Hz; captures that are open at once; shares of a core")
    head = ("", "captures", "encoded/s", "received/s by each", "ingest", "worker", "Redis", "")
    print(format_table(head, [_row(name, summary) for name, summary in result.items()]))
    return result


@contextlib.contextmanager
def _camera(kind: str) -> Iterator[Camera]:
    beamcast = Beamcast()
    sender = RtspServer() if kind == "RTSP" else UdpSender()
    server = sender if isinstance(sender, RtspServer) else None
    try:
        ingest = beamcast.ingest(sender.address)
        worker = beamcast.worker()
        pids = {"server": worker.process.pid, "ingest": ingest.pid, "redis": beamcast.redis.pid}
        load = Load((worker.port,), 0, 0.0, pids, reports=True)
        until(lambda: "state" in beamcast.status(), "a status")
        yield Camera(beamcast, load, sender.port, server)
    finally:
        beamcast.stop()
        sender.close()


def _run(
    camera: Camera, viewers: int, durations: Durations, generator: HelperProcess
) -> tuple[Run, int, float]:
    """Return the run, the largest number of captures during it, and frames published a second."""
    seconds = durations.run_s(8.0)
    camera.beamcast.write_lease()  # so that the run starts with an open video
    until(lambda: camera.beamcast.status()["state"] == "live", "the video arrives")
    running = generator.submit(
        run_load, replace(camera.load, viewers=viewers, seconds=seconds, idle_s=WARM_UP_S)
    )
    captures, published, start = 0, _published(camera), time.monotonic()
    while not running.done():
        captures = max(captures, camera.captures())
        time.sleep(0.2)
    per_s = (_published(camera) - published) / (time.monotonic() - start)
    return running.result(), captures, per_s


def _published(camera: Camera) -> int:
    return int(camera.beamcast.status()["published"])


def _summarize(runs: list[tuple[Run, int, float]], viewers: int) -> dict[str, Any]:
    return {
        "captures": max(captures for _, captures, _ in runs),
        "encoded_per_s": quartiles([per_s for *_, per_s in runs]),
        "seen_per_s": quartiles([run.deliveries / viewers / run.seconds for run, *_ in runs]),
        **{
            name: quartiles([run.cpu[name] / run.seconds for run, *_ in runs])
            for name in ("ingest", "server", "redis")
        },
    }


def _row(name: str, summary: dict[str, Any]) -> tuple[str, ...]:
    names = "encoded_per_s", "seen_per_s", "ingest", "server", "redis"
    return (name, str(summary["captures"]), *(str(summary[each]) for each in names), "")
