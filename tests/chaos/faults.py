"""The faults that are caused on purpose; docs/testing.md lists their names and effects."""

import itertools
import signal
import time
from collections.abc import Callable
from typing import NamedTuple

from tests.chaos.cluster import HERE, WEB, Cluster
from tests.chaos.page import RENDITION

RESTART_AFTER_S = 6.0
STOPPED_S = 10.0
SHORT_S = 4.0
"""Short enough that no connection times out."""
CUT_S = 8.0
IMMEDIATELY_S = 0.2
"""Data that was in transit has then arrived."""


class Fault(NamedTuple):
    """A fault; ``cause`` causes it, and ``end`` ends it after ``lasts_s``. ``damages``: viewers
    may receive damaged frames meanwhile."""

    name: str
    cause: Callable[[Cluster], None]
    end: Callable[[Cluster], None]
    lasts_s: float
    damages: bool = False


def _of(cluster: Cluster, part: str) -> tuple[str, ...]:
    """Return the hosts or parts with this name in a fault."""
    if part == "web":
        return WEB
    return (cluster.page_worker,) if part == "web worker" else (part,)


def _note_worker_of_page(cluster: Cluster) -> None:
    """Note the worker of the page before the fault, since the page may move to another."""
    cluster.page_worker = cluster.worker_of(RENDITION)


def kill(part: str) -> Fault:
    """Kill the part (kill -9), and restart it some seconds later."""

    def cause(cluster: Cluster) -> None:
        _note_worker_of_page(cluster)
        cluster.kill(*_of(cluster, part))

    name = f"{part} killed (kill -9), restarted after {RESTART_AFTER_S:g} s"
    return Fault(name, cause, lambda cluster: cluster.start(*_of(cluster, part)), RESTART_AFTER_S)


def crash(part: str) -> Fault:
    """Crash the part's machine, without closing a connection, and boot it again."""

    def cause(cluster: Cluster) -> None:
        _note_worker_of_page(cluster)
        for host in _of(cluster, part):
            cluster.switch.unplug(cluster.addresses[host])
        cluster.kill(*_of(cluster, part))

    def end(cluster: Cluster) -> None:
        for host in _of(cluster, part):
            cluster.switch.plug_back_in(cluster.addresses[host])
        cluster.start(*_of(cluster, part))

    return Fault(f"{part}: its machine crashed, back after {SHORT_S:g} s", cause, end, SHORT_S)


def kill_in_order(first: str, second: str) -> Fault:
    """Kill two parts, which their supervisors restart."""

    def cause(cluster: Cluster) -> None:
        for part in (first, second):
            for name in _of(cluster, part):
                cluster.parts[name].kill_all()

    name = f"{first}, then {second} killed, restarted immediately"
    return Fault(name, cause, lambda cluster: None, IMMEDIATELY_S)


def stop(part: str, lasts_s: float = STOPPED_S) -> Fault:
    """Stop the part's processes (SIGSTOP), and continue them."""

    def cause(cluster: Cluster) -> None:
        _note_worker_of_page(cluster)
        cluster.signal(signal.SIGSTOP, *_of(cluster, part))

    def end(cluster: Cluster) -> None:
        cluster.signal(signal.SIGCONT, *_of(cluster, part))

    return Fault(f"{part} stopped (SIGSTOP) for {lasts_s:g} s", cause, end, lasts_s)


def unplug(part: str) -> Fault:
    """Unplug the part's network cable, and plug it in again."""

    def cause(cluster: Cluster) -> None:
        _note_worker_of_page(cluster)
        for host in _of(cluster, part):
            cluster.switch.unplug(cluster.addresses[host])

    def end(cluster: Cluster) -> None:
        for host in _of(cluster, part):
            cluster.switch.plug_back_in(cluster.addresses[host])

    return Fault(f"{part}: cable pulled for {CUT_S:g} s", cause, end, CUT_S)


