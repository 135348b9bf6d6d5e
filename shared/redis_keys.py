"""The names of Beamcast's keys and channels in Redis; ``docs/protocol.md`` describes the
contents."""

from typing import NamedTuple

from shared.renditions import FULL


class RedisKeys(NamedTuple):
    """The names of the keys and channels of one installation.

    Every name starts with ``beamcast`` or ``beamcast-<installation>``. Redis separates the keys of
    its databases, but not their channels: in a database other than 0 the name of a channel starts
    with ``beamcast@<database>`` or ``beamcast-<installation>@<database>``.
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
        """``beamcast:streams``: sorted set; stream name → when its ingest last reported (Unix
        seconds on Redis' clock)."""
        return self._key("streams")

    @property
    def events(self) -> str:
        """``beamcast:events``: channel; ``gate <stream>`` (the requested renditions changed),
        ``status <stream>`` (its state changed)."""
        return self._channel("events")

    @property
    def notices(self) -> str:
        """``beamcast:socketio``: channel; Socket.IO's message queue, of which workers pass on the
        ``notice`` events."""
        return self._channel("socketio")

    @property
    def revoked_sessions(self) -> str:
        """``beamcast:web:ended``: sorted set; ``session <id>`` or ``user <name>`` → when its
        sessions were revoked (Unix seconds)."""
        return self._key("web", "ended")

    @property
    def limits(self) -> str:
        """``beamcast:limits``: prefix of the keys that count login attempts; they expire."""
        return self._key("limits")

    def frames(self, stream: str, rendition: str = FULL) -> str:
        """``beamcast:camera:frames`` (full), ``…:frames:half``, ``…:frames:precise@CAM2``: channel;
        each message is one envelope. ``rendition`` is the channel of a Rendition."""
        return self._channel(stream, "frames", *([] if rendition == FULL else [rendition]))

    def viewers(self, stream: str, rendition: str = "") -> str:
        """``beamcast:camera:viewers``: integer, the number of viewers of all renditions;
        ``…:viewers:half``: of one channel. The sum of the valid leases; absent when it is 0."""
        return self._key(stream, "viewers", *([rendition] if rendition else []))

    def leases(self, stream: str) -> str:
        """``beamcast:camera:leases``: hash; holder → ``<count> <expires> [<rendition>]``; Unix
        seconds on Redis' clock."""
        return self._key(stream, "leases")

    def asked(self, stream: str) -> str:
        """``beamcast:camera:asked``: hash; rendition → number of viewers; absent when there are
        none."""
        return self._key(stream, "asked")

    def schema(self, stream: str) -> str:
        """``beamcast:camera:schema``: JSON ``{"hash", "channels": [...]}``."""
        return self._key(stream, "schema")

    def status(self, stream: str) -> str:
        """``beamcast:camera:status``: hash that ingest refreshes; expires soon after ingest has
        ended."""
        return self._key(stream, "status")

    def owner(self, stream: str) -> str:
        """``beamcast:camera:owner``: the ingest that publishes this stream; expires soon after
        it has ended."""
        return self._key(stream, "owner")

    def standby(self, stream: str) -> str:
        """``beamcast:camera:standby``: the ingest that waits to take over this stream; expires soon
        after it has ended."""
        return self._key(stream, "standby")

    def epoch(self, stream: str) -> str:
        """``beamcast:camera:epoch``: integer, the last epoch that was assigned."""
        return self._key(stream, "epoch")

    def cards(self, board: str) -> str:
        """``beamcast:board:cards``: hash; id of a card → JSON that describes it."""
        return self._key(board, "cards")

    def card(self, board: str, name: str) -> str:
        """``beamcast:board:card:<id>``: list of JSON ``{"first", "rows": [...]}``, the oldest
        first."""
        return self._key(board, "card", name)
