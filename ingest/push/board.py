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

from ingest.push.card_types import CARD_TYPES, CardType, Row, type_of
from ingest.push.image_data import Pixels, pixels
from ingest.push.image_streams import ImageStreams
from ingest.push.message import InvalidMessage, Message, Picture, read

MAX_CARDS = 500
MAX_POINTS = 500_000
"""the most points that all cards of a board show together"""
MAX_BYTES = 96 * 1024 * 1024
"""of the rows of all cards, in memory and as JSON"""
OPTION_FIELDS = ("legend", "name", "width", "height", "backgroundColor", "borderColor", "fill")
DEFAULT_TYPE = "line"


@dataclass(slots=True)
class Card:
    """A card: its description and the newest of its rows."""

    id: str
    type: str
    kind: CardType
    place: int
    """position on the board, from 0"""
    points: int
    """the most rows that are shown"""
    rows: deque[Row] = field(init=False)
    row_sizes: deque[int] = field(init=False)
    """bytes, of each row"""
    size: int = 0
    """bytes, of all rows"""
    options: dict[str, Any] = field(default_factory=dict)
    """``OPTION_FIELDS`` that were pushed, and ``stream``"""
    series: list[str] = field(default_factory=list)
    axis: str = ""
    version: int = 0
    """grows with every change of the description"""
    count: int = 0
    """rows that were ever pushed; the last ``len(rows)`` of them are in ``rows``"""
    t: float = 0.0
    """time of the last change, Unix s"""

    def __post_init__(self) -> None:
        self.rows, self.row_sizes = deque(), deque()

    def append(self, rows: Sequence[Row], sizes: Sequence[int]) -> None:
        """Append rows; drop the oldest above ``points``."""
        self.rows.extend(rows)
        self.row_sizes.extend(sizes)
        self.size += sum(sizes)
        while len(self.rows) > self.points:
            self.rows.popleft()
            self.size -= self.row_sizes.popleft()

    def apply(self, message: Message, now: float, max_points: int, max_bytes: int) -> None:
        """Apply a message; raises InvalidMessage, and then nothing has changed."""
        series = list(self.series)
        update = self.kind.update(message, series, now)
        points = len(update.rows) if update.replaces_all else self.points
        if message.active_points and not update.replaces_all:
            points = message.active_points
        if points > max_points:
            raise InvalidMessage(
                f"{points} points are too many: all cards together may show {MAX_POINTS}",
                "lower active_points of this card or of others",
            )
        sizes = [row_size(row) for row in update.rows]
        dropped = max(0, len(self.rows) + len(sizes) - points)
        kept_size = self.size - sum(islice(self.row_sizes, dropped))
        if kept_size + sum(sizes[-points:]) > max_bytes:
            raise InvalidMessage(
                f"the board's points would take more than {MAX_BYTES} bytes",
                "lower active_points of this card or of others",
            )
        pushed = {name: getattr(message, name) for name in OPTION_FIELDS}
        options = self.options | {name: v for name, v in pushed.items() if v is not None}
        if update.stream:
            options["stream"] = update.stream
        description = options, series, update.axis, points
        if description != (self.options, self.series, self.axis, self.points):
            self.version += 1
            self.options, self.series, self.axis, self.points = description
        self.append(update.rows, sizes)
        self.count += len(update.rows)
        self.t = now

    def describe(self) -> dict[str, Any]:
        """Return the description as docs/protocol.md defines it."""
        return {
            "id": self.id,
            "type": self.type,
            "v": self.version,
            "place": self.place,
            "points": self.points,
            "series": list(self.series),
            "axis": self.axis,
            **self.options,
        }

    def rows_since(self, count: int, max_bytes: int) -> tuple[list[Row], int]:
        """Return the rows after the first ``count``, and their size in bytes.

        Rows that are dropped already are missing; above ``max_bytes`` only the newest are returned.
        """
        rows: list[Row] = []
        new, total = min(self.count - count, len(self.rows)), 0
        newest_first = zip(reversed(self.rows), reversed(self.row_sizes), strict=True)
        for row, size in islice(newest_first, new):
            if total + size > max_bytes:
                break
            total += size
            rows.append(row)
        return rows[::-1], total


class Change(NamedTuple):
    """A change of a card: ``rows`` are the last of ``total``; ``description`` is None if it
    has not changed."""

    id: str
    rows: list[Row]
    total: int
    version: int
    t: float
    description: dict[str, Any] | None


