"""What a board shows, as Redis keeps it for who opens the page: written in batches, outside of the
gate, and forgotten by itself.

Of a card there is its description, and a list of batches, each with the rows that came in about a
second; the oldest go as soon as the newer ones fill the card.
"""

import contextlib
import logging
import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Annotated, Any, cast

import orjson
from pydantic import ConfigDict, Field, StringConstraints

from ingest.counters import Counters
from ingest.push.board import DESCRIBED, MAX_POINTS, Board, Card, Change, weigh
from ingest.push.card_types import KINDS, Row
from ingest.push.message import MAX_SERIES, Message, Short, read
from shared.broker import Broker, BrokerError
from shared.broker_fault import is_wrong_type
from shared.validators import STREAM_NAME

log = logging.getLogger(__name__)

EVERY_S = 1.0
LIVES_S = 24 * 3600
"""after the board's end"""
LOOK_EVERY_S = 5.0
"""whether Redis still has it all"""
MOST_ROWS = 50_000
"""in a batch of all cards together"""


class History:
    """Written by one thread, only while ``may``, as the claim on the board's name says."""

    def __init__(self, board: Board, name: str, broker: Broker, may: Callable[[], bool]) -> None:
        self.tally = Counters("history_written", "history_failed")
        self.changes = board.reader()
        self._name = name
        self._broker = broker
        self._names = broker.names
        self._may = may
        self._batches: dict[str, deque[int]] = {}
        """how many rows each batch of a card has, in Redis"""
        self._cards: dict[str, dict[str, Any]] = {}
        """their descriptions"""
        self._looked_at = 0.0
        self._replaces_all = False
        """whether a key is of another type in Redis, so that all is written again"""

    def run(self, stop: threading.Event) -> None:
        """Writes until told to stop, and then once more."""
        while not stop.wait(EVERY_S):
            self.write()
        self.write()

    def write(self) -> None:
        """Writes what changed, as much as goes into a batch."""
        if not self._may():
            return
        now, changes = time.monotonic(), self.changes.take(MOST_ROWS)
        is_due = bool(self._cards) and now - self._looked_at > LOOK_EVERY_S
        if not changes and not is_due:
            return
        ask = self._broker.pipeline(transaction=True)
        if self._replaces_all:
            ask.delete(self._names.cards(self._name))
            self._replaces_all = False
        for change in changes:
            self._put(ask, change)
        if is_due:  # a card that was pushed once may be looked at for weeks
            self._looked_at = now
            for card in self._cards:
                ask.expire(self._names.card(self._name, card), LIVES_S)
        ask.expire(self._names.cards(self._name), LIVES_S)
        ask.hlen(self._names.cards(self._name))
        try:
            has = ask.execute()[-1]
            self.tally.counts["history_written"] += bool(changes)
        except BrokerError as problem:
            has = 0
            self._is_of_another_type(problem)
            self.tally.counts["history_failed"] += 1
            self.tally.error("history", f"a board's history could not be written ({problem})")
        if has < len(self._cards):  # Redis has forgotten some
            self._cards.clear()
            self._batches.clear()
            self.changes.anew()

    def _put(self, ask: Any, change: Change) -> None:
        key = self._names.card(self._name, change.id)
        before = self._cards.get(change.id, change.about)
        about = self._cards[change.id] = change.about or self._cards[change.id]
        if before and before["type"] != about["type"]:
            self._batches.pop(change.id, None)
        state = {**about, "n": change.total, "t": change.t}
        ask.hset(self._names.cards(self._name), change.id, orjson.dumps(state))
        batches = self._batches.get(change.id)
        if batches is None:
            batches = self._batches[change.id] = deque()
            ask.delete(key)
        if not change.rows:
            return
        batches.append(len(change.rows))
        while len(batches) > 1 and sum(batches) - batches[0] >= about["points"]:
            batches.popleft()
        first = change.total - len(change.rows)
        ask.rpush(key, orjson.dumps({"first": first, "rows": change.rows}))
        ask.ltrim(key, -len(batches), -1)
        ask.expire(key, LIVES_S)

    def restore(self, board: Board) -> None:
        """Gives the board what it had before this process began; raises BrokerError. What cannot be
        read is named, counted and removed; the rest of it lives."""
        told: Any = self._read(lambda: self._broker.hgetall(self._names.cards(self._name)), {})
        cards = []
        for field, text in told.items():
            name = field.decode(errors="replace")
            try:
                card = _card(name, orjson.loads(text))
            except (ValueError, TypeError) as problem:
                self.tally.error("history", f"card {name!r} cannot be read ({problem}): removed")
                self._broker.hdel(self._names.cards(self._name), field)
                self._broker.delete(self._names.card(self._name, name))
                continue
            if self._fill(card):
                self._cards[card.id] = card.described()
            cards.append(card)
        board.restore(sorted(cards, key=lambda card: card.place))
        for card in cards:
            if card.id not in self._cards:
                self.changes.forget(card)  # and writes it again, without what is bad

    def _fill(self, card: Card) -> bool:
        """Reads the rows of a card; whether all of them are good."""
        lengths: deque[int] = deque()
        bad = 0
        key = self._names.card(self._name, card.id)
        for batch in self._read(lambda: self._broker.lrange(key, 0, -1), [b""]):
            rows, faults = _rows(card, batch)
            bad += faults
            card.keep(rows, [weigh(row) for row in rows])
            lengths.append(len(rows))
        if bad:
            self.tally.error("history", f"card {card.id!r}: {bad} of its rows cannot be read")
            card.count = max(card.count, len(card.rows))
        elif lengths:
            self._batches[card.id] = lengths
        return not bad

    def _read(self, read: Callable[[], Any], nothing: Any) -> Any:
        """What Redis has; nothing of a key of another type, which the next writing replaces."""
        try:
            return read()
        except BrokerError as problem:
            if not self._is_of_another_type(problem):
                raise
            self.tally.error(
                "history", f"a key of the board's history is of another type ({problem})"
            )
            return nothing

    def _is_of_another_type(self, problem: BrokerError) -> bool:
        found = is_wrong_type(problem)
        self._replaces_all = self._replaces_all or found
        return found


