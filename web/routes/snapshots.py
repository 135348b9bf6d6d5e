"""``/api/streams/<stream>/snapshot.<kind>``: the next fresh frame as a file, made beside the
worker's other work, so that no viewer waits for it."""

import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from typing import Any

from flask import Blueprint, Response, request

from shared.broker import Broker, BrokerError
from shared.envelope import BadEnvelope
from shared.renditions import BadRendition, Rendition
from web.client_connection import disconnect_check
from web.fanout.messages import Frame
from web.fanout.relay import Relays
from web.fanout.tiles import TileMosaic
from web.fanout.viewers import HttpViewer
from web.image_files import KINDS, Unfit, file_name, make
from web.routes.api import (
    FRAME_WAIT_S,
    broker_unavailable,
    error_response,
    frame_headers,
    unknown_stream,
)
from web.streams import read_schema
from web.wish import check_image, parse_rendition

AT_ONCE = 2
"""A file of megabytes stays in memory until it is sent."""
BUSY = 429
AGAIN_S = 1
WHOLE = "precise:0,0,9999,9999"
"""every tile of a picture of any size"""


class Refused(Exception):
    """Why there is no file: HTTP's code, the error and a hint."""


def snapshots(
    relays: Relays, broker: Broker, default_stream: str, apart: Callable[..., Any]
) -> Blueprint:
    """The blueprint of one worker; ``apart`` calls a function so that nobody waits for it."""
    routes = Blueprint("snapshots", __name__, url_prefix="/api")
    places = threading.BoundedSemaphore(AT_ONCE)

    routes.register_error_handler(BrokerError, broker_unavailable)

    @routes.errorhandler(Refused)
    def refuse(problem: Refused) -> tuple[Response, int]:
        answer, code = error_response(*problem.args)
        if code == BUSY:
            answer.headers["Retry-After"] = str(AGAIN_S)
        return answer, code

    @routes.errorhandler(Unfit)
    def refuse_kind(problem: Unfit) -> tuple[Response, int]:
        return error_response(415, str(problem), "snapshot.h5 and .npy hold every picture")

    @routes.errorhandler(BadEnvelope)
    def refuse_frame(problem: BadEnvelope) -> tuple[Response, int]:
        return error_response(502, "the frame cannot be read", str(problem))

    @routes.get("/streams/<stream>/snapshot.<ending>")
    def snapshot(stream: str, ending: str) -> Any:
        wrong = unknown_stream(stream, broker, default_stream)
        if wrong:
            return wrong
        kind = KINDS.get(ending)
        if kind is None:
            raise Refused(404, "no such kind of file", f"kinds: {', '.join(KINDS)}")
        wish = chosen(stream)
        frame, mosaic = fresh(stream, wish)
        if mosaic is None and (kind.needs_picture or wish.image):
            why = f"{frame.image_fault}; " if frame.image_fault else ""
            hint = f"{why}snapshot.h5 alone has its values"
            raise Refused(404, "the frame has no picture", hint)
        if mosaic and mosaic.left:
            raise Refused(413, "the picture is too large for one message", words(mosaic))
        schema = read_schema(broker, stream) or {}
        known = schema if schema.get("hash") == frame.header.get("schema") else {}
        name = file_name(frame, ending)
        return answered(frame, name, kind.mimetype, partial(make, kind, frame, mosaic, known))

    def chosen(stream: str) -> Rendition:
        """The whole picture of the image that the query asks for."""
        try:
            wish = parse_rendition(WHOLE, request.args.get("image", ""))
            check_image(wish.image, read_schema(broker, stream) if wish.image else None)
        except BadRendition as problem:
            raise Refused(400, str(problem), problem.allowed) from None
        return wish

    def fresh(stream: str, wish: Rendition) -> tuple[Frame, TileMosaic | None]:
        """The next frame that ingest received after this, with all tiles of its picture."""
        viewer = HttpViewer(disconnect_check(request.environ))
        end = time.monotonic() + FRAME_WAIT_S
        try:
            relay = relays.watch(stream, wish, viewer)
            if relay.error:
                raise relay.error
            while frame := viewer.take(max(0.0, end - time.monotonic())):
                mosaic = TileMosaic(frame) if frame.header.get("image") else None
                if mosaic is None or mosaic.is_whole or mosaic.left:
                    return frame, mosaic
        finally:
            relays.unwatch(stream, wish, viewer)
        if relay.error:
            raise relay.error
        why = relay.status.get("message") or "nothing was published"
        raise Refused(504, f"no frame came within {FRAME_WAIT_S:g} s", why)

    def answered(frame: Frame, name: str, mimetype: str, work: Callable[[], bytes]) -> Response:
        """The file, which keeps its place until it is sent."""
        if not places.acquire(blocking=False):
            raise Refused(BUSY, f"{AT_ONCE} snapshots are under way here", "ask again in a second")
        with ExitStack() as place:
            place.callback(places.release)
            data = apart(work)
            attachment = {"Content-Disposition": f'attachment; filename="{name}"'}
            answer = Response(
                data, mimetype=mimetype, headers=frame_headers(frame.header) | attachment
            )
            answer.call_on_close(place.pop_all().close)
        return answer

    return routes


def words(mosaic: TileMosaic) -> str:
    """What did not fit, and what to do."""
    size = f"{mosaic.width} × {mosaic.height} pixels: {mosaic.left} of {mosaic.count} tiles"
    return f"{size} found no room; python -m ingest.record records such a camera"
