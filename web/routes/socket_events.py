"""Handlers of the Socket.IO events of viewers: ``watch``, ``unwatch`` and ``drawn``."""

import logging
import re
import time
from collections.abc import Iterable
from typing import Any, NamedTuple

from flask import request
from flask_socketio import SocketIO

from shared.broker import Broker, BrokerError
from shared.broker_fault import explain
from shared.renditions import FULL, BadRendition, Rendition
from shared.validators import STREAM_NAME
from web.access.proxies import ADDRESS_KEY
from web.fanout.flow_control import Key
from web.fanout.relay import Relays
from web.fanout.viewers import SocketViewer
from web.metrics import CONNECTS, DISCONNECTS, REFUSED, VIEWERS
from web.streams import (
    INVALID_STREAM_NAME,
    check_image,
    is_known,
    read_schema,
    unknown_stream,
)

log = logging.getLogger(__name__)

MAX_DRAWN_AGO_S = 60.0
MAX_STREAMS = 16
"""Streams that one viewer may watch at the same time."""
MAX_REGIONS_PER_ADDRESS = 128
"""Different regions of precise tiles that one address may watch at this worker: for each of them
Redis holds a lease, and a part of every frame is packed."""
TOO_MANY_MESSAGES = (
    "rate limit exceeded: too many messages",
    "send fewer; at ten times the limit the connection is closed",
)
TOO_MANY_REGIONS = (
    f"too many regions of precise tiles: {MAX_REGIONS_PER_ADDRESS} are watched from your address, "
    "the limit of this web worker",
    "watch a region that another viewer watches, all tiles (precise:0,0,9999,9999), or a picture",
)


class RequestRejected(ValueError):
    """A request that cannot be met; ``hint`` says what to do, ``part`` which field is wrong, or
    ``redis``."""

    def __init__(self, error: str, hint: str, **part: str) -> None:
        super().__init__(error)
        self.answer = {"error": error, "hint": hint, **part}


def serve_viewers(socketio: SocketIO, relays: Relays, broker: Broker, default_stream: str) -> None:
    """Register the events of the namespace ``/``; ``docs/protocol.md`` describes them."""
    viewers: dict[str, SocketViewer] = {}

    @socketio.on("connect")
    def connect(auth: Any = None) -> None:
        viewers[session_id()] = SocketViewer(
            socketio.server, session_id(), request.environ[ADDRESS_KEY]
        )
        VIEWERS.inc()
        CONNECTS.inc()
        if isinstance(auth, dict):
            if "drawn" in auth:
                drawn(session_id(), auth["drawn"])
            if "watch" in auth:
                socketio.emit("watched", watch(auth["watch"]), to=session_id())

    @socketio.on("disconnect")
    def disconnect(reason: Any = None) -> None:
        viewer = viewers.pop(session_id(), None)
        if viewer:
            VIEWERS.dec()
            DISCONNECTS.labels(str(reason)).inc()
            unwatch_streams(viewer, viewer.renditions)
            viewer.close()

    @socketio.on("watch")
    def watch(*payload: Any) -> dict[str, Any]:
        viewer = viewers.get(session_id())
        if viewer is None:  # disconnected before its request was handled
            return {}
        try:
            check_rate(viewer)
            stream, rendition = watched = parse_watch(payload)
            previous = viewer.renditions.get(stream)
            if previous is None:
                if len(viewer.renditions) >= MAX_STREAMS:
                    raise RequestRejected(
                        f"too many streams: {len(viewer.renditions)} of {MAX_STREAMS} are watched",
                        "unwatch one first",
                    )
                check_known(stream)
            if rendition.image:
                check_has_image(stream, rendition.image)
            check_regions(viewer, watched)
        except RequestRejected as error:
            REFUSED.labels("watch").inc()
            return error.answer
        viewer.renditions[stream] = rendition
        relay = relays.watch(stream, rendition, viewer)
        # Meanwhile the viewer may have disconnected, or watched another rendition.
        current = viewer.renditions.get(stream)
        for candidate in (previous, rendition):
            if candidate and candidate != current:
                relays.unwatch(stream, candidate, viewer)
        return {
            "stream": stream,
            "rendition": str(rendition),
            "status": {**relay.status, "dropped": viewer.dropped},
            "schema": relay.schema,
            "t": broker_time(),
        }

    @socketio.on("unwatch")
    def unwatch(*payload: Any) -> dict[str, Any]:
        viewer = viewers.get(session_id())
        if viewer is None:
            return {}
        try:
            check_rate(viewer)
            streams = {parse_watch(payload).stream} if payload else set(viewer.renditions)
        except RequestRejected as error:
            REFUSED.labels("unwatch").inc()
            return error.answer
        unwatch_streams(viewer, streams & viewer.renditions.keys())
        return {}

    def drawn(sid: str, *payload: Any) -> dict[str, Any]:
        viewer = viewers.get(sid)
        if viewer is None:
            return {}
        if payload == ({},):
            viewer.enable_reports()
        elif report := parse_drawn(payload):
            viewer.on_drawn(*report)
        else:
            REFUSED.labels("drawn").inc()
        return {"t": broker_time()}  # for clients that request an acknowledgement

    # These are frequent, and need no Flask request, which Flask-SocketIO makes for every event.
    socketio.server.on("drawn", drawn)

    def unwatch_streams(viewer: SocketViewer, streams: Iterable[str]) -> None:
        for stream in tuple(streams):
            rendition = viewer.renditions.pop(stream, None)
            if rendition:
                relays.unwatch(stream, rendition, viewer)
                viewer.forget(stream)

    def broker_time() -> float | None:
        """Return the time of Redis, from which a viewer computes the offset of its own clock."""
        return relays.clock.at(time.monotonic()) if relays.clock.is_known else None

    def check_has_image(stream: str, image: str) -> None:
        try:
            check_image(image, read_schema(broker, stream))
        except BrokerError as error:
            raise broker_unavailable(error) from None
        except BadRendition as error:
            raise RequestRejected(str(error), error.allowed, part="image") from None

    def check_regions(viewer: SocketViewer, watched: WatchRequest) -> None:
        if not watched.rendition.region:
            return
        same_address = [
            other for other in tuple(viewers.values()) if other.address == viewer.address
        ]
        regions = {
            WatchRequest(stream, rendition)
            for other in same_address
            for stream, rendition in tuple(other.renditions.items())
            if rendition.region and (other is not viewer or stream != watched.stream)
        }
        if len(regions | {watched}) > MAX_REGIONS_PER_ADDRESS:
            raise RequestRejected(*TOO_MANY_REGIONS)

    def check_known(stream: str) -> None:
        try:
            if stream == default_stream or is_known(broker, stream):
                return
            message, hint = unknown_stream(broker, stream)
        except BrokerError as error:
            raise broker_unavailable(error) from None
        raise RequestRejected(message, hint, part="stream")


