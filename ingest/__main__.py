"""``python -m ingest``: one bsread stream to Redis."""

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
from ingest.mailbox import Mailbox
from ingest.metrics import IngestMetrics, serve
from ingest.pace import Pace
from ingest.pipeline import Pipeline
from ingest.precise import Precise
from ingest.publisher import Publisher
from ingest.receiver import Receiver
from ingest.report import Report
from ingest.source import Source
from shared import settings
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


def ingest(options: settings.IngestSettings, broker: Broker, claim: Claim) -> None:
    """Wires the threads and runs them; raises what ended one of them, such as NameTaken.

    All share one ``broker``: when it moves to another master, whoever notices takes them along.
    """
    stop = threading.Event()
    on_signals((signal.SIGINT, signal.SIGTERM), stop.set)
    log.info("stream %r from %s, epoch %d", options.stream, options.source, claim.epoch)
    gate, clock, mailbox = Gate(), BrokerClock(), Mailbox()
    source = Source(options.source, options.mode, time.monotonic())
    receiver = Receiver(source, options.image, gate, mailbox)
    publisher, beside = (Publisher(broker, claim.holds) for _ in range(2))
    pace, precise = Pace(options.max_fps), Precise(options.stream, beside, gate, clock)
    pipeline = Pipeline(publisher, precise, claim, gate, clock, mailbox, pace, options.quality)
    report = Report(options, receiver, gate, mailbox, pipeline, precise)
    IngestMetrics(options.stream, encoders(), report.counts)
    keeper = Gatekeeper(broker, claim, gate, clock, report.status, lambda: source.state)

    runs = [receiver.run, keeper.run, precise.run, *[pipeline.run] * encoders()]
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
