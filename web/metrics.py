"""Metrics of a web worker for Prometheus: counters, not rates."""

import time
from collections import Counter as Count
from collections.abc import Callable, Iterable, Iterator
from typing import Protocol

from prometheus_client import REGISTRY, Counter, Gauge, Histogram, disable_created_metrics
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector

from shared.broker_clock import BrokerClock

disable_created_metrics()  # process_start_time_seconds is enough


class FastCounter(Collector):
    """A counter of events that happen thousands of times a second, and of their bytes. Unlike
    prometheus_client's counters, it takes no lock, which eventlet makes expensive; CPython does not
    switch threads within the addition.
    """

    def __init__(self, name: str, text: str, label: str) -> None:
        self._description = name, text, label
        self._counts: dict[str, int] = {}
        self._bytes: dict[str, int] = {}
        REGISTRY.register(self)

    def counter(self, value: str) -> Callable[[int], None]:
        """Return a function that counts an event with its bytes, for this value of the label."""
        counts, lengths = self._counts, self._bytes
        counts[value] = lengths[value] = 0

        def count(length: int) -> None:
            counts[value] += 1
            lengths[value] += length

        return count

    def collect(self) -> Iterator[CounterMetricFamily]:
        """Return the counts for Prometheus."""
        name, text, label = self._description
        for metric, values in (
            (CounterMetricFamily(name, text, labels=[label]), self._counts),
            (CounterMetricFamily(f"{name}_bytes", "Their bytes.", labels=[label]), self._bytes),
        ):
            for value, count in values.items():
                metric.add_metric([value], count)
            yield metric


class _Viewer(Protocol):
    transport: str


class ViewerCollector(Collector):
    """The viewers of each stream, counted when Prometheus asks, so that no count can leak."""

    def __init__(self) -> None:
        self.relays: Callable[[], Iterable[tuple[str, Iterable[_Viewer]]]] = tuple
        """returns the stream and the viewers of each relay"""
        REGISTRY.register(self)

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Return the counts for Prometheus."""
        relays = tuple(self.relays())
        text = "Relays: one for each channel of frames that a viewer of this worker watches."
        metric = GaugeMetricFamily("beamcast_web_relays", text, labels=["stream"])
        for stream, count in Count(stream for stream, _ in relays).items():
            metric.add_metric([stream], count)
        yield metric
        text = "Viewers of a stream in this worker, over Socket.IO or HTTP."
        metric = GaugeMetricFamily("beamcast_web_watching", text, labels=["stream", "way"])
        watching = Count(
            (stream, viewer.transport) for stream, viewers in relays for viewer in viewers
        )
        for (stream, way), count in watching.items():
            metric.add_metric([stream, way], count)
        yield metric


class Delays:
    """The delays of one stream's frames until they arrive at this worker."""

    def __init__(self, stream: str, clock: BrokerClock) -> None:
        self._age, self._transit = AGE.labels(stream), TRANSIT.labels(stream)
        self._clock = clock

    def observe(self, received: float, published: float | None) -> None:
        """Record a frame that is here now, by its ``t_received`` and ``t_published``."""
        if not self._clock.is_known:
            return
        now = self._clock.at(time.monotonic())
        self._age.observe(max(0.0, now - received))
        if published is not None:
            self._transit.observe(max(0.0, now - published))


FRAMES_RECEIVED = Counter("beamcast_web_frames_received", "Frames received from Redis.", ["stream"])
FRAMES_UNREADABLE = Counter(
    "beamcast_web_frames_unreadable",
    "Messages on a frames channel that are not frames.",
    ["stream"],
)
FRAMES_FENCED = Counter(
    "beamcast_web_frames_fenced",
    "Frames dropped because they were of an older epoch, arrived after newer ones, or a second "
    "later than usual.",
    ["stream"],
)
AGE = Histogram(
    "beamcast_web_age_seconds",
    "From a message's arrival at ingest until its frame is offered to the viewers here.",
    ["stream"],
    buckets=(0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5),
)
TRANSIT = Histogram(
    "beamcast_web_transit_seconds",
    "From a frame's publication by ingest until it is offered to the viewers here.",
    ["stream"],
    buckets=(0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5),
)
DELIVERED = FastCounter("beamcast_web_delivered", "Frames handed to a viewer's connection.", "way")
DROPPED = Counter(
    "beamcast_web_dropped",
    "Frames that a viewer did not get: its connection was busy, or (flow) it had not drawn enough.",
    ["way"],
)
DRAWN = Histogram(
    "beamcast_web_drawn_seconds",
    "From a frame's first byte to its viewer's report that it was drawn; reports are sparse.",
    buckets=(0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 1, 2, 5),
)
BROKER_LOSSES = Counter("beamcast_web_broker_losses", "Times that a relay lost Redis.")
REFUSED = Counter("beamcast_web_refused", "Requests of viewers that were refused.", ["kind"])
FAULTS = Counter(
    "beamcast_web_faults", "Faults of this program itself; the log describes each.", ["part"]
)
VIEWERS = Gauge("beamcast_web_viewers", "Browsers connected to this worker.")
CONNECTS = Counter("beamcast_web_connects", "Socket.IO connections that were accepted.")
DISCONNECTS = Counter(
    "beamcast_web_disconnects", "Socket.IO connections that ended, by reason.", ["reason"]
)
VIEWER_COLLECTOR = ViewerCollector()

# Exported from the start, since Prometheus sees no increase of a counter that begins with one.
for _metric, *_values in (
    (DROPPED, "socket", "flow", "http"),
    (REFUSED, "watch", "unwatch", "drawn", "packet", "backlog", "notice"),
    (FAULTS, "broker", "connections", "events", "logins", "notices", "pages", "relay", "requests"),
    (DISCONNECTS, "client disconnect", "server disconnect", "ping timeout"),
    (DISCONNECTS, "transport close", "transport error"),
):
    for _value in _values:
        _metric.labels(_value)
