"""``POST /push``: messages over HTTP."""

import asyncio
import io
import logging
from collections.abc import Collection, Mapping
from typing import Any, cast

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError
from aiohttp.typedefs import Handler, Middleware
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.formparser import FormDataParser
from werkzeug.http import parse_options_header

from ingest.push.limits import SMALL_BYTES, Limits, address_of
from ingest.push.message import InvalidMessage
from ingest.push.receiver import MessageReceiver, Unauthorized
from shared.validators import is_own_host

log = logging.getLogger(__name__)

NOT_OURS = (HttpProcessingError, ConnectionError)
LINES = ("application/x-ndjson", "application/jsonl", "application/jsonlines")
REQUEST_S = 20.0
"""until the head of the first request has come"""
BODY_S = 30.0
"""So long a request's body may take."""
LINGER_S = 5.0
"""So long we go on reading what we do not want, that who sends it hears why."""
MOST_PARTS = 16
PASSWORD = "Authorization: Bearer PASSWORD"  # noqa: S105


class Connection(asyncio.Protocol):
    """Stands before ``inner``, which speaks HTTP; ``asyncio.Transport.get_protocol`` finds it."""

    def __init__(self, inner: asyncio.Protocol, limits: Limits) -> None:
        self._inner = inner
        self._limits = limits
        self.address = ""
        self.too_many = ""
        """what is to be said to who came although there are enough"""
        self.is_known = False
        """whether its request has said the password, or none is asked for"""
        self._patience: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        line = cast(asyncio.Transport, transport)
        self.address = address_of(line.get_extra_info("peername"))
        self.too_many = self._limits.enter(self.address)
        self._inner.connection_made(transport)
        if self._limits.is_flooded:
            line.abort()
        else:
            loop = asyncio.get_running_loop()
            self._patience = loop.call_later(REQUEST_S, line.abort)

    def begun(self) -> None:
        """A request has come."""
        self.is_known = False
        if self._patience:
            self._patience.cancel()

    def connection_lost(self, exc: Exception | None) -> None:
        self.begun()
        self._limits.leave(self.address)
        self._inner.connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        self._inner.data_received(data)

    def eof_received(self) -> bool | None:
        return self._inner.eof_received()

    def pause_writing(self) -> None:
        self._inner.pause_writing()

    def resume_writing(self) -> None:
        self._inner.resume_writing()


class RequestRejected(Exception):
    """A request that is not listened to, and its answer; ``why`` it is counted."""

    def __init__(
        self, why: str, status: int, error: str, hint: str, headers: dict[str, str] | None = None
    ) -> None:
        super().__init__(error)
        self.why, self.status, self.hint = why, status, hint
        self.headers = headers or {}


def application(door: MessageReceiver, max_bytes: int, origins: Collection[str]) -> web.Application:
    """``max_bytes`` of one request; ``origins``: the sites whose pages may push. Its connections
    have to be of ``Connection``."""
    app = web.Application(middlewares=[only_from(door, origins)])
    log.addFilter(is_ours)

    async def push(request: web.Request) -> web.Response:
        connection, token = _connection(request), _token(request)
        address = connection.address
        kind = request.content_type if "Content-Type" in request.headers else ""
        connection.is_known = trusted = door.knows(token)
        if token and not trusted:
            await door.keep_waiting(address)
            raise _stranger(PASSWORD)
        with door.limits.receiving() as keep:
            body = await _body(request, max_bytes if trusted else SMALL_BYTES, keep)
            try:
                if kind == "multipart/form-data":
                    form = form_parts(request.headers["Content-Type"], body)
                    text, data = form.get("message", b""), form.get("data")
                    answer = door.take_with(text, data, address, trusted)
                elif kind == "application/octet-stream":
                    text, _, data = body.partition(b"\n")
                    answer = door.take_with(text, data, address, trusted)
                else:
                    texts = io.BytesIO(body) if kind in LINES else [body]
                    answer = await door.take(texts, address, trusted)
            except Unauthorized as stranger:
                if stranger.guessed:
                    await door.keep_waiting(address)
                raise _stranger(f"{PASSWORD}, or api_crypt in each message") from None
            except InvalidMessage as problem:
                raise RequestRejected("refused", 400, str(problem), problem.hint) from None
        connection.is_known = trusted or answer.is_known
        if answer.too_fast:
            return web.json_response(answer.as_json(), status=429, headers={"Retry-After": "1"})
        return web.json_response(answer.as_json(), status=400 if answer.refused else 200)

    async def _body(request: web.Request, most: int, keep: Any) -> bytes:
        """All of it; raises TurnedAway as soon as it is too much."""
        if coding := request.headers.get("Content-Encoding"):
            raise RequestRejected(
                "refused", 415, f"the body is packed ({coding[:40]})", "send it plain"
            )
        pieces, size = [], request.content_length or 0
        try:
            async with asyncio.timeout(BODY_S):
                if size <= most:
                    size = 0
                    async for piece in request.content.iter_any():
                        size += len(piece)
                        if size > most:
                            break
                        keep(len(piece))
                        pieces.append(piece)
        except TimeoutError:
            hint = "send less at once"
            raise RequestRejected(
                "too_slow", 408, f"it took more than {BODY_S:g} s", hint
            ) from None
        except web.RequestPayloadError as problem:
            words = f"the body is not as HTTP has it ({str(problem)[:200]})"
            raise RequestRejected("refused", 400, words, "Content-Length, or chunks") from None
        except InvalidMessage as problem:
            busy = {"Retry-After": "1"}
            raise RequestRejected("too_many_bytes", 503, str(problem), problem.hint, busy) from None
        if size > most and not _connection(request).is_known:
            raise _stranger(f"{PASSWORD} for more than {most} bytes")
        if size > most:
            hint = "BEAMCAST_PUSH_MAX_BYTES; or send less at once"
            raise RequestRejected("too_large", 413, f"more than {most} bytes came", hint)
        return b"".join(pieces)

    app.router.add_post("/push", push)
    return app


