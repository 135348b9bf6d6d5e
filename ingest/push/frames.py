"""The way of a board's changes through ingest: board → envelope → Redis, some times a second while
somebody watches; ``web/relay.py`` carries them on like any frame."""

import logging
import threading
import time
from typing import Any

from ingest.claim import Claim
from ingest.gatekeeper import Gate
from ingest.publisher import Publisher, Withheld
from ingest.push.board import Board, Change
from ingest.push.history import History
from ingest.tally import Tally
from shared import envelope, names
from shared.broker import BrokerError
from shared.broker_clock import BrokerClock
from shared.renditions import FULL

log = logging.getLogger(__name__)

MOST_ROWS = 20_000
"""in a frame, about; the rest follows in the next"""
AWAY_S = 0.25


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
        self.tally = Tally("published", "published_bytes", "publish_failed", "withheld")
        self._changes = board.reader()
        self._history = history
        self._publisher = publisher
        self._claim = claim
        self._gate = gate
        self._clock = clock
        self._period_s = 1 / max_fps
        self._seq = 0
        self._away = False

    def run(self, stop: threading.Event) -> None:
        """Publishes until told to stop."""
        while not stop.wait(self._period_s):
            if FULL not in self._gate.asked.channels:
                # Who watches a smaller one wants the status alone.
                # Who comes next reads in Redis what was written there, and the rest here.
                self._changes.skip_to(self._history.changes)
            elif self._changes.changed:
                self._publish(self._changes.take(MOST_ROWS), stop)

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
        try:
            self._publisher.publish(names.frames(self._claim.stream), message)
        except Withheld:
            counts["withheld"] += 1
            return
        except BrokerError as problem:
            counts["publish_failed"] += 1
            if not self._away:
                log.warning("a frame could not be published (%s)", problem)
            self._away = True
            stop.wait(AWAY_S)
            return
        self._away = False
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
