"""What viewers say over Socket.IO: ``watch``, ``unwatch`` and ``drawn``."""

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
from web.streams import check_image, is_known, known_streams, read_schema

log = logging.getLogger(__name__)

LONGEST_AGO_S = 60.0
MAX_STREAMS = 16
"""How many streams one viewer may watch at once."""
MAX_REGIONS_PER_ADDRESS = 128
"""How many different regions of precise tiles are watched here from one address: for each of them
Redis holds a lease, and a part of every frame is packed."""
TOO_MUCH = "too many messages", "ask less often; at ten times as many the line is cut"
TOO_MANY_REGIONS = (
    f"{MAX_REGIONS_PER_ADDRESS} different regions of precise tiles are watched from your address, "
    "which is all this worker takes",
    "watch a region that another viewer has, all tiles (precise:0,0,9999,9999), or a picture",
)


class Refusal(ValueError):
    """A request that cannot be met; ``hint`` says what can, ``part`` which part of it is at
    fault."""

    def __init__(self, error: str, hint: str, **part: str) -> None:
        super().__init__(error)
        self.answer = {"error": error, "hint": hint, **part}


def serve_viewers(socketio: SocketIO, relays: Relays, broker: Broker, default_stream: str) -> None:
    """Registers the events of the namespace ``/``; ``docs/protocol.md`` describes them."""
    viewers: dict[str, SocketViewer] = {}

    @socketio.on("connect")
    def connect(auth: Any = None) -> None:
        viewers[session()] = SocketViewer(socketio.server, session(), request.environ[ADDRESS_KEY])
        VIEWERS.inc()
        CONNECTS.inc()

    @socketio.on("disconnect")
    def disconnect(reason: Any = None) -> None:
        viewer = viewers.pop(session(), None)
        if viewer:
            VIEWERS.dec()
            DISCONNECTS.labels(str(reason)).inc()
            leave(viewer, viewer.renditions)
            viewer.close()

    @socketio.on("watch")
    def watch(*payload: Any) -> dict[str, Any]:
        viewer = viewers.get(session())
        if viewer is None:  # it left while its request was on the way
            return {}
        try:
            check_allowance(viewer)
            wish = parse_watch(payload)
            stream, before = wish.stream, viewer.renditions.get(wish.stream)
            if before is None:
                if len(viewer.renditions) >= MAX_STREAMS:
                    raise Refusal(
                        f"{len(viewer.renditions)} streams are watched already",
                        f"at most {MAX_STREAMS}; unwatch one first",
                    )
                check_known(stream)
            if wish.rendition.image:
                check_offered(stream, wish.rendition.image)
            check_regions(viewer, wish)
        except Refusal as refusal:
            REFUSED.labels("watch").inc()
            return refusal.answer
        viewer.renditions[stream] = wish.rendition
        relay = relays.watch(stream, wish.rendition, viewer)
        now = viewer.renditions.get(stream)  # it may have left meanwhile, or wished otherwise
        for rendition in (before, wish.rendition):
            if rendition and rendition != now:
                relays.unwatch(stream, rendition, viewer)
        return {
            "stream": stream,
            "rendition": str(wish.rendition),
            "status": {**relay.status, "dropped": viewer.dropped},
            "schema": relay.schema,
            "t": broker_time(),
        }

    @socketio.on("unwatch")
    def unwatch(*payload: Any) -> dict[str, Any]:
        viewer = viewers.get(session())
        if viewer is None:
            return {}
        try:
            check_allowance(viewer)
            streams = {parse_watch(payload).stream} if payload else set(viewer.renditions)
        except Refusal as refusal:
            REFUSED.labels("unwatch").inc()
            return refusal.answer
        leave(viewer, streams & viewer.renditions.keys())
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
        return {"t": broker_time()}  # for who asks for an answer

    # Many come, and none needs what Flask-SocketIO makes for each event: a request of Flask's.
    socketio.server.on("drawn", drawn)

    def leave(viewer: SocketViewer, streams: Iterable[str]) -> None:
        for stream in tuple(streams):
            rendition = viewer.renditions.pop(stream, None)
            if rendition:
                relays.unwatch(stream, rendition, viewer)
                viewer.forget(stream)

    def broker_time() -> float | None:
        """Redis' time, from which a viewer learns how far its own clock is off."""
        return relays.clock.at(time.monotonic()) if relays.clock.is_known else None

    def check_offered(stream: str, image: str) -> None:
        try:
            check_image(image, read_schema(broker, stream))
        except BrokerError as problem:
            raise without_redis(problem) from None
        except BadRendition as problem:
            raise Refusal(str(problem), problem.allowed, part="image") from None

    def check_regions(viewer: SocketViewer, wish: WatchRequest) -> None:
        if not wish.rendition.region:
            return
        near = [other for other in tuple(viewers.values()) if other.address == viewer.address]
        regions = {
            WatchRequest(stream, rendition)
            for other in near
            for stream, rendition in tuple(other.renditions.items())
            if rendition.region and (other is not viewer or stream != wish.stream)
        }
        if len(regions | {wish}) > MAX_REGIONS_PER_ADDRESS:
            raise Refusal(*TOO_MANY_REGIONS)

    def check_known(stream: str) -> None:
        try:
            if stream == default_stream or is_known(broker, stream):
                return
            known = known_streams(broker)
        except BrokerError as problem:
            raise without_redis(problem) from None
        raise Refusal(
            f"no stream is called {stream!r}",
            f"known streams: {', '.join(known[:32]) or 'none'}",
            part="stream",
        )


