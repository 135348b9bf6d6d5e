"""One stream: what takes it in, what carries it to Redis, and what says how it is, wired."""

import logging
import os
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from ingest.demand import Gate
from ingest.mailbox import Mailbox
from ingest.metrics import IngestMetrics
from ingest.publishing.claim import Claim
from ingest.publishing.control_loop import ControlLoop
from ingest.publishing.frame_rate import FrameRateLimit
from ingest.publishing.pipeline import Pipeline
from ingest.publishing.precise_tiles import Precise
from ingest.publishing.publisher import Publisher
from ingest.sources.base import PulseSource
from ingest.status import StatusReport
from shared.broker import Broker
from shared.broker_clock import BrokerClock

log = logging.getLogger("ingest")

MOST_ENCODERS = 4
"""JPEG at 100 Hz and 2048 × 2048 keeps two cores busy; what is beyond is for the others"""


def usual_encoders() -> int:
    """How many frames are encoded at the same time: as many as there are cores for us."""
    return min(MOST_ENCODERS, len(os.sched_getaffinity(0)))


class Stream:
    """The stream that is claimed. ``intake_of`` makes what takes it in."""

    def __init__(
        self,
        broker: Broker,
        claim: Claim,
        intake_of: Callable[[Gate, Mailbox], PulseSource],
        metrics: IngestMetrics,
        max_fps: float,
        quality: int,
        encoders: int,
    ) -> None:
        gate, clock = Gate(), BrokerClock()
        self._mailbox = mailbox = Mailbox()
        self._intake = intake = intake_of(gate, mailbox)
        publisher, beside = (Publisher(broker, claim.is_held) for _ in range(2))
        self._precise = precise = Precise(claim.stream, beside, gate, clock)
        pace = FrameRateLimit(max_fps)
        pipeline = Pipeline(publisher, precise, claim, gate, clock, mailbox, pace, quality)
        self._metrics, self._claim = metrics, claim
        self._report = report = StatusReport(
            max_fps=max_fps,
            encoders=encoders,
            intake=intake,
            gate=gate,
            mailbox=mailbox,
            pipeline=pipeline,
            precise=precise,
        )
        keeper = ControlLoop(broker, claim, gate, clock, report.status, lambda: intake.source.state)
        self._runs = [intake.run, keeper.run, precise.run, *[pipeline.run] * encoders]

    def run(self, stop: threading.Event) -> None:
        """Runs the threads until told to stop; raises what ended one of them, such as NameTaken.

        All share one broker: when it moves to another master, whoever notices takes them along.
        """
        claim, address = self._claim, self._intake.source.address
        log.info("stream %r from %s, epoch %d", claim.stream, address, claim.epoch)
        self._metrics.add(claim.stream, self._report.counts)
        with ThreadPoolExecutor(len(self._runs), "ingest") as threads:
            parts = [threads.submit(run, stop) for run in self._runs]
            for part in parts:
                # An ingest that has lost a part must not look alive: it is better started anew.
                part.add_done_callback(lambda _: stop.set())
            try:
                stop.wait()
            finally:
                stop.set()
                self._mailbox.close()
                self._precise.close()
                self._metrics.remove(claim.stream)
        for part in parts:
            part.result()  # raises what ended it
