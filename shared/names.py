"""The names of Beamcast's keys and channels in Redis. Their contents: ``docs/protocol.md``."""

from shared.renditions import FULL

STREAMS = "beamcast:streams"
"""sorted set: stream name → when its ingest last said it is alive (seconds on Redis' clock)"""

EVENTS = "beamcast:events"
"""channel: ``gate <stream>`` (other renditions are asked for than before), ``status <stream>`` (its
state changed)"""


ENDED_LOGINS = "beamcast:web:ended"
"""sorted set: ``session <id>`` or ``user <name>`` → when its logins ended, Unix s"""

LIMITS = "beamcast:limits"
"""beginning of the keys that count attempts to log in; they expire"""


def frames(stream: str, rendition: str = FULL) -> str:
    """``beamcast:camera:frames`` (full), ``…:frames:half``, ``…:frames:precise@CAM2``: channel; one
    envelope a message. ``rendition`` is a Rendition's channel."""
    return f"beamcast:{stream}:frames" + ("" if rendition == FULL else f":{rendition}")


def viewers(stream: str, rendition: str = "") -> str:
    """``beamcast:camera:viewers``: integer, how many watch, whatever the rendition;
    ``…:viewers:half``: how many watch that channel. The sum of live leases; absent when that is
    0."""
    return f"beamcast:{stream}:viewers" + (f":{rendition}" if rendition else "")


def leases(stream: str) -> str:
    """``beamcast:camera:leases``: hash; holder → ``<count> <expires> [<rendition>]``; Unix s on
    Redis' clock."""
    return f"beamcast:{stream}:leases"


def asked(stream: str) -> str:
    """``beamcast:camera:asked``: hash; rendition → how many watch it; absent when nobody does."""
    return f"beamcast:{stream}:asked"


def schema(stream: str) -> str:
    """``beamcast:camera:schema``: JSON ``{"hash", "channels": [...]}``."""
    return f"beamcast:{stream}:schema"


def status(stream: str) -> str:
    """``beamcast:camera:status``: hash kept fresh by ingest; expires soon after ingest died."""
    return f"beamcast:{stream}:status"


def owner(stream: str) -> str:
    """``beamcast:camera:owner``: who ingests this stream; expires soon after that one died."""
    return f"beamcast:{stream}:owner"


def standby(stream: str) -> str:
    """``beamcast:camera:standby``: who waits to ingest this stream; expires soon after that one
    ended."""
    return f"beamcast:{stream}:standby"


def epoch(stream: str) -> str:
    """``beamcast:camera:epoch``: the last epoch given out."""
    return f"beamcast:{stream}:epoch"


def cards(board: str) -> str:
    """``beamcast:board:cards``: hash; card's id → JSON, what describes it."""
    return f"beamcast:{board}:cards"


def card(board: str, name: str) -> str:
    """``beamcast:board:card:<id>``: list of JSON ``{"first", "rows": [...]}``, the oldest first."""
    return f"beamcast:{board}:card:{name}"
