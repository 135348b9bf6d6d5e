"""The way of a board's changes through ingest: board → envelope → Redis, some times a second while
somebody watches; ``web/fanout/relay.py`` carries them on like any frame."""

import threading
import time
from functools import partial
from typing import Any

from ingest.counters import Counters
from ingest.demand import Gate
from ingest.publishing.claim import Claim
from ingest.publishing.publisher import PublishAttempts, Publisher
from ingest.push.board import Board, Change
from ingest.push.history import History
from shared import envelope
from shared.broker_clock import BrokerClock
from shared.renditions import FULL

MOST_ROWS = 20_000
"""in a frame, about; the rest follows in the next"""
MOST_BYTES = 4 * 1024 * 1024
"""of the rows of a card in a frame; a page reads in Redis what it misses"""


class BoardFrames:
    """Run by one thread."""

    def __init__(
        self,
        board: Board,
        history: History,
        publisher: Publisher,
        claim: Claim,
        gate: Gate,
        clock: BrokerClock,
        max_fps: float,
    ) -> None:
        self.tally = Counters("published", "published_bytes", "publish_failed", "withheld")
        self._attempts = PublishAttempts(self.tally.counts)
        self._changes = board.reader()
        self._history = history
        self._publisher = publisher
        self._claim = claim
        self._gate = gate
        self._clock = clock
        self._period_s = 1 / max_fps
        self._seq = 0

    def run(self, stop: threading.Event) -> None:
        """Publishes until told to stop."""
        while not stop.wait(self._period_s):
            if FULL not in self._gate.demand.channels:
                # Who watches a smaller one wants the status alone.
                # Who comes next reads in Redis what was written there, and the rest here.
                self._changes.skip_to(self._history.changes)
            elif self._changes.changed:
                self._publish(self._changes.take(MOST_ROWS, MOST_BYTES), stop)

    def _publish(self, changes: list[Change], stop: threading.Event) -> None:
        now = time.monotonic()
        header = {
            "stream": self._claim.stream,
            "rendition": FULL,
            "epoch": self._claim.epoch,
            "seq": self._seq,
            "pulse_id": None,
            "t_source": None,
            "t_received": self._clock.at(now),
            "t_published": self._clock.at(now),
            "schema": None,
            "values": {},
            "pulses": {"pulse_id": [], "t_source": [], "values": {}},
            "image": None,
            "cards": [told(change) for change in changes],
        }
        message = envelope.pack(header, envelope.Blobs())
        self._seq += 1
        counts = self.tally.counts
        channel = self._publisher.names.frames(self._claim.stream)
        give = partial(self._publisher.publish, channel, message)
        if self._attempts.try_publish(give, stop):
            counts["published"] += 1
            counts["published_bytes"] += len(message)


def told(change: Change) -> dict[str, Any]:
    """A change as it travels: ``n`` rows have come in all, of which ``rows`` are the last."""
    return {
        "id": change.id,
        "v": change.version,
        "n": change.total,
        "rows": change.rows,
        "t": change.t,
        **({"about": change.about} if change.about else {}),
    }
