"""Checks of requests to upgrade to WebSocket, before engine.io and its libraries see them."""

import re
from collections.abc import Callable, Iterable
from typing import Any

from web.server.http_server import Wsgi

WEBSOCKET_KEY = re.compile("[A-Za-z0-9+/]{22}==")
CLOSE = ("Content-Type", "text/plain"), ("Connection", "close")


def check_upgrade(app: Wsgi) -> Wsgi:
    """Refuse upgrades to WebSocket that RFC 6455, 4.2.1 does not allow. engine.io and its WebSocket
    libraries fail at some of them.

    Removes an ``Upgrade`` header that ``Connection`` does not list, which RFC 9110, 7.8 requires:
    engine.io would open a session for it, and then fail to answer.
    """

    def wrapped(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        options = environ.get("HTTP_CONNECTION", "").lower().split(",")
        if "upgrade" not in map(str.strip, options):
            environ.pop("HTTP_UPGRADE", None)
        if environ.get("HTTP_UPGRADE", "").lower() != "websocket":
            return app(environ, start_response)
        if environ.get("HTTP_SEC_WEBSOCKET_VERSION") != "13":
            start_response("426 Upgrade Required", [*CLOSE, ("Sec-WebSocket-Version", "13")])
            return [b"unsupported WebSocket version; allowed is 13\n"]
        if not WEBSOCKET_KEY.fullmatch(environ.get("HTTP_SEC_WEBSOCKET_KEY", "")):
            start_response("400 Bad Request", [*CLOSE])
            return [b"invalid Sec-WebSocket-Key; allowed are 16 bytes in base64\n"]
        return app(environ, start_response)

    return wrapped


def without_deflate(app: Wsgi) -> Wsgi:
    """Remove the browser's offer to compress WebSocket messages.

    Accepting it would deflate every viewer's copy of every frame: 1683 µs a delivery instead of 75,
    for JPEG, which does not shrink.
    """

    def wrapped(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        environ.pop("HTTP_SEC_WEBSOCKET_EXTENSIONS", None)
        return app(environ, start_response)

    return wrapped
