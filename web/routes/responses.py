"""Checks of a request, and errors and headers of its answer, for all routes."""

import gzip
import hashlib
import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from flask import Blueprint, Response, jsonify, request

from shared.broker import Broker, BrokerError
from shared.broker_fault import explain
from shared.renditions import FULL, SIZES, BadRendition, Rendition
from shared.validators import STREAM_NAME
from web.broker_health import BrokerHealth
from web.metrics import REFUSED
from web.streams import (
    INVALID_STREAM_NAME,
    check_image,
    is_known,
    read_schema,
    unknown_stream,
)

FRAME_WAIT_S = 15.0
"""How long ``frame.jpg`` and ``snapshot.<kind>`` wait for a fresh frame."""
CHUNK_BYTES = 256 * 1024
PLAIN_SIZES = (
    f"use {', '.join(SIZES)}; others are sent over Socket.IO and Redis, with the header that they "
    "need (docs/protocol.md)"
)
NEED_REDIS = ("/api/streams", "/api/boards")


CACHED_PAGES = 32


class ApiError(Exception):
    """An error answer: HTTP status code, error and hint; a positive ``retry_after_s`` becomes the
    header ``Retry-After``."""

    def __init__(self, code: int, error: str, hint: str, retry_after_s: int = 0) -> None:
        super().__init__(error)
        self.code, self.error, self.hint = code, error, hint
        self.retry_after_s = retry_after_s


def install_error_answers(routes: Blueprint) -> None:
    """Answer each ApiError and BrokerError that a route of the blueprint raises."""

    @routes.errorhandler(ApiError)
    def refuse(error: ApiError) -> tuple[Response, int]:
        answer, code = error_response(error.code, error.error, error.hint)
        if error.retry_after_s:
            answer.headers["Retry-After"] = str(error.retry_after_s)
        return answer, code

    routes.register_error_handler(BrokerError, broker_unavailable)


def error_response(code: int, error: str, hint: str) -> tuple[Response, int]:
    """Return an error in the form of every ``/api`` answer, and count it."""
    REFUSED.labels(f"api_{code}").inc()
    return jsonify(error=error, hint=hint), code


def broker_unavailable(error: BrokerError) -> tuple[Response, int]:
    """Return the answer to a request that Redis did not serve."""
    fault = explain(error)
    return error_response(503, fault.reason, fault.hint)


def reject_while_unavailable(health: BrokerHealth) -> Any:
    """Answer a request that needs Redis with 503 while Redis is unavailable; a ``before_request``
    hook. ``stream.mjpg`` passes: it shows the fault as a picture and continues when Redis works
    again, while an ``<img>`` would not repeat its request."""
    fault, path = health.fault, request.path
    if fault and path.startswith(NEED_REDIS) and not path.endswith("/stream.mjpg"):
        return error_response(503, fault.reason, fault.hint)
    return None


def check_stream(stream: str, broker: Broker, default_stream: str) -> None:
    """Raise ApiError for an invalid or unknown stream name."""
    if not re.fullmatch(STREAM_NAME, stream):
        raise ApiError(400, *INVALID_STREAM_NAME)
    if stream != default_stream and not is_known(broker, stream):
        raise ApiError(404, *unknown_stream(broker, stream))


def requested_picture(stream: str, broker: Broker, default_stream: str) -> Rendition:
    """Return the picture that the query names; raise ApiError and BrokerError."""
    check_stream(stream, broker, default_stream)
    rendition = requested_rendition(stream, broker, request.args.get("rendition", FULL))
    if rendition.region:
        raise ApiError(400, "precise tiles are not a picture", PLAIN_SIZES)
    if rendition.size not in SIZES:
        raise ApiError(400, "a picture without a header is never on a log scale", PLAIN_SIZES)
    return rendition


def requested_rendition(stream: str, broker: Broker, size: str) -> Rendition:
    """Return the rendition of this size, of the image that the query names; raise ApiError and
    BrokerError."""
    try:
        rendition = Rendition.parse(size, request.args.get("image", ""))
        check_image(rendition.image, read_schema(broker, stream) if rendition.image else None)
    except BadRendition as error:
        raise ApiError(400, str(error), error.allowed) from None
    return rendition


def frame_timeout(status: dict[str, Any], wait_s: float) -> ApiError:
    """Return the error for a stream that had no frame in time."""
    hint = status.get("message") or "the stream has published no frame; check its source"
    return ApiError(504, f"timed out: no frame within {wait_s:g} s", hint)


def frame_headers(header: dict[str, Any]) -> dict[str, str]:
    """Return the response headers that identify a frame."""
    values = {
        "X-Beamcast-Pulse-Id": header.get("pulse_id"),
        "X-Beamcast-Received": header.get("t_received"),
        "X-Beamcast-Epoch": header.get("epoch"),
        "X-Beamcast-Seq": header.get("seq"),
    }
    numbers = {name: str(value) for name, value in values.items() if is_number(value)}
    return {"Cache-Control": "no-store", **numbers}


def is_number(value: Any) -> bool:
    """Return whether a value is a number, or the text of an integer beyond 2^53."""
    is_text = isinstance(value, str) and re.fullmatch(r"-?[0-9]{1,20}", value)
    return isinstance(value, int | float) or bool(is_text)


def page_response(text: str) -> Response:
    """Return a page that the browser keeps, and asks for again each time it opens it. It has no
    secret, which compression could reveal to another site."""
    content, etag = compressed(text)
    is_compressed = request.accept_encodings.quality("gzip") > 0
    response = Response(content if is_compressed else text, mimetype="text/html")
    response.headers["Cache-Control"] = "private, no-cache"
    response.vary.add("Accept-Encoding")
    response.set_etag(f"{etag}-gzip" if is_compressed else etag)
    if is_compressed:
        response.headers["Content-Encoding"] = "gzip"
    response.make_conditional(request)
    return response


@lru_cache(CACHED_PAGES)
def compressed(text: str) -> tuple[bytes, str]:
    """Return a page's compressed text and its digest; takes 0.4 ms."""
    content = text.encode()
    return gzip.compress(content, 6, mtime=0), hashlib.sha256(content).hexdigest()[:32]


def chunks(data: bytes) -> Iterator[bytes]:
    """Split data into chunks: of each one, eventlet copies what the socket does not accept at
    once."""
    for start in range(0, len(data), CHUNK_BYTES):
        yield data[start : start + CHUNK_BYTES]
