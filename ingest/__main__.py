"""``python -m ingest``: one stream, of bsread or a video, to Redis."""

import logging
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor

from ingest.claim import Claim, NameTaken
from ingest.gatekeeper import Gate, Gatekeeper
from ingest.intake import Intake
from ingest.mailbox import Mailbox
from ingest.metrics import IngestMetrics, serve
from ingest.pace import Pace
from ingest.pipeline import Pipeline
from ingest.precise import Precise
from ingest.publisher import Publisher
from ingest.receiver import Receiver
from ingest.report import Report
from ingest.source import Source
from shared import settings, video_address
from shared.broker import Broker, connect
from shared.broker_clock import BrokerClock
from shared.log import set_up_log
from shared.signals import on_signals

log = logging.getLogger("ingest")

MOST_ENCODERS = 4
"""JPEG at 100 Hz and 2048 × 2048 keeps two cores busy; what is beyond is for the others"""


def encoders() -> int:
    """How many frames are encoded at the same time: as many as there are cores for us."""
    return min(MOST_ENCODERS, len(os.sched_getaffinity(0)))


def main(argv: Sequence[str], environ: Mapping[str, str]) -> int:
    """Runs until SIGINT or SIGTERM; 1 when another ingest has the stream's name."""
    options = settings.read(settings.IngestSettings, argv, environ)
    set_up_log(options, f"{socket.gethostname()}:{os.getpid()}", options.stream)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    if options.metrics_port:
        serve(options.metrics_host, options.metrics_port)
    try:
        broker = connect(options.redis, options.redis_ca)
        claim = Claim(broker, options.stream)
        claim.acquire(options.standby)
        ingest(options, broker, claim)
    except KeyboardInterrupt:
        return 0
    except NameTaken as problem:
        log.error("%s", problem)
        return 1
    return 0


def intake_of(options: settings.IngestSettings, gate: Gate, mailbox: Mailbox) -> Intake:
    """What takes in the source: a video's address says so, all others are bsread."""
    if video_address.kind(options.source):
        from ingest.video import Video  # FFmpeg takes 25 MB, and a quarter of a second to start

        return Video(options.source, options.image, gate, mailbox, options.source_ca)
    source = Source(options.source, options.mode, time.monotonic())
    return Receiver(source, options.image, gate, mailbox)


def ingest(options: settings.IngestSettings, broker: Broker, claim: Claim) -> None:
    """Wires the threads and runs them; raises what ended one of them, such as NameTaken.

    All share one ``broker``: when it moves to another master, whoever notices takes them along.
    """
    stop = threading.Event()
    on_signals((signal.SIGINT, signal.SIGTERM), stop.set)
    gate, clock, mailbox = Gate(), BrokerClock(), Mailbox()
    intake = intake_of(options, gate, mailbox)
    log.info("stream %r from %s, epoch %d", options.stream, intake.source.address, claim.epoch)
    publisher, beside = (Publisher(broker, claim.holds) for _ in range(2))
    pace, precise = Pace(options.max_fps), Precise(options.stream, beside, gate, clock)
    pipeline = Pipeline(publisher, precise, claim, gate, clock, mailbox, pace, options.quality)
    report = Report(options, intake, gate, mailbox, pipeline, precise)
    IngestMetrics(options.stream, encoders(), report.counts)
    keeper = Gatekeeper(broker, claim, gate, clock, report.status, lambda: intake.source.state)

    runs = [intake.run, keeper.run, precise.run, *[pipeline.run] * encoders()]
    with ThreadPoolExecutor(len(runs), "ingest") as threads:
        parts = [threads.submit(run, stop) for run in runs]
        for part in parts:
            # An ingest that has lost a part must not look alive: it is better started anew.
            part.add_done_callback(lambda _: stop.set())
        try:
            stop.wait()
        finally:
            stop.set()
            mailbox.close()
            precise.close()
    log.info("ended")
    for part in parts:
        part.result()  # raises what ended it


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], os.environ))
