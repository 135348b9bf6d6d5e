"""``/api/streams/<stream>/stream.mjpg``: the pictures of a stream as Motion JPEG.

Where there is no picture, a placeholder image tells why: an ``<img>`` has no other place for it,
and an old picture would look live.
"""

import io
import itertools
import textwrap
import time
from collections import deque
from collections.abc import Callable, Iterator
from typing import Any

from flask import Blueprint, Response, request
from PIL import Image, ImageDraw, ImageFont

from shared.broker import Broker
from shared.renditions import Rendition
from web.client_connection import disconnect, disconnect_check
from web.fanout.backlog import BACKLOG
from web.fanout.relay import Relays
from web.fanout.viewers import HttpViewer
from web.routes.responses import chunks, install_error_answers, requested_picture

MIN_SILENCE_S = 3.0
"""The placeholder image is sent after this long without a picture, or after three periods of the
stream if that is longer. Sending it also detects a client that has disconnected."""
BOUNDARY = "beamcast-frame"
WIDTH, HEIGHT = 640, 480
FONT, HEADLINE_FONT = ImageFont.load_default(20), ImageFont.load_default(48)


def mjpeg(relays: Relays, broker: Broker, default_stream: str) -> Blueprint:
    """Return the blueprint of one worker."""
    routes = Blueprint("mjpeg", __name__, url_prefix="/api")
    install_error_answers(routes)

    @routes.get("/streams/<stream>/stream.mjpg")
    def stream_mjpg(stream: str) -> Response:
        rendition = requested_picture(stream, broker, default_stream)
        viewer = HttpViewer(disconnect_check(request.environ))
        return Response(
            parts(stream, rendition, viewer, disconnect(request.environ)),
            mimetype=f"multipart/x-mixed-replace; boundary={BOUNDARY}",
            headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
        )

    def parts(
        stream: str, rendition: Rendition, viewer: HttpViewer, cut: Callable[[], None]
    ) -> Iterator[bytes]:
        """Yield a boundary, then the parts, each with the boundary after it. ``cut`` ends the
        connection. While a picture is sent, no other part of its frame is kept in memory."""
        times = deque([time.monotonic()], maxlen=4)  # of the last pictures
        last_sent = times[0]
        try:
            relay = relays.watch(stream, rendition, viewer)
            yield f"--{BOUNDARY}\r\n".encode()
            while not viewer.has_hung_up():
                period_s = min((b - a for a, b in itertools.pairwise(times)), default=0.0)
                silence_s = max(MIN_SILENCE_S, 3 * period_s)
                frame = viewer.take(silence_s)
                jpeg, now = frame.jpeg if frame else None, time.monotonic()
                frame = None
                if jpeg:
                    times.append(now)
                    last_sent = now
                    BACKLOG.hold(viewer, jpeg, cut)
                    yield from part(jpeg)
                    BACKLOG.release(viewer)
                elif now - last_sent >= silence_s:
                    last_sent = now
                    yield from part(placeholder_image(relay.status))
        finally:
            BACKLOG.release(viewer)
            relays.unwatch(stream, rendition, viewer)

    return routes


def part(jpeg: bytes) -> Iterator[bytes]:
    """Yield one picture up to the next boundary: a browser shows it only then."""
    yield f"Content-Type: image/jpeg\r\nContent-Length: {len(jpeg)}\r\n\r\n".encode()
    yield from chunks(jpeg)
    yield f"\r\n--{BOUNDARY}\r\n".encode()


def placeholder_image(status: dict[str, Any]) -> bytes:
    """Return a JPEG with the state and the message of a stream's status."""
    state = str(status.get("state", "unknown"))[:40]
    message = str(status.get("message") or "")[:400] or "No frame arrived for a while."
    image = Image.new("L", (WIDTH, HEIGHT), 24)
    draw = ImageDraw.Draw(image)
    draw.text((32, 150), "NO PICTURE", 255, HEADLINE_FONT)
    draw.text((32, 214), f"stream {status.get('stream', '')}: {state}", 200, FONT)
    draw.multiline_text((32, 250), "\n".join(textwrap.wrap(message, 58)), 200, FONT, spacing=8)
    file = io.BytesIO()
    image.save(file, "JPEG", quality=80)
    return file.getvalue()
