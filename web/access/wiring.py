"""Puts the guard before a worker, with what ``BEAMCAST_AUTH`` asks for."""

from collections.abc import Callable
from functools import partial
from typing import Any

import socketio
from flask import Flask, Response
from flask_wtf import CSRFProtect

from shared.broker import Broker
from shared.settings import WebSettings
from web.access.accounts import Accounts
from web.access.authentication import KEY, LoggedIn, Named, Open, Sessions, Way
from web.access.hosts import Hosts
from web.access.login import login_pages
from web.access.login_rate_limit import Attempts
from web.access.middleware import Guard
from web.access.proxies import Wsgi, behind_proxies
from web.access.revoked_sessions import Ended
from web.access.viewer_limits import Crowd
from web.background import keep_doing

LONGEST_FORM_BYTES = 64 * 1024
LOOK_EVERY_S = 1.0


def set_up_access(
    app: Flask,
    server: socketio.Server,
    options: WebSettings,
    broker: Broker,
    in_thread: Callable[..., Any],
) -> Wsgi:
    """The application behind its guard; raises BadAccounts. ``in_thread`` runs what takes long
    beside all else."""
    way: Way = Open()
    if options.auth == "proxy":
        way = Named(options.user_header)
    elif options.auth == "password":
        way = with_passwords(app, options, broker, in_thread)
    keep_doing(partial(end_connections, server, way), LOOK_EVERY_S, "connections")
    crowd = Crowd(server, options)
    if options.auth != "none":
        app.after_request(for_own_pages)
    hosts = Hosts(options, in_thread)
    guard = Guard(app, options, way, crowd, hosts, lambda sid: server.environ.get(sid, {}).get(KEY))
    return behind_proxies(guard, options.trusted_proxies, options.user_header)


def with_passwords(
    app: Flask, options: WebSettings, broker: Broker, in_thread: Callable[..., Any]
) -> LoggedIn:
    """Sessions and the pages to begin and end them."""
    lasts_s = options.session_days * 86400
    accounts, ended = Accounts(options.accounts), Ended(broker, lasts_s)
    keep_doing(ended.exchange, LOOK_EVERY_S, "logins")
    app.secret_key = accounts.key
    app.session_interface = Sessions()
    app.config.update(
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_REFRESH_EACH_REQUEST=False,
        PERMANENT_SESSION_LIFETIME=lasts_s,
        MAX_CONTENT_LENGTH=LONGEST_FORM_BYTES,
        WTF_CSRF_TIME_LIMIT=None,  # the session, to which a form is bound, has one
    )
    CSRFProtect(app)
    attempts = Attempts(broker)
    routes = login_pages(accounts, attempts, ended, options.allow_plain_http, in_thread)
    app.register_blueprint(routes)
    return LoggedIn(app, accounts, ended, lasts_s)


def for_own_pages(answer: Response) -> Response:
    """What a login protects is of no use to another site's page, not even as an image."""
    answer.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    return answer


def end_connections(server: socketio.Server, way: Way) -> None:
    """Ends the connections of those who may not watch any more."""
    for sid, environ in tuple(server.environ.items()):
        identity, connection = environ.get(KEY), server.eio.sockets.get(sid)
        if identity and connection and not way.still(identity):
            connection.close(wait=False, reason=server.eio.reason.SERVER_DISCONNECT)
