"""Assembly of one web worker."""

import os
import socket
from collections.abc import Callable, Collection
from functools import partial
from typing import Any

from flask import Flask, abort
from flask_socketio import SocketIO

from shared.broker import connect
from shared.settings import WebSettings
from web.access.login import MAX_CONCURRENT_CHECKS
from web.access.wiring import set_up_access
from web.broker_health import BrokerHealth
from web.fanout.relay import Relays
from web.routes.api import api
from web.routes.boards import boards
from web.routes.mjpeg import mjpeg
from web.routes.pages import install_page_hooks, pages
from web.routes.responses import reject_while_unavailable
from web.routes.snapshots import MAX_CONCURRENT_SNAPSHOTS, snapshots
from web.routes.socket_events import serve_viewers
from web.routes.status_page import status_page
from web.server.connect_timeout import ConnectTimeout
from web.server.eventlet_setup import thread_pool_runner
from web.server.http_server import Wsgi
from web.server.notices import Notices
from web.server.packet_limits import (
    LimitedPacket,
    charge_message,
    check_messages,
    count_malformed_packets,
    disconnect_immediately,
    limit_messages,
)
from web.server.shutdown import drain
from web.server.upgrades import check_upgrade, without_deflate
from web.server.websocket_fast_path import install_fast_path

PING_INTERVAL_S = 3
PING_TIMEOUT_S = 4
"""A viewer that does not answer a ping for this time is disconnected. With the period of that check
it leaves the count within 10 s."""
MAX_EVENT_BYTES = 64 * 1024
"""of a viewer"""


def create_app(options: WebSettings) -> tuple[Wsgi, Callable[[], None]]:
    """Return the WSGI application, and a function that disconnects its viewers.

    ``eventlet_setup.prepare`` must have run before this module is imported.
    """
    app = Flask("web")
    app.url_map.merge_slashes = False  # to do that it redirects, to whatever Host says
    broker = connect(
        options.redis, options.redis_ca, options.installation, f"beamcast-web-{options.port}"
    )
    socketio = SocketIO(
        app,
        async_mode=options.async_mode,
        serializer=LimitedPacket,
        async_handlers=False,
        always_connect=True,  # what is sent while a connection is handled follows its acceptance
        ping_interval=PING_INTERVAL_S,
        ping_timeout=PING_TIMEOUT_S,
        max_http_buffer_size=MAX_EVENT_BYTES,
        cors_allowed_origins=origin_check(options.origins),
        manage_session=False,
    )
    notices = Notices(broker, socketio.server.emit)
    notices.start()
    worker = f"{socket.gethostname()}:{options.port}:{os.getpid()}"
    relays = Relays(broker, worker)
    broker_health = BrokerHealth(broker, relays.clock, worker)
    broker_health.start()
    app.before_request(partial(reject_while_unavailable, broker_health))
    app.register_blueprint(pages(broker, broker_health, options.stream))
    app.register_blueprint(boards(broker))
    app.register_blueprint(status_page(broker, broker_health, relays.clock, worker))
    app.register_blueprint(api(relays, broker, options.stream))
    app.register_blueprint(mjpeg(relays, broker, options.stream))
    in_thread = thread_pool_runner(
        options.async_mode, MAX_CONCURRENT_SNAPSHOTS + MAX_CONCURRENT_CHECKS
    )
    guarded = set_up_access(app, socketio.server, options, broker, in_thread)
    app.register_blueprint(snapshots(relays, broker, options.stream, in_thread))
    install_page_hooks(app)
    app.context_processor(lambda: {"contact": options.contact})
    route_events(app)
    count_malformed_packets()
    check_messages(socketio.server)
    disconnect_immediately(socketio.server)
    ConnectTimeout(socketio.server).start()
    serve_viewers(socketio, relays, broker, options.stream)
    limit_messages(socketio.server, options.max_events_per_s)
    if options.async_mode == "eventlet":
        charge = partial(charge_message, per_s=options.max_events_per_s)
        install_fast_path(socketio.server, {"drawn"}, charge)

    def end() -> None:
        drain(socketio.server.eio)
        relays.close()

    return without_deflate(check_upgrade(guarded)), end


def route_events(app: Flask) -> None:
    """Add a route for Socket.IO's path, though Socket.IO answers its requests before Flask.

    Flask-SocketIO handles every event in a request context of this path. Without a route the
    context holds a NotFound whose traceback refers to the context, and with it to the connection's
    whole call stack: 40 kB of each viewer would wait for the garbage collector.
    """
    path, view = "/socket.io/", partial(abort, 404)
    app.add_url_rule(path, "socket.io", view, methods=["GET", "POST"])
    app.add_url_rule(path, "socket.io over WebSocket", view, methods=["GET"], websocket=True)


def origin_check(others: Collection[str]) -> Callable[[str | None, dict[str, Any]], bool]:
    """Return a function that tells whether a page of an origin may connect: our own, or one of the
    others. engine.io's own check trusts headers that any client can send."""

    def is_allowed(origin: str | None, environ: dict[str, Any]) -> bool:
        own = f"{environ['wsgi.url_scheme']}://{environ.get('HTTP_HOST')}"
        return origin == own or origin in others

    return is_allowed
