"""``/status``: the state of all streams and of this web worker, for people."""

import time
from collections import defaultdict
from typing import Any

from flask import Blueprint, render_template

from shared.broker import Broker, BrokerError, read_typed
from shared.broker_fault import explain
from shared.version import VERSION
from web.broker_health import BrokerHealth
from web.streams import known_streams, read_status

LOSS_COUNTERS = ("missed", "publish_failed", "pulses_lost", "withheld")
"""counters of the status that the page shows as losses"""
STATE_TEXTS = {
    "connecting": "No source",
    "silent": "Stalled",
    "lost": "Source lost",
    "mismatch": "Wrong source",
    "no_ingest": "No source",
    "broker_lost": "No pictures",
}
"""the badge of a state as ``web/static/js/stream/state-messages.js`` has it, where that is not its
name"""
WAITING_STATES = {"waiting", "connecting", "closed"}


def status_page(broker: Broker, health: BrokerHealth, worker: str) -> Blueprint:
    """Return the blueprint of the worker with this name."""
    routes = Blueprint("status", __name__)

    @routes.get("/status")
    def status() -> Any:
        start = time.monotonic()
        try:
            streams = [describe_stream(broker, name) for name in known_streams(broker)]
            fault = health.fault
        except BrokerError as error:
            streams, fault = [], explain(error)
        answered_ms = 1000 * (time.monotonic() - start)
        return render_template(
            "status.html",
            streams=streams,
            fault=fault,
            answered_ms=answered_ms,
            worker=worker,
            version=VERSION,
            now=time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime()),
        )

    return routes


def describe_stream(broker: Broker, stream: str) -> dict[str, Any]:
    """Return what the page shows of a stream; raise BrokerError."""
    status = read_status(broker, stream)
    state = str(status.get("state", ""))
    started, reported = status.get("started"), status.get("t")
    is_known = isinstance(started, int | float) and isinstance(reported, int | float)
    errors = status.get("errors")
    return {
        **status,
        "tone": "good" if state == "live" else "wait" if state in WAITING_STATES else "bad",
        "state_text": state_text(state),
        "uptime": format_duration(float(reported) - float(started)) if is_known else "",  # type: ignore[arg-type]
        "losses": {name: status[name] for name in LOSS_COUNTERS if status.get(name)},
        "errors": errors if isinstance(errors, dict) else {},
        "leases": viewers_by_holder(broker, stream),
    }


def state_text(state: str) -> str:
    """Return the badge of a state."""
    return STATE_TEXTS.get(state, state.replace("_", " ").capitalize())


def viewers_by_holder(broker: Broker, stream: str) -> dict[str, int]:
    """Return the viewers of each worker or other program that holds a lease; raise BrokerError."""
    viewers: defaultdict[str, int] = defaultdict(int)
    fields = read_typed(lambda: broker.hgetall(broker.names.leases(stream)), {})
    for holder, lease in fields.items():
        count = lease.partition(b" ")[0]
        if count.isdigit() and len(count) < 7:
            viewers[holder.decode(errors="replace").partition("/")[0]] += int(count)
    return dict(viewers)


def format_duration(seconds: float) -> str:
    """Return a duration in its largest unit that gives a number of two or more."""
    for unit, unit_s in (("d", 86400), ("h", 3600), ("min", 60)):
        if seconds >= 2 * unit_s:
            return f"{seconds / unit_s:.0f} {unit}"
    return f"{max(seconds, 0):.0f} s"
