"""The names of Beamcast's keys and channels in Redis. Their contents: ``docs/protocol.md``."""

STREAMS = "beamcast:streams"
"""sorted set: stream name → when its ingest last said it is alive (seconds on Redis' clock)"""

EVENTS = "beamcast:events"
"""channel: ``gate <stream>`` (it opened or closed), ``status <stream>`` (its state changed)"""


def frames(stream: str) -> str:
    """``beamcast:camera:frames``: channel; one envelope a message."""
    return f"beamcast:{stream}:frames"


def viewers(stream: str) -> str:
    """``beamcast:camera:viewers``: integer, the sum of the live leases; absent when that is 0."""
    return f"beamcast:{stream}:viewers"


def leases(stream: str) -> str:
    """``beamcast:camera:leases``: hash; holder → ``<count> <expires>``, Unix s on Redis' clock."""
    return f"beamcast:{stream}:leases"


def schema(stream: str) -> str:
    """``beamcast:camera:schema``: JSON ``{"hash", "channels": [...]}``."""
    return f"beamcast:{stream}:schema"


def status(stream: str) -> str:
    """``beamcast:camera:status``: hash kept fresh by ingest; expires soon after ingest died."""
    return f"beamcast:{stream}:status"


def owner(stream: str) -> str:
    """``beamcast:camera:owner``: who ingests this stream; expires soon after that one died."""
    return f"beamcast:{stream}:owner"


def epoch(stream: str) -> str:
    """``beamcast:camera:epoch``: the last epoch given out."""
    return f"beamcast:{stream}:epoch"