def check_rate(viewer: SocketViewer) -> None:
    """Raise RequestRejected if the viewer exceeds its rate limit."""
    if viewer.exceeds_rate:
        raise RequestRejected(*TOO_MANY_MESSAGES)


def broker_unavailable(error: BrokerError) -> RequestRejected:
    """Return the rejection of a request that Redis did not serve."""
    fault = explain(error)
    return RequestRejected(fault.reason, fault.hint, part="redis")


def session_id() -> str:
    """Return the id of the Socket.IO session whose event is being handled."""
    return str(request.sid)  # type: ignore[attr-defined]  # Flask-SocketIO puts it there


class WatchRequest(NamedTuple):
    """A stream and the rendition of it that a viewer requests."""

    stream: str
    rendition: Rendition


def parse_watch(payload: tuple[Any, ...]) -> WatchRequest:
    """Return the stream and rendition that a ``watch`` or ``unwatch`` names; raise
    RequestRejected."""
    usage = 'send one object such as {"stream": "camera"}'
    if len(payload) != 1 or not isinstance(payload[0], dict):
        raise RequestRejected("invalid request: expected one object", usage)
    fields = payload[0]
    unknown = sorted(str(key)[:40] for key in fields.keys() - {"stream", "rendition", "image"})
    if unknown:
        raise RequestRejected(
            f"unknown field {unknown[0]!r}", "allowed fields: stream, image, rendition"
        )
    stream, rendition, image = fields.get("stream"), fields.get("rendition"), fields.get("image")
    if not isinstance(stream, str) or not re.fullmatch(STREAM_NAME, stream):
        raise RequestRejected(*INVALID_STREAM_NAME)
    if image is not None and not isinstance(image, str):
        raise RequestRejected(
            "invalid image: not a text", "name a channel, or omit it for the stream's own image"
        )
    try:
        return WatchRequest(
            stream, Rendition.parse(FULL if rendition is None else str(rendition), image or "")
        )
    except BadRendition as error:
        raise RequestRejected(str(error), error.allowed) from None


def parse_drawn(payload: tuple[Any, ...]) -> tuple[Key, float] | None:
    """Return the frame that a ``drawn`` reports, and how long ago [s] it was drawn; None if the
    report is invalid."""
    match payload:
        case ({"stream": str(stream), "epoch": int(epoch), "seq": int(seq), **more},):
            ago: Any = more.pop("ago", 0)
            if not more and type(epoch) is type(seq) is int and type(ago) in (int, float):
                return ((stream, epoch, seq), ago) if 0 <= ago <= MAX_DRAWN_AGO_S else None
    return None
