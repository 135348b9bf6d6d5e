"""``POST /push``: messages over HTTP."""

import logging
from collections.abc import Collection, Mapping
from typing import Any

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from ingest.push.door import Door, Stranger

log = logging.getLogger(__name__)

LINES = ("application/x-ndjson", "application/jsonl", "application/jsonlines")


def application(door: Door, max_bytes: int, origins: Collection[str]) -> web.Application:
    """``max_bytes`` of one request; ``origins``: the sites whose pages may push."""
    app = web.Application(client_max_size=max_bytes, middlewares=[only_from(origins)])

    async def push(request: web.Request) -> web.Response:
        trusted = door.knows(_token(request))
        try:
            if request.content_type == "multipart/form-data":
                form = await request.post()
                answer = door.take_with(_field(form, "message"), _field(form, "data"), trusted)
            else:
                body = await request.read()
                if request.content_type == "application/octet-stream":
                    text, _, attached = body.partition(b"\n")
                    answer = door.take_with(text, attached, trusted)
                else:
                    texts = body.splitlines() if request.content_type in LINES else [body]
                    answer = door.take(filter(bytes.strip, texts), trusted)
        except Stranger:
            return refused(
                401,
                "this needs the password",
                "Authorization: Bearer PASSWORD, or api_crypt in each message",
                {"WWW-Authenticate": "Bearer"},
            )
        return web.json_response(answer.as_json(), status=400 if answer.refused else 200)

    app.router.add_post("/push", push)
    return app


def only_from(origins: Collection[str]) -> Middleware:
    """Turns pages of other sites away, and gives every error its words."""

    @web.middleware
    async def look(request: web.Request, handler: Handler) -> web.StreamResponse:
        origin = request.headers.get("Origin")
        if origin is not None and origin not in origins:
            return refused(403, f"pages of {origin[:200]} may not push", "BEAMCAST_PUSH_ORIGINS")
        about = {"Access-Control-Allow-Origin": origin, "Vary": "Origin"} if origin else {}
        if origin and request.method == "OPTIONS":
            about["Access-Control-Allow-Headers"] = "authorization, content-type"
            return web.Response(status=204, headers=about)
        try:
            answer = await handler(request)
        except web.HTTPRequestEntityTooLarge as problem:
            answer = refused(
                413, str(problem.text), "BEAMCAST_PUSH_MAX_BYTES; or send less at once"
            )
        except web.HTTPNotFound:
            answer = refused(404, "nothing is here", "POST /push")
        except web.HTTPMethodNotAllowed as problem:
            allow = {"Allow": problem.headers["Allow"]}
            answer = refused(405, f"{request.method} does nothing here", "POST /push", allow)
        answer.headers.update(about)
        return answer

    return look


def refused(
    status: int, error: str, hint: str, headers: dict[str, str] | None = None
) -> web.Response:
    """An error as every API of ours has it."""
    return web.json_response({"error": error, "hint": hint}, status=status, headers=headers)


def _token(request: web.Request) -> str:
    way, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if way.lower() == "bearer" else ""


def _field(form: Mapping[str, Any], name: str) -> bytes:
    """A part of a form, as a text or a file; empty where it is missing."""
    part = form.get(name, b"")
    if isinstance(part, web.FileField):
        return part.file.read()
    return part.encode() if isinstance(part, str) else bytes(part)
