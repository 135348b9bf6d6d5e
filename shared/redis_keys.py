"""The names of Beamcast's keys and channels in Redis. Their contents: ``docs/protocol.md``."""

from typing import NamedTuple

from shared.renditions import FULL


class RedisKeys(NamedTuple):
    """The names of one installation.

    Every name begins with ``beamcast``, or with ``beamcast-<installation>``. Redis separates the
    keys of its databases, but not their channels: in a database other than 0 a channel's name
    begins with ``beamcast@<database>`` or ``beamcast-<installation>@<database>``.
    """

    installation: str = ""
    database: int = 0

    def _key(self, *parts: str) -> str:
        product = f"beamcast-{self.installation}" if self.installation else "beamcast"
        return ":".join((product, *parts))

    def _channel(self, *parts: str) -> str:
        product = self._key() + (f"@{self.database}" if self.database else "")
        return ":".join((product, *parts))

    @property
    def streams(self) -> str:
        """``beamcast:streams``: sorted set; stream name → when its ingest last reported (seconds
        on Redis' clock)."""
        return self._key("streams")

    @property
    def events(self) -> str:
        """``beamcast:events``: channel; ``gate <stream>`` (other renditions are asked for than
        before), ``status <stream>`` (its state changed)."""
        return self._channel("events")

    @property
    def notices(self) -> str:
        """``beamcast:socketio``: channel; Socket.IO's message queue, of which ``notice`` events
        are passed on."""
        return self._channel("socketio")

    @property
    def revoked_sessions(self) -> str:
        """``beamcast:web:ended``: sorted set; ``session <id>`` or ``user <name>`` → when its logins
        ended, Unix s."""
        return self._key("web", "ended")

    @property
    def limits(self) -> str:
        """``beamcast:limits``: beginning of the keys that count attempts to log in; they expire."""
        return self._key("limits")

    def frames(self, stream: str, rendition: str = FULL) -> str:
        """``beamcast:camera:frames`` (full), ``…:frames:half``, ``…:frames:precise@CAM2``: channel;
        one envelope a message. ``rendition`` is a Rendition's channel."""
        return self._channel(stream, "frames", *([] if rendition == FULL else [rendition]))

    def viewers(self, stream: str, rendition: str = "") -> str:
        """``beamcast:camera:viewers``: integer, how many watch, whatever the rendition;
        ``…:viewers:half``: how many watch that channel. The sum of live leases; absent when that is
        0."""
        return self._key(stream, "viewers", *([rendition] if rendition else []))

    def leases(self, stream: str) -> str:
        """``beamcast:camera:leases``: hash; holder → ``<count> <expires> [<rendition>]``; Unix s on
        Redis' clock."""
        return self._key(stream, "leases")

    def asked(self, stream: str) -> str:
        """``beamcast:camera:asked``: hash; rendition → how many watch it; absent when nobody
        does."""
        return self._key(stream, "asked")

    def schema(self, stream: str) -> str:
        """``beamcast:camera:schema``: JSON ``{"hash", "channels": [...]}``."""
        return self._key(stream, "schema")

    def status(self, stream: str) -> str:
        """``beamcast:camera:status``: hash kept fresh by ingest; expires soon after ingest died."""
        return self._key(stream, "status")

    def owner(self, stream: str) -> str:
        """``beamcast:camera:owner``: who ingests this stream; expires soon after that one died."""
        return self._key(stream, "owner")

    def standby(self, stream: str) -> str:
        """``beamcast:camera:standby``: who waits to ingest this stream; expires soon after that one
        ended."""
        return self._key(stream, "standby")

    def epoch(self, stream: str) -> str:
        """``beamcast:camera:epoch``: the last epoch given out."""
        return self._key(stream, "epoch")

    def cards(self, board: str) -> str:
        """``beamcast:board:cards``: hash; card's id → JSON, what describes it."""
        return self._key(board, "cards")

    def card(self, board: str, name: str) -> str:
        """``beamcast:board:card:<id>``: list of JSON ``{"first", "rows": [...]}``, the oldest
        first."""
        return self._key(board, "card", name)
