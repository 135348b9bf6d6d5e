"""The load of the memory benchmark: a growing number of viewers, and a stuck viewer."""

import time
from dataclasses import dataclass, replace

from bench.cpu import private_kb
from bench.crowd import Crowd, Load
from bench.feeds import STREAM, Feed
from bench.viewer import Viewer

FRAMES = 5
SETTLE_S = 1.5
PONG_EVERY_S = 2.0


@dataclass
class Weight:
    """The server's private memory for each viewer [kB]: connected, and after some frames."""

    idle_kb: float
    served_kb: float


def weigh(load: Load, many: int) -> Weight:
    """Measure the memory of each viewer beyond ``load.viewers``: connected, and after frames."""
    feed = load.feed() if load.feed else None
    crowd = Crowd(load)
    pid = load.pids["server"]
    try:
        _serve(crowd, feed)
        few_kb = private_kb(pid)
        crowd.grow(many)
        crowd.read_for(SETTLE_S)
        idle_kb = private_kb(pid)
        _serve(crowd, feed)
        served_kb = private_kb(pid)
    finally:
        crowd.close()
    more = many - load.viewers
    return Weight((idle_kb - few_kb) / more, (served_kb - few_kb) / more)


def _serve(crowd: Crowd, feed: Feed | None) -> None:
    for _ in range(FRAMES):
        if feed:
            feed.send()
            crowd.read_frame()
    crowd.read_for(SETTLE_S)


@dataclass
class Siege:
    """The result beside the stuck viewer: frames sent, received by the others, and lost."""

    frames: int = 0
    deliveries: int = 0
    lost: int = 0
    stuck_connections: int = 0


def besiege(load: Load) -> Siege:
    """Send frames at ``max_hz``; one viewer reads none, and reconnects when it is disconnected.

    It answers pings, as a browser's network process does for a page that hangs, and alternates
    between reporting and not reporting what it draws.
    """
    siege = Siege()
    feed = load.feed() if load.feed else None
    crowd = Crowd(replace(load, viewers=load.viewers - 1))
    stuck: Viewer | None = None
    start = due = time.monotonic()
    pong_at = start
    try:
        while due < start + load.seconds:
            if time.monotonic() >= pong_at:
                pong_at += PONG_EVERY_S
                stuck = _still_stuck(stuck, load, siege)
            if feed:
                feed.send()
                siege.frames += 1
            due += 1 / load.max_hz
            siege.deliveries += crowd.read_for(due - time.monotonic())
        siege.deliveries += crowd.read_for(SETTLE_S)
    finally:
        crowd.close()
        if stuck:
            stuck.socket.close()
    siege.lost = sum(viewer.lost for viewer in crowd.viewers)
    return siege


def _still_stuck(stuck: Viewer | None, load: Load, siege: Siege) -> Viewer:
    if stuck:
        try:
            stuck.send("3")
            return stuck
        except OSError:  # the server gave it up
            stuck.socket.close()
    siege.stuck_connections += 1
    stuck = Viewer(load.ports[0], reports=bool(siege.stuck_connections % 2))
    stuck.say_hello()
    stuck.watch(STREAM)
    stuck.settle()
    return stuck
