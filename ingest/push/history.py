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
from functools import partial
from typing import Any

import orjson

from ingest.push.board import Board, Card, Change, weigh
from ingest.push.kinds import KINDS
from ingest.tally import Tally
from shared.broker import Broker, BrokerError, read_typed
from shared.broker_fault import is_wrong_type

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
        self.tally = Tally("history_written", "history_failed")
        self.changes = board.reader()
        self._name = name
        self._broker = broker
        self._may = may
        self._batches: dict[str, deque[int]] = {}
        """how many rows each batch of a card has, in Redis"""
        self._cards: dict[str, dict[str, Any]] = {}
        """their descriptions"""
        self._looked_at = 0.0

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
        for change in changes:
            self._put(ask, change)
        if is_due:  # a card that was pushed once may be looked at for weeks
            self._looked_at = now
            for card in self._cards:
                ask.expire(self._broker.names.card(self._name, card), LIVES_S)
        ask.expire(self._broker.names.cards(self._name), LIVES_S)
        ask.hlen(self._broker.names.cards(self._name))
        try:
            has = ask.execute()[-1]
            self.tally.counts["history_written"] += bool(changes)
        except BrokerError as problem:
            has = 0
            if is_wrong_type(problem):  # what follows is written anew; lists are deleted before
                self._delete(self._broker.names.cards(self._name))
            self.tally.counts["history_failed"] += 1
            self.tally.error("history", f"a board's history could not be written ({problem})")
        if has < len(self._cards):  # Redis has forgotten some
            self._cards.clear()
            self._batches.clear()
            self.changes.anew()

    def _put(self, ask: Any, change: Change) -> None:
        key = self._broker.names.card(self._name, change.id)
        before = self._cards.get(change.id, change.about)
        about = self._cards[change.id] = change.about or self._cards[change.id]
        if before and before["type"] != about["type"]:
            self._batches.pop(change.id, None)
        state = {**about, "n": change.total, "t": change.t}
        ask.hset(self._broker.names.cards(self._name), change.id, orjson.dumps(state))
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

    def _delete(self, key: str) -> None:
        with contextlib.suppress(BrokerError):
            self._broker.delete(key)

    def restore(self, board: Board) -> None:
        """Gives the board what it had before this process began; raises BrokerError."""
        names = self._broker.names
        key = names.cards(self._name)
        told = read_typed(lambda: self._broker.hgetall(key), {})
        cards = []
        for text in told.values():
            state = orjson.loads(text)
            card = _card(state)
            key = names.card(self._name, card.id)
            for batch in read_typed(partial(self._broker.lrange, key, 0, -1), []):
                rows = [card.kind.restore(row) for row in orjson.loads(batch)["rows"]]
                card.keep(rows, [weigh(row) for row in rows])
                self._batches.setdefault(card.id, deque()).append(len(rows))
            cards.append(card)
            self._cards[card.id] = card.described()
        board.restore(sorted(cards, key=lambda card: card.place))


def _card(state: dict[str, Any]) -> Card:
    """A card from its description."""
    about = dict(state)
    kept = {name: about.pop(name) for name in ("id", "type", "place", "points", "v", "n", "t")}
    card = Card(kept["id"], kept["type"], KINDS[kept["type"]], kept["place"], kept["points"])
    card.version, card.count, card.t = kept["v"], kept["n"], kept["t"]
    card.series, card.axis, card.about = about.pop("series"), about.pop("axis"), about
    return card
