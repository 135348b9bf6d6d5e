"""``python -m ingest``: publishes one stream, from bsread or a video, to Redis."""

import logging
import os
import socket
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from functools import partial

from prometheus_client import REGISTRY

from ingest.demand import Gate
from ingest.mailbox import Mailbox
from ingest.metrics import IngestMetrics, serve
from ingest.publishing.claim import Claim, NameTaken
from ingest.sources.base import PulseSource
from ingest.sources.bsread.socket import BsreadSocket
from ingest.sources.bsread.source import BsreadSource
from ingest.stream import Stream, default_encoders
from shared import settings, video_url
from shared.broker import Broker, connect
from shared.log import set_up_log
from shared.log_metrics import LogMetrics
from shared.signals import interrupt_on_termination, on_termination

log = logging.getLogger("ingest")


def main(argv: Sequence[str], environ: Mapping[str, str]) -> int:
    """Run until a signal; return 1 if another ingest holds the stream's name."""
    options = settings.read(settings.IngestSettings, argv, environ)
    writer = set_up_log(options, f"{socket.gethostname()}:{os.getpid()}", options.stream)
    LogMetrics(REGISTRY, writer)
    interrupt_on_termination()
    if options.metrics_port:
        serve(options.metrics_host, options.metrics_port, "--metrics-port")
    try:
        broker = connect(
            options.redis,
            options.redis_ca,
            options.installation,
            f"beamcast-ingest-{options.stream}",
        )
        claim = Claim(broker, options.stream)
        claim.acquire(options.standby)
        ingest(options, broker, claim)
    except KeyboardInterrupt:
        return 0
    except NameTaken as error:
        log.error("%s", error)
        return 1
    return 0


def create_source(options: settings.IngestSettings, gate: Gate, mailbox: Mailbox) -> PulseSource:
    """Create the source: a video if its address is one, else bsread."""
    if video_url.kind(options.source):
        # imported here, since FFmpeg takes 25 MB, and a quarter of a second to load
        from ingest.sources.video.source import VideoSource

        return VideoSource(options.source, options.image, gate, mailbox, options.source_ca)
    source = BsreadSocket(options.source, options.mode, time.monotonic())
    return BsreadSource(source, options.image, gate, mailbox)


def ingest(options: settings.IngestSettings, broker: Broker, claim: Claim) -> None:
    """Run the stream until a signal; raises a thread's error, such as NameTaken."""
    stop = threading.Event()
    on_termination(stop.set)
    stream = Stream(
        broker,
        claim,
        partial(create_source, options),
        IngestMetrics(),
        max_fps=options.max_fps,
        quality=options.quality,
        encoders=default_encoders(),
    )
    try:
        stream.run(stop)
    finally:
        log.info("ended")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], os.environ))
