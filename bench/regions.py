"""A worker's memory with viewers of precise regions, and the frame rate of a viewer of all tiles
beside them."""

import contextlib
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
import orjson

from bench.durations import Durations
from bench.process_usage import cpu_s
from bench.servers import stop_worker
from bench.table import format_table
from ingest.encoding.scaling import Facts
from ingest.encoding.tiles import encode_tiles
from shared.broker import BrokerError, connect
from shared.envelope import Blobs, pack
from shared.redis_keys import RedisKeys
from shared.renditions import Region
from tests.support.beamcast import Worker
from tests.support.processes import RedisServer
from tests.support.raw_viewer import RawViewer, memory_kb, pump

RATE_HZ = 5.0
SHAPE = (2048, 2048)
COUNTS = (0, 5, 15, 30, 60)
WARM_UP_S, MEASURED_S = 3.0, 10.0
WHOLE = "precise:0,0,9999,9999"
FACTS = Facts("uint16", 0, 4095, 0, 4095, 0, 0, 0, 0)


@dataclass
class Cost:
    """The cost of one worker; ``peak_kb``: its largest resident memory, sampled viewers 20 ms."""

    viewers: int
    peak_kb: int
    fps: float
    cpu: float
    """Share of a core."""
    others_fps: float
    """Frames per second of each viewer of a region."""


def measure(durations: Durations) -> dict[str, Any]:
    """Measure regions outside of the picture, which have no tile, and different tiles inside."""
    counts = COUNTS[::4] if durations.quick else COUNTS
    seconds = 4.0 if durations.quick else MEASURED_S
    message = frame_parts()
    result = {}
    for where, region in (("outside", outside), ("inside", inside)):
        costs = [
            measure_cost(message, [region(n) for n in range(count)], seconds) for count in counts
        ]
        result[where] = [vars(one) for one in costs]
        print(f"\nRegions {where} of a picture of {SHAPE[1]} × {SHAPE[0]} at {RATE_HZ:g} Hz")
        head = (
            "viewers of regions",
            "memory [MB]",
            "fps of the viewer of all",
            "core",
            "their fps",
        )
        rows = [
            (
                str(one.viewers),
                f"{one.peak_kb / 1024:.0f}",
                f"{one.fps:.1f}",
                f"{one.cpu:.2f}",
                f"{one.others_fps:.1f}",
            )
            for one in costs
        ]
        print(format_table(head, rows))
    return result


def outside(number: int) -> str:
    """Return a region outside of the picture, different for each number."""
    return f"precise:{9000 + number},0,{9001 + number},1"


def inside(number: int) -> str:
    """Return a region of one tile, different for the first 64 numbers."""
    column, row = number % 8, number // 8 % 8
    return f"precise:{column},{row},{column + 1},{row + 1}"


def frame_parts() -> tuple[dict[str, Any], Blobs]:
    """Return header and blobs of a precise frame: 12 bits of noise, which compress little."""
    pixels = np.random.default_rng(1).integers(0, 4096, SHAPE, np.uint16)
    blobs = Blobs()
    tiles = encode_tiles(pixels, FACTS, [Region(0, 0, 9999, 9999)], 1 << 30)
    image = {"channel": "image", **tiles.add_to(blobs), "left_out": 0}
    header = {"stream": "camera", "rendition": "precise", "schema": "bench", "values": {}}
    return {**header, "image": image}, blobs


def measure_cost(message: tuple[dict[str, Any], Blobs], regions: list[str], seconds: float) -> Cost:
    """Measure a new worker with one viewer of all tiles, and one of each region."""
    with contextlib.ExitStack() as parts:
        redis = RedisServer()
        parts.callback(redis.stop)
        redis.broker.set(
            RedisKeys().schema("camera"), orjson.dumps({"hash": "bench", "channels": []})
        )
        worker = Worker(redis.url)
        parts.callback(stop_worker, worker.process)
        parts.enter_context(FramePublisher(redis.url, message))
        viewers = [RawViewer(worker.port) for _ in range(len(regions) + 1)]
        for viewer in viewers:
            parts.callback(viewer.close)
        pump(viewers, lambda: all(viewer.connected for viewer in viewers), "all are connected")
        for viewer, rendition in zip(viewers, [WHOLE, *regions], strict=True):
            viewer.emit("watch", {"stream": "camera", "rendition": rendition})
        pid, peak_kb = worker.process.pid, 0
        pump(viewers, timeout_s=WARM_UP_S)
        before = [len(viewer.frames) for viewer in viewers]
        cpu_before, start, end = cpu_s(pid), time.monotonic(), time.monotonic() + seconds
        while time.monotonic() < end:
            pump(viewers, timeout_s=0.02)
            peak_kb = max(peak_kb, memory_kb(pid))
        took_s = time.monotonic() - start
        first, *others = (len(v.frames) - n for v, n in zip(viewers, before, strict=True))
        share = (cpu_s(pid) - cpu_before) / took_s
        others_fps = sum(others) / max(1, len(others)) / took_s
        return Cost(len(regions), peak_kb, first / took_s, share, others_fps)


class FramePublisher(contextlib.AbstractContextManager["FramePublisher"]):
    """Publishes frames at ``RATE_HZ`` from a thread, as ingest would."""

    def __init__(self, url: str, message: tuple[dict[str, Any], Blobs]) -> None:
        self._url, self._message = url, message
        self._stopping = False
        self._thread = ThreadPoolExecutor(1)
        self._future = self._thread.submit(self._run)

    def __exit__(self, *_: object) -> None:
        self._stopping = True
        self._future.result()
        self._thread.shutdown()

    def _run(self) -> None:
        broker, (header, blobs) = connect(self._url), self._message
        epoch, due, seq = time.time_ns() // 1_000_000, time.monotonic(), 0
        while not self._stopping:
            t = time.time()
            seq += 1
            fields = {"epoch": epoch, "seq": seq, "pulse_id": seq, "t_received": t}
            frame = pack({**header, **fields, "t_published": t}, blobs)
            with contextlib.suppress(BrokerError):  # Redis when workers read too slowly
                broker.publish(RedisKeys().frames("camera", "precise"), frame)
            due += 1 / RATE_HZ
            time.sleep(max(0.0, due - time.monotonic()))
