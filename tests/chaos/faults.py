"""The faults that are caused on purpose; docs/testing.md lists their names and effects."""

import itertools
import signal
import time
from collections.abc import Callable
from typing import NamedTuple

from tests.chaos.screen import RENDITION
from tests.chaos.spread import HERE, WEB, Spread

RESTART_AFTER_S = 6.0
STOPPED_S = 10.0
SHORT_S = 4.0
"""short enough that no connection times out"""
CUT_S = 8.0
IMMEDIATELY_S = 0.2
"""Data that was in transit has then arrived."""


class Fault(NamedTuple):
    """A fault; ``break_it`` causes it, and ``cure`` ends it after ``lasts_s``. ``damages``: viewers
    may receive damaged frames meanwhile."""

    name: str
    break_it: Callable[[Spread], None]
    cure: Callable[[Spread], None]
    lasts_s: float
    damages: bool = False


def _of(spread: Spread, part: str) -> tuple[str, ...]:
    """Return the hosts or parts with this name in a fault."""
    if part == "web":
        return WEB
    return (spread.meant,) if part == "web worker" else (part,)


def _choose(spread: Spread) -> None:
    """Note the worker of the page before the fault, since the page may move to another."""
    spread.meant = spread.worker_of(RENDITION)


def killed(part: str) -> Fault:
    """The part is killed (kill -9) and restarted some seconds later."""

    def break_it(spread: Spread) -> None:
        _choose(spread)
        spread.kill(*_of(spread, part))

    name = f"{part} killed (kill -9), restarted after {RESTART_AFTER_S:g} s"
    return Fault(name, break_it, lambda spread: spread.start(*_of(spread, part)), RESTART_AFTER_S)


def crashed(part: str) -> Fault:
    """The part's machine crashes without closing a connection, and boots again."""

    def break_it(spread: Spread) -> None:
        _choose(spread)
        for host in _of(spread, part):
            spread.switch.pull(spread.addresses[host])
        spread.kill(*_of(spread, part))

    def cure(spread: Spread) -> None:
        for host in _of(spread, part):
            spread.switch.put_back(spread.addresses[host])
        spread.start(*_of(spread, part))

    return Fault(f"{part}: its machine crashed, back after {SHORT_S:g} s", break_it, cure, SHORT_S)


def killed_in_order(first: str, second: str) -> Fault:
    """Two parts are killed, and restarted by their supervisors."""

    def break_it(spread: Spread) -> None:
        for part in (first, second):
            for name in _of(spread, part):
                spread.parts[name].kill_all()

    name = f"{first}, then {second} killed, restarted immediately"
    return Fault(name, break_it, lambda spread: None, IMMEDIATELY_S)


def stopped(part: str, lasts_s: float = STOPPED_S) -> Fault:
    """The part hangs for a time."""

    def break_it(spread: Spread) -> None:
        _choose(spread)
        spread.signal(signal.SIGSTOP, *_of(spread, part))

    def cure(spread: Spread) -> None:
        spread.signal(signal.SIGCONT, *_of(spread, part))

    return Fault(f"{part} stopped (SIGSTOP) for {lasts_s:g} s", break_it, cure, lasts_s)


def pulled(part: str) -> Fault:
    """The part's network cable is unplugged for a time."""

    def break_it(spread: Spread) -> None:
        _choose(spread)
        for host in _of(spread, part):
            spread.switch.pull(spread.addresses[host])

    def cure(spread: Spread) -> None:
        for host in _of(spread, part):
            spread.switch.put_back(spread.addresses[host])

    return Fault(f"{part}: cable pulled for {CUT_S:g} s", break_it, cure, CUT_S)


def cut(a: str, b: str, ways: str = "both ways") -> Fault:
    """All packets between two parts are dropped, both ways or one way."""

    def pairs(spread: Spread) -> list[tuple[str, str]]:
        forward = [(x, y) for x in _of(spread, a) for y in _of(spread, b)]
        return forward + [(y, x) for x, y in forward] if ways == "both ways" else forward

    def break_it(spread: Spread) -> None:
        _choose(spread)
        for pair in pairs(spread):
            spread.cut(*pair)

    def cure(spread: Spread) -> None:
        for pair in pairs(spread):
            spread.mend(*pair)

    arrow = "↔" if ways == "both ways" else "→"
    return Fault(f"{a} {arrow} {b}: packets dropped", break_it, cure, CUT_S)


def clock(part: str, hours: int) -> Fault:
    """The part's wall clock is set, and set back."""

    def set_to(offset_s: int) -> Callable[[Spread], None]:
        def act(spread: Spread) -> None:
            for name in _of(spread, part):
                spread.set_clock(name, offset_s)

        return act

    return Fault(f"{part}: clock set by {hours:+d} h, and back", set_to(hours * 3600), set_to(0), 5)


def clock_both_ways(part: str, hours: int) -> Fault:
    """The part's wall clock is set forward, then back beyond the correct time, then right."""

    def break_it(spread: Spread) -> None:
        for name in _of(spread, part):
            spread.set_clock(name, hours * 3600)
        time.sleep(3)
        for name in _of(spread, part):
            spread.set_clock(name, -hours * 3600)

    def cure(spread: Spread) -> None:
        for name in _of(spread, part):
            spread.set_clock(name, 0)

    name = f"{part}: clock set by {hours:+d} h, by {-hours:+d} h, and back"
    return Fault(name, break_it, cure, 5)


def damaged(between: str, part: str, damage: signal.Signals, extent: str) -> Fault:
    """Bytes are changed in transit."""

    def send(number: signal.Signals) -> Callable[[Spread], None]:
        return lambda spread: spread.signal(number, *(f"wire of {n}" for n in _of(spread, part)))

    return Fault(f"{between}: {extent}", send(damage), send(signal.SIGHUP), 8, damages=True)


ALL = ("redis", "ingest", "web", "nginx", "camera")
PARTS = ("redis", "ingest", "web worker", "web", "nginx", "camera")
CONNECTIONS = (("camera", "ingest"), ("ingest", "redis"), ("web", "redis"), ("nginx", "web"))
ONE_WAY = [pair for a, b in (*CONNECTIONS, (HERE, "nginx")) for pair in ((a, b), (b, a))]

FAULTS = [
    *map(killed, PARTS),
    *map(crashed, PARTS),
    *map(stopped, PARTS),
    *(stopped(part, SHORT_S) for part in ("web", "nginx")),
    Fault("redis: memory full", Spread.fill_redis, Spread.empty_redis, RESTART_AFTER_S),
    *map(pulled, (*PARTS, HERE)),
    *(cut(a, b) for a, b in (*CONNECTIONS, ("nginx", "web worker"), (HERE, "nginx"))),
    *(cut(a, b, "one way") for a, b in ONE_WAY),
]

IN_EVERY_ORDER = [killed_in_order(*two) for two in itertools.permutations(ALL, 2)]

WIRES = (("camera ↔ ingest", "camera"), ("nginx ↔ web", "web"))
ODD = [
    *(clock(part, hours) for part in ("ingest", "web", "redis") for hours in (1, -1)),
    *(clock_both_ways("redis", hours) for hours in (1, -1)),
    *(damaged(*wire, signal.SIGUSR1, "one chunk in ten damaged") for wire in WIRES),
    *(damaged(*wire, signal.SIGUSR2, "every chunk damaged") for wire in WIRES),
]
