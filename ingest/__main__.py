"""``python -m ingest``: one bsread stream to Redis."""

import logging
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence

from ingest.broker_clock import BrokerClock
from ingest.claim import Claim, NameTaken
from ingest.gatekeeper import Gate, Gatekeeper
from ingest.mailbox import Mailbox
from ingest.pace import Pace
from ingest.pipeline import Pipeline
from ingest.receiver import Receiver
from ingest.report import Report
from ingest.source import Source
from shared import settings
from shared.broker import connect
from shared.log import set_up_log

log = logging.getLogger("ingest")


def main(argv: Sequence[str], environ: Mapping[str, str]) -> int:
    """Runs until SIGINT or SIGTERM; 1 when a part died or another ingest has the stream's name."""
    options = settings.read(settings.IngestSettings, argv, environ)
    set_up_log(options.log_level)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        claim = Claim(connect(options.redis), options.stream)
        claim.acquire()
        return ingest(options, claim)
    except KeyboardInterrupt:
        return 0
    except NameTaken as problem:
        log.error("%s", problem)
        return 1


def ingest(options: settings.IngestSettings, claim: Claim) -> int:
    """Wires the three threads and runs them; 1 when one died, NameTaken when the name is lost."""
    stop, died = threading.Event(), threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        # An exception might come while a thread is being started, and leave it running for ever.
        signal.signal(number, lambda *_: stop.set())
    log.info("stream %r from %s, epoch %d", options.stream, options.source, claim.epoch)
    gate, clock, mailbox = Gate(), BrokerClock(), Mailbox()
    source = Source(options.source, options.mode, time.monotonic())
    receiver = Receiver(source, options.image, gate, mailbox)
    pipeline = Pipeline(
        connect(options.redis), claim, gate, clock, mailbox, Pace(options.max_fps), options.quality
    )
    report = Report(options, receiver, mailbox, pipeline)
    keeper = Gatekeeper(connect(options.redis), claim, gate, clock, report.status)

    threads = [
        threading.Thread(target=ending_all, args=(receiver.run, stop, died), name="receiver"),
        threading.Thread(target=ending_all, args=(keeper.run, stop, died), name="gatekeeper"),
    ]
    for thread in threads:
        thread.start()
    try:
        pipeline.run(stop)
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    log.info("ended")
    if keeper.failure:
        raise keeper.failure
    return int(died.is_set())


def ending_all(
    run: Callable[[threading.Event], None], stop: threading.Event, died: threading.Event
) -> None:
    """Runs one thread's work; when it ends, for whatever reason, so do the others.

    An ingest that has lost a part must not look alive: it is better started anew.
    """
    try:
        run(stop)
    except BaseException:
        died.set()
        raise
    finally:
        stop.set()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], os.environ))
