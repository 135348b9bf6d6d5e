"""Measurements of the main guarantees at full length; the system tests check them briefly.

``python -m bench.guarantees [NAME ...]`` takes about five minutes and prints a line or two for each
of silence, first, killed, churn, freshness, order and pulses.
"""

import contextlib
import random
import statistics
import sys
import time
from collections.abc import Iterator

from tests.support.beamcast import Beamcast
from tests.support.camera import Camera
from tests.support.frame_listener import FrameListener
from tests.support.raw_viewer import RawViewer, pump
from tests.support.viewer_churn import churn
from tests.support.waiting import until


@contextlib.contextmanager
def live(rate_hz: float, *options: str) -> Iterator[Beamcast]:
    """Start a Beamcast whose ingest receives messages."""
    beamcast = Beamcast()
    try:
        with Camera(rate_hz, queue_size=1000) as camera:
            beamcast.ingest(camera.address, *options)
            until(lambda: beamcast.status().get("state") == "live", "messages arrive")
            yield beamcast
    finally:
        beamcast.stop()


def silence() -> None:
    """Leave a 100 Hz stream without viewers for 10 s; then connect one viewer, and reset it."""
    with live(100) as beamcast, FrameListener(beamcast.redis) as listener:
        worker = beamcast.worker()
        before = beamcast.status()
        time.sleep(10)
        after = beamcast.status()
        increase = {
            name: int(after[name]) - int(before[name]) for name in ("received", "received_bytes")
        }
        print(f"no viewers for 10 s: {listener.messages} messages; counters rose by {increase}")
        viewer = RawViewer(worker.port)
        viewer.watch()
        pump([viewer], lambda: len(viewer.frames) > 50, "frames")
        viewer.abort()
        reset_at = time.time()
        until(lambda: not beamcast.viewers(), "no viewer is counted")
        counted_s = time.time() - reset_at
        while time.time() < reset_at + 1:
            time.sleep(0.01)
        before_wait = listener.messages
        time.sleep(5)
        print(
            f"the last viewer's connection is reset: count 0 after {counted_s * 1e3:.0f} ms, "
            f"{listener.messages - before_wait} messages from 1 s to 6 s after"
        )


def first() -> None:
    """Measure the time from ``watch`` to the first viewer's first frame, 40 times at 100 Hz."""
    with live(100) as beamcast:
        worker = beamcast.worker()
        waited_ms = []
        for _ in range(40):
            until(lambda: not beamcast.broker.exists("beamcast:camera:leases"), "no lease is left")
            time.sleep(random.uniform(0.5, 0.6))
            viewer = RawViewer(worker.port)
            pump([viewer], lambda: viewer.connected, "connected")  # noqa: B023
            viewer.watch()
            pump([viewer], lambda: viewer.frames, "a frame")  # noqa: B023
            waited_ms.append(1e3 * (viewer.arrived[0] - viewer.watched_at))
            viewer.disconnect()
        print(
            f"watch to first frame, {len(waited_ms)} times: "
            f"median {statistics.median(waited_ms):.1f} ms, worst {max(waited_ms):.1f} ms"
        )


def killed() -> None:
    """Kill a worker with two viewers beside one with three, ten times."""
    with live(25) as beamcast:
        survivor = beamcast.worker()
        others = [RawViewer(survivor.port) for _ in range(3)]
        for viewer in others:
            viewer.watch()
        durations_s = []
        for _ in range(10):
            worker = beamcast.worker()
            viewers = [RawViewer(worker.port) for _ in range(2)]
            for viewer in viewers:
                viewer.watch()
            pump(others, lambda: beamcast.viewers() == 5, "five viewers are counted")
            pump(others, timeout_s=random.uniform(0, 1.5))
            worker.process.kill()
            start = time.monotonic()
            pump(others, lambda: beamcast.viewers() == 3, "only three viewers are counted")
            durations_s.append(time.monotonic() - start)
        print(
            f"worker killed, {len(durations_s)} times: its viewers are removed after "
            f"{min(durations_s):.2f} to {max(durations_s):.2f} s"
        )


