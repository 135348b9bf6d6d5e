"""``/status``: the state of all streams and of this web worker, for people."""

import time
from collections import defaultdict
from typing import Any

from flask import Blueprint, render_template

from shared.broker import Broker, BrokerError, read_typed
from shared.broker_clock import BrokerClock
from shared.broker_fault import explain
from shared.version import VERSION
from web.broker_health import NO_STREAM, BrokerHealth
from web.routes import status_rows
from web.routes.status_rows import count_ingests, make_row, sort_rows
from web.streams import read_all


def status_page(broker: Broker, health: BrokerHealth, clock: BrokerClock, worker: str) -> Blueprint:
    """Return the blueprint of the worker with this name."""
    routes = Blueprint("status", __name__)
    started = time.monotonic()
    for function in (status_rows.format_count, status_rows.format_rate, status_rows.format_age):
        routes.add_app_template_filter(function)
    routes.add_app_template_filter(status_rows.format_duration)

    @routes.get("/status")
    def status() -> Any:
        try:
            facts, fault = read_facts(broker, clock), health.fault
        except BrokerError as error:
            facts, fault = {"rows": []}, explain(error)
        return render_template(
            "status.html",
            **facts,
            fault=fault,
            worker=worker,
            running_s=time.monotonic() - started,
            version=VERSION,
            now=time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime()),
        )

    return routes


def read_facts(broker: Broker, clock: BrokerClock) -> dict[str, Any]:
    """Return what the page shows of Redis, the streams, ingests and web workers; raise BrokerError.

    Each web worker always holds a lease of no stream, by which it checks Redis.
    """
    start = time.monotonic()
    broker.ping()
    answered_ms = 1000 * (time.monotonic() - start)
    now = clock.at(time.monotonic()) if clock.is_known else None
    statuses = read_all(broker)
    reported = read_report_times(broker)
    rows = []
    for status in statuses:
        stream = status["stream"]
        rows.append(make_row(status, read_holders(broker, stream), now, reported.get(stream)))
    n_ingests, n_hosts = count_ingests(statuses)
    return {
        "rows": sort_rows(rows),
        "answered_ms": answered_ms,
        "n_workers": len(read_holders(broker, NO_STREAM)),
        "n_viewers": sum(sum(row.holders.values()) for row in rows),
        "n_ingests": n_ingests,
        "n_hosts": n_hosts,
    }


def read_report_times(broker: Broker) -> dict[str, float]:
    """Return when an ingest of each stream last wrote its status, Unix seconds on Redis' clock;
    raise BrokerError."""
    key = broker.names.streams
    found: list[tuple[bytes, float]] = read_typed(
        lambda: broker.zrange(key, 0, -1, withscores=True), []
    )
    return {name.decode(errors="replace"): score for name, score in found}


def read_holders(broker: Broker, stream: str) -> dict[str, int]:
    """Return the viewers of each worker or other program that holds a lease; raise BrokerError."""
    viewers: defaultdict[str, int] = defaultdict(int)
    fields = read_typed(lambda: broker.hgetall(broker.names.leases(stream)), {})
    for holder, lease in fields.items():
        count = lease.partition(b" ")[0]
        if count.isdigit() and len(count) < 7:
            viewers[holder.decode(errors="replace").partition("/")[0]] += int(count)
    return dict(viewers)