def check_allowance(viewer: SocketViewer) -> None:
    """Raises Refusal when it asks too often."""
    if viewer.exceeds_rate:
        raise Refusal(*TOO_MUCH)


def without_redis(problem: BrokerError) -> Refusal:
    """The answer while Redis does not do what is needed."""
    fault = explain(problem)
    return Refusal(fault.reason, fault.hint)


def session() -> str:
    """The Socket.IO session whose event is handled now."""
    return str(request.sid)  # type: ignore[attr-defined]  # Flask-SocketIO puts it there


class WatchRequest(NamedTuple):
    """What a viewer wants to see."""

    stream: str
    rendition: Rendition


def parse_watch(payload: tuple[Any, ...]) -> WatchRequest:
    """What a ``watch`` or ``unwatch`` names; raises Refusal."""
    form = 'send one object such as {"stream": "camera"}'
    if len(payload) != 1 or not isinstance(payload[0], dict):
        raise Refusal("not an object", form)
    wish = payload[0]
    unknown = sorted(str(key)[:40] for key in wish.keys() - {"stream", "rendition", "image"})
    if unknown:
        raise Refusal(f"unknown field {unknown[0]!r}", "allowed are stream, image and rendition")
    stream, rendition, image = wish.get("stream"), wish.get("rendition"), wish.get("image")
    if not isinstance(stream, str) or not re.fullmatch(STREAM_NAME, stream):
        raise Refusal("stream must be a name", f"1 to 64 of A-Z a-z 0-9 . _ -; {form}")
    if image is not None and not isinstance(image, str):
        raise Refusal("image must be a channel's name", "leave it out for the stream's picture")
    try:
        # what is no text is no rendition's either
        return WatchRequest(
            stream, Rendition.parse(FULL if rendition is None else str(rendition), image or "")
        )
    except BadRendition as problem:
        raise Refusal(str(problem), problem.allowed) from None


def parse_drawn(payload: tuple[Any, ...]) -> tuple[Key, float] | None:
    """The frame that a ``drawn`` reports, and how long ago [s] it was drawn; None when it names
    none."""
    match payload:
        case ({"stream": str(stream), "epoch": int(epoch), "seq": int(seq), **more},):
            ago: Any = more.pop("ago", 0)
            if not more and type(epoch) is type(seq) is int and type(ago) in (int, float):
                return ((stream, epoch, seq), ago) if 0 <= ago <= LONGEST_AGO_S else None
    return None
