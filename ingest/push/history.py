"""Keep a board in Redis, for viewers that open the page and for the next start of this process.

Each card has a description and a list of batches, each with the rows of about one second; the
oldest batches are removed once newer ones fill the card. Written in batches, whether or not
somebody watches; the keys expire.
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
from ingest.push.board import MAX_POINTS, OPTION_FIELDS, Board, Card, Change, row_size
from ingest.push.card_types import CARD_TYPES, Row
from ingest.push.message import MAX_SERIES, Message, Short, read
from shared.broker import Broker, BrokerError
from shared.broker_fault import is_wrong_type
from shared.validators import STREAM_NAME

log = logging.getLogger(__name__)

WRITE_PERIOD_S = 1.0
EXPIRE_AFTER_S = 24 * 3600
"""the end of this process"""
CHECK_PERIOD_S = 5.0
"""to check that Redis still has all cards"""
MAX_BATCH_ROWS = 50_000
"""of all cards together"""


class History:
    """Writes the changes of a board to Redis; used by one thread.

    ``may_write`` returns whether this process still holds the claim on the board's name.
    """

    def __init__(
        self, board: Board, name: str, broker: Broker, may_write: Callable[[], bool]
    ) -> None:
        self.counters = Counters("history_written", "history_failed")
        self.cursor = board.cursor()
        self._name = name
        self._broker = broker
        self._names = broker.names
        self._may_write = may_write
        self._batches: dict[str, deque[int]] = {}
        """card → number of rows of each batch in Redis"""
        self._descriptions: dict[str, dict[str, Any]] = {}
        """of the cards in Redis"""
        self._checked_at = 0.0
        self._replaces_all = False
        """whether a key in Redis has another type, so that everything is written again"""

    def run(self, stop: threading.Event) -> None:
        """Write until ``stop`` is set, and then once more."""
        while not stop.wait(WRITE_PERIOD_S):
            self.write()
        self.write()

    def write(self) -> None:
        """Write changes of up to MAX_BATCH_ROWS rows."""
        if not self._may_write():
            return
        now, changes = time.monotonic(), self.cursor.take(MAX_BATCH_ROWS)
        is_check_due = bool(self._descriptions) and now - self._checked_at > CHECK_PERIOD_S
        if not changes and not is_check_due:
            return
        pipeline = self._broker.pipeline(transaction=True)
        if self._replaces_all:
            pipeline.delete(self._names.cards(self._name))
            self._replaces_all = False
        for change in changes:
            self._write_change(pipeline, change)
        if is_check_due:  # a card that was pushed once may be watched for weeks
            self._checked_at = now
            for card in self._descriptions:
                pipeline.expire(self._names.card(self._name, card), EXPIRE_AFTER_S)
        pipeline.expire(self._names.cards(self._name), EXPIRE_AFTER_S)
        pipeline.hlen(self._names.cards(self._name))
        try:
            cards_in_redis = pipeline.execute()[-1]
            self.counters.counts["history_written"] += bool(changes)
        except BrokerError as error:
            cards_in_redis = 0
            self._check_wrong_type(error)
            self.counters.counts["history_failed"] += 1
            self.counters.error("history", f"cannot write the board's history ({error})")
        if cards_in_redis < len(self._descriptions):  # Redis has lost some
            self._descriptions.clear()
            self._batches.clear()
            self.cursor.reset()

    def _write_change(self, pipeline: Any, change: Change) -> None:
        key = self._names.card(self._name, change.id)
        before = self._descriptions.get(change.id, change.description)
        description = change.description or self._descriptions[change.id]
        self._descriptions[change.id] = description
        if before and before["type"] != description["type"]:
            self._batches.pop(change.id, None)
        state = {**description, "n": change.total, "t": change.t}
        pipeline.hset(self._names.cards(self._name), change.id, orjson.dumps(state))
        batches = self._batches.get(change.id)
        if batches is None:
            batches = self._batches[change.id] = deque()
            pipeline.delete(key)
        if not change.rows:
            return
        batches.append(len(change.rows))
        while len(batches) > 1 and sum(batches) - batches[0] >= description["points"]:
            batches.popleft()
        first = change.total - len(change.rows)
        pipeline.rpush(key, orjson.dumps({"first": first, "rows": change.rows}))
        pipeline.ltrim(key, -len(batches), -1)
        pipeline.expire(key, EXPIRE_AFTER_S)

    def restore(self, board: Board) -> None:
        """Restore the board of an earlier process; raises BrokerError.

        A card or row that cannot be read is logged, counted and removed; the others are restored.
        """
        states: Any = self._read(lambda: self._broker.hgetall(self._names.cards(self._name)), {})
        cards = []
        for field, state in states.items():
            name = field.decode(errors="replace")
            try:
                card = _parse_card(name, orjson.loads(state))
            except (ValueError, TypeError) as error:
                self.counters.error("history", f"card {name!r} cannot be read ({error}): removed")
                self._broker.hdel(self._names.cards(self._name), field)
                self._broker.delete(self._names.card(self._name, name))
                continue
            if self._read_rows(card):
                self._descriptions[card.id] = card.describe()
            cards.append(card)
        board.restore(sorted(cards, key=lambda card: card.place))
        for card in cards:
            if card.id not in self._descriptions:
                self.cursor.resend(card)  # writes it again, without the invalid rows

    def _read_rows(self, card: Card) -> bool:
        """Read the rows of a card; return whether all of them are valid."""
        lengths: deque[int] = deque()
        invalid = 0
        key = self._names.card(self._name, card.id)
        for batch in self._read(lambda: self._broker.lrange(key, 0, -1), [b""]):
            rows, invalid_rows = _parse_rows(card, batch)
            invalid += invalid_rows
            card.append(rows, [row_size(row) for row in rows])
            lengths.append(len(rows))
        if invalid:
            self.counters.error(
                "history", f"card {card.id!r}: {invalid} of its rows cannot be read"
            )
            card.count = max(card.count, len(card.rows))
        elif lengths:
            self._batches[card.id] = lengths
        return not invalid

    def _read(self, read: Callable[[], Any], default: Any) -> Any:
        """Return what ``read`` does, or ``default`` for a key of another type, which the next
        ``write`` replaces."""
        try:
            return read()
        except BrokerError as error:
            if not self._check_wrong_type(error):
                raise
            text = f"a key of the board's history has another type ({error})"
            self.counters.error("history", text)
            return default

    def _check_wrong_type(self, error: BrokerError) -> bool:
        is_wrong = is_wrong_type(error)
        self._replaces_all = self._replaces_all or is_wrong
        return is_wrong


class Description(Message):
    """A card without its rows, as stored in Redis; fields of newer versions are ignored."""

    model_config = ConfigDict(extra="ignore")

    v: int
    place: Annotated[int, Field(ge=0)]
    points: Annotated[int, Field(ge=1, le=MAX_POINTS)]
    n: Annotated[int, Field(ge=0)]
    t: float
    series: Annotated[list[Short], Field(max_length=MAX_SERIES)]
    axis: Short
    stream: Annotated[str, StringConstraints(pattern=f"^{STREAM_NAME.pattern}$")] | None = None


def _parse_card(name: str, state: Any) -> Card:
    """Return a card from its stored description; raises ValueError, TypeError."""
    stored = cast(Description, read(dict(state), Description))
    if stored.id != name:
        raise ValueError(f"its id is {stored.id!r}")
    if stored.type not in CARD_TYPES:
        raise ValueError(f"unknown type {stored.type[:40]!r}")
    card = Card(stored.id, stored.type, CARD_TYPES[stored.type], stored.place, stored.points)
    card.version, card.count, card.t = stored.v, stored.n, stored.t
    card.series, card.axis = stored.series, stored.axis
    options = {field: getattr(stored, field) for field in (*OPTION_FIELDS, "stream")}
    card.options = {field: value for field, value in options.items() if value is not None}
    return card


def _parse_rows(card: Card, batch: bytes) -> tuple[list[Row], int]:
    """Return the valid rows of a batch, and the number of invalid ones."""
    try:
        stored = orjson.loads(batch)["rows"]
    except (KeyError, TypeError, ValueError):
        stored = None
    rows: list[Row] = []
    if not isinstance(stored, list):
        return rows, 1
    for row in stored:
        with contextlib.suppress(TypeError, ValueError):
            rows.append(card.kind.restore(row))
    return rows, len(stored) - len(rows)
