"""Wraps a worker's application in the access middleware that ``BEAMCAST_AUTH`` selects."""

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
    IDENTITY_KEY,
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

MAX_FORM_BYTES = 64 * 1024
CHECK_EVERY_S = 1.0


def set_up_access(
    app: Flask,
    server: socketio.Server,
    options: WebSettings,
    broker: Broker,
    run_in_thread: Callable[..., Any],
) -> Wsgi:
    """Return the application behind the access middleware; raise BadAccounts. ``run_in_thread``
    calls a slow function in another thread."""
    authenticator: Authenticator = AnonymousAuth()
    if options.auth == "proxy":
        authenticator = ProxyAuth(options.user_header)
    elif options.auth == "password":
        authenticator = set_up_passwords(app, options, broker, run_in_thread)
    run_periodically(
        partial(disconnect_unauthorized, server, authenticator), CHECK_EVERY_S, "connections"
    )
    if options.auth != "none":
        app.after_request(forbid_embedding)
    middleware = AccessMiddleware(
        app,
        options,
        authenticator,
        ViewerLimits(server, options),
        AllowedHosts(options, run_in_thread),
        lambda sid: server.environ.get(sid, {}).get(IDENTITY_KEY),
    )
    return behind_proxies(middleware, options.trusted_proxies, options.user_header)


def set_up_passwords(
    app: Flask, options: WebSettings, broker: Broker, run_in_thread: Callable[..., Any]
) -> PasswordAuth:
    """Add sessions and the login pages to the application; raise BadAccounts."""
    lifetime_s = options.session_days * 86400
    accounts, revoked = Accounts(options.accounts), RevokedSessions(broker, lifetime_s)
    run_periodically(revoked.exchange, CHECK_EVERY_S, "logins")
    app.secret_key = accounts.key
    app.session_interface = Sessions()
    app.config.update(
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_REFRESH_EACH_REQUEST=False,
        PERMANENT_SESSION_LIFETIME=lifetime_s,
        MAX_CONTENT_LENGTH=MAX_FORM_BYTES,
        WTF_CSRF_TIME_LIMIT=None,  # a form expires with its session
    )
    CSRFProtect(app)
    rate_limit = LoginRateLimit(broker)
    app.register_blueprint(
        login_pages(accounts, rate_limit, revoked, options.allow_plain_http, run_in_thread)
    )
    return PasswordAuth(app, accounts, revoked, lifetime_s)


def forbid_embedding(answer: Response) -> Response:
    """Forbid pages of other sites to load what a login protects, even as an image."""
    answer.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    return answer


def disconnect_unauthorized(server: socketio.Server, authenticator: Authenticator) -> None:
    """Close the connections of clients that may no longer watch."""
    for sid, environ in tuple(server.environ.items()):
        identity, connection = environ.get(IDENTITY_KEY), server.eio.sockets.get(sid)
        if identity and connection and not authenticator.is_valid(identity):
            connection.close(wait=False, reason=server.eio.reason.SERVER_DISCONNECT)
