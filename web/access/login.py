"""The pages ``/login``, ``/logout`` and ``/account``."""

import logging
import threading
from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, redirect, render_template, request, session
from flask_wtf.csrf import CSRFError, generate_csrf
from prometheus_client import Counter
from werkzeug.security import check_password_hash

from web.access.accounts import MAX_PASSWORD_LENGTH, Accounts
from web.access.authentication import begin_session, current_identity, from_session
from web.access.login_rate_limit import LoginRateLimit
from web.access.middleware import may_carry_secrets
from web.access.proxies import ADDRESS_KEY
from web.access.revoked_sessions import RevokedSessions

log = logging.getLogger(__name__)

LOGINS = Counter("beamcast_web_logins", "Attempts to log in, by outcome.", ["outcome"])
for outcome in ("ok", "wrong", "limited", "busy", "plain_http", "form"):
    LOGINS.labels(outcome)
MAX_CONCURRENT_CHECKS = 1
"""Checking a password takes 60 ms of CPU, which the viewers need."""
MAX_WAIT_S = 3.0
"""for another check to end; after that the user must try again"""

WRONG = "Wrong user name or password."
BUSY = "Too many logins at the same time. Try again in a few seconds."
OLD_FORM = "This form has expired, or came from another site. Try again."
PLAIN_HTTP = (
    "This page was loaded without TLS from another machine: others on the network could read the "
    "password. Open it with https://, or ask the operator to set BEAMCAST_ALLOW_PLAIN_HTTP=1."
)


def login_pages(
    accounts: Accounts,
    rate_limit: LoginRateLimit,
    revoked: RevokedSessions,
    allow_plain_http: bool,
    run_in_thread: Callable[..., Any],
) -> Blueprint:
    """Return the blueprint of one worker; ``run_in_thread`` calls a slow function in another
    thread."""
    routes = Blueprint("login", __name__)
    checking = threading.Semaphore(MAX_CONCURRENT_CHECKS)

    @routes.get("/login")
    def form() -> Any:
        if current_identity().method == "password":
            return redirect(next_page())
        return page("" if may_carry_secrets(request, allow_plain_http) else PLAIN_HTTP)

    @routes.post("/login")
    def log_in() -> Any:
        if not may_carry_secrets(request, allow_plain_http):
            return page(PLAIN_HTTP, 403, "plain_http")
        name = request.form.get("name", "")[:MAX_PASSWORD_LENGTH].strip()
        password = request.form.get("password", "")
        address, key = request.remote_addr or "", request.environ[ADDRESS_KEY]
        if not checking.acquire(timeout=MAX_WAIT_S):
            return page(BUSY, 429, "busy", 2)
        try:
            wait_s = rate_limit.count_attempt(name, key)
            if wait_s:
                log.warning("too many login attempts as %r from %s", name[:64], address)
                return page(too_many_attempts(wait_s), 429, "limited", wait_s)
            hashed, is_user = accounts.password_of(name)
            is_right = run_in_thread(
                check_password_hash, hashed, password[: MAX_PASSWORD_LENGTH + 1]
            )
        finally:
            checking.release()
        if not (is_right and is_user):
            log.warning("wrong user name or password: %r from %s", name[:64], address)
            return page(WRONG, 401, "wrong")
        rate_limit.reset(name, key)
        begin_session(session, accounts, name)
        LOGINS.labels("ok").inc()
        log.info("%r logged in from %s", name, address)
        return redirect(next_page(), 303)

    @routes.get("/account")
    def account() -> Any:
        return render_template("account.html")

    @routes.post("/logout")
    def log_out() -> Any:
        identity = from_session(session)
        session.clear()
        if identity:
            everywhere = "everywhere" in request.form
            if everywhere:
                revoked.revoke_user(identity.name)
            else:
                revoked.revoke_session(identity.proof)
            log.info("%r logged out%s", identity.name, " everywhere" if everywhere else "")
        return redirect("/login", 303)

    @routes.app_errorhandler(CSRFError)
    def invalid_form(_: CSRFError) -> Any:
        if current_identity().method == "password":
            return render_template("account.html", error=OLD_FORM), 400
        return page(OLD_FORM, 400, "form")

    def page(error: str, code: int = 200, outcome: str = "", wait_s: int = 0) -> Response:
        if outcome:
            LOGINS.labels(outcome).inc()
        text = render_template(
            "login.html",
            error=error,
            may_log_in=may_carry_secrets(request, allow_plain_http),
            name=request.form.get("name", "")[:64],
            next=next_page(),
            token=generate_csrf(),
        )
        answer = Response(text, code)
        if wait_s:
            answer.headers["Retry-After"] = str(wait_s)
        return answer

    return routes


def next_page() -> str:
    """Return the page to open after logging in: always one of ours, whatever the link names."""
    path = request.values.get("next", "/")
    is_ours = path.startswith("/") and not path.startswith(("//", "/\\")) and path.isprintable()
    return path if is_ours and not path.startswith(("/login", "/logout")) else "/"


def too_many_attempts(wait_s: int) -> str:
    """Return the error of a user who has to wait."""
    wait = f"{wait_s} seconds" if wait_s < 90 else f"{round(wait_s / 60)} minutes"
    return f"Too many login attempts. Wait {wait}, then try again."
