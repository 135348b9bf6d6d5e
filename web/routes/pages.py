"""The pages of streams, health, metrics and error pages."""

import re
from typing import Any

from flask import (
    Blueprint,
    Flask,
    Response,
    abort,
    jsonify,
    redirect,
    render_template,
    request,
)
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from werkzeug.exceptions import HTTPException

from shared.broker import Broker, BrokerError
from shared.broker_fault import explain
from shared.validators import STREAM_NAME
from shared.version import VERSION
from web.access.authentication import current_identity
from web.broker_health import BrokerHealth
from web.metrics import FAULTS
from web.routes.assets import assets
from web.routes.responses import error_response, page_response
from web.streams import is_board, known_streams

MAX_WALL_STREAMS = 16
SECURITY_HEADERS = {
    "Content-Security-Policy": "default-src 'self'; img-src 'self' blob: data:; "
    "connect-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'self'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
}


def pages(broker: Broker, health: BrokerHealth, default_stream: str) -> Blueprint:
    """Return the blueprint of one worker."""
    routes = Blueprint("pages", __name__)

    @routes.get("/")
    def home() -> Response:
        if other_streams_live(broker, default_stream):
            return render_streams("overview.html")
        return render_viewer(default_stream)

    @routes.get("/view/<streams>")
    def view(streams: str) -> Any:
        names = list(dict.fromkeys(streams.split(",")))
        if len(names) > MAX_WALL_STREAMS or not all(re.fullmatch(STREAM_NAME, s) for s in names):
            abort(404)
        if len(names) > 1:
            return render_streams("wall.html", streams=names)
        if is_board(broker, names[0]):
            return redirect(f"/board/{names[0]}")
        return render_viewer(names[0])

    @routes.get("/healthz")
    def alive() -> Response:
        return jsonify(alive=True)

    @routes.get("/readyz")
    def ready() -> Any:
        fault = health.fault
        try:
            broker.ping()
        except BrokerError as error:
            fault = explain(error)
        return error_response(503, fault.reason, fault.hint) if fault else jsonify(ready=True)

    @routes.get("/metrics")
    def metrics() -> Response:
        return Response(generate_latest(), content_type=CONTENT_TYPE_LATEST)

    return routes


def render_viewer(stream: str) -> Response:
    """Return the page of one stream."""
    return page_response(render_template("index.html", stream=stream, version=VERSION))


def render_streams(template: str, **facts: Any) -> Response:
    """Return a page of several streams."""
    return page_response(
        render_template(template, max_streams=MAX_WALL_STREAMS, version=VERSION, **facts)
    )


def other_streams_live(broker: Broker, default_stream: str) -> bool:
    """Return whether another stream has an ingest now, or whether others have had one but the
    default stream never had; False while Redis is unavailable."""
    try:
        known = known_streams(broker)
        others = [stream for stream in known if stream != default_stream]
        if not others or default_stream not in known:
            return bool(others)
        return broker.exists(*map(broker.names.status, others)) > 0
    except BrokerError:
        return False


def install_page_hooks(app: Flask) -> None:
    """Add security headers to every answer, a page to every error, and to every page the user and
    what it loads."""
    app.register_blueprint(assets())
    app.context_processor(lambda: {"user": current_identity()})

    @app.after_request
    def protect(response: Response) -> Response:
        for name, value in SECURITY_HEADERS.items():
            response.headers.setdefault(name, value)
        if not request.path.startswith(("/static/", "/lib/")):
            response.headers.setdefault(
                "Cache-Control", "no-store"
            )  # it is of this moment, and for one user
        return response

    @app.errorhandler(HTTPException)
    def http_error(error: HTTPException) -> Any:
        code = error.code or 500
        if code == 500:
            FAULTS.labels("pages").inc()
        title, text = ERRORS.get(code, (error.name, error.description or ""))
        if request.path.startswith("/api/"):
            return error_response(code, title, text)
        return render_template("error.html", code=code, title=title, text=text), code


ERRORS = {
    404: ("Not found", "Check the address, and the name of the stream in it."),
    405: ("Method not allowed", "This address accepts other HTTP methods only."),
    500: (
        "Internal server error",
        "The log of the web server has the details. Reload to try again.",
    ),
}
