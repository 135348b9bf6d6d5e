"""The guard before everything else of a worker: pages, ``/api``, Socket.IO's handshake and polls.

It is WSGI, since Socket.IO's requests never reach Flask's own hooks.
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
from web.access.authentication import KEY, Authenticator, Identity
from web.access.hosts import AllowedHosts
from web.access.proxies import DIRECT, VIEWER, Wsgi, is_in
from web.access.viewer_limits import ViewerLimits
from web.metrics import REFUSED

ALWAYS = ("/healthz", "/readyz")
PUBLIC = ("/login", "/static/", "/lib/")
"""what the page to log in is made of"""
TRY_AGAIN_S = 5
Opener = Callable[[str], Identity | None]


class AccessMiddleware:
    """``opener`` tells who opened an engine.io session."""

    def __init__(
        self,
        app: Wsgi,
        options: WebSettings,
        way: Authenticator,
        crowd: ViewerLimits,
        hosts: AllowedHosts,
        opener: Opener,
    ) -> None:
        self._app = app
        self._options = options
        self._way = way
        self._crowd = crowd
        self._hosts = hosts
        self._opener = opener

    def __call__(
        self, environ: dict[str, Any], start_response: Callable[..., Any]
    ) -> Iterable[bytes]:
        """Passes the request on with its identity, or answers it."""
        # No path, for which Flask would redirect to whatever Host says; and bytes that an address
        # must not have: what reads them as text would fail.
        environ["PATH_INFO"] = environ.get("PATH_INFO") or "/"
        query = environ.get("QUERY_STRING", "")
        environ["QUERY_STRING"] = quote(query, printable, "latin-1")
        request = Request(environ)
        refusal = None if request.path in ALWAYS else self._refusal(request)
        if refusal:
            return refusal(environ, start_response)
        if not request.path.startswith("/api/"):
            return self._app(environ, start_response)
        with ExitStack() as end:
            end.callback(self._crowd.enter(environ[VIEWER]))
            answer = self._app(environ, start_response)
            end.callback(getattr(answer, "close", list))
            pieces = self._while_allowed(answer, environ[KEY])
            return ClosingIterator(pieces, end.pop_all().close)

    def _while_allowed(self, answer: Iterable[bytes], identity: Identity) -> Iterator[bytes]:
        """An answer that may go on for hours ends with the login."""
        for piece in answer:
            if not self._way.still(identity):
                return
            yield piece

    def _refusal(self, request: Request) -> Response | None:
        environ, path = request.environ, request.path
        if path == "/metrics" and self._is_a_neighbour(request):
            return None
        if self._options.auth == "none" and (wrong := self._wrong_host(request)):
            return wrong
        identity = self._way.who(request)
        environ[KEY] = identity
        if (
            identity
            and identity.way == "token"
            and not may_carry_secrets(request, self._options.allow_plain_http)
        ):
            return refused(request, 403, "plain_http", *PLAIN)
        if path.startswith(PUBLIC):
            return None
        if path.startswith(("/api/", "/socket.io/")) and self._is_for_another_site(request):
            return refused(request, 403, "foreign", *FOREIGN)
        if not identity:
            return self._stranger(request)
        sid = session(environ) if path.startswith("/socket.io/") else None
        if sid:
            opened_by = self._opener(sid)
            is_others = opened_by is not None and not opened_by.is_same(identity)
            return refused(request, 403, "sid", *OTHERS_SESSION) if is_others else None
        if path.startswith(("/socket.io/", "/api/")):
            full = self._crowd.refusal(environ[VIEWER])
            return refused(request, 429, "full", *full) if full else None
        return None

    def _wrong_host(self, request: Request) -> Response | None:
        """The answer to a request under a name that may be another site's (``AllowedHosts``); where
        Beamcast is open to its own machine alone, under any other name or address."""
        name = host_name(request.host)
        if not self._options.allow_anyone:
            return None if is_loopback(name) else refused(request, 403, "host", *NOT_FOR_OTHERS)
        if self._hosts.allow(name):
            return None
        return refused(request, 421, "host", *NOT_OUR_NAME)

    def _is_for_another_site(self, request: Request) -> bool:
        """Whether a page of another site, of the same domain or not, uses its visitor's login, as
        browsers tell in ``Sec-Fetch-…``. A link that is followed is not that, nor a page that
        ``BEAMCAST_ORIGINS`` names."""
        told = request.headers
        return (
            self._options.auth != "none"
            and told.get("Sec-Fetch-Site", "none") not in ("none", "same-origin")
            and told.get("Sec-Fetch-Dest") != "document"
            and told.get("Origin") not in self._options.origins
        )

    def _is_a_neighbour(self, request: Request) -> bool:
        """Whether it asks from where proxies are, is no proxy now, and names no site, which could
        be another's (see above)."""
        return (
            bool(request.environ.get(DIRECT))
            and is_in(request.remote_addr or "", self._options.trusted_proxies)
            and is_address(host_name(request.host))
        )

    def _stranger(self, request: Request) -> Response:
        if self._options.auth == "proxy":
            return refused(request, 401, "unnamed", *UNNAMED)
        if is_for_a_program(request):
            answer = refused(request, 401, "logged_out", *LOGGED_OUT)
            answer.headers["WWW-Authenticate"] = 'Bearer realm="Beamcast"'
            return answer
        REFUSED.labels("logged_out").inc()
        wanted = request.full_path.rstrip("?")
        where = "/login" if wanted == "/" else f"/login?next={quote(wanted)}"
        return Response(status=302, headers={"Location": where, "Cache-Control": "no-store"})


