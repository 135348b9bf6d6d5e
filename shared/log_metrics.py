"""What every process tells Prometheus of its own log. It is apart from ``log.py``, since a process
without ``/metrics`` needs no Prometheus library."""

from collections.abc import Iterator

from prometheus_client.core import CounterMetricFamily
from prometheus_client.registry import Collector, CollectorRegistry

from shared.line_writer import LineWriter


class LogMetrics(Collector):
    """``beamcast_log_dropped_total`` of one process."""

    def __init__(self, registry: CollectorRegistry, writer: LineWriter) -> None:
        self._writer = writer
        registry.register(self)

    def collect(self) -> Iterator[CounterMetricFamily]:
        """The count, asked for when Prometheus asks."""
        text = "Lines of the log that were dropped, since nobody read it fast enough."
        yield CounterMetricFamily("beamcast_log_dropped", text, self._writer.dropped)
