"""The access check of every request: pages, ``/api``, and the handshake and polls of Socket.IO.

It is WSGI middleware, since requests of Socket.IO never reach Flask's own hooks.
"""

import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from string import printable
from typing import Any
from urllib.parse import parse_qs, quote

from flask import Request, Response
from werkzeug.wsgi import ClosingIterator

from shared.settings import WebSettings
from shared.validators import is_address, is_loopback
from web.access.authentication import IDENTITY_KEY, Authenticator, Identity
from web.access.hosts import AllowedHosts
from web.access.proxies import ADDRESS_KEY, IS_DIRECT, Wsgi, is_in
from web.access.viewer_limits import ViewerLimits
from web.metrics import REFUSED

HEALTH_PATHS = ("/healthz", "/readyz")
PUBLIC_PATHS = ("/login", "/static/", "/lib/", "/bundle/")
"""what the login page needs"""
RETRY_AFTER_S = 5
SessionOwner = Callable[[str], Identity | None]


class AccessMiddleware:
    """Rejects requests of clients that may not watch; ``session_owner`` returns the identity that
    opened an engine.io session."""

    def __init__(
        self,
        app: Wsgi,
        options: WebSettings,
        authenticator: Authenticator,
        limits: ViewerLimits,
        hosts: AllowedHosts,
        session_owner: SessionOwner,
    ) -> None:
        self._app = app
        self._options = options
        self._authenticator = authenticator
        self._limits = limits
        self._hosts = hosts
        self._session_owner = session_owner

    def __call__(
        self, environ: dict[str, Any], start_response: Callable[..., Any]
    ) -> Iterable[bytes]:
        """Pass the request on with its identity, or reject it."""
        # An empty path would make Flask redirect to whatever Host says; bytes that are not allowed
        # in an address would make what reads them as text fail.
        environ["PATH_INFO"] = environ.get("PATH_INFO") or "/"
        query = environ.get("QUERY_STRING", "")
        environ["QUERY_STRING"] = quote(query, printable, "latin-1")
        request = Request(environ)
        rejection = None if request.path in HEALTH_PATHS else self._check(request)
        if rejection:
            return rejection(environ, start_response)
        if not request.path.startswith("/api/"):
            return self._app(environ, start_response)
        with ExitStack() as on_close:
            on_close.callback(self._limits.count_request(environ[ADDRESS_KEY]))
            answer = self._app(environ, start_response)
            on_close.callback(getattr(answer, "close", list))
            chunks = self._while_valid(answer, environ[IDENTITY_KEY])
            return ClosingIterator(chunks, on_close.pop_all().close)

    def _while_valid(self, answer: Iterable[bytes], identity: Identity) -> Iterator[bytes]:
        """End an answer that may last for hours when the login ends."""
        for chunk in answer:
            if not self._authenticator.is_valid(identity):
                return
            yield chunk

    def _check(self, request: Request) -> Response | None:
        """Authenticate the client; return the answer if the request is rejected."""
        environ, path = request.environ, request.path
        if path == "/metrics" and self._is_trusted_scraper(request):
            return None
        if self._options.auth == "none" and (wrong_host := self._check_host(request)):
            return wrong_host
        identity = self._authenticator.authenticate(request)
        environ[IDENTITY_KEY] = identity
        if (
            identity
            and identity.method == "token"
            and not may_carry_secrets(request, self._options.allow_plain_http)
        ):
            return reject(request, 403, "plain_http", *PLAIN_HTTP)
        if path.startswith(PUBLIC_PATHS):
            return None
        if path.startswith(("/api/", "/socket.io/")) and self._is_cross_site(request):
            return reject(request, 403, "foreign", *CROSS_SITE)
        if not identity:
            return self._reject_unauthenticated(request)
        sid = session_id(environ) if path.startswith("/socket.io/") else None
        if sid:
            owner = self._session_owner(sid)
            is_foreign = owner is not None and not owner.is_same(identity)
            return reject(request, 403, "sid", *FOREIGN_SESSION) if is_foreign else None
        if path.startswith(("/socket.io/", "/api/")):
            exceeded = self._limits.check(environ[ADDRESS_KEY])
            return reject(request, 429, "full", *exceeded) if exceeded else None
        return None

    def _check_host(self, request: Request) -> Response | None:
        """Reject a request under a name that may be another site's (``AllowedHosts``); while only
        this machine may watch, under any name or address but its own."""
        name = host_name(request.host)
        if not self._options.allow_anyone:
            return None if is_loopback(name) else reject(request, 403, "host", *NOT_LOCAL)
        if self._hosts.allow(name):
            return None
        return reject(request, 421, "host", *UNKNOWN_HOST)

    def _is_cross_site(self, request: Request) -> bool:
        """Return whether a page of another site, of the same domain or not, uses its visitor's
        login, as the browser's ``Sec-Fetch-…`` headers show. Following a link does not count, nor
        does a page of an origin in ``BEAMCAST_ORIGINS``."""
        headers = request.headers
        return (
            self._options.auth != "none"
            and headers.get("Sec-Fetch-Site", "none") not in ("none", "same-origin")
            and headers.get("Sec-Fetch-Dest") != "document"
            and headers.get("Origin") not in self._options.origins
        )

    def _is_trusted_scraper(self, request: Request) -> bool:
        """Return whether the request comes directly from an address of trusted proxies, and to an
        address rather than a host name, which could be another site's (see ``hosts.py``)."""
        return (
            bool(request.environ.get(IS_DIRECT))
            and is_in(request.remote_addr or "", self._options.trusted_proxies)
            and is_address(host_name(request.host))
        )

    def _reject_unauthenticated(self, request: Request) -> Response:
        if self._options.auth == "proxy":
            return reject(request, 401, "unnamed", *NO_PROXY_USER)
        if expects_json(request):
            answer = reject(request, 401, "logged_out", *NOT_LOGGED_IN)
            answer.headers["WWW-Authenticate"] = 'Bearer realm="Beamcast"'
            return answer
        REFUSED.labels("logged_out").inc()
        page = request.full_path.rstrip("?")
        login = "/login" if page == "/" else f"/login?next={quote(page)}"
        return Response(status=302, headers={"Location": login, "Cache-Control": "no-store"})


