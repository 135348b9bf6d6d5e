"""A board: the cards that programs have pushed, each with the rows that it shows."""

import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import islice
from sys import getsizeof
from typing import Any, NamedTuple

import orjson

from ingest.push.card_types import KINDS, CardType, Row, type_of
from ingest.push.image_data import Pixels, pixels
from ingest.push.image_streams import ImageStreams
from ingest.push.message import InvalidMessage, Message, Picture, read

MAX_CARDS = 500
MAX_POINTS = 500_000
"""that all cards of a board show together"""
MAX_BYTES = 96 * 1024 * 1024
"""that these take, here and as JSON"""
DESCRIBED = ("legend", "name", "width", "height", "backgroundColor", "borderColor", "fill")
DEFAULT = "line"


@dataclass(slots=True)
class Card:
    """One card. ``count``: rows that ever came, of which the last ``len(rows)`` are kept;
    ``version``: grows whenever what describes it changes."""

    id: str
    type: str
    kind: CardType
    place: int
    """which card of the board it is, from 0"""
    points: int
    """how many rows show at most"""
    rows: deque[Row] = field(init=False)
    weights: deque[int] = field(init=False)
    """of each row, bytes"""
    weight: int = 0
    """of all of them"""
    about: dict[str, Any] = field(default_factory=dict)
    series: list[str] = field(default_factory=list)
    axis: str = ""
    version: int = 0
    count: int = 0
    t: float = 0.0
    """when it changed last, Unix s"""

    def __post_init__(self) -> None:
        self.rows, self.weights = deque(), deque()

    def keep(self, rows: Sequence[Row], weights: Sequence[int]) -> None:
        """Appends rows; the oldest go where they are too many."""
        self.rows.extend(rows)
        self.weights.extend(weights)
        self.weight += sum(weights)
        while len(self.rows) > self.points:
            self.rows.popleft()
            self.weight -= self.weights.popleft()

    def take(self, message: Message, now: float, most_points: int, most_bytes: int) -> None:
        """Does what a message says; raises Refused, and then nothing has changed."""
        series = list(self.series)
        update = self.kind.update(message, series, now)
        points = len(update.rows) if update.whole else self.points
        if message.active_points and not update.whole:
            points = message.active_points
        if points > most_points:
            raise InvalidMessage(
                f"{points} points are too many for this board, which shows {MAX_POINTS} in all",
                "active_points makes cards show fewer",
            )
        weights = [weigh(row) for row in update.rows]
        gone = max(0, len(self.rows) + len(weights) - points)
        kept = self.weight - sum(islice(self.weights, gone))
        if kept + sum(weights[-points:]) > most_bytes:
            raise InvalidMessage(
                f"what the board shows would take more than {MAX_BYTES} bytes",
                "active_points makes cards show fewer",
            )
        said = {name: getattr(message, name) for name in DESCRIBED}
        about = self.about | {n: value for n, value in said.items() if value is not None}
        if update.stream:
            about["stream"] = update.stream
        now_is = about, series, update.axis, points
        if now_is != (self.about, self.series, self.axis, self.points):
            self.version += 1
            self.about, self.series, self.axis, self.points = now_is
        self.keep(update.rows, weights)
        self.count += len(update.rows)
        self.t = now

    def described(self) -> dict[str, Any]:
        """What it is, as it travels."""
        return {
            "id": self.id,
            "type": self.type,
            "v": self.version,
            "place": self.place,
            "points": self.points,
            "series": list(self.series),
            "axis": self.axis,
            **self.about,
        }

    def since(self, count: int, most_bytes: int) -> tuple[list[Row], int]:
        """The rows that came after so many, as far as they are kept, and what they take; the newest
        of them where that would be too much."""
        rows: list[Row] = []
        new, weight = min(self.count - count, len(self.rows)), 0
        newest = zip(reversed(self.rows), reversed(self.weights), strict=True)
        for row, size in islice(newest, new):
            if weight + size > most_bytes:
                break
            weight += size
            rows.append(row)
        return rows[::-1], weight


class Change(NamedTuple):
    """What happened to a card since somebody looked: ``rows`` are the last of ``total``; ``about``
    describes it, where that is another than before."""

    id: str
    rows: list[Row]
    total: int
    version: int
    t: float
    about: dict[str, Any] | None


