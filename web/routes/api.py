"""``/api``: streams for programs, and pictures for ``<img>``, VLC and curl."""

import itertools
import re
import time
from collections import deque
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, jsonify, request

from shared.broker import Broker, BrokerError
from shared.broker_fault import explain
from shared.renditions import FULL, PRECISE, SIZES, BadRendition, Rendition
from shared.validators import STREAM_NAME
from web.access.authentication import current_identity
from web.client_connection import disconnect, disconnect_check
from web.fanout.backlog import BACKLOG
from web.fanout.relay import Relays
from web.fanout.viewers import HttpViewer
from web.metrics import REFUSED
from web.routes.placeholder import placeholder_image
from web.streams import is_known, known_streams, read_all, read_schema, read_status
from web.wish import check_image, parse_rendition

FRAME_WAIT_S = 15.0
"""How long ``frame.jpg`` waits for a fresh frame."""
SILENT_S = 3.0
"""After so long without a frame, or three times the stream's period, ``stream.mjpg`` says so in the
picture: an ``<img>`` has no other place for it. Sending it also finds a reader that has left."""
BOUNDARY = "beamcast-frame"
PIECE_BYTES = 256 * 1024
VALUES_ALONE = "this stream carries values alone"
DESCRIPTION = Path(__file__).with_name("openapi.json")
NOT_PRECISE = (
    f"here: {', '.join(SIZES)}; precise tiles come over Socket.IO and Redis (docs/protocol.md)"
)


def api(relays: Relays, broker: Broker, default_stream: str) -> Blueprint:
    """The blueprint of one worker."""
    routes = Blueprint("api", __name__, url_prefix="/api")

    routes.register_error_handler(BrokerError, broker_unavailable)

    @routes.get("/openapi.json")
    def description() -> Response:
        return Response(DESCRIPTION.read_bytes(), mimetype="application/json")

    @routes.get("/me")
    def me() -> Response:
        identity = current_identity()
        return jsonify(name=identity.name, way=identity.way)

    @routes.get("/streams")
    def streams() -> Response:
        return jsonify(streams=read_all(broker))

    @routes.get("/streams/<stream>")
    def one_stream(stream: str) -> Any:
        return refusal(stream) or jsonify(
            status=read_status(broker, stream), schema=read_schema(broker, stream)
        )

    @routes.get("/streams/<stream>/frame.jpg")
    def frame(stream: str) -> Any:
        rendition, wrong = chosen(stream)
        if wrong:
            return wrong
        viewer = HttpViewer(disconnect_check(request.environ))
        try:
            relay = relays.watch(stream, rendition, viewer)
            taken = None if relay.error else viewer.take(FRAME_WAIT_S)
        finally:
            relays.unwatch(stream, rendition, viewer)
        if taken is None and relay.error:
            return broker_unavailable(relay.error)
        if taken is None:
            why = relay.status.get("message") or "nothing was published"
            return error_response(504, f"no frame came within {FRAME_WAIT_S:g} s", why)
        picture = taken.jpeg
        if picture is None:
            return error_response(
                404, "the frame has no picture", taken.image_fault or VALUES_ALONE
            )
        answer = Response(
            pieces(picture), mimetype="image/jpeg", headers=frame_headers(taken.header)
        )
        answer.content_length = len(picture)
        BACKLOG.hold(viewer, picture, disconnect(request.environ))
        answer.call_on_close(partial(BACKLOG.release, viewer))
        return answer

    @routes.get("/streams/<stream>/stream.mjpg")
    def motion(stream: str) -> Any:
        rendition, wrong = chosen(stream)
        return wrong or Response(
            parts(
                stream,
                rendition,
                HttpViewer(disconnect_check(request.environ)),
                disconnect(request.environ),
            ),
            mimetype=f"multipart/x-mixed-replace; boundary={BOUNDARY}",
            headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
        )

    def parts(
        stream: str, rendition: Rendition, viewer: HttpViewer, end: Callable[[], None]
    ) -> Iterator[bytes]:
        """A boundary, and then the parts, each with the boundary that a browser waits for. While a
        picture is sent its reader keeps that alone of the frame."""
        times = deque([time.monotonic()], maxlen=4)  # of the last pictures
        said = times[0]
        try:
            relay = relays.watch(stream, rendition, viewer)
            yield f"--{BOUNDARY}\r\n".encode()
            while not viewer.has_hung_up():
                period_s = min((b - a for a, b in itertools.pairwise(times)), default=0.0)
                patience_s = max(SILENT_S, 3 * period_s)
                frame = viewer.take(patience_s)
                picture, now = frame.jpeg if frame else None, time.monotonic()
                frame = None
                if picture:
                    times.append(now)
                    said = now
                    BACKLOG.hold(viewer, picture, end)
                    yield from part(picture)
                    BACKLOG.release(viewer)
                elif now - said >= patience_s:
                    said = now
                    yield from part(placeholder_image(relay.status))
        finally:
            BACKLOG.release(viewer)
            relays.unwatch(stream, rendition, viewer)

    def chosen(stream: str) -> tuple[Rendition, tuple[Response, int] | None]:
        """The picture that the query asks for, and why it cannot be had."""
        wish, wrong = Rendition(), refusal(stream)
        try:
            wish = parse_rendition(
                request.args.get("rendition", FULL), request.args.get("image", "")
            )
            if wish.size == PRECISE:
                raise BadRendition("precise tiles are no picture", NOT_PRECISE)
            if not wrong:
                check_image(wish.image, read_schema(broker, stream) if wish.image else None)
        except BadRendition as problem:
            wrong = wrong or error_response(400, str(problem), problem.allowed)
        return wish, wrong

    def refusal(stream: str) -> tuple[Response, int] | None:
        return unknown_stream(stream, broker, default_stream)

    return routes


