"""``python -m web`` runs one web worker."""

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

GC_THRESHOLD = 20_000
"""Objects between two runs of the garbage collector. A frame leaves a record for each viewer: with
the default of 700 the collector took a fifth of a delivery."""


def main(argv: Sequence[str], environ: Mapping[str, str]) -> int:
    """Serve until a signal ends the process; return 1 if the address or the accounts cannot be
    used."""
    options = settings.read(settings.WebSettings, argv, environ)
    eventlet_setup.prepare(options.async_mode)
    # Only now: these import modules that eventlet must have patched.
    from prometheus_client import REGISTRY

    from shared.log_metrics import LogMetrics
    from shared.signals import on_termination
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
    except OSError as error:
        log.error(
            "cannot listen on %s port %d: %s. Does another program use it? -P takes another port.",
            options.host,
            options.port,
            error.strerror,
        )
        return 1
    try:
        app, disconnect_viewers = create_app(options)
    except BadAccounts as error:
        log.error("%s", error)
        return 1
    log.info("serving on http://%s:%d", options.host, options.port)
    gc.freeze()
    gc.set_threshold(GC_THRESHOLD)

    def end() -> None:
        stop_accepting(listener)
        disconnect_viewers()
        log.info("ended")
        writer.flush()
        os._exit(0)  # there is nothing else to save

    on_termination(end)
    serve(options.async_mode, listener, app, options.max_viewers, options.request_seconds)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], os.environ))