def only_from(door: MessageReceiver, origins: Collection[str]) -> Middleware:
    """Turns away pages of other sites and who is one too many, and gives every error its words."""

    @web.middleware
    async def look(request: web.Request, handler: Handler) -> web.StreamResponse:
        origin = request.headers.get("Origin")
        about: dict[str, str] = {}
        if not request.transport:
            return web.Response()  # to nobody: it has left
        connection = _connection(request)
        connection.begun()
        try:
            _let_in(connection, request)
            if origin:
                about = {"Access-Control-Allow-Origin": origin, "Vary": "Origin"}
            if origin and request.method == "OPTIONS":
                about["Access-Control-Allow-Headers"] = "authorization, content-type"
                answer: web.StreamResponse = web.Response(status=204)
            else:
                answer = await handler(request)
        except RequestRejected as problem:
            door.turn_away(problem.why)
            answer = refused(problem.status, str(problem), problem.hint, problem.headers)
        except web.HTTPNotFound:
            answer = refused(404, "nothing is here", "POST /push")
        except web.HTTPMethodNotAllowed as problem:
            allow = {"Allow": problem.headers["Allow"]}
            answer = refused(405, f"{request.method} does nothing here", "POST /push", allow)
        answer.headers.update(about)
        if not connection.is_known:
            answer.force_close()  # a stranger holds no connection
        return answer

    def _let_in(connection: Connection, request: web.Request) -> None:
        if connection.too_many:
            hint = "try again; one connection may carry many messages"
            busy = {"Retry-After": "1"}
            raise RequestRejected("too_many_connections", 503, connection.too_many, hint, busy)
        site = _other_site(request.headers)
        if site and site not in origins:
            words = f"pages of {site[:200]} may not push"
            raise RequestRejected("strangers", 403, words, "BEAMCAST_PUSH_ORIGINS")
        hosts = request.headers.getall("Host", [])
        if door.knows("") and not all(map(is_own_host, hosts)):
            hint = "127.0.0.1 or localhost; or a password in BEAMCAST_PUSH_PASSWORDS"
            words = f"no board without a password is at {', '.join(hosts)[:200]}"
            raise RequestRejected("strangers", 421, words, hint)

    return look


def _other_site(headers: Mapping[str, str]) -> str:
    """The site whose page has a browser send this; empty when none does, as from a program."""
    if "Origin" in headers:
        return headers["Origin"] or "null"
    is_own = headers.get("Sec-Fetch-Site", "none") in ("none", "same-origin")
    return "" if is_own else "other sites"


def refused(
    status: int, error: str, hint: str, headers: dict[str, str] | None = None
) -> web.Response:
    """An error as every API of ours has it."""
    return web.json_response({"error": error, "hint": hint}, status=status, headers=headers)


def is_ours(record: logging.LogRecord) -> bool:
    """Whether what the library logs is neither a malformed request nor one that broke off."""
    return not (record.exc_info and isinstance(record.exc_info[1], NOT_OURS))


def _stranger(hint: str) -> RequestRejected:
    about = {"WWW-Authenticate": "Bearer"}
    return RequestRejected("strangers", 401, "this needs the password", hint, about)


def _connection(request: web.Request) -> Connection:
    return cast(Connection, cast(asyncio.Transport, request.transport).get_protocol())


def _token(request: web.Request) -> str:
    way, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if way.lower() == "bearer" else ""


def form_parts(content_type: str, body: bytes) -> dict[str, bytes]:
    """Return the parts of ``multipart/form-data`` (RFC 7578), name → content, all kept in memory.

    Raises InvalidMessage."""
    kind, options = parse_options_header(content_type)
    parser = FormDataParser(
        stream_factory=lambda *_, **__: io.BytesIO(),
        max_form_memory_size=len(body),
        max_form_parts=MOST_PARTS,
        silent=False,
    )
    try:
        _, texts, files = parser.parse(io.BytesIO(body), kind, len(body), options)
    except RequestEntityTooLarge:
        raise InvalidMessage("the form has too many parts", f"at most {MOST_PARTS}") from None
    except ValueError as problem:
        hint = "multipart/form-data; boundary=…, and --…-- at its end"
        raise InvalidMessage(f"this is no form ({str(problem)[:100]})", hint) from None
    if "data" in texts:
        raise InvalidMessage("data has no filename", "curl -F data=@FILE: bytes come as a file")
    found = {name: text.encode() for name, text in texts.items()}
    return found | {name: file.stream.read() for name, file in files.items()}
