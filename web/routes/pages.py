"""The page, its files, health, metrics, and the friendly errors."""

import re
from pathlib import Path
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
    send_from_directory,
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
from web.routes.responses import error_response
from web.streams import is_board, known_streams

LIBRARIES = Path(__file__).parents[1] / "node_modules"
SERVED = {
    "chart.js": ("dist", {"chart.umd.min.js", "chart.umd.min.js.map"}),
    "socket.io-client": ("dist", {"socket.io.esm.min.js", "socket.io.esm.min.js.map"}),
    "uplot": ("dist", {"uPlot.esm.js", "uPlot.min.css"}),
    "world-atlas": ("", {"land-50m.json"}),
}
"""package → its folder, and the files there that the page may load"""
MOST_ON_A_WALL = 16
SECURITY_HEADERS = {
    "Content-Security-Policy": "default-src 'self'; img-src 'self' blob: data:; "
    "connect-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'self'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
}


def pages(broker: Broker, watch: BrokerHealth, default_stream: str) -> Blueprint:
    """The blueprint of one worker."""
    routes = Blueprint("pages", __name__)

    @routes.get("/")
    def home() -> str:
        return many([]) if other_streams_live(broker, default_stream) else viewer(default_stream)

    @routes.get("/view/<streams>")
    def view(streams: str) -> Any:
        chosen = list(dict.fromkeys(streams.split(",")))
        if len(chosen) > MOST_ON_A_WALL or not all(re.fullmatch(STREAM_NAME, s) for s in chosen):
            abort(404)
        if len(chosen) == 1 and is_board(broker, chosen[0]):
            return redirect(f"/board/{chosen[0]}")
        return many(chosen) if len(chosen) > 1 else viewer(chosen[0])

    @routes.get("/lib/<package>/<file>")
    def library(package: str, file: str) -> Response:
        folder, files = SERVED.get(package, ("", set()))
        if file not in files:
            abort(404)
        return send_from_directory(LIBRARIES / package / folder, file)

    @routes.get("/healthz")
    def alive() -> Response:
        return jsonify(alive=True)

    @routes.get("/readyz")
    def ready() -> Any:
        fault = watch.fault
        try:
            broker.ping()
        except BrokerError as problem:
            fault = explain(problem)
        return error_response(503, fault.reason, fault.hint) if fault else jsonify(ready=True)

    @routes.get("/metrics")
    def metrics() -> Response:
        return Response(generate_latest(), content_type=CONTENT_TYPE_LATEST)

    return routes


def viewer(stream: str) -> str:
    """The page of one stream."""
    return render_template("index.html", stream=stream, version=VERSION)


def many(chosen: list[str]) -> str:
    """The page of many streams: a wall of the chosen ones, or with none an overview of all."""
    return render_template("wall.html", chosen=chosen, most=MOST_ON_A_WALL, version=VERSION)


def other_streams_live(broker: Broker, default_stream: str) -> bool:
    """Whether another stream has an ingest now, or had one while the default one never did; with
    Redis away nobody knows of any."""
    try:
        known = known_streams(broker)
        others = [stream for stream in known if stream != default_stream]
        if not others or default_stream not in known:
            return bool(others)
        return broker.exists(*map(broker.names.status, others)) > 0
    except BrokerError:
        return False


def install_page_hooks(app: Flask) -> None:
    """Gives every answer its security headers, every error its page, and every page its user."""
    app.context_processor(lambda: {"user": current_identity()})

    @app.after_request
    def protect(response: Response) -> Response:
        for name, value in SECURITY_HEADERS.items():
            response.headers.setdefault(name, value)
        if not request.path.startswith(("/static/", "/lib/")):
            response.headers.setdefault("Cache-Control", "no-store")  # of now, and for one user
        return response

    @app.errorhandler(HTTPException)
    def error(problem: HTTPException) -> Any:
        code = problem.code or 500
        if code == 500:
            FAULTS.labels("pages").inc()
        title, text = WORDS.get(code, (problem.name, problem.description or ""))
        if request.path.startswith("/api/"):
            return error_response(code, title, text)
        return render_template("error.html", code=code, title=title, text=text), code


WORDS = {
    404: ("This page is not here", "The address may be mistyped, or the stream has another name."),
    405: ("That cannot be done here", "This address answers to other methods only."),
    500: ("Something broke on our side", "It was logged. Loading the page again may help."),
}
