"""``/status``: how everything is, for people."""

import time
from collections import defaultdict
from typing import Any

from flask import Blueprint, render_template

from shared.broker import Broker, BrokerError, read_typed
from shared.broker_fault import explain
from shared.version import VERSION
from web.broker_health import BrokerHealth
from web.streams import known_streams, read_status

LOST = ("missed", "publish_failed", "pulses_lost", "withheld")
"""counters of the status that are losses"""
BETTER_WORDS = {"live": "Live", "no_ingest": "No ingest", "broker_lost": "Redis does not work"}
WAITS = {"waiting", "connecting", "closed"}


def status_page(broker: Broker, watch: BrokerHealth, worker: str) -> Blueprint:
    """The blueprint of one worker, which is called ``worker``."""
    routes = Blueprint("status", __name__)

    @routes.get("/status")
    def status() -> Any:
        start = time.monotonic()
        try:
            streams = [about(broker, name) for name in known_streams(broker)]
            away = watch.fault
        except BrokerError as problem:
            streams, away = [], explain(problem)
        answered_ms = 1000 * (time.monotonic() - start)
        return render_template(
            "status.html",
            streams=streams,
            away=away,
            answered_ms=answered_ms,
            worker=worker,
            version=VERSION,
            now=time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime()),
        )

    return routes


def about(broker: Broker, stream: str) -> dict[str, Any]:
    """What the page says of one stream; raises BrokerError."""
    status = read_status(broker, stream)
    state = str(status.get("state", ""))
    started, said = status.get("started"), status.get("t")
    is_known = isinstance(started, int | float) and isinstance(said, int | float)
    errors = status.get("errors")
    return {
        **status,
        "tone": "good" if state == "live" else "wait" if state in WAITS else "bad",
        "words": BETTER_WORDS.get(state, state.replace("_", " ").capitalize()),
        "runs": lasting(float(said) - float(started)) if is_known else "",  # type: ignore[arg-type]
        "lost": {name: status[name] for name in LOST if status.get(name)},
        "faults": errors if isinstance(errors, dict) else {},
        "leases": leases(broker, stream),
    }


def leases(broker: Broker, stream: str) -> dict[str, int]:
    """Who watches: each worker, or other program, with how many viewers; raises BrokerError."""
    holders: defaultdict[str, int] = defaultdict(int)
    fields = read_typed(lambda: broker.hgetall(broker.names.leases(stream)), {})
    for holder, lease in fields.items():
        count = lease.partition(b" ")[0]
        if count.isdigit() and len(count) < 7:
            holders[holder.decode(errors="replace").partition("/")[0]] += int(count)
    return dict(holders)


def lasting(seconds: float) -> str:
    """A time in its largest fitting unit."""
    for unit, unit_s in (("d", 86400), ("h", 3600), ("min", 60)):
        if seconds >= 2 * unit_s:
            return f"{seconds / unit_s:.0f} {unit}"
    return f"{max(seconds, 0):.0f} s"
