"""``python -m ingest.push``: receive pushed messages and publish them to Redis as one board."""

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
from ingest.push.history import History
from ingest.push.image_streams import ImageStreams
from ingest.push.limits import SMALL_MESSAGE_BYTES, Limits
from ingest.push.publisher import BoardPublisher
from ingest.push.receiver import MessageReceiver
from ingest.push.status import BoardStatusReport
from ingest.push.tcp_server import connection_handler
from shared import settings
from shared.broker import Broker, BrokerError, connect
from shared.broker_clock import BrokerClock
from shared.log import set_up_log
from shared.log_metrics import LogMetrics
from shared.signals import interrupt_on_ending, on_ending

log = logging.getLogger("ingest.push")

IMAGES_MAX_FPS = 25.0
MIN_SAFE_PASSWORD_CHARS = 16
"""a shorter one is accepted with a warning"""


def main(argv: Sequence[str], environ: Mapping[str, str]) -> int:
    """Run until a signal arrives; return 1 if another ingest has the board's name, or on errors."""
    options = settings.read(settings.PushSettings, argv, environ)
    writer = set_up_log(options, f"{socket.gethostname()}:{os.getpid()}", options.board)
    LogMetrics(REGISTRY, writer)
    interrupt_on_ending()
    if any(len(password) < MIN_SAFE_PASSWORD_CHARS for password in options.push_passwords):
        log.warning(
            "a password in BEAMCAST_PUSH_PASSWORDS has fewer than %d characters and can be "
            "guessed; use a longer one if other machines can reach the port",
            MIN_SAFE_PASSWORD_CHARS,
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
    except (NameTaken, BrokerError, OSError) as error:
        log.error("%s", error)
        return 1
    return 0


def push(options: settings.PushSettings, broker: Broker, claim: Claim) -> None:
    """Start the threads and wait for them; raises the error that ended one, such as NameTaken."""
    stop = threading.Event()
    on_ending(stop.set)
    gate, clock, metrics = Gate(), BrokerClock(), IngestMetrics()
    images = ImageStreams(broker, options.board, metrics, IMAGES_MAX_FPS)
    seconds, micros = broker.time()
    clock.observe(seconds + micros / 1e6, time.monotonic())
    board = Board(images, lambda: round(clock.at(time.monotonic()), 3))
    history = History(board, options.board, broker, claim.is_held)
    history.restore(board)
    publisher = BoardPublisher(
        board, history, Publisher(broker, claim.is_held), claim, gate, clock, options.push_fps
    )
    limits = Limits(options.push_max_bytes, options.push_max_per_s)
    receiver = MessageReceiver(board, options.push_passwords, limits)
    report = BoardStatusReport(options, board, receiver, publisher, history, gate)
    metrics.add(options.board, report.counts)
    control_loop = ControlLoop(broker, claim, gate, clock, report.status, lambda: report.state)
    serve_clients = lambda stop: asyncio.run(listen(options, receiver, stop))  # noqa: E731

    runs = [serve_clients, control_loop.run, publisher.run, history.run]
    with ThreadPoolExecutor(len(runs), "push") as threads:
        futures = [threads.submit(run, stop) for run in runs]
        for future in futures:
            future.add_done_callback(lambda _: stop.set())
        stop.wait()
    images.end()
    log.info("ended")
    for future in futures:
        future.result()


async def listen(
    options: settings.PushSettings, receiver: MessageReceiver, stop: threading.Event
) -> None:
    """Serve HTTP and TCP until ``stop`` is set; raises OSError if an address is not available."""
    host, max_bytes = options.push_host, options.push_max_bytes
    runner = web.AppRunner(
        http_server.application(receiver, max_bytes, options.push_origins),
        access_log=None,
        logger=http_server.log,
        auto_decompress=False,
        lingering_time=http_server.LINGER_S,
        shutdown_timeout=1,
    )
    await runner.setup()
    http_protocol: Any = runner.server
    async with contextlib.AsyncExitStack() as stack:
        stack.push_async_callback(runner.cleanup)
        http = await asyncio.get_running_loop().create_server(
            lambda: http_server.Connection(http_protocol(), receiver.limits),
            host,
            options.push_port,
        )
        stack.callback(http.close)
        log.info("listening for HTTP: POST http://%s:%d/push", host, options.push_port)
        if options.push_tcp_port:
            tcp = await asyncio.start_server(
                connection_handler(receiver, max_bytes),
                host,
                options.push_tcp_port,
                limit=SMALL_MESSAGE_BYTES,
            )
            stack.callback(tcp.close)
            log.info(
                "listening for TCP: %s port %d, one JSON message per line",
                host,
                options.push_tcp_port,
            )
        await asyncio.get_running_loop().run_in_executor(None, stop.wait)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], os.environ))