class Description(Message):
    """A card without its rows, as Redis keeps it; a newer version's fields are passed over."""

    model_config = ConfigDict(extra="ignore")

    v: int
    place: Annotated[int, Field(ge=0)]
    points: Annotated[int, Field(ge=1, le=MAX_POINTS)]
    n: Annotated[int, Field(ge=0)]
    t: float
    series: Annotated[list[Short], Field(max_length=MAX_SERIES)]
    axis: Short
    stream: Annotated[str, StringConstraints(pattern=f"^{STREAM_NAME.pattern}$")] | None = None


def _card(name: str, state: Any) -> Card:
    """A card from its description; raises ValueError, TypeError."""
    kept = cast(Description, read(dict(state), Description))
    if kept.id != name:
        raise ValueError(f"it says that its id is {kept.id!r}")
    if kept.type not in KINDS:
        raise ValueError(f"its type {kept.type[:40]!r} is not known")
    card = Card(kept.id, kept.type, KINDS[kept.type], kept.place, kept.points)
    card.version, card.count, card.t = kept.v, kept.n, kept.t
    card.series, card.axis = kept.series, kept.axis
    about = {field: getattr(kept, field) for field in (*DESCRIBED, "stream")}
    card.about = {field: value for field, value in about.items() if value is not None}
    return card


def _rows(card: Card, batch: bytes) -> tuple[list[Row], int]:
    """The rows of a batch that are as its card has them, and how many are not."""
    try:
        found = orjson.loads(batch)["rows"]
    except (KeyError, TypeError, ValueError):
        found = None
    rows: list[Row] = []
    if not isinstance(found, list):
        return rows, 1
    for row in found:
        with contextlib.suppress(TypeError, ValueError):
            rows.append(card.kind.restore(row))
    return rows, len(found) - len(rows)
