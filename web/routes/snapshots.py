"""``/api/streams/<stream>/snapshot.<kind>``: the next fresh frame as a file. It is made in another
thread, so that no viewer waits for it."""

import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from typing import Any

from flask import Blueprint, Response, request

from shared.broker import Broker
from shared.envelope import BadEnvelope
from shared.renditions import Rendition
from web.client_connection import disconnect_check
from web.fanout.messages import Frame
from web.fanout.relay import Relays
from web.fanout.tiles import TileMosaic
from web.fanout.viewers import HttpViewer
from web.image_files import FILE_TYPES, UnsupportedPixels, file_name, write_file
from web.routes.responses import (
    FRAME_WAIT_S,
    ApiError,
    check_stream,
    error_response,
    frame_headers,
    frame_timeout,
    install_error_answers,
    requested_rendition,
)
from web.streams import read_schema

MAX_CONCURRENT_SNAPSHOTS = 2
"""A file of megabytes stays in memory until it is sent."""
RETRY_AFTER_S = 1
ALL_TILES = "precise:0,0,9999,9999"
"""every tile of a picture of any size"""


def snapshots(
    relays: Relays, broker: Broker, default_stream: str, run_in_thread: Callable[..., Any]
) -> Blueprint:
    """Return the blueprint of one worker; ``run_in_thread`` calls a function in another thread."""
    routes = Blueprint("snapshots", __name__, url_prefix="/api")
    slots = threading.BoundedSemaphore(MAX_CONCURRENT_SNAPSHOTS)
    install_error_answers(routes)

    @routes.errorhandler(UnsupportedPixels)
    def refuse_kind(error: UnsupportedPixels) -> tuple[Response, int]:
        return error_response(
            415, str(error), "use snapshot.h5 or snapshot.npy, which can store every picture"
        )

    @routes.errorhandler(BadEnvelope)
    def refuse_frame(error: BadEnvelope) -> tuple[Response, int]:
        return error_response(502, "cannot read the frame", str(error))

    @routes.get("/streams/<stream>/snapshot.<extension>")
    def snapshot(stream: str, extension: str) -> Response:
        check_stream(stream, broker, default_stream)
        file_type = FILE_TYPES.get(extension)
        if file_type is None:
            raise ApiError(
                404, f"unknown file type {extension[:20]!r}", f"use {', '.join(FILE_TYPES)}"
            )
        rendition = requested_rendition(stream, broker, ALL_TILES)
        frame, mosaic = next_frame(stream, rendition)
        if mosaic is None and (file_type.needs_picture or rendition.image):
            reason = f"{frame.image_fault}; " if frame.image_fault else ""
            raise ApiError(
                404, "the frame has no picture", f"{reason}use snapshot.h5, which has its values"
            )
        if mosaic and mosaic.left:
            raise ApiError(413, "the picture is too large for one message", too_large(mosaic))
        schema = read_schema(broker, stream) or {}
        known = schema if schema.get("hash") == frame.header.get("schema") else {}
        return file_response(
            frame,
            file_name(frame, extension),
            file_type.mimetype,
            partial(write_file, file_type, frame, mosaic, known),
        )

    def next_frame(stream: str, rendition: Rendition) -> tuple[Frame, TileMosaic | None]:
        """Return the next frame that ingest receives from now on, with all tiles of its picture;
        raise ApiError and BrokerError."""
        viewer = HttpViewer(disconnect_check(request.environ))
        end = time.monotonic() + FRAME_WAIT_S
        try:
            relay = relays.watch(stream, rendition, viewer)
            if relay.error:
                raise relay.error
            while frame := viewer.take(max(0.0, end - time.monotonic())):
                mosaic = TileMosaic(frame) if frame.header.get("image") else None
                if mosaic is None or mosaic.is_whole or mosaic.left:
                    return frame, mosaic
        finally:
            relays.unwatch(stream, rendition, viewer)
        if relay.error:
            raise relay.error
        raise frame_timeout(relay.status, FRAME_WAIT_S)

    def file_response(
        frame: Frame, name: str, mimetype: str, write: Callable[[], bytes]
    ) -> Response:
        """Return the file; its slot is free again when it is sent."""
        if not slots.acquire(blocking=False):
            error = "too many snapshots at the same time"
            raise ApiError(429, error, "try again in a second", RETRY_AFTER_S)
        with ExitStack() as on_close:
            on_close.callback(slots.release)
            data = run_in_thread(write)
            attachment = {"Content-Disposition": f'attachment; filename="{name}"'}
            answer = Response(
                data, mimetype=mimetype, headers=frame_headers(frame.header) | attachment
            )
            answer.call_on_close(on_close.pop_all().close)
        return answer

    return routes


def too_large(mosaic: TileMosaic) -> str:
    """Return the hint for a picture whose tiles did not fit in one message."""
    size = f"{mosaic.width} × {mosaic.height} pixels: {mosaic.left} of {mosaic.count} tiles"
    return f"{size} did not fit; use python -m ingest.record for such a camera"
