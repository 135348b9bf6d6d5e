"""The faults, each with the way to cause and to end it."""

import itertools
import signal
import time
from collections.abc import Callable
from typing import NamedTuple

from tests.chaos.screen import RENDITION
from tests.chaos.spread import HERE, WEB, Spread

AWAY_S = 6.0
STOPPED_S = 10.0
SHORT_S = 4.0
"""so short that nobody hangs up meanwhile"""
CUT_S = 8.0
AT_ONCE_S = 0.2
"""Then what was still under way has arrived."""


class Fault(NamedTuple):
    """``break_it`` does it, ``cure`` ends it after ``lasts_s``. ``damages``: what viewers get
    meanwhile may say anything."""

    name: str
    break_it: Callable[[Spread], None]
    cure: Callable[[Spread], None]
    lasts_s: float
    damages: bool = False


def _of(spread: Spread, part: str) -> tuple[str, ...]:
    """The hosts and parts that are meant by a name."""
    if part == "web":
        return WEB
    return (spread.meant,) if part == "web worker" else (part,)


def _choose(spread: Spread) -> None:
    """The worker that the page is on: before the fault, since it may move to another."""
    spread.meant = spread.worker_of(RENDITION)


def killed(part: str) -> Fault:
    """kill -9, and started anew some seconds later."""

    def break_it(spread: Spread) -> None:
        _choose(spread)
        spread.kill(*_of(spread, part))

    name = f"{part} killed (kill -9), away for {AWAY_S:g} s"
    return Fault(name, break_it, lambda spread: spread.start(*_of(spread, part)), AWAY_S)


def crashed(part: str) -> Fault:
    """Its machine is gone without a word to anybody, and is there again, knowing nothing."""

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


def killed_in_order(first: str, then: str) -> Fault:
    """Both die, and are started again by what keeps them running."""

    def break_it(spread: Spread) -> None:
        for part in (first, then):
            for name in _of(spread, part):
                spread.parts[name].kill_all()

    name = f"{first}, then {then} killed, started again at once"
    return Fault(name, break_it, lambda spread: None, AT_ONCE_S)


def stopped(part: str, lasts_s: float = STOPPED_S) -> Fault:
    """It hangs, and goes on."""

    def break_it(spread: Spread) -> None:
        _choose(spread)
        spread.signal(signal.SIGSTOP, *_of(spread, part))

    def cure(spread: Spread) -> None:
        spread.signal(signal.SIGCONT, *_of(spread, part))

    return Fault(f"{part} stopped (SIGSTOP) for {lasts_s:g} s", break_it, cure, lasts_s)


def pulled(part: str) -> Fault:
    """Its network cable is pulled."""

    def break_it(spread: Spread) -> None:
        _choose(spread)
        for host in _of(spread, part):
            spread.switch.pull(spread.addresses[host])

    def cure(spread: Spread) -> None:
        for host in _of(spread, part):
            spread.switch.put_back(spread.addresses[host])

    return Fault(f"{part}: cable pulled for {CUT_S:g} s", break_it, cure, CUT_S)


def cut(a: str, b: str, ways: str = "both ways") -> Fault:
    """What passes between two is lost without a word: both ways, or one of them."""

    def pairs(spread: Spread) -> list[tuple[str, str]]:
        there = [(x, y) for x in _of(spread, a) for y in _of(spread, b)]
        return there + [(y, x) for x, y in there] if ways == "both ways" else there

    def break_it(spread: Spread) -> None:
        _choose(spread)
        for pair in pairs(spread):
            spread.cut(*pair)

    def cure(spread: Spread) -> None:
        for pair in pairs(spread):
            spread.mend(*pair)

    arrow = "↔" if ways == "both ways" else "→"
    return Fault(f"{a} {arrow} {b}: lost without a word", break_it, cure, CUT_S)


def clock(part: str, hours: int) -> Fault:
    """Its wall clock leaps, and leaps back."""

    def set_to(offset_s: int) -> Callable[[Spread], None]:
        def act(spread: Spread) -> None:
            for name in _of(spread, part):
                spread.set_clock(name, offset_s)

        return act

    return Fault(f"{part}: clock set by {hours:+d} h, and back", set_to(hours * 3600), set_to(0), 5)


def clock_both_ways(part: str, hours: int) -> Fault:
    """Its wall clock leaps to one side, then past the truth to the other."""

    def break_it(spread: Spread) -> None:
        for name in _of(spread, part):
            spread.set_clock(name, hours * 3600)
        time.sleep(3)
        for name in _of(spread, part):
            spread.set_clock(name, -hours * 3600)

    def cure(spread: Spread) -> None:
        for name in _of(spread, part):
            spread.set_clock(name, 0)

    words = f"{part}: clock set by {hours:+d} h, by {-hours:+d} h, and back"
    return Fault(words, break_it, cure, 5)


def damaged(between: str, part: str, how: signal.Signals, words: str) -> Fault:
    """Bytes are changed on the way."""

    def tell(number: signal.Signals) -> Callable[[Spread], None]:
        return lambda spread: spread.signal(number, *(f"wire of {n}" for n in _of(spread, part)))

    return Fault(f"{between}: {words}", tell(how), tell(signal.SIGHUP), 8, damages=True)


ALL = ("redis", "ingest", "web", "nginx", "camera")
PARTS = ("redis", "ingest", "web worker", "web", "nginx", "camera")
LINES = (("camera", "ingest"), ("ingest", "redis"), ("web", "redis"), ("nginx", "web"))
ONE_WAY = [way for a, b in (*LINES, (HERE, "nginx")) for way in ((a, b), (b, a))]

FAULTS = [
    *map(killed, PARTS),
    *map(crashed, PARTS),
    *map(stopped, PARTS),
    *(stopped(part, SHORT_S) for part in ("web", "nginx")),
    Fault("redis: memory full", Spread.fill_redis, Spread.empty_redis, AWAY_S),
    *map(pulled, (*PARTS, HERE)),
    *(cut(a, b) for a, b in (*LINES, ("nginx", "web worker"), (HERE, "nginx"))),
    *(cut(a, b, "one way") for a, b in ONE_WAY),
]

IN_EVERY_ORDER = [killed_in_order(*two) for two in itertools.permutations(ALL, 2)]

WIRES = (("camera ↔ ingest", "camera"), ("nginx ↔ web", "web"))
ODD = [
    *(clock(part, hours) for part in ("ingest", "web", "redis") for hours in (1, -1)),
    *(clock_both_ways("redis", hours) for hours in (1, -1)),
    *(damaged(*wire, signal.SIGUSR1, "one piece in ten damaged") for wire in WIRES),
    *(damaged(*wire, signal.SIGUSR2, "every piece damaged") for wire in WIRES),
]
