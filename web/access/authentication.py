"""Who asks: an identity, and the ways to have one."""

import secrets
import time
from typing import Any, NamedTuple, Protocol

from flask import Flask, Request, request
from flask.sessions import SecureCookieSessionInterface
from itsdangerous import BadSignature

from web.access.accounts import Accounts, digest
from web.access.revoked_sessions import RevokedSessions

KEY = "beamcast.identity"
"""where a request's environment has the identity"""


class Identity(NamedTuple):
    """Who asks."""

    name: str
    way: str
    """anyone, password, token or proxy"""
    proof: str = ""
    """the session's id, or a digest of the token"""
    since: float = 0.0
    """when the session began, or a proxy has named him, Unix s"""
    mark: str = ""
    """what the session is bound to (``Accounts.mark``)"""

    def is_same(self, other: "Identity") -> bool:
        """Whether the same person or program asks, by the same way."""
        return self[:3] == other[:3]


ASK_PROXY_EVERY_S = 3600.0
"""A connection ends then, and comes back if the proxy still lets it."""
ANYONE = Identity("", "anyone")
LONGEST_NAME = 256
"""characters"""


class Authenticator(Protocol):
    """A value of ``BEAMCAST_AUTH``."""

    def who(self, request: Request) -> Identity | None:
        """Who asks; None when that is nobody who may."""

    def still(self, identity: Identity) -> bool:
        """Whether that one still may."""


class AnonymousAuth:
    """Whoever reaches the address may watch."""

    def who(self, request: Request) -> Identity | None:
        return ANYONE

    def still(self, identity: Identity) -> bool:
        return True


class ProxyAuth:
    """A proxy that is trusted names the user; from others the header has been taken off. A name
    with a comma is refused: so WSGI joins a header that came twice, from the viewer and from a
    proxy that adds its own where it should replace."""

    def __init__(self, header: str) -> None:
        self._header = header

    def who(self, request: Request) -> Identity | None:
        name = request.headers.get(self._header, "").strip()
        if not name or len(name) > LONGEST_NAME or "," in name:
            return None
        return Identity(name, "proxy", since=time.time())

    def still(self, identity: Identity) -> bool:
        return time.time() < identity.since + ASK_PROXY_EVERY_S


class PasswordAuth:
    """A session's cookie, or a program's token."""

    def __init__(
        self, app: Flask, accounts: Accounts, ended: RevokedSessions, lasts_s: float
    ) -> None:
        self._app = app
        self._accounts = accounts
        self._ended = ended
        self._lasts_s = lasts_s

    def who(self, request: Request) -> Identity | None:
        if request.authorization:
            return self._program(request)
        session: Any = self._app.session_interface.open_session(self._app, request)
        found = from_session(session or {})
        return found if found and self.still(found) else None

    def _program(self, request: Request) -> Identity | None:
        """A token as ``Bearer``, or as the password where a program can do only that."""
        given = request.authorization
        token = (given.token or given.password or "") if given else ""
        owner = self._accounts.owner(token)
        return Identity(owner, "token", digest(token)) if owner else None

    def still(self, identity: Identity) -> bool:
        if identity.way == "token":
            return self._accounts.has_token(identity.proof)
        return (
            identity.mark == self._accounts.mark(identity.name)
            and time.time() < identity.since + self._lasts_s
            and not self._ended.has(identity.proof, identity.name, identity.since)
        )


def current_identity() -> Identity:
    """Who has sent the request that is answered now."""
    identity: Identity | None = request.environ.get(KEY)
    return identity or ANYONE


def begin_session(session: Any, accounts: Accounts, name: str) -> None:
    """Fills the cookie of who has just logged in."""
    session.clear()
    session.permanent = True
    session["who"] = [name, secrets.token_urlsafe(12), time.time(), accounts.mark(name)]


def from_session(session: Any) -> Identity | None:
    """The identity in a cookie that we have signed."""
    match session.get("who"):
        case [str(name), str(proof), float(since), str(mark)]:
            return Identity(name, "password", proof, since, mark)
    return None


SESSION_COOKIE = "beamcast_session"


def cookie_name(request: Request) -> str:
    """The session cookie's name. Over TLS its prefix makes a browser take it only from this very
    host, over TLS: neither another host of the domain nor plain HTTP can plant one."""
    return f"__Host-{SESSION_COOKIE}" if request.is_secure else SESSION_COOKIE


class Sessions(SecureCookieSessionInterface):
    """Cookies that travel only over TLS where the page came so; a browser drops such ones
    elsewhere."""

    def open_session(self, app: Flask, request: Request) -> Any:
        """The session in a request's cookie; an empty one where that is none of ours."""
        signer: Any = self.get_signing_serializer(app)
        lasts_s = int(app.permanent_session_lifetime.total_seconds())
        try:
            content = signer.loads(request.cookies.get(cookie_name(request), ""), max_age=lasts_s)
        except BadSignature:
            content = {}
        return self.session_class(content)

    def get_cookie_name(self, app: Flask) -> str:
        """For the answer to the request that is answered now."""
        return cookie_name(request)

    def get_cookie_secure(self, app: Flask) -> bool:
        return request.is_secure