def sessions() -> None:
    """Run ten thousand sessions on three workers."""
    with live(25) as beamcast:
        ports = [beamcast.worker().port for _ in range(3)]
        start = time.monotonic()
        counts = churn(ports, 10_000, seed=int(time.time()))
        duration_s = time.monotonic() - start
        start = time.monotonic()
        until(lambda: not beamcast.broker.exists("beamcast:camera:leases"), "no lease is left")
        print(
            f"10 000 sessions over 3 workers in {duration_s:.0f} s, {dict(counts)}: "
            f"count {beamcast.viewers()}, no lease {time.monotonic() - start:.2f} s later; "
            f"published {beamcast.status()['published']}"
        )


def freshness() -> None:
    """Connect 200 viewers at random times to a stream that others watch, three times."""
    for max_fps in (25, 100, 100):
        with live(100, "--max-fps", str(max_fps)) as beamcast:
            ports = [beamcast.worker().port for _ in range(2)]
            viewers = [RawViewer(random.choice(ports)) for _ in range(200)]

            for index, viewer in enumerate(viewers):
                viewer.watch()
                pump(viewers, timeout_s=random.uniform(0, 0.08))
                if index >= 20:
                    viewers[index - 20].unwatch()
            pump(viewers, lambda: all(viewer.frames for viewer in viewers), "frames")  # noqa: B023
            ages_ms = [
                1e3 * (header["t_received"] - viewer.watched_at)
                for viewer in viewers
                for header in viewer.frames
            ]

            print(
                f"200 viewers at {max_fps} fps: {len(ages_ms)} frames, "
                f"{sum(age < 0 for age in ages_ms)} "
                f"received before their viewer's watch; the closest {min(ages_ms):.2f} ms after it"
            )


def order() -> None:
    """Check the order of frames at two workers with 20 viewers each, at 25 fps, for 30 s."""
    with live(25) as beamcast:
        ports = [beamcast.worker().port for _ in range(2)]
        viewers = [RawViewer(port) for port in ports for _ in range(20)]
        for viewer in viewers:
            viewer.watch()
        pump(viewers, lambda: all(viewer.frames for viewer in viewers), "frames")
        pump(viewers, timeout_s=30)
        count = beamcast.broker.get("beamcast:camera:viewers")
        start = max(viewer.seqs[0] for viewer in viewers)
        end = min(viewer.seqs[-1] for viewer in viewers)
        gapless = sum(
            viewer.seqs[viewer.seqs.index(start) :][: end - start + 1]
            == list(range(start, end + 1))
            for viewer in viewers
        )
        late_ms = [
            1e3 * (at - header["t_published"])
            for viewer in viewers
            for at, header in zip(viewer.arrived, viewer.frames, strict=True)
        ]
        print(
            f"count key {count!r}; seq {start}…{end} in order and without gap at {gapless} of 40; "
            f"dropped {sum(viewer.last('status')['dropped'] for viewer in viewers)}; published to "
            f"arrived: median {statistics.median(late_ms):.1f} ms, worst {max(late_ms):.1f} ms"
        )


def pulses() -> None:
    """Check that frames carry every pulse, at 100 Hz and 25 fps, for a minute."""
    with live(100) as beamcast:
        viewer = RawViewer(beamcast.worker().port)
        viewer.watch()
        pump([viewer], lambda: viewer.frames, "frames")
        pump([viewer], timeout_s=60)
        ids = [pulse for header in viewer.frames for pulse in header["pulses"]["pulse_id"]]
        scalars = [v for header in viewer.frames for v in header["pulses"]["values"]["pulse"]]
        gapless = viewer.seqs == list(range(len(viewer.seqs)))
        status = beamcast.status()
        print(
            f"{len(viewer.frames)} frames (no gap: {gapless}) hold {len(ids)} pulse ids, "
            f"{len(set(ids))} different, of the {ids[-1] - ids[0] + 1} from {ids[0]} to {ids[-1]}; "
            f"scalars equal: {scalars == ids}; missed {status['missed']}, "
            f"pulses_lost {status['pulses_lost']}"
        )


MEASURES = {
    "silence": silence,
    "first": first,
    "killed": killed,
    "churn": sessions,
    "freshness": freshness,
    "order": order,
    "pulses": pulses,
}

if __name__ == "__main__":
    for name in sys.argv[1:] or MEASURES:
        MEASURES[name]()