def session(environ: dict[str, Any]) -> str | None:
    """The session that a request names, read as engine.io does: it passes over an empty one."""
    return parse_qs(environ["QUERY_STRING"]).get("sid", [None])[0]


def may_carry_secrets(request: Request, allow_plain_http: bool) -> bool:
    """Whether a password may be sent as this request was: over TLS, or within one machine."""
    return request.is_secure or allow_plain_http or is_loopback(host_name(request.host))


def refused(request: Request, code: int, kind: str, error: str, hint: str) -> Response:
    """The answer to who may not."""
    REFUSED.labels(kind).inc()
    headers = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
    if code == 429:
        headers["Retry-After"] = str(TRY_AGAIN_S)
    if is_for_a_program(request):
        text, kind = json.dumps({"error": error, "hint": hint}), "application/json"
    else:
        text, kind = f"{error}.\n{hint}.\n", "text/plain"
    return Response(text, code, headers, content_type=kind)


def is_for_a_program(request: Request) -> bool:
    """Whether the answer is JSON rather than a page."""
    return request.path.startswith(("/api/", "/socket.io/", "/metrics")) or request.method != "GET"


def host_name(host: str) -> str:
    """The name in a Host header, without the port."""
    return host.rpartition("]")[0] if host.startswith("[") else host.partition(":")[0]


NOT_FOR_OTHERS = (
    "This Beamcast is open to its own machine alone, at http://localhost or http://127.0.0.1",
    "For others: BEAMCAST_AUTH=password or proxy; or BEAMCAST_ALLOW_ANYONE=1, with which whoever "
    "reaches it may watch",
)
NOT_OUR_NAME = (
    "This Beamcast does not go by the host name in its address",
    "If that name is meant to lead here, add it to BEAMCAST_ALLOWED_HOSTS",
)
PLAIN = (
    "A token came without TLS from another machine, where others could have read it",
    "Use https://; or BEAMCAST_ALLOW_PLAIN_HTTP=1 on a network where nobody reads along",
)
FOREIGN = (
    "Another site's page may not use what a login to Beamcast protects",
    "Open it in Beamcast; or let that page's server ask, with Authorization: Bearer TOKEN",
)
OTHERS_SESSION = ("This Socket.IO session is somebody else's", "connect anew")
LOGGED_OUT = ("not logged in", "log in at /login, or send Authorization: Bearer TOKEN")
UNNAMED = (
    "The proxy before Beamcast named no user, or more than one",
    "Log in there; Beamcast itself takes no passwords (BEAMCAST_AUTH=proxy). The proxy must "
    "replace the header with the name (BEAMCAST_USER_HEADER), not add to it; a name has no comma",
)
