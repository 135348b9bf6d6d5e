"""What this ingest counts, for Prometheus; counters, not rates."""

import logging
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from prometheus_client import REGISTRY, Histogram, disable_created_metrics, start_http_server
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector

from ingest.intake import STATES

log = logging.getLogger(__name__)

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
)
"""shown from the start, since Prometheus sees no increase where a counter begins with one"""


class Counts(NamedTuple):
    """All that is counted, at one time; ``viewers`` and ``redis_is_here`` as the gate has them."""

    counters: Mapping[str, int]
    errors: Mapping[str, int]
    state: str
    viewers: int
    redis_is_here: bool


class IngestMetrics(Collector):
    """Asks the report whenever Prometheus asks."""

    def __init__(self, stream: str, encoders: int, counts: Callable[[], Counts]) -> None:
        self._stream = stream
        self._encoders = encoders
        self._counts = counts
        REGISTRY.register(self)

    def collect(self) -> Iterator[CounterMetricFamily | GaugeMetricFamily]:
        """The counts as Prometheus takes them."""
        now = self._counts()
        for name, count in now.counters.items():
            text = COUNTERS.get(name, "See the status in docs/protocol.md.")
            yield self._family(CounterMetricFamily, name, text, {(): count})
        errors: dict[tuple[str, ...], int] = {(kind,): 0 for kind in ERROR_KINDS}
        errors |= {(kind,): count for kind, count in now.errors.items()}
        text = "Faults by kind: of messages, and of what was asked for; the log describes each."
        yield self._family(CounterMetricFamily, "errors", text, errors, "kind")
        states: dict[tuple[str, ...], int] = {(state,): int(state == now.state) for state in STATES}
        text = "1 for the state that the source is in."
        yield self._family(GaugeMetricFamily, "state", text, states, "state")
        for name, text, value in (
            ("viewers", "How many watch, as the gate counts; 0 while Redis is away.", now.viewers),
            ("redis_up", "1 while Redis answers the gate's questions.", now.redis_is_here),
            ("encoders", "How many frames are encoded at the same time.", self._encoders),
        ):
            yield self._family(GaugeMetricFamily, name, text, {(): int(value)})

    def _family(
        self,
        family: type[CounterMetricFamily | GaugeMetricFamily],
        name: str,
        text: str,
        values: Mapping[tuple[str, ...], int],
        *labels: str,
    ) -> CounterMetricFamily | GaugeMetricFamily:
        """One metric; ``values``: what the labels are → the value."""
        made = family(f"beamcast_ingest_{name}", text, labels=["stream", *labels])
        for told, value in values.items():
            made.add_metric([self._stream, *told], value)
        return made


def serve(host: str, port: int) -> None:
    """Answers ``/metrics`` from threads of its own; does without where the port is taken, since
    several ingests share a machine."""
    try:
        server, _ = start_http_server(port, host)
    except OSError as problem:
        log.warning(
            "no /metrics on %s port %d (%s); --metrics-port takes another, 0 none",
            *(host, port, problem.strerror),
        )
        return
    server.handle_error = _say_little  # type: ignore[method-assign]


def _say_little(request: Any, client_address: Any) -> None:
    """Instead of a traceback for each reader that hangs up."""
    log.debug("a reader of /metrics at %s has gone", client_address, exc_info=True)
