"""``python -m ingest.push``: what programs push, to Redis, as one board."""

import asyncio
import contextlib
import logging
import os
import socket
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from aiohttp import web
from prometheus_client import REGISTRY

from ingest.demand import Gate
from ingest.metrics import IngestMetrics, serve
from ingest.publishing.claim import Claim, NameTaken
from ingest.publishing.control_loop import ControlLoop
from ingest.publishing.publisher import Publisher
from ingest.push import http_server
from ingest.push.board import Board
from ingest.push.connection import Connection
from ingest.push.history import History
from ingest.push.image_streams import ImageStreams
from ingest.push.limits import SMALL_BYTES, Limits
from ingest.push.publisher import BoardFrames
from ingest.push.receiver import MessageReceiver
from ingest.push.status import Report
from ingest.push.tcp_server import serving
from shared import settings
from shared.broker import Broker, BrokerError, connect
from shared.broker_clock import BrokerClock
from shared.log import set_up_log
from shared.log_metrics import LogMetrics
from shared.signals import interrupt_on_termination, on_termination

log = logging.getLogger("ingest.push")

PICTURES_FPS = 25.0
MIN_SAFE_PASSWORD = 16
"""characters; a shorter one is accepted with a warning"""


def main(argv: Sequence[str], environ: Mapping[str, str]) -> int:
    """Runs until a signal ends it; 1 when another ingest has the board's name."""
    options = settings.read(settings.PushSettings, argv, environ)
    writer = set_up_log(options, f"{socket.gethostname()}:{os.getpid()}", options.board)
    LogMetrics(REGISTRY, writer)
    interrupt_on_termination()
    if any(len(password) < MIN_SAFE_PASSWORD for password in options.push_passwords):
        log.warning(
            "a password in BEAMCAST_PUSH_PASSWORDS has fewer than %d characters and can be "
            "guessed; use a longer one where others reach the port",
            MIN_SAFE_PASSWORD,
        )
    if options.push_metrics_port:
        serve(options.metrics_host, options.push_metrics_port, "--push-metrics-port")
    try:
        broker = connect(
            options.redis, options.redis_ca, options.installation, f"beamcast-push-{options.board}"
        )
        claim = Claim(broker, options.board, "--board")
        claim.acquire()
        push(options, broker, claim)
    except KeyboardInterrupt:
        return 0
    except (NameTaken, BrokerError, OSError) as problem:
        log.error("%s", problem)
        return 1
    return 0


def push(options: settings.PushSettings, broker: Broker, claim: Claim) -> None:
    """Wires the threads and runs them; raises what ended one of them, such as NameTaken."""
    stop = threading.Event()
    on_termination(stop.set)
    gate, clock, metrics = Gate(), BrokerClock(), IngestMetrics()
    gallery = ImageStreams(broker, options.board, metrics, PICTURES_FPS)
    seconds, micros = broker.time()
    clock.observe(seconds + micros / 1e6, time.monotonic())
    board = Board(gallery, lambda: round(clock.at(time.monotonic()), 3))
    history = History(board, options.board, broker, claim.is_held)
    history.restore(board)
    publisher = Publisher(broker, claim.is_held)
    frames = BoardFrames(board, history, publisher, claim, gate, clock, options.push_fps)
    limits = Limits(options.push_max_bytes, options.push_max_per_s)
    door = MessageReceiver(board, options.push_passwords, limits)
    report = Report(options, board, door, frames, history, gate)
    metrics.add(options.board, report.counts)
    keeper = ControlLoop(broker, claim, gate, clock, report.status, lambda: report.state)
    take_in = lambda stop: asyncio.run(listen(options, door, stop))  # noqa: E731

    runs = [take_in, keeper.run, frames.run, history.run]
    with ThreadPoolExecutor(len(runs), "push") as threads:
        parts = [threads.submit(run, stop) for run in runs]
        for part in parts:
            part.add_done_callback(lambda _: stop.set())
        stop.wait()
    gallery.end()
    log.info("ended")
    for part in parts:
        part.result()


async def listen(
    options: settings.PushSettings, door: MessageReceiver, stop: threading.Event
) -> None:
    """Takes messages until told to stop; raises OSError where an address cannot be had."""
    host, most = options.push_host, options.push_max_bytes
    runner = web.AppRunner(
        http_server.application(door, most, options.push_origins),
        access_log=None,
        logger=http_server.log,
        auto_decompress=False,
        lingering_time=http_server.LINGER_S,
        shutdown_timeout=1,
    )
    await runner.setup()
    speak: Any = runner.server
    async with contextlib.AsyncExitStack() as ending:
        ending.push_async_callback(runner.cleanup)
        http = await asyncio.get_running_loop().create_server(
            lambda: Connection(speak(), door.limits), host, options.push_port
        )
        ending.callback(http.close)
        log.info("POST http://%s:%d/push takes messages", host, options.push_port)
        if options.push_tcp_port:
            tcp = await asyncio.start_server(
                serving(door, most), host, options.push_tcp_port, limit=SMALL_BYTES
            )
            ending.callback(tcp.close)
            log.info("%s port %d takes a message a line", host, options.push_tcp_port)
        await asyncio.get_running_loop().run_in_executor(None, stop.wait)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], os.environ))
