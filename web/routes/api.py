"""``/api``: the streams for programs, and ``frame.jpg`` for ``<img>``, VLC and curl."""

from functools import partial
from pathlib import Path

from flask import Blueprint, Response, jsonify, request

from shared.broker import Broker
from web.access.authentication import current_identity
from web.client_connection import disconnect, disconnect_check
from web.fanout.backlog import BACKLOG
from web.fanout.relay import Relays
from web.fanout.viewers import HttpViewer
from web.routes.responses import (
    FRAME_WAIT_S,
    ApiError,
    broker_unavailable,
    check_stream,
    chunks,
    frame_headers,
    frame_timeout,
    install_error_answers,
    requested_picture,
)
from web.streams import read_all, read_schema, read_status

OPENAPI = Path(__file__).with_name("openapi.json")
NO_IMAGE = "this stream has values only"


def api(relays: Relays, broker: Broker, default_stream: str) -> Blueprint:
    """Return the blueprint of one worker."""
    routes = Blueprint("api", __name__, url_prefix="/api")
    install_error_answers(routes)

    @routes.get("/openapi.json")
    def openapi() -> Response:
        return Response(OPENAPI.read_bytes(), mimetype="application/json")

    @routes.get("/me")
    def me() -> Response:
        identity = current_identity()
        return jsonify(name=identity.name, way=identity.method)

    @routes.get("/streams")
    def streams() -> Response:
        return jsonify(streams=read_all(broker))

    @routes.get("/streams/<stream>")
    def one_stream(stream: str) -> Response:
        check_stream(stream, broker, default_stream)
        return jsonify(status=read_status(broker, stream), schema=read_schema(broker, stream))

    @routes.get("/streams/<stream>/frame.jpg")
    def frame_jpg(stream: str) -> Response | tuple[Response, int]:
        rendition = requested_picture(stream, broker, default_stream)
        viewer = HttpViewer(disconnect_check(request.environ))
        try:
            relay = relays.watch(stream, rendition, viewer)
            frame = None if relay.error else viewer.take(FRAME_WAIT_S)
        finally:
            relays.unwatch(stream, rendition, viewer)
        if frame is None and relay.error:
            return broker_unavailable(relay.error)
        if frame is None:
            raise frame_timeout(relay.status, FRAME_WAIT_S)
        jpeg = frame.jpeg
        if jpeg is None:
            raise ApiError(404, "the frame has no picture", frame.image_fault or NO_IMAGE)
        answer = Response(chunks(jpeg), mimetype="image/jpeg", headers=frame_headers(frame.header))
        answer.content_length = len(jpeg)
        BACKLOG.hold(viewer, jpeg, disconnect(request.environ))
        answer.call_on_close(partial(BACKLOG.release, viewer))
        return answer

    return routes
