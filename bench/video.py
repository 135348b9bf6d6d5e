"""Measure a video with 1 and with 100 viewers: how often it is opened, and the CPU time of each
part."""

import contextlib
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

from bench.crowd import Helper, Load, Turn, take_turn
from bench.plan import Plan
from bench.spread import rounds, spread
from bench.table import table
from tests.support.beamcast import Beamcast
from tests.support.rtsp import RtspServer
from tests.support.video import UdpSender
from tests.support.waiting import until

VIEWERS = (1, 100)
WARM_UP_S = 1.0


class Camera(NamedTuple):
    """A video and its Beamcast. ``server`` serves RTSP; over UDP datagrams are sent to ``port``."""

    beamcast: Beamcast
    load: Load
    port: int
    server: RtspServer | None

    def captures(self) -> int:
        """Return how many processes of this machine receive the video."""
        if self.server:
            return self.server.playing
        rows = [row.split() for row in Path("/proc/net/udp").read_text().splitlines()]
        return sum(row[1].endswith(f":{self.port:04X}") for row in rows)


def measure(plan: Plan) -> dict[str, Any]:
    """Measure RTSP and UDP, each with 1 and with 100 viewers, in turn."""
    result: dict[str, Any] = {}
    for kind in ("RTSP", "UDP"):
        turns: dict[int, list[tuple[Turn, int, float]]] = defaultdict(list)
        with _camera(kind) as camera, Helper() as generator:
            for viewers in rounds(dict.fromkeys(VIEWERS, plan.rounds(5)), plan.budget_s(120)):
                turns[viewers].append(_turn(camera, viewers, plan, generator))
        for viewers, taken in turns.items():
            result[f"{kind}, {viewers} viewer{'s' * (viewers > 1)}"] = _summarize(taken, viewers)
    print("\nA video of 320 x 240 at 25 Hz; captures that are open at once; shares of a core")
    head = ("", "captures", "encoded/s", "seen/s by each", "ingest", "worker", "Redis", "")
    print(table(head, [_row(name, summary) for name, summary in result.items()]))
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


def _turn(camera: Camera, viewers: int, plan: Plan, generator: Helper) -> tuple[Turn, int, float]:
    """Run a turn; return it, the maximum number of captures, and the frames published a second."""
    seconds = plan.turn_s(8.0)
    camera.beamcast.write_lease()  # so that the turn begins with a video that is open
    until(lambda: camera.beamcast.status()["state"] == "live", "the video comes")
    running = generator.submit(
        take_turn, replace(camera.load, viewers=viewers, seconds=seconds, idle_s=WARM_UP_S)
    )
    captures, published, start = 0, _published(camera), time.monotonic()
    while not running.done():
        captures = max(captures, camera.captures())
        time.sleep(0.2)
    per_s = (_published(camera) - published) / (time.monotonic() - start)
    return running.result(), captures, per_s


def _published(camera: Camera) -> int:
    return int(camera.beamcast.status()["published"])


def _summarize(turns: list[tuple[Turn, int, float]], viewers: int) -> dict[str, Any]:
    return {
        "captures": max(captures for _, captures, _ in turns),
        "encoded_per_s": spread([per_s for *_, per_s in turns]),
        "seen_per_s": spread([turn.deliveries / viewers / turn.seconds for turn, *_ in turns]),
        **{
            name: spread([turn.cpu[name] / turn.seconds for turn, *_ in turns])
            for name in ("ingest", "server", "redis")
        },
    }


def _row(name: str, summary: dict[str, Any]) -> tuple[str, ...]:
    names = "encoded_per_s", "seen_per_s", "ingest", "server", "redis"
    return (name, str(summary["captures"]), *(str(summary[each]) for each in names), "")
