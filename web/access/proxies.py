"""Which of a request's headers a proxy has written, and which the viewer himself."""

from collections.abc import Callable, Iterable
from ipaddress import IPv4Network, IPv6Network
from typing import Any

from shared.addresses import address_key, parse_address

Wsgi = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]
Networks = tuple[IPv4Network | IPv6Network, ...]

FORWARDED_FOR, FORWARDED_PROTO = "HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_PROTO"
NEVER = (
    "HTTP_FORWARDED",
    "HTTP_X_REAL_IP",
    "HTTP_X_FORWARDED_HOST",
    "HTTP_X_FORWARDED_PORT",
    "HTTP_X_FORWARDED_PREFIX",
)
"""What nobody here reads, but a library might. A proxy leaves Host as it is: a page may say what it
likes of itself in the others, and it is by Host that another site is told from us."""
DIRECT = "beamcast.direct"
"""where a request's environment says that no proxy was between"""
VIEWER = "beamcast.viewer"
"""where it has the key under which limits count the viewer's address"""


def behind_proxies(app: Wsgi, trusted: Networks, user_header: str) -> Wsgi:
    """Believes what a trusted proxy says of the viewer's address, scheme and name, and takes those
    headers off everybody else's requests.

    Where a header names several, the last one counts: it is the trusted proxy's own. A text that
    is no address, or no scheme, changes nothing.
    """
    user = f"HTTP_{user_header.upper().replace('-', '_')}"

    def wrapped(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        peer = str(environ.get("REMOTE_ADDR", ""))
        address = parse_address(peer)
        environ[DIRECT] = True
        for name in NEVER:
            environ.pop(name, None)
        if is_in(peer, trusted):
            environ[DIRECT] = FORWARDED_FOR not in environ
            address = parse_address(last(environ, FORWARDED_FOR)) or address
            if last(environ, FORWARDED_PROTO) in ("http", "https"):
                environ["wsgi.url_scheme"] = last(environ, FORWARDED_PROTO)
        else:
            for name in (FORWARDED_FOR, FORWARDED_PROTO, user):
                environ.pop(name, None)
        environ["REMOTE_ADDR"] = str(address or "")
        environ[VIEWER] = address_key(environ["REMOTE_ADDR"])
        return app(environ, start_response)

    return wrapped


def last(environ: dict[str, Any], name: str) -> str:
    """The last of the values of a header; empty where there is none."""
    return str(environ.get(name, "")).rpartition(",")[2].strip()


def is_in(address: str, networks: Networks) -> bool:
    """Whether an address as a socket has it lies in one of the networks."""
    found = parse_address(address)
    return found is not None and any(found in network for network in networks)