def unknown_stream(stream: str, broker: Broker, default_stream: str) -> tuple[Response, int] | None:
    """The answer to who asks for what is no stream."""
    if not re.fullmatch(STREAM_NAME, stream):
        return error_response(400, "not a stream's name", "1 to 64 of A-Z a-z 0-9 . _ -")
    if stream == default_stream or is_known(broker, stream):
        return None
    known = ", ".join(known_streams(broker)[:32]) or "none"
    return error_response(404, f"no stream is called {stream!r}", f"known streams: {known}")


def broker_unavailable(problem: BrokerError) -> tuple[Response, int]:
    """The answer while Redis does not do what is needed."""
    fault = explain(problem)
    return error_response(503, fault.reason, fault.hint)


def part(picture: bytes) -> Iterator[bytes]:
    """One picture of a motion stream, up to the next boundary: a browser shows it only then."""
    yield f"Content-Type: image/jpeg\r\nContent-Length: {len(picture)}\r\n\r\n".encode()
    yield from pieces(picture)
    yield f"\r\n--{BOUNDARY}\r\n".encode()


def pieces(picture: bytes) -> Iterator[bytes]:
    """A picture bit by bit: eventlet copies what of a piece its line does not take at once."""
    for start in range(0, len(picture), PIECE_BYTES):
        yield picture[start : start + PIECE_BYTES]


def error_response(code: int, error: str, hint: str) -> tuple[Response, int]:
    """An error as every ``/api`` answer gives it."""
    REFUSED.labels(f"api_{code}").inc()
    return jsonify(error=error, hint=hint), code


def frame_headers(header: dict[str, Any]) -> dict[str, str]:
    """Response headers that say which frame this is."""
    facts = {
        "X-Beamcast-Pulse-Id": header.get("pulse_id"),
        "X-Beamcast-Received": header.get("t_received"),
        "X-Beamcast-Epoch": header.get("epoch"),
        "X-Beamcast-Seq": header.get("seq"),
    }
    numbers = {name: str(fact) for name, fact in facts.items() if is_number(fact)}
    return {"Cache-Control": "no-store", **numbers}


def is_number(fact: Any) -> bool:
    """A number, or an integer beyond 2^53 as its text."""
    is_text = isinstance(fact, str) and re.fullmatch(r"-?[0-9]{1,20}", fact)
    return isinstance(fact, int | float) or bool(is_text)