class ChangeCursor:
    """How far somebody is who carries a board's changes elsewhere; used by one thread."""

    def __init__(self, board: "Board") -> None:
        self._board = board
        self._seen: dict[str, tuple[int, int]] = {}
        """id → count and version of the last look"""
        self.changed: dict[str, None] = {}
        """ids, the one that waits longest first; the board adds to them"""

    def take(self, most_rows: int, most_bytes: int = MAX_BYTES) -> list[Change]:
        """What changed, as many cards as have about so many rows and bytes; of one that has more
        bytes the newest rows."""
        taken: list[Change] = []
        left = most_bytes
        with self._board.lock:
            while self.changed and most_rows > 0 and left > 0:
                name = next(iter(self.changed))
                del self.changed[name]
                card = self._board.cards[name]
                count, version = self._seen.get(name, (0, -1))
                self._seen[name] = card.count, card.version
                about = None if version == card.version else card.described()
                rows, weight = card.since(count, most_bytes)
                taken.append(Change(name, rows, card.count, card.version, card.t, about))
                most_rows -= len(rows) + 1
                left -= weight + (weigh([about]) if about else 0)
        return taken

    def knows(self, card: Card) -> None:
        """It needs no telling of what the card has now."""
        self._seen[card.id] = card.count, card.version

    def forget(self, card: Card) -> None:
        """The whole card is to be carried again."""
        with self._board.lock:
            self._seen.pop(card.id, None)
            self.changed[card.id] = None

    def anew(self) -> None:
        """All there is, is to be carried again."""
        with self._board.lock:
            self._seen.clear()
            self.changed = dict.fromkeys(self._board.cards)

    def skip_to(self, other: "ChangeCursor") -> None:
        """Forgets what the other one has carried already."""
        with self._board.lock:
            self._seen, self.changed = dict(other._seen), dict(other.changed)


class Board:
    """Any thread adds; ``lock`` is held by who reads or changes the cards. ``now``: the time that
    viewers go by, Unix s."""

    def __init__(
        self, gallery: ImageStreams | None = None, now: Callable[[], float] = time.time
    ) -> None:
        self.cards: dict[str, Card] = {}
        self._gallery = gallery
        self._now = now
        self.lock = threading.Lock()
        self.points = 0
        """that all cards show together, at most"""
        self._bytes = 0
        """that they take"""
        self._readers: list[ChangeCursor] = []

    def reader(self) -> ChangeCursor:
        """One that hears of all changes from now on."""
        self._readers.append(ChangeCursor(self))
        return self._readers[-1]

    def add(self, told: Any, attached: bytes | None = None) -> None:
        """Takes a message, as JSON had it, and the bytes that came with it; raises Refused."""
        if not isinstance(told, dict):
            raise InvalidMessage("a message is an object", '{"id": "…", "value": …}')
        now = self._now()
        with self.lock:
            name = told.get("id")
            card = self.cards.get(str(name)) if isinstance(name, str | int) else None
            wanted = told.get("type") or (card.type if card else DEFAULT)
            if not isinstance(wanted, str):
                raise InvalidMessage("type is no text", f"one of {', '.join(KINDS)}")
            wanted = type_of(wanted)
            kind = KINDS[wanted]
            message = read(told, kind.message)
            shown = self._shown(message, attached)
            if card is None or card.type != wanted:
                card = self._make(message.id, wanted, kind, card)
            before = self.cards.get(card.id)
            points = self.points - (before.points if before else 0)
            weight = self._bytes - (before.weight if before else 0)
            card.take(message, now, MAX_POINTS - points, MAX_BYTES - weight)
            self.points, self._bytes = points + card.points, weight + card.weight
            self.cards[card.id] = card
            for reader in self._readers:
                reader.changed[card.id] = None
        if shown and self._gallery:
            self._gallery.put(card.id, shown)

    def _shown(self, message: Message, attached: bytes | None) -> Pixels | None:
        """What a picture shows."""
        if isinstance(message, Picture):
            if self._gallery:
                self._gallery.check(message.id)
            found = pixels(message, attached)
            if self._gallery:
                self._gallery.check_size(message.id, found)
            return found
        if attached is not None:
            raise InvalidMessage("bytes came", "bytes belong to an image or a heatmap")
        return None

    def restore(self, cards: Iterable[Card]) -> None:
        """Takes cards of before; who watches their pictures is told that none has come yet."""
        with self.lock:
            for card in cards:
                self.cards[card.id] = card
                for reader in self._readers:
                    reader.knows(card)
            self.points = sum(card.points for card in self.cards.values())
            self._bytes = sum(card.weight for card in self.cards.values())
            pictures = [card for card in self.cards.values() if card.kind.is_picture]
        if self._gallery:
            newest = sorted(pictures, key=lambda card: card.t, reverse=True)
            self._gallery.restore([card.id for card in newest])

    def _make(self, name: str, wanted: str, kind: CardType, before: Card | None) -> Card:
        """A new card, or one of another type in the place of the one before."""
        if before is None and len(self.cards) >= MAX_CARDS:
            raise InvalidMessage(
                f"the board has {MAX_CARDS} cards", "use the ids of those that are there"
            )
        place = max((card.place for card in self.cards.values()), default=-1) + 1
        version, count = 0, 0
        if before:
            place, version, count = before.place, before.version + 1, before.count
        card = Card(name, wanted, kind, place, kind.points, version=version, count=count)
        if kind.is_picture and self._gallery:
            card.about["stream"] = self._gallery.stream(name)
        return card


def weigh(row: Row) -> int:
    """What a row takes, here and as JSON; in bytes."""
    return getsizeof(row) + sum(map(getsizeof, row)) + len(orjson.dumps(row))
