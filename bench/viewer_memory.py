"""Measurements of a server's memory, which run in the load generator's process."""

import time
from dataclasses import dataclass, replace

from bench.feeds import STREAM, Feed
from bench.load_generator import Load, ViewerGroup
from bench.process_usage import private_kb
from bench.viewer import Viewer

FRAMES = 5
SETTLE_S = 1.5
PONG_EVERY_S = 2.0


@dataclass
class ViewerMemory:
    """The server's memory for each viewer [kB]: when connected, and after some frames."""

    idle_kb: float
    served_kb: float


def measure_viewer_memory(load: Load, many: int) -> ViewerMemory:
    """Measure the memory for each viewer beyond ``load.viewers``, up to ``many``."""
    feed = load.feed() if load.feed else None
    group = ViewerGroup(load)
    pid = load.pids["server"]
    try:
        _send_frames(group, feed)
        few_kb = private_kb(pid)
        group.connect_up_to(many)
        group.read_for(SETTLE_S)
        idle_kb = private_kb(pid)
        _send_frames(group, feed)
        served_kb = private_kb(pid)
    finally:
        group.close()
    added = many - load.viewers
    return ViewerMemory((idle_kb - few_kb) / added, (served_kb - few_kb) / added)


def _send_frames(group: ViewerGroup, feed: Feed | None) -> None:
    for _ in range(FRAMES):
        if feed:
            feed.send()
            group.read_frame()
    group.read_for(SETTLE_S)


@dataclass
class StuckViewerRun:
    """A run beside a stuck viewer: frames sent, and what the others received and lost."""

    frames: int = 0
    deliveries: int = 0
    lost: int = 0
    stuck_connections: int = 0


def run_beside_stuck_viewer(load: Load) -> StuckViewerRun:
    """Send frames at ``max_hz`` beside a viewer that reads none, and reconnects if disconnected.

    The stuck viewer answers pings, as a browser's network process does for a page that hangs. It
    is alternately one that reports drawn frames and one that does not.
    """
    run = StuckViewerRun()
    feed = load.feed() if load.feed else None
    group = ViewerGroup(replace(load, viewers=load.viewers - 1))
    stuck: Viewer | None = None
    start = due = time.monotonic()
    pong_at = start
    try:
        while due < start + load.seconds:
            if time.monotonic() >= pong_at:
                pong_at += PONG_EVERY_S
                stuck = _keep_stuck(stuck, load, run)
            if feed:
                feed.send()
                run.frames += 1
            due += 1 / load.max_hz
            run.deliveries += group.read_for(due - time.monotonic())
        run.deliveries += group.read_for(SETTLE_S)
    finally:
        group.close()
        if stuck:
            stuck.socket.close()
    run.lost = sum(viewer.lost for viewer in group.viewers)
    return run


def _keep_stuck(stuck: Viewer | None, load: Load, run: StuckViewerRun) -> Viewer:
    if stuck:
        try:
            stuck.send("3")
            return stuck
        except OSError:  # the server has disconnected it
            stuck.socket.close()
    run.stuck_connections += 1
    stuck = Viewer(load.ports[0], reports=bool(run.stuck_connections % 2))
    stuck.open_session()
    stuck.watch(STREAM)
    stuck.finish_watch()
    return stuck
