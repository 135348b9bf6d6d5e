"""The status of a board's ingest."""

import os
import socket
import time
from collections import Counter
from typing import Any

from ingest.demand import Gate
from ingest.metrics import Counts
from ingest.push.board import Board
from ingest.push.history import History
from ingest.push.publisher import BoardPublisher
from ingest.push.receiver import MessageReceiver
from ingest.status import Rate
from shared.settings import PushSettings

MAX_TITLES = 6
MAX_TITLE_CHARS = 60


class BoardStatusReport:
    """Reads the counters of the other threads.

    :meth:`status` is for the control loop's thread only, :meth:`counts` for any.
    """

    def __init__(
        self,
        options: PushSettings,
        board: Board,
        receiver: MessageReceiver,
        publisher: BoardPublisher,
        history: History,
        gate: Gate,
    ) -> None:
        self._options = options
        self._board = board
        self._gate = gate
        self._counters = receiver.counters, publisher.counters, history.counters
        self._started = time.time()
        self._rate_in, self._rate_out = Rate(), Rate()

    @property
    def state(self) -> str:
        """``waiting`` until there is a card."""
        return "live" if self._board.cards else "waiting"

    def counts(self) -> Counts:
        """Return what all threads have counted so far."""
        counters: Counter[str] = Counter()
        errors: Counter[str] = Counter()
        for of_thread in self._counters:
            counters.update(of_thread.counts)
            errors.update(of_thread.errors.copy())
        board = self._board
        gauges = self._gate.gauges() | {"cards": len(board.cards), "points": board.points}
        return Counts(self.state, counters, gauges, errors)

    def status(self) -> dict[str, Any]:
        """Return the status that docs/protocol.md defines, without ``epoch`` and ``t``."""
        now, counts, options = time.monotonic(), self.counts(), self._options
        return {
            "kind": "board",
            "source": f"http://{options.push_host}:{options.push_port}/push",
            "state": counts.state,
            "message": "" if self._board.cards else "Nothing has been pushed yet.",
            "host": socket.gethostname(),
            "pid": os.getpid(),
            "started": f"{self._started:.3f}",
            **self._cards(),
            "fps_in": round(self._rate_in.update(counts.counters["received"], now), 2),
            "fps_out": round(self._rate_out.update(counts.counters["published"], now), 2),
            **counts.counters,
            "errors": dict(counts.errors),
            "last_error": max(self._counters, key=lambda one: one.last_error_at).last_error,
        }

    def _cards(self) -> dict[str, Any]:
        """Return the number of cards, the titles of the first, and the last change, Unix s."""
        with self._board.lock:
            cards = list(self._board.cards.values())
            titles = [str(card.options.get("name") or card.id) for card in cards[:MAX_TITLES]]
            changed = max((card.t for card in cards), default=0.0)
        return {
            "cards": len(cards),
            "titles": [title[:MAX_TITLE_CHARS] for title in titles],
            "changed": changed,
        }
