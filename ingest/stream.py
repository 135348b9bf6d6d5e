"""One stream: its source, its pipeline and its control loop, wired together."""

import logging
import os
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from ingest.demand import Gate
from ingest.frame_rate import PulseSelection
from ingest.mailbox import Mailbox
from ingest.metrics import IngestMetrics
from ingest.publishing.claim import Claim
from ingest.publishing.control_loop import ControlLoop
from ingest.publishing.pipeline import Pipeline
from ingest.publishing.precise_tiles import PreciseTiles
from ingest.publishing.publisher import Publisher
from ingest.sources.base import PulseSource
from ingest.status import StatusReport
from shared.broker import Broker
from shared.broker_clock import BrokerClock

log = logging.getLogger("ingest")

MAX_ENCODERS = 4
"""JPEG at 100 Hz and 2048 × 2048 keeps two cores busy; further cores are left to others."""


def default_encoders() -> int:
    """Return how many frames to encode at a time: one for each available core, up to a limit."""
    return min(MAX_ENCODERS, len(os.sched_getaffinity(0)))


class Stream:
    """A stream whose name is claimed. ``create_source`` creates what puts pulses in the mailbox."""

    def __init__(
        self,
        broker: Broker,
        claim: Claim,
        create_source: Callable[[Gate, Mailbox], PulseSource],
        metrics: IngestMetrics,
        max_fps: float,
        quality: int,
        encoders: int,
    ) -> None:
        gate, clock = Gate(), BrokerClock()
        self._mailbox = mailbox = Mailbox(selection=PulseSelection(max_fps))
        self._source = source = create_source(gate, mailbox)
        publisher, tile_publisher = (Publisher(broker, claim.is_held) for _ in range(2))
        self._precise_tiles = tiles = PreciseTiles(claim.stream, tile_publisher, gate, clock)
        pipeline = Pipeline(publisher, tiles, claim, gate, clock, mailbox, max_fps, quality)
        self._metrics, self._claim = metrics, claim
        self._report = report = StatusReport(
            max_fps=max_fps,
            encoders=encoders,
            source=source,
            gate=gate,
            mailbox=mailbox,
            pipeline=pipeline,
            precise_tiles=tiles,
        )
        control_loop = ControlLoop(
            broker, claim, gate, clock, report.status, lambda: source.connection.state
        )
        self._runs = [source.run, control_loop.run, tiles.run, *[pipeline.run] * encoders]

    def run(self, stop: threading.Event) -> None:
        """Run the threads until ``stop`` is set; raises the error of a thread, such as NameTaken.

        All share one broker: if one notices that Redis has moved to another master, all follow.
        """
        claim, address = self._claim, self._source.connection.address
        log.info("stream %r from %s, epoch %d", claim.stream, address, claim.epoch)
        self._metrics.add(claim.stream, self._report.counts)
        with ThreadPoolExecutor(len(self._runs), "ingest") as threads:
            futures = [threads.submit(run, stop) for run in self._runs]
            for future in futures:
                # An ingest that has lost a thread must not look alive; it is better restarted.
                future.add_done_callback(lambda _: stop.set())
            try:
                stop.wait()
            finally:
                stop.set()
                self._mailbox.close()
                self._precise_tiles.close()
                self._metrics.remove(claim.stream)
        for future in futures:
            future.result()  # raises the thread's error