def session_id(environ: dict[str, Any]) -> str | None:
    """Return the session that a request names. As in engine.io, empty values are skipped."""
    return parse_qs(environ["QUERY_STRING"]).get("sid", [None])[0]


def may_carry_secrets(request: Request, allow_plain_http: bool) -> bool:
    """Return whether a request may contain a password: over TLS, or within one machine."""
    return request.is_secure or allow_plain_http or is_loopback(host_name(request.host))


def reject(request: Request, code: int, kind: str, error: str, hint: str) -> Response:
    """Return an error answer, and count it under ``kind``."""
    REFUSED.labels(kind).inc()
    headers = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
    if code == 429:
        headers["Retry-After"] = str(RETRY_AFTER_S)
    if expects_json(request):
        text, mimetype = json.dumps({"error": error, "hint": hint}), "application/json"
    else:
        text, mimetype = f"{sentence(error)}\n{sentence(hint)}\n", "text/plain"
    return Response(text, code, headers, content_type=mimetype)


def sentence(text: str) -> str:
    """Return an error or hint with a capital letter and a full stop."""
    return f"{text[:1].upper()}{text[1:]}."


def expects_json(request: Request) -> bool:
    """Return whether errors are answered as JSON rather than as text."""
    return request.path.startswith(("/api/", "/socket.io/", "/metrics")) or request.method != "GET"


def host_name(host: str) -> str:
    """Return the name in a Host header, without the port."""
    return host.rpartition("]")[0] if host.startswith("[") else host.partition(":")[0]


NOT_LOCAL = (
    "this Beamcast serves only its own machine, at http://localhost or http://127.0.0.1",
    "to serve other machines set BEAMCAST_AUTH=password or proxy; or BEAMCAST_ALLOW_ANYONE=1, with "
    "which everybody who reaches this address may watch",
)
UNKNOWN_HOST = (
    "unknown host name in the address",
    "if this name belongs to this machine, add it to BEAMCAST_ALLOWED_HOSTS",
)
PLAIN_HTTP = (
    "a token was sent without TLS from another machine, so that others could have read it",
    "use https://, or set BEAMCAST_ALLOW_PLAIN_HTTP=1 on a network that nobody can eavesdrop on",
)
CROSS_SITE = (
    "a page of another site must not use a login to Beamcast",
    "open it in Beamcast; or let that site's server send the request, with Authorization: "
    "Bearer TOKEN",
)
FOREIGN_SESSION = ("this Socket.IO session belongs to another user", "open a new connection")
NOT_LOGGED_IN = ("not logged in", "log in at /login, or send Authorization: Bearer TOKEN")
NO_PROXY_USER = (
    "the proxy in front of Beamcast sent no user name, or more than one",
    "log in at the proxy; with BEAMCAST_AUTH=proxy Beamcast has no passwords. The proxy must "
    "replace the header BEAMCAST_USER_HEADER, not add to it; a user name must have no comma",
)
