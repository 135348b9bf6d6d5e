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
from web.access.authentication import (
    KEY,
    AnonymousAuth,
    Authenticator,
    PasswordAuth,
    ProxyAuth,
    Sessions,
)
from web.access.hosts import AllowedHosts
from web.access.login import login_pages
from web.access.login_rate_limit import LoginRateLimit
from web.access.middleware import AccessMiddleware
from web.access.proxies import Wsgi, behind_proxies
from web.access.revoked_sessions import RevokedSessions
from web.access.viewer_limits import ViewerLimits
from web.background import run_periodically

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
    way: Authenticator = AnonymousAuth()
    if options.auth == "proxy":
        way = ProxyAuth(options.user_header)
    elif options.auth == "password":
        way = with_passwords(app, options, broker, in_thread)
    run_periodically(partial(end_connections, server, way), LOOK_EVERY_S, "connections")
    crowd = ViewerLimits(server, options)
    if options.auth != "none":
        app.after_request(for_own_pages)
    hosts = AllowedHosts(options, in_thread)
    guard = AccessMiddleware(
        app, options, way, crowd, hosts, lambda sid: server.environ.get(sid, {}).get(KEY)
    )
    return behind_proxies(guard, options.trusted_proxies, options.user_header)


def with_passwords(
    app: Flask, options: WebSettings, broker: Broker, in_thread: Callable[..., Any]
) -> PasswordAuth:
    """Sessions and the pages to begin and end them."""
    lasts_s = options.session_days * 86400
    accounts, ended = Accounts(options.accounts), RevokedSessions(broker, lasts_s)
    run_periodically(ended.exchange, LOOK_EVERY_S, "logins")
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
    attempts = LoginRateLimit(broker)
    routes = login_pages(accounts, attempts, ended, options.allow_plain_http, in_thread)
    app.register_blueprint(routes)
    return PasswordAuth(app, accounts, ended, lasts_s)


def for_own_pages(answer: Response) -> Response:
    """What a login protects is of no use to another site's page, not even as an image."""
    answer.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    return answer


def end_connections(server: socketio.Server, way: Authenticator) -> None:
    """Ends the connections of those who may not watch any more."""
    for sid, environ in tuple(server.environ.items()):
        identity, connection = environ.get(KEY), server.eio.sockets.get(sid)
        if identity and connection and not way.still(identity):
            connection.close(wait=False, reason=server.eio.reason.SERVER_DISCONNECT)