def drop_packets(a: str, b: str, direction: str = "both ways") -> Fault:
    """Drop all packets between two parts, both ways or one way."""

    def pairs(cluster: Cluster) -> list[tuple[str, str]]:
        forward = [(x, y) for x in _of(cluster, a) for y in _of(cluster, b)]
        return forward + [(y, x) for x, y in forward] if direction == "both ways" else forward

    def cause(cluster: Cluster) -> None:
        _note_worker_of_page(cluster)
        for pair in pairs(cluster):
            cluster.drop_packets(*pair)

    def end(cluster: Cluster) -> None:
        for pair in pairs(cluster):
            cluster.forward_packets(*pair)

    arrow = "↔" if direction == "both ways" else "→"
    return Fault(f"{a} {arrow} {b}: packets dropped", cause, end, CUT_S)


def set_clock(part: str, hours: int) -> Fault:
    """Set the part's wall clock, and set it back."""

    def set_to(offset_s: int) -> Callable[[Cluster], None]:
        def act(cluster: Cluster) -> None:
            for name in _of(cluster, part):
                cluster.set_clock(name, offset_s)

        return act

    return Fault(f"{part}: clock set by {hours:+d} h, and back", set_to(hours * 3600), set_to(0), 5)


def set_clock_forward_and_back(part: str, hours: int) -> Fault:
    """Set the part's wall clock by some hours, then by as many the other way, then right."""

    def cause(cluster: Cluster) -> None:
        for name in _of(cluster, part):
            cluster.set_clock(name, hours * 3600)
        time.sleep(3)
        for name in _of(cluster, part):
            cluster.set_clock(name, -hours * 3600)

    def end(cluster: Cluster) -> None:
        for name in _of(cluster, part):
            cluster.set_clock(name, 0)

    name = f"{part}: clock set by {hours:+d} h, by {-hours:+d} h, and back"
    return Fault(name, cause, end, 5)


def damage(between: str, part: str, kind: signal.Signals, extent: str) -> Fault:
    """Damage data in transit."""

    def send(number: signal.Signals) -> Callable[[Cluster], None]:
        return lambda cluster: cluster.signal(
            number, *(f"damaging proxy of {n}" for n in _of(cluster, part))
        )

    return Fault(f"{between}: {extent}", send(kind), send(signal.SIGHUP), 8, damages=True)


ALL = ("redis", "ingest", "web", "nginx", "camera")
PARTS = ("redis", "ingest", "web worker", "web", "nginx", "camera")
CONNECTIONS = (("camera", "ingest"), ("ingest", "redis"), ("web", "redis"), ("nginx", "web"))
ONE_WAY = [pair for a, b in (*CONNECTIONS, (HERE, "nginx")) for pair in ((a, b), (b, a))]

FAULTS = [
    *map(kill, PARTS),
    *map(crash, PARTS),
    *map(stop, PARTS),
    *(stop(part, SHORT_S) for part in ("web", "nginx")),
    Fault("redis: memory full", Cluster.fill_redis, Cluster.empty_redis, RESTART_AFTER_S),
    *map(unplug, (*PARTS, HERE)),
    *(drop_packets(a, b) for a, b in (*CONNECTIONS, ("nginx", "web worker"), (HERE, "nginx"))),
    *(drop_packets(a, b, "one way") for a, b in ONE_WAY),
]

KILLS_IN_EVERY_ORDER = [kill_in_order(*two) for two in itertools.permutations(ALL, 2)]

DAMAGED_CONNECTIONS = (("camera ↔ ingest", "camera"), ("nginx ↔ web", "web"))
CLOCK_AND_DAMAGE_FAULTS = [
    *(set_clock(part, hours) for part in ("ingest", "web", "redis") for hours in (1, -1)),
    *(set_clock_forward_and_back("redis", hours) for hours in (1, -1)),
    *(
        damage(*connection, signal.SIGUSR1, "one chunk in ten damaged")
        for connection in DAMAGED_CONNECTIONS
    ),
    *(
        damage(*connection, signal.SIGUSR2, "every chunk damaged")
        for connection in DAMAGED_CONNECTIONS
    ),
]
