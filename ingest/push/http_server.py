"""``POST /push``: messages over HTTP."""

import asyncio
import io
import logging
from collections.abc import Callable, Collection, Mapping
from typing import cast

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError
from aiohttp.typedefs import Handler, Middleware
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.formparser import FormDataParser
from werkzeug.http import parse_options_header

from ingest.push.limits import SMALL_MESSAGE_BYTES, Limits, address_of
from ingest.push.message import InvalidMessage
from ingest.push.receiver import MessageReceiver, Unauthorized
from shared.validators import is_own_host

log = logging.getLogger(__name__)

CLIENT_ERRORS = (HttpProcessingError, ConnectionError)
JSON_LINES = ("application/x-ndjson", "application/jsonl", "application/jsonlines")
REQUEST_S = 20.0
"""until the headers of a connection's first request are complete"""
BODY_S = 30.0
"""to receive the body of a request"""
LINGER_S = 5.0
"""to read on after an early answer; closing with unread data would make the client lose it"""
MAX_FORM_PARTS = 16
RETRY = {"Retry-After": "1"}
PASSWORD_HINT = "send the header Authorization: Bearer PASSWORD"  # noqa: S105


class Connection(asyncio.Protocol):
    """One HTTP connection: counted, and closed if its first request does not arrive in time.

    Wraps ``inner``, which speaks HTTP. ``asyncio.Transport.get_protocol`` returns this object.
    """

    def __init__(self, inner: asyncio.Protocol, limits: Limits) -> None:
        self._inner = inner
        self._limits = limits
        self.address = ""
        self.too_many = ""
        """the error if this connection is above the limits"""
        self.is_authenticated = False
        """whether its current request contained the password, or none is needed"""
        self._timeout: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        transport = cast(asyncio.Transport, transport)
        self.address = address_of(transport.get_extra_info("peername"))
        self.too_many = self._limits.add_connection(self.address)
        self._inner.connection_made(transport)
        if self._limits.is_flooded:
            transport.abort()
        else:
            self._timeout = asyncio.get_running_loop().call_later(REQUEST_S, transport.abort)

    def on_request(self) -> None:
        """Forget the authentication of the request before, and stop the timeout."""
        self.is_authenticated = False
        if self._timeout:
            self._timeout.cancel()

    def connection_lost(self, exc: Exception | None) -> None:
        self.on_request()
        self._limits.remove_connection(self.address)
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
    """A request that is answered with an error; ``counter`` counts it."""

    def __init__(
        self,
        counter: str,
        status: int,
        error: str,
        hint: str,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(error)
        self.counter, self.status, self.hint, self.headers = counter, status, hint, headers


def application(
    receiver: MessageReceiver, max_bytes: int, origins: Collection[str]
) -> web.Application:
    """Return the aiohttp application; its connections have to be of class ``Connection``.

    ``max_bytes``: of one request; ``origins``: the sites whose pages may push.
    """
    app = web.Application(middlewares=[middleware(receiver, origins)])
    log.addFilter(is_server_error)

    async def push(request: web.Request) -> web.Response:
        connection, token = _connection(request), _token(request)
        address = connection.address
        content_type = request.content_type if "Content-Type" in request.headers else ""
        trusted = receiver.accepts_password(token)
        connection.is_authenticated = trusted
        if token and not trusted:
            await receiver.delay_response(address)
            raise _unauthorized("wrong password", PASSWORD_HINT)
        with receiver.limits.receiving() as count_bytes:
            body = await _body(request, max_bytes if trusted else SMALL_MESSAGE_BYTES, count_bytes)
            try:
                if content_type == "multipart/form-data":
                    form = form_parts(request.headers["Content-Type"], body)
                    text, data = form.get("message", b""), form.get("data")
                    result = receiver.receive_text_with_data(text, data, address, trusted)
                elif content_type == "application/octet-stream":
                    text, _, data = body.partition(b"\n")
                    result = receiver.receive_text_with_data(text, data, address, trusted)
                else:
                    texts = io.BytesIO(body) if content_type in JSON_LINES else [body]
                    result = await receiver.receive(texts, address, trusted)
            except Unauthorized as error:
                if error.has_password:
                    await receiver.delay_response(address)
                hint = f"{PASSWORD_HINT}, or put the password into api_crypt of each message"
                raise _unauthorized(str(error), hint) from None
            except InvalidMessage as error:
                raise RequestRejected("refused", 400, str(error), error.hint) from None
        connection.is_authenticated = trusted or result.is_authenticated
        if result.too_fast:
            return web.json_response(result.as_json(), status=429, headers=RETRY)
        return web.json_response(result.as_json(), status=400 if result.refused else 200)

    async def _body(
        request: web.Request, max_bytes: int, count_bytes: Callable[[int], None]
    ) -> bytes:
        """Read the whole body; raises RequestRejected as soon as it is too large."""
        if coding := request.headers.get("Content-Encoding"):
            text = f"unsupported Content-Encoding: {coding[:40]}"
            raise RequestRejected("refused", 415, text, "send the body uncompressed")
        pieces, size = [], request.content_length or 0
        try:
            async with asyncio.timeout(BODY_S):
                if size <= max_bytes:
                    size = 0
                    async for piece in request.content.iter_any():
                        size += len(piece)
                        if size > max_bytes:
                            break
                        count_bytes(len(piece))
                        pieces.append(piece)
        except TimeoutError:
            text = f"timed out: the body took more than {BODY_S:g} s"
            raise RequestRejected("too_slow", 408, text, "send smaller requests") from None
        except web.RequestPayloadError as error:
            text = f"malformed request body ({str(error)[:200]})"
            hint = "send Content-Length, or Transfer-Encoding: chunked"
            raise RequestRejected("refused", 400, text, hint) from None
        except InvalidMessage as error:
            raise RequestRejected("too_many_bytes", 503, str(error), error.hint, RETRY) from None
        if size > max_bytes and not _connection(request).is_authenticated:
            hint = f"{PASSWORD_HINT} with requests of more than {max_bytes} bytes"
            raise _unauthorized("authentication required", hint)
        if size > max_bytes:
            hint = "send smaller requests, or raise BEAMCAST_PUSH_MAX_BYTES"
            text = f"request body too large: more than {max_bytes} bytes"
            raise RequestRejected("too_large", 413, text, hint)
        return b"".join(pieces)

    app.router.add_post("/push", push)
    return app


def middleware(receiver: MessageReceiver, origins: Collection[str]) -> Middleware:
    """Return middleware that rejects pages of other sites and surplus connections, and formats
    all errors."""

    @web.middleware
    async def handle(request: web.Request, handler: Handler) -> web.StreamResponse:
        origin = request.headers.get("Origin")
        cors_headers: dict[str, str] = {}
        if not request.transport:
            return web.Response()  # the client has disconnected
        connection = _connection(request)
        connection.on_request()
        try:
            _check(connection, request)
            if origin:
                cors_headers = {"Access-Control-Allow-Origin": origin, "Vary": "Origin"}
            if origin and request.method == "OPTIONS":
                cors_headers["Access-Control-Allow-Headers"] = "authorization, content-type"
                response: web.StreamResponse = web.Response(status=204)
            else:
                response = await handler(request)
        except RequestRejected as error:
            receiver.count_rejection(error.counter)
            response = error_response(error.status, str(error), error.hint, error.headers)
        except web.HTTPNotFound:
            response = error_response(404, "not found", "POST /push")
        except web.HTTPMethodNotAllowed as error:
            allow = {"Allow": error.headers["Allow"]}
            text = f"method {request.method} not allowed"
            response = error_response(405, text, "POST /push", allow)
        response.headers.update(cors_headers)
        if not connection.is_authenticated:
            response.force_close()  # without a password no connection is kept open
        return response

    def _check(connection: Connection, request: web.Request) -> None:
        if connection.too_many:
            hint = "try again later; one connection can carry many messages"
            raise RequestRejected("too_many_connections", 503, connection.too_many, hint, RETRY)
        site = _other_site(request.headers)
        if site and site not in origins:
            hint = "add the site's origin to BEAMCAST_PUSH_ORIGINS"
            error = f"pages of {site[:200]} are not allowed to push"
            raise RequestRejected("strangers", 403, error, hint)
        hosts = request.headers.getall("Host", [])
        if receiver.accepts_password("") and not all(map(is_own_host, hosts)):
            hint = "use 127.0.0.1 or localhost, or set BEAMCAST_PUSH_PASSWORDS"
            error = f"without a password, the host name {', '.join(hosts)[:200]} is not accepted"
            raise RequestRejected("strangers", 421, error, hint)

    return handle


def _other_site(headers: Mapping[str, str]) -> str:
    """Return the site whose page sent a request; empty if it is from a program or our own page."""
    if "Origin" in headers:
        return headers["Origin"] or "null"
    is_own = headers.get("Sec-Fetch-Site", "none") in ("none", "same-origin")
    return "" if is_own else "other sites"


def error_response(
    status: int, error: str, hint: str, headers: Mapping[str, str] | None = None
) -> web.Response:
    return web.json_response({"error": error, "hint": hint}, status=status, headers=headers)


def is_server_error(record: logging.LogRecord) -> bool:
    """Filter aiohttp's log records of malformed requests and broken connections."""
    return not (record.exc_info and isinstance(record.exc_info[1], CLIENT_ERRORS))


def _unauthorized(error: str, hint: str) -> RequestRejected:
    return RequestRejected("strangers", 401, error, hint, {"WWW-Authenticate": "Bearer"})


def _connection(request: web.Request) -> Connection:
    return cast(Connection, cast(asyncio.Transport, request.transport).get_protocol())


def _token(request: web.Request) -> str:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def form_parts(content_type: str, body: bytes) -> dict[str, bytes]:
    """Return the parts of ``multipart/form-data`` (RFC 7578), name → content, all kept in memory.

    Raises InvalidMessage.
    """
    mimetype, options = parse_options_header(content_type)
    parser = FormDataParser(
        stream_factory=lambda *_, **__: io.BytesIO(),
        max_form_memory_size=len(body),
        max_form_parts=MAX_FORM_PARTS,
        silent=False,
    )
    try:
        _, texts, files = parser.parse(io.BytesIO(body), mimetype, len(body), options)
    except RequestEntityTooLarge:
        raise InvalidMessage("the form has too many parts", f"at most {MAX_FORM_PARTS}") from None
    except ValueError as error:
        hint = "multipart/form-data; boundary=…, with --…-- at the end of the body"
        raise InvalidMessage(f"invalid form ({str(error)[:100]})", hint) from None
    if "data" in texts:
        raise InvalidMessage("data has no filename", "send it as a file: curl -F data=@FILE")
    parts = {name: text.encode() for name, text in texts.items()}
    return parts | {name: file.stream.read() for name, file in files.items()}
