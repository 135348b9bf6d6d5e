"""Prometheus metrics of ingest: counters and gauges, no rates."""

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

disable_created_metrics()  # process_start_time_seconds is enough

FRAME_AGE = Histogram(
    "beamcast_ingest_age_seconds",
    "Time from the arrival of a message until its frame was published to Redis.",
    ["stream"],
    buckets=(0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5),
)
ENCODE_TIME = Histogram(
    "beamcast_ingest_encode_seconds",
    "Time to decode the values of a frame, and to scale and encode its images.",
    ["stream"],
    buckets=(0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1),
)

COUNTERS = {
    "received": "Messages received from the source.",
    "received_bytes": "Bytes received from the source.",
    "missed": "Pulses that did not arrive, according to the pulse ids.",
    "duplicate": "Messages with the same pulse id as the one before.",
    "reverted": "Pulse ids that went back or jumped ahead: the source was restarted.",
    "published": "Frames published to Redis.",
    "published_bytes": "Bytes of published frames, in all renditions.",
    "publish_failed": "Frames that could not be published to Redis.",
    "withheld": "Frames not published because another ingest may hold the stream's name.",
    "skipped": "Images replaced by a newer one before they were shown, or skipped in a video.",
    "pulses_lost": "Pulses whose values reached no viewer although the stream was watched.",
    "precise_left_out": "Frames without precise tiles because of the limit on encoding.",
}
"""name in the status → help text"""
BOARD_COUNTERS = {
    "refused": "Messages rejected.",
    "too_fast": "Messages dropped because their sender exceeded the rate limit.",
    "strangers": "Requests and connections without a valid password.",
    "too_large": "Requests and messages larger than the limit.",
    "too_slow": "Requests and messages that timed out.",
    "too_many_connections": "Connections beyond the limit.",
    "too_many_bytes": "Requests and connections rejected because too many bytes were pending.",
    "history_written": "Batches of a board's history written to Redis.",
    "history_failed": "Batches that Redis did not accept; their content is written later.",
}
GAUGES = {
    "viewers": "Viewers, as counted by the gate; 0 while Redis is unreachable.",
    "redis_up": "1 while the gate can be read from Redis.",
    "encoders": "Maximum number of frames encoded at the same time.",
    "cards": "Cards of a board.",
    "points": "Points that the cards of a board show at most, in total.",
}
UNDESCRIBED = "Not described yet."
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
"""exported from the start, since Prometheus sees no increase in a counter that starts with 1"""


class Counts(NamedTuple):
    """A snapshot of a stream's counters."""

    state: str
    counters: Mapping[str, int]
    gauges: Mapping[str, int]
    errors: Mapping[str, int]


class IngestMetrics(Collector):
    """A collector for all streams of this process. Any thread may add and remove streams."""

    def __init__(self, registry: CollectorRegistry = REGISTRY) -> None:
        self._streams: dict[str, Callable[[], Counts]] = {}
        registry.register(self)

    def add(self, stream: str, counts: Callable[[], Counts]) -> None:
        """Add a stream, whose counters ``counts`` returns."""
        self._streams[stream] = counts

    def remove(self, stream: str) -> None:
        self._streams.pop(stream, None)

    def collect(self) -> Iterator[Family]:
        """Yield the metrics of all streams."""
        by_stream = {stream: counts() for stream, counts in self._streams.copy().items()}
        states: dict[tuple[str, ...], int]
        errors: dict[tuple[str, ...], int]
        text = "1 for the current state of the source."
        states = {
            (stream, state): int(state == counts.state)
            for stream, counts in by_stream.items()
            for state in STATES
        }
        yield _create_family(GaugeMetricFamily, "state", text, states, "state")
        text = "Errors in messages and requests, by kind; the log describes each."
        errors = {(stream, kind): 0 for stream in by_stream for kind in ERROR_KINDS}
        for stream, counts in by_stream.items():
            errors |= {(stream, kind): count for kind, count in counts.errors.items()}
        yield _create_family(CounterMetricFamily, "errors", text, errors, "kind")
        yield from self._collect_field(
            CounterMetricFamily, COUNTERS | BOARD_COUNTERS, by_stream, "counters"
        )
        yield from self._collect_field(GaugeMetricFamily, GAUGES, by_stream, "gauges")

    @staticmethod
    def _collect_field(
        kind: type[Family], texts: Mapping[str, str], by_stream: Mapping[str, Counts], field: str
    ) -> Iterator[Family]:
        """Yield a metric for each name in this field of any stream's counts."""
        by_name: dict[str, dict[tuple[str, ...], int]] = {}
        for stream, counts in by_stream.items():
            for name, value in getattr(counts, field).items():
                by_name.setdefault(name, {})[(stream,)] = value
        for name, values in by_name.items():
            yield _create_family(kind, name, texts.get(name, UNDESCRIBED), values)


def _create_family(
    kind: type[Family], name: str, text: str, values: Mapping[tuple[str, ...], int], *labels: str
) -> Family:
    """Return one metric. ``values``: the values of the labels, the stream first → the value."""
    metric = kind(f"beamcast_ingest_{name}", text, labels=["stream", *labels])
    for label_values, value in values.items():
        metric.add_metric(label_values, value)
    return metric


def serve(host: str, port: int, option: str) -> None:
    """Serve ``/metrics`` in threads of its own.

    If the port is in use, log a warning and continue without, since several ingests may share a
    machine. ``option``: the command line option that sets the port.
    """
    try:
        server, _ = start_http_server(port, host)
    except OSError as error:
        log.warning(
            "no /metrics on %s port %d (%s); set another port with %s, or 0 for none",
            host,
            port,
            error.strerror,
            option,
        )
        return
    server.handle_error = _log_request_error  # type: ignore[method-assign]
    app = server.get_app()
    if is_loopback(host) and app:
        server.set_app(reject_other_hosts(app))


def reject_other_hosts(app: "WSGIApplication") -> "WSGIApplication":
    """Reject requests for the host name of another site, whose pages could read the responses."""

    def respond(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        if is_own_host(environ.get("HTTP_HOST", "localhost")):
            return app(environ, start_response)
        start_response("421 Misdirected Request", [("Content-Type", "text/plain; charset=utf-8")])
        return [b"unknown host name; use 127.0.0.1 or localhost, or set --metrics-host\n"]

    return respond


def _log_request_error(request: Any, client_address: Any) -> None:
    """Log a client that disconnects without a traceback on standard error."""
    log.debug("a client of /metrics at %s has disconnected", client_address, exc_info=True)
