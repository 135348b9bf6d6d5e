"""What this ingest counts, for Prometheus; counters, not rates."""

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from prometheus_client import REGISTRY, Histogram, disable_created_metrics, start_http_server
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector, CollectorRegistry

from ingest.sources.base import STATES
from shared.validators import is_loopback, is_own_host

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

log = logging.getLogger(__name__)

Family = CounterMetricFamily | GaugeMetricFamily

disable_created_metrics()  # process_start_time_seconds says it once for all

AGE = Histogram(
    "beamcast_ingest_age_seconds",
    "From a message's arrival until the frame made of it was given to Redis.",
    ["stream"],
    buckets=(0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5),
)
ENCODE = Histogram(
    "beamcast_ingest_encode_seconds",
    "Decoding the values, scaling and encoding the pictures of a frame.",
    ["stream"],
    buckets=(0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1),
)

COUNTERS = {
    "received": "Messages that came from the source.",
    "received_bytes": "Their bytes.",
    "missed": "Pulses that the pulse ids say were sent and did not come.",
    "duplicate": "Messages with the pulse id of the one before.",
    "reverted": "Pulse ids that went back or leapt: the source began anew.",
    "published": "Frames given to Redis.",
    "published_bytes": "Their bytes, in all renditions.",
    "publish_failed": "Frames that Redis did not take.",
    "withheld": "Frames not published since another ingest may have the stream's name by now.",
    "skipped": "Images that were not shown because a newer one was there, or a video left out.",
    "pulses_lost": "Pulses whose values reached nobody though somebody watched.",
    "precise_left_out": "Frames whose precise tiles the limit left out.",
}
"""name in the status → what it counts"""
OF_A_BOARD = {
    "refused": "Messages that were not taken.",
    "too_fast": "Messages that were dropped since their sender sent too many.",
    "strangers": "Requests and connections without a right password.",
    "too_large": "Those that were longer than is allowed.",
    "too_slow": "Those that took too long to come.",
    "too_many_connections": "Connections that were one too many.",
    "too_many_bytes": "Those that were turned away while others sent as much as may be kept.",
    "history_written": "Batches of a board's history given to Redis.",
    "history_failed": "Those that Redis did not take; what was in them follows later.",
}
GAUGES = {
    "viewers": "How many watch, as the gate counts; 0 while Redis is away.",
    "redis_up": "1 while Redis answers the gate's questions.",
    "encoders": "How many frames are encoded at the same time.",
    "cards": "Cards of a board.",
    "points": "How many points they show together, at most.",
}
UNTOLD = "Not described yet."
ERROR_KINDS = (
    "bad_main_header",
    "bad_pulse_id",
    "bad_data_header",
    "bad_parts",
    "bad_channel",
    "bad_image",
    "bad_picture",
    "too_large",
    "cannot_render",
    "strangers",
    "history",
)
"""shown from the start, since Prometheus sees no increase where a counter begins with one"""


class Counts(NamedTuple):
    """All that is counted of a stream, at one time."""

    state: str
    counters: Mapping[str, int]
    gauges: Mapping[str, int]
    errors: Mapping[str, int]


class IngestMetrics(Collector):
    """Asks the reports of this process' streams whenever Prometheus asks; streams come and go in
    any thread."""

    def __init__(self, registry: CollectorRegistry = REGISTRY) -> None:
        self._streams: dict[str, Callable[[], Counts]] = {}
        registry.register(self)

    def add(self, stream: str, counts: Callable[[], Counts]) -> None:
        """Tells of one more."""
        self._streams[stream] = counts

    def remove(self, stream: str) -> None:
        """Tells of it no more."""
        self._streams.pop(stream, None)

    def collect(self) -> Iterator[Family]:
        """The counts as Prometheus takes them."""
        now = {stream: counts() for stream, counts in self._streams.copy().items()}
        states: dict[tuple[str, ...], int]
        errors: dict[tuple[str, ...], int]
        text = "1 for the state that the source is in."
        states = {(s, state): int(state == of.state) for s, of in now.items() for state in STATES}
        yield family(GaugeMetricFamily, "state", text, states, "state")
        text = "Faults by kind: of messages, and of what was asked for; the log describes each."
        errors = {(s, kind): 0 for s in now for kind in ERROR_KINDS}
        errors |= {(s, kind): count for s, of in now.items() for kind, count in of.errors.items()}
        yield family(CounterMetricFamily, "errors", text, errors, "kind")
        yield from self._each(CounterMetricFamily, COUNTERS | OF_A_BOARD, now, "counters")
        yield from self._each(GaugeMetricFamily, GAUGES, now, "gauges")

    @staticmethod
    def _each(
        kind: type[Family], texts: Mapping[str, str], now: Mapping[str, Counts], which: str
    ) -> Iterator[Family]:
        """A metric for each name that any of the streams has."""
        found: dict[str, dict[tuple[str, ...], int]] = {}
        for stream, counts in now.items():
            for name, value in getattr(counts, which).items():
                found.setdefault(name, {})[(stream,)] = value
        for name, values in found.items():
            yield family(kind, name, texts.get(name, UNTOLD), values)


def family(
    kind: type[Family], name: str, text: str, values: Mapping[tuple[str, ...], int], *labels: str
) -> Family:
    """One metric; ``values``: the stream and what the other labels are → the value."""
    made = kind(f"beamcast_ingest_{name}", text, labels=["stream", *labels])
    for told, value in values.items():
        made.add_metric(told, value)
    return made


def serve(host: str, port: int, option: str) -> None:
    """Answers ``/metrics`` from threads of its own; does without where the port is taken, since
    several ingests share a machine. ``option`` is what another port is asked for with."""
    try:
        server, _ = start_http_server(port, host)
    except OSError as problem:
        log.warning(
            "no /metrics on %s port %d (%s); %s takes another, 0 none",
            host,
            port,
            problem.strerror,
            option,
        )
        return
    server.handle_error = _say_little  # type: ignore[method-assign]
    app = server.get_app()
    if is_loopback(host) and app:
        server.set_app(own_hosts_only(app))


def own_hosts_only(app: "WSGIApplication") -> "WSGIApplication":
    """The application without requests for another site's name, whose pages could read the
    answers."""

    def answer(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        if is_own_host(environ.get("HTTP_HOST", "localhost")):
            return app(environ, start_response)
        start_response("421 Misdirected Request", [("Content-Type", "text/plain; charset=utf-8")])
        return [b"/metrics is at 127.0.0.1 or localhost; --metrics-host is another address\n"]

    return answer


def _say_little(request: Any, client_address: Any) -> None:
    """Instead of a traceback for each reader that hangs up."""
    log.debug("a reader of /metrics at %s has gone", client_address, exc_info=True)
