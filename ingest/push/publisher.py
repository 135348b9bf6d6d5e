"""Publish the changes of a board to Redis as frames, a few times per second while somebody watches.

``web/fanout/relay.py`` sends them to viewers like any other frame.
"""

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

MAX_FRAME_ROWS = 20_000
"""approximately; the rest follows in the next frame"""
MAX_FRAME_CARD_BYTES = 4 * 1024 * 1024
"""of the rows of a card in a frame; a page reads the missing ones from Redis"""


class BoardPublisher:
    """Publishes the changes of a board; run by one thread."""

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
        self.counters = Counters("published", "published_bytes", "publish_failed", "withheld")
        self._attempts = PublishAttempts(self.counters.counts)
        self._cursor = board.cursor()
        self._history = history
        self._publisher = publisher
        self._claim = claim
        self._gate = gate
        self._clock = clock
        self._period_s = 1 / max_fps
        self._seq = 0

    def run(self, stop: threading.Event) -> None:
        """Publish until ``stop`` is set."""
        while not stop.wait(self._period_s):
            if FULL not in self._gate.demand.frames_channels:
                # Viewers of smaller renditions need only the status. The next viewer reads from
                # Redis what the history has written, and gets the rest here.
                self._cursor.skip_to(self._history.cursor)
            elif self._cursor.changed:
                self._publish(self._cursor.take(MAX_FRAME_ROWS, MAX_FRAME_CARD_BYTES), stop)

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
            "cards": [change_to_json(change) for change in changes],
        }
        message = envelope.pack(header, envelope.Blobs())
        self._seq += 1
        counts = self.counters.counts
        frames_channel = self._publisher.names.frames(self._claim.stream)
        publish = partial(self._publisher.publish, frames_channel, message)
        if self._attempts.try_publish(publish, stop):
            counts["published"] += 1
            counts["published_bytes"] += len(message)


def change_to_json(change: Change) -> dict[str, Any]:
    """Return a change as docs/protocol.md defines it: ``rows`` are the last of ``n``."""
    return {
        "id": change.id,
        "v": change.version,
        "n": change.total,
        "rows": change.rows,
        "t": change.t,
        **({"about": change.description} if change.description else {}),
    }
