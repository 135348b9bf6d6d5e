"""Authentication: the identity of a client, and the ways to establish it."""

import secrets
import time
from typing import Any, NamedTuple, Protocol

from flask import Flask, Request, request
from flask.sessions import SecureCookieSessionInterface
from itsdangerous import BadSignature

from web.access.accounts import Accounts, digest
from web.access.revoked_sessions import RevokedSessions

IDENTITY_KEY = "beamcast.identity"
"""the key of the identity in a request's WSGI environment"""


class Identity(NamedTuple):
    """An authenticated user or program."""

    name: str
    method: str
    """anyone, password, token or proxy"""
    proof: str = ""
    """the session's id, or a digest of the token"""
    since: float = 0.0
    """when the session began, or when the proxy named the user, Unix s"""
    fingerprint: str = ""
    """what the session is bound to (``Accounts.fingerprint``)"""

    def is_same(self, other: "Identity") -> bool:
        """Return whether both are the same user by the same session or token."""
        return self[:3] == other[:3]


PROXY_IDENTITY_LIFETIME_S = 3600.0
"""A connection is closed after this time; the client reconnects if the proxy still accepts it."""
ANYONE = Identity("", "anyone")
MAX_NAME_LENGTH = 256
"""characters"""


class Authenticator(Protocol):
    """A value of ``BEAMCAST_AUTH``."""

    def authenticate(self, request: Request) -> Identity | None:
        """Return the client's identity; None when it is not allowed to watch."""

    def is_valid(self, identity: Identity) -> bool:
        """Return whether an identity that was established before is still allowed to watch."""


class AnonymousAuth:
    """Every client that reaches the address may watch."""

    def authenticate(self, request: Request) -> Identity | None:
        return ANYONE

    def is_valid(self, identity: Identity) -> bool:
        return True


class ProxyAuth:
    """A trusted proxy names the user in a header; the header is removed from other requests. A name
    with a comma is rejected: that is how WSGI joins a header that came twice, from the client and
    from a proxy that adds its own where it should replace it."""

    def __init__(self, header: str) -> None:
        self._header = header

    def authenticate(self, request: Request) -> Identity | None:
        name = request.headers.get(self._header, "").strip()
        if not name or len(name) > MAX_NAME_LENGTH or "," in name:
            return None
        return Identity(name, "proxy", since=time.time())

    def is_valid(self, identity: Identity) -> bool:
        return time.time() < identity.since + PROXY_IDENTITY_LIFETIME_S


class PasswordAuth:
    """A user has a session cookie, a program a token."""

    def __init__(
        self, app: Flask, accounts: Accounts, revoked: RevokedSessions, lifetime_s: float
    ) -> None:
        self._app = app
        self._accounts = accounts
        self._revoked = revoked
        self._lifetime_s = lifetime_s

    def authenticate(self, request: Request) -> Identity | None:
        if request.authorization:
            return self._authenticate_program(request)
        session: Any = self._app.session_interface.open_session(self._app, request)
        identity = from_session(session or {})
        return identity if identity and self.is_valid(identity) else None

    def _authenticate_program(self, request: Request) -> Identity | None:
        """Check a token, sent as ``Bearer`` or, by programs that cannot do that, as password."""
        authorization = request.authorization
        token = (authorization.token or authorization.password or "") if authorization else ""
        owner = self._accounts.token_owner(token)
        return Identity(owner, "token", digest(token)) if owner else None

    def is_valid(self, identity: Identity) -> bool:
        if identity.method == "token":
            return self._accounts.has_token(identity.proof)
        return (
            identity.fingerprint == self._accounts.fingerprint(identity.name)
            and time.time() < identity.since + self._lifetime_s
            and not self._revoked.is_revoked(identity.proof, identity.name, identity.since)
        )


def current_identity() -> Identity:
    """Return the identity of the client whose request is being handled."""
    identity: Identity | None = request.environ.get(IDENTITY_KEY)
    return identity or ANYONE


def begin_session(session: Any, accounts: Accounts, name: str) -> None:
    """Fill the session cookie of a user who has just logged in."""
    session.clear()
    session.permanent = True
    session["who"] = [name, secrets.token_urlsafe(12), time.time(), accounts.fingerprint(name)]


def from_session(session: Any) -> Identity | None:
    """Return the identity in a session cookie, whose signature has been checked."""
    match session.get("who"):
        case [str(name), str(proof), float(since), str(fingerprint)]:
            return Identity(name, "password", proof, since, fingerprint)
    return None


SESSION_COOKIE = "beamcast_session"


def cookie_name(request: Request) -> str:
    """Return the session cookie's name. Over TLS its prefix makes a browser accept it only from
    this host over TLS: neither another host of the domain nor plain HTTP can plant one."""
    return f"__Host-{SESSION_COOKIE}" if request.is_secure else SESSION_COOKIE


class Sessions(SecureCookieSessionInterface):
    """Session cookies that are ``Secure`` if the page was loaded over TLS; without TLS a browser
    would drop such cookies."""

    def open_session(self, app: Flask, request: Request) -> Any:
        """Return the session in a request's cookie; an empty one if its signature is invalid."""
        signer: Any = self.get_signing_serializer(app)
        lifetime_s = int(app.permanent_session_lifetime.total_seconds())
        try:
            content = signer.loads(
                request.cookies.get(cookie_name(request), ""), max_age=lifetime_s
            )
        except BadSignature:
            content = {}
        return self.session_class(content)

    def get_cookie_name(self, app: Flask) -> str:
        return cookie_name(request)

    def get_cookie_secure(self, app: Flask) -> bool:
        return request.is_secure
