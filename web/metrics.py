"""What this worker counts, for Prometheus; counters, not rates."""

from prometheus_client import Counter, Gauge, Histogram

FRAMES_RECEIVED = Counter(
    "beamcast_web_frames_received", "Frames that came from Redis.", ["stream"]
)
FRAMES_UNREADABLE = Counter(
    "beamcast_web_frames_unreadable", "Messages on a frames channel that are no frame.", ["stream"]
)
DELIVERED = Counter("beamcast_web_delivered", "Frames handed to a viewer's connection.", ["way"])
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
VIEWERS = Gauge("beamcast_web_viewers", "Browsers connected to this worker.")
