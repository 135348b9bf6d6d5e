"""``/api``: streams for programs, and pictures for ``<img>``, VLC and curl."""

import re
from collections.abc import Iterator
from typing import Any

from flask import Blueprint, Response, jsonify

from shared import envelope
from shared.broker import Broker, BrokerError
from shared.settings import STREAM_NAME
from web.frame import Frame
from web.metrics import REFUSED
from web.relay import Relays
from web.streams import is_known, known_streams, read_schema, read_status
from web.viewers import HttpViewer

FRAME_WAIT_S = 15.0
"""How long ``frame.jpg`` waits for a fresh frame."""
STREAM_IDLE_S = 30.0
"""How long ``stream.mjpg`` stays open while nothing comes."""
BOUNDARY = "beamcast-frame"


def api(relays: Relays, broker: Broker, default_stream: str) -> Blueprint:
    """The blueprint of one worker."""
    routes = Blueprint("api", __name__, url_prefix="/api")

    @routes.errorhandler(BrokerError)
    def redis_is_away(problem: BrokerError) -> tuple[Response, int]:
        return refused(503, "Redis is away", "the worker waits for it; ask again")

    @routes.get("/streams")
    def streams() -> Response:
        return jsonify(streams=[read_status(broker, name) for name in known_streams(broker)])

    @routes.get("/streams/<stream>")
    def one_stream(stream: str) -> Any:
        return refusal(stream) or jsonify(
            status=read_status(broker, stream), schema=read_schema(broker, stream)
        )

    @routes.get("/streams/<stream>/frame.jpg")
    def frame(stream: str) -> Any:
        wrong = refusal(stream)
        if wrong:
            return wrong
        viewer = HttpViewer()
        try:
            relay = relays.watch(stream, viewer)
            taken = viewer.take(FRAME_WAIT_S)
        finally:
            relays.unwatch(stream, viewer)
        if taken is None:
            why = relay.status.get("message") or "nothing was published"
            return refused(504, f"no frame came within {FRAME_WAIT_S:g} s", why)
        picture = jpeg(taken)
        if picture is None:
            return refused(404, "the frame has no picture", "this stream carries values alone")
        return Response(picture, mimetype="image/jpeg", headers=describe(taken.header))

    @routes.get("/streams/<stream>/stream.mjpg")
    def motion(stream: str) -> Any:
        return refusal(stream) or Response(
            parts(stream),
            mimetype=f"multipart/x-mixed-replace; boundary={BOUNDARY}",
            headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
        )

    def parts(stream: str) -> Iterator[bytes]:
        viewer = HttpViewer()
        try:
            relays.watch(stream, viewer)
            while (taken := viewer.take(STREAM_IDLE_S)) is not None:
                picture = jpeg(taken)
                if picture is not None:
                    yield (
                        (
                            f"--{BOUNDARY}\r\nContent-Type: image/jpeg\r\n"
                            f"Content-Length: {len(picture)}\r\n\r\n"
                        ).encode()
                        + picture
                        + b"\r\n"
                    )
        finally:
            relays.unwatch(stream, viewer)

    def refusal(stream: str) -> tuple[Response, int] | None:
        if not re.fullmatch(STREAM_NAME, stream):
            return refused(400, "not a stream's name", "1 to 64 of A-Z a-z 0-9 . _ -")
        if stream == default_stream or is_known(broker, stream):
            return None
        known = ", ".join(known_streams(broker)[:32]) or "none"
        return refused(404, f"no stream is called {stream!r}", f"known streams: {known}")

    return routes


def refused(code: int, error: str, hint: str) -> tuple[Response, int]:
    """An error as every ``/api`` answer gives it."""
    REFUSED.labels("api").inc()
    return jsonify(error=error, hint=hint), code


def jpeg(frame: Frame) -> bytes | None:
    """The picture in an envelope, if there is one."""
    place = frame.header.get("image")
    return bytes(envelope.blob(place, envelope.unpack(frame.message)[1])) if place else None


def describe(header: dict[str, Any]) -> dict[str, str]:
    """Response headers that say which frame this is."""
    return {
        "Cache-Control": "no-store",
        "X-Beamcast-Pulse-Id": str(header["pulse_id"]),
        "X-Beamcast-Received": str(header["t_received"]),
        "X-Beamcast-Epoch": str(header["epoch"]),
        "X-Beamcast-Seq": str(header["seq"]),
    }
