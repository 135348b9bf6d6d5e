"""Trusted proxies: which headers of a request come from a proxy, and which from the client."""

from collections.abc import Callable, Iterable
from ipaddress import IPv4Network, IPv6Network
from typing import Any

from shared.ip_addresses import address_key, parse_address

Wsgi = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]
Networks = tuple[IPv4Network | IPv6Network, ...]

FORWARDED_FOR, FORWARDED_PROTO = "HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_PROTO"
REMOVED_HEADERS = (
    "HTTP_FORWARDED",
    "HTTP_X_REAL_IP",
    "HTTP_X_FORWARDED_HOST",
    "HTTP_X_FORWARDED_PORT",
    "HTTP_X_FORWARDED_PREFIX",
)
"""Removed from every request: we read none of them, but a library might. A proxy leaves Host as it
is, which tells our pages from those of another site; a page can set the others as it likes."""
IS_DIRECT = "beamcast.direct"
"""the key in the WSGI environment: whether the request came without a proxy"""
ADDRESS_KEY = "beamcast.viewer"
"""the key in the WSGI environment: under what the limits count the client's address"""


def behind_proxies(app: Wsgi, trusted: Networks, user_header: str) -> Wsgi:
    """Return the application behind trusted proxies: their headers set the client's address, scheme
    and user name, and are removed from requests of all other peers.

    Of several values in a header the last one counts, which the trusted proxy has added. A value
    that is no address, or no scheme, is ignored.
    """
    user = f"HTTP_{user_header.upper().replace('-', '_')}"

    def wrapped(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        peer = str(environ.get("REMOTE_ADDR", ""))
        address = parse_address(peer)
        environ[IS_DIRECT] = True
        for name in REMOVED_HEADERS:
            environ.pop(name, None)
        if is_in(peer, trusted):
            environ[IS_DIRECT] = FORWARDED_FOR not in environ
            address = parse_address(last_value(environ, FORWARDED_FOR)) or address
            if last_value(environ, FORWARDED_PROTO) in ("http", "https"):
                environ["wsgi.url_scheme"] = last_value(environ, FORWARDED_PROTO)
        else:
            for name in (FORWARDED_FOR, FORWARDED_PROTO, user):
                environ.pop(name, None)
        environ["REMOTE_ADDR"] = str(address or "")
        environ[ADDRESS_KEY] = address_key(environ["REMOTE_ADDR"])
        return app(environ, start_response)

    return wrapped


def last_value(environ: dict[str, Any], name: str) -> str:
    """Return the last value of a header, empty if there is none."""
    return str(environ.get(name, "")).rpartition(",")[2].strip()


def is_in(address: str, networks: Networks) -> bool:
    """Return whether a socket's address is in one of the networks."""
    parsed = parse_address(address)
    return parsed is not None and any(parsed in network for network in networks)