class ChangeCursor:
    """A reader's position in the changes of a board; used by one thread."""

    def __init__(self, board: "Board") -> None:
        self._board = board
        self._seen: dict[str, tuple[int, int]] = {}
        """id → count and version that were read last"""
        self.changed: dict[str, None] = {}
        """ids, the one that has waited longest first; the board adds to them"""

    def take(self, max_rows: int, max_bytes: int = MAX_BYTES) -> list[Change]:
        """Return changes of about ``max_rows`` and ``max_bytes``; the rest follows with the next
        call. Of a card with more bytes, only the newest rows are returned."""
        changes: list[Change] = []
        left = max_bytes
        with self._board.lock:
            while self.changed and max_rows > 0 and left > 0:
                name = next(iter(self.changed))
                del self.changed[name]
                card = self._board.cards[name]
                count, version = self._seen.get(name, (0, -1))
                self._seen[name] = card.count, card.version
                description = None if version == card.version else card.describe()
                rows, size = card.rows_since(count, max_bytes)
                changes.append(Change(name, rows, card.count, card.version, card.t, description))
                max_rows -= len(rows) + 1
                left -= size + (row_size([description]) if description else 0)
        return changes

    def mark_seen(self, card: Card) -> None:
        """Skip what the card has now."""
        self._seen[card.id] = card.count, card.version

    def resend(self, card: Card) -> None:
        """Return the whole card again."""
        with self._board.lock:
            self._seen.pop(card.id, None)
            self.changed[card.id] = None

    def reset(self) -> None:
        """Return all cards again."""
        with self._board.lock:
            self._seen.clear()
            self.changed = dict.fromkeys(self._board.cards)

    def skip_to(self, other: "ChangeCursor") -> None:
        """Skip what the other cursor has returned already."""
        with self._board.lock:
            self._seen, self.changed = dict(other._seen), dict(other.changed)


class Board:
    """The cards; any thread may add messages, and ``lock`` guards reading and changing the cards.

    ``now``: the clock of the viewers, Unix s.
    """

    def __init__(
        self, images: ImageStreams | None = None, now: Callable[[], float] = time.time
    ) -> None:
        self.cards: dict[str, Card] = {}
        self._images = images
        self._now = now
        self.lock = threading.Lock()
        self.points = 0
        """the most that all cards may show together"""
        self._bytes = 0
        """of the rows of all cards"""
        self._cursors: list[ChangeCursor] = []

    def cursor(self) -> ChangeCursor:
        """Return a cursor for all changes from now on."""
        self._cursors.append(ChangeCursor(self))
        return self._cursors[-1]

    def add(self, payload: Any, data: bytes | None = None) -> None:
        """Apply a message, as decoded JSON, and the bytes that belong to it; raises
        InvalidMessage."""
        if not isinstance(payload, dict):
            raise InvalidMessage("a message has to be a JSON object", '{"id": "…", "value": …}')
        now = self._now()
        with self.lock:
            name = payload.get("id")
            card = self.cards.get(str(name)) if isinstance(name, str | int) else None
            type_name = payload.get("type") or (card.type if card else DEFAULT_TYPE)
            if not isinstance(type_name, str):
                raise InvalidMessage("type has to be a text", f"one of {', '.join(CARD_TYPES)}")
            type_name = type_of(type_name)
            kind = CARD_TYPES[type_name]
            message = read(payload, kind.message)
            image = self._read_image(message, data)
            if card is None or card.type != type_name:
                card = self._make(message.id, type_name, kind, card)
            before = self.cards.get(card.id)
            points = self.points - (before.points if before else 0)
            size = self._bytes - (before.size if before else 0)
            card.apply(message, now, MAX_POINTS - points, MAX_BYTES - size)
            self.points, self._bytes = points + card.points, size + card.size
            self.cards[card.id] = card
            for cursor in self._cursors:
                cursor.changed[card.id] = None
        if image and self._images:
            self._images.put(card.id, image)

    def _read_image(self, message: Message, data: bytes | None) -> Pixels | None:
        if isinstance(message, Picture):
            if self._images:
                self._images.check(message.id)
            image = pixels(message, data)
            if self._images:
                self._images.check_size(message.id, image)
            return image
        if data is not None:
            raise InvalidMessage("unexpected binary data", "only image and heatmap cards take it")
        return None

    def restore(self, cards: Iterable[Card]) -> None:
        """Take over the cards of an earlier process; their images wait for the next push."""
        with self.lock:
            for card in cards:
                self.cards[card.id] = card
                for cursor in self._cursors:
                    cursor.mark_seen(card)
            self.points = sum(card.points for card in self.cards.values())
            self._bytes = sum(card.size for card in self.cards.values())
            image_cards = [card for card in self.cards.values() if card.kind.is_image]
        if self._images:
            newest_first = sorted(image_cards, key=lambda card: card.t, reverse=True)
            self._images.restore([card.id for card in newest_first])

    def _make(self, name: str, type_name: str, kind: CardType, before: Card | None) -> Card:
        """Return a new card; one of another type takes the place of the one before."""
        if before is None and len(self.cards) >= MAX_CARDS:
            raise InvalidMessage(
                f"the board already has {MAX_CARDS} cards", "use the ids of existing cards"
            )
        place = max((card.place for card in self.cards.values()), default=-1) + 1
        version, count = 0, 0
        if before:
            place, version, count = before.place, before.version + 1, before.count
        card = Card(name, type_name, kind, place, kind.points, version=version, count=count)
        if kind.is_image and self._images:
            card.options["stream"] = self._images.stream(name)
        return card


def row_size(row: Row) -> int:
    """Return the bytes of a row, in memory and as JSON together."""
    return getsizeof(row) + sum(map(getsizeof, row)) + len(orjson.dumps(row))
