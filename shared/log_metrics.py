"""The Prometheus metric of a process' log. It is separate from ``log.py``, because a process
without ``/metrics`` does not need the Prometheus library."""

from collections.abc import Iterator

from prometheus_client.core import CounterMetricFamily
from prometheus_client.registry import Collector, CollectorRegistry

from shared.line_writer import LineWriter


class LogMetrics(Collector):
    """The metric ``beamcast_log_dropped_total``."""

    def __init__(self, registry: CollectorRegistry, writer: LineWriter) -> None:
        self._writer = writer
        registry.register(self)

    def collect(self) -> Iterator[CounterMetricFamily]:
        """Return the current count."""
        text = "Log lines that were dropped because standard error was not read fast enough."
        yield CounterMetricFamily("beamcast_log_dropped", text, self._writer.dropped)
