"""The pages to log in and out."""

import logging
import threading
from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, redirect, render_template, request, session
from flask_wtf.csrf import CSRFError, generate_csrf
from prometheus_client import Counter
from werkzeug.security import check_password_hash

from web.access.accounts import LONGEST_PASSWORD, Accounts
from web.access.authentication import begin_session, current_identity, from_session
from web.access.login_rate_limit import LoginRateLimit
from web.access.middleware import may_carry_secrets
from web.access.proxies import VIEWER
from web.access.revoked_sessions import RevokedSessions

log = logging.getLogger(__name__)

LOGINS = Counter("beamcast_web_logins", "LoginRateLimit to log in, by how they ended.", ["outcome"])
for outcome in ("ok", "wrong", "limited", "busy", "plain_http", "form"):
    LOGINS.labels(outcome)
AT_ONCE = 1
"""A password costs 60 ms of a processor; the viewers need theirs."""
PATIENCE_S = 3.0
"""for one's turn; who has waited so long tries again"""

WRONG = "This name and password do not belong together."
BUSY = "Many people log in just now. Try again in a few seconds."
OLD_FORM = "This form was too old, or came from elsewhere. Try once more."
PLAIN = (
    "This page came without TLS from another machine: others on the network could read the "
    "password. Open it with https://, or ask who runs it to set BEAMCAST_ALLOW_PLAIN_HTTP=1."
)


def login_pages(
    accounts: Accounts,
    attempts: LoginRateLimit,
    ended: RevokedSessions,
    allow_plain_http: bool,
    in_thread: Callable[..., Any],
) -> Blueprint:
    """The blueprint of one worker; ``in_thread`` runs what takes long beside all else."""
    routes = Blueprint("login", __name__)
    checking = threading.Semaphore(AT_ONCE)

    @routes.get("/login")
    def form() -> Any:
        if current_identity().way == "password":
            return redirect(next_page())
        return page("" if may_carry_secrets(request, allow_plain_http) else PLAIN)

    @routes.post("/login")
    def log_in() -> Any:
        if not may_carry_secrets(request, allow_plain_http):
            return page(PLAIN, 403, "plain_http")
        name = request.form.get("name", "")[:LONGEST_PASSWORD].strip()
        password = request.form.get("password", "")
        address, key = request.remote_addr or "", request.environ[VIEWER]
        if not checking.acquire(timeout=PATIENCE_S):
            return page(BUSY, 429, "busy", 2)
        try:
            wait_s = attempts.wait_s(name, key)
            if wait_s:
                log.warning("too many attempts to log in as %r from %s", name[:64], address)
                return page(too_many(wait_s), 429, "limited", wait_s)
            hashed, is_user = accounts.password_of(name)
            fits = in_thread(check_password_hash, hashed, password[: LONGEST_PASSWORD + 1])
        finally:
            checking.release()
        if not (fits and is_user):
            log.warning("a wrong name or password for %r from %s", name[:64], address)
            return page(WRONG, 401, "wrong")
        attempts.succeeded(name, key)
        begin_session(session, accounts, name)
        LOGINS.labels("ok").inc()
        log.info("%r logged in from %s", name, address)
        return redirect(next_page(), 303)

    @routes.get("/account")
    def account() -> Any:
        return render_template("account.html")

    @routes.post("/logout")
    def log_out() -> Any:
        found = from_session(session)
        session.clear()
        if found:
            everywhere = "everywhere" in request.form
            ended.user(found.name) if everywhere else ended.session(found.proof)
            log.info("%r logged out%s", found.name, " everywhere" if everywhere else "")
        return redirect("/login", 303)

    @routes.app_errorhandler(CSRFError)
    def foreign_form(problem: CSRFError) -> Any:
        if current_identity().way == "password":
            return render_template("account.html", problem=OLD_FORM), 400
        return page(OLD_FORM, 400, "form")

    def page(problem: str, code: int = 200, outcome: str = "", wait_s: int = 0) -> Response:
        if outcome:
            LOGINS.labels(outcome).inc()
        text = render_template(
            "login.html",
            problem=problem,
            may=may_carry_secrets(request, allow_plain_http),
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
    """Where to go after logging in: a path of ours, whatever the link said."""
    wanted = request.values.get("next", "/")
    is_ours = (
        wanted.startswith("/") and not wanted.startswith(("//", "/\\")) and wanted.isprintable()
    )
    return wanted if is_ours and not wanted.startswith(("/login", "/logout")) else "/"


def too_many(wait_s: int) -> str:
    """In words."""
    wait = f"{wait_s} seconds" if wait_s < 90 else f"{round(wait_s / 60)} minutes"
    return f"Too many attempts. Wait {wait}, then try again."
