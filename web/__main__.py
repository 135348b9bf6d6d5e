"""``python -m web``: one web worker."""

import gc
import logging
import os
import socket
import sys
from collections.abc import Mapping, Sequence

# On purpose before eventlet patches ``threading``: the locks of the counters and of the backlog are
# then native, and a counter takes 0.25 µs instead of 0.39. Nothing waits while it holds one.
import web.fanout.backlog  # noqa: F401
from shared import settings
from shared.log import set_up_log
from web.server import eventlet_setup

log = logging.getLogger("web")

COLLECT_AFTER = 20_000
"""Objects between two searches for unreachable ones. A frame leaves a note for each viewer: at the
usual 700 the searches were a fifth of a delivery."""


def main(argv: Sequence[str], environ: Mapping[str, str]) -> int:
    """Serves until a signal ends it; 1 when the address or the accounts cannot be had."""
    options = settings.read(settings.WebSettings, argv, environ)
    eventlet_setup.prepare(options.async_mode)
    # Only now: these import what eventlet must have patched.
    from prometheus_client import REGISTRY

    from shared.log_metrics import LogMetrics
    from shared.signals import on_ending
    from web.access.accounts import BadAccounts
    from web.app import create_app
    from web.server.http_server import listen, serve
    from web.server.shutdown import stop_accepting

    worker = f"{socket.gethostname()}:{options.port}:{os.getpid()}"
    writer = set_up_log(options, worker)
    LogMetrics(REGISTRY, writer)
    for noisy in ("engineio.server", "socketio.server", "werkzeug"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    try:
        listener = listen(options.host, options.port)
    except OSError as problem:
        log.error(
            "cannot serve on %s port %d (%s); is another program there? Choose another with -P",
            options.host,
            options.port,
            problem.strerror,
        )
        return 1
    try:
        app, let_viewers_go = create_app(options)
    except BadAccounts as problem:
        log.error("%s", problem)
        return 1
    log.info("serving on http://%s:%d", options.host, options.port)
    gc.freeze()
    gc.set_threshold(COLLECT_AFTER)

    def end() -> None:
        stop_accepting(listener)
        let_viewers_go()
        log.info("ended")
        writer.flush()
        os._exit(0)  # there is nothing else to save

    on_ending(end)
    limits = options.max_viewers, options.request_seconds
    serve(options.async_mode, listener, app, *limits)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], os.environ))
