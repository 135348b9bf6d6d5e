"""What this worker counts, for Prometheus; counters, not rates."""

from collections.abc import Callable, Iterator

from prometheus_client import REGISTRY, Counter, Gauge, Histogram
from prometheus_client.core import CounterMetricFamily
from prometheus_client.registry import Collector


class Tally(Collector):
    """A counter for what happens thousands of times a second. It goes without the lock that
    prometheus_client's take, which eventlet makes dear; to CPython's threads adding is one step.
    """

    def __init__(self, name: str, text: str, label: str) -> None:
        self._about = name, text, label
        self._counts: dict[str, int] = {}
        REGISTRY.register(self)

    def of(self, value: str) -> Callable[[], None]:
        """What counts one more with this value of the label."""
        counts = self._counts
        counts[value] = 0

        def one() -> None:
            counts[value] += 1

        return one

    def collect(self) -> Iterator[CounterMetricFamily]:
        """The counts as Prometheus takes them."""
        name, text, label = self._about
        family = CounterMetricFamily(name, text, labels=[label])
        for value, count in self._counts.items():
            family.add_metric([value], count)
        yield family


FRAMES_RECEIVED = Counter(
    "beamcast_web_frames_received", "Frames that came from Redis.", ["stream"]
)
FRAMES_UNREADABLE = Counter(
    "beamcast_web_frames_unreadable", "Messages on a frames channel that are no frame.", ["stream"]
)
DELIVERED = Tally("beamcast_web_delivered", "Frames handed to a viewer's connection.", "way")
DROPPED = Counter(
    "beamcast_web_dropped",
    "Frames that a viewer did not get: its line was busy, or (flow) it had earlier ones to draw.",
    ["way"],
)
DRAWN = Histogram(
    "beamcast_web_drawn_seconds",
    "From a frame's first byte to its viewer's report that it is drawn; reports are sparse.",
    buckets=(0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 1, 2, 5),
)
BROKER_LOSSES = Counter("beamcast_web_broker_losses", "How often a relay lost Redis.")
REFUSED = Counter("beamcast_web_refused", "Requests of viewers that were refused.", ["kind"])
FAULTS = Counter(
    "beamcast_web_faults", "Faults of this program itself; the log describes each.", ["part"]
)
VIEWERS = Gauge("beamcast_web_viewers", "Browsers connected to this worker.")
