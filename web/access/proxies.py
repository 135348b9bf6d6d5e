"""Which of a request's headers a proxy has written, and which the viewer himself."""

from collections.abc import Callable, Iterable
from ipaddress import IPv4Network, IPv6Network, ip_address
from typing import Any

from werkzeug.middleware.proxy_fix import ProxyFix

Wsgi = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]
Networks = tuple[IPv4Network | IPv6Network, ...]

FORWARDED = ("HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_PROTO")
NEVER = (
    "HTTP_FORWARDED",
    "HTTP_X_FORWARDED_HOST",
    "HTTP_X_FORWARDED_PORT",
    "HTTP_X_FORWARDED_PREFIX",
)
"""What nobody here reads, but a library might. A proxy leaves Host as it is: a page may say what it
likes of itself in the others, and it is by Host that another site is told from us."""
DIRECT = "beamcast.direct"
"""where a request's environment says that no proxy was between"""


def behind_proxies(app: Wsgi, trusted: Networks, user_header: str) -> Wsgi:
    """Believes what a trusted proxy says of the viewer's address, scheme and name, and takes those
    headers off everybody else's requests."""
    believed = ProxyFix(app, x_for=1, x_proto=1)
    told = (*FORWARDED, *NEVER, f"HTTP_{user_header.upper().replace('-', '_')}")

    def wrapped(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        peer_is_trusted = is_in(str(environ.get("REMOTE_ADDR", "")), trusted)
        environ[DIRECT] = not (peer_is_trusted and FORWARDED[0] in environ)
        for name in NEVER if peer_is_trusted else told:
            environ.pop(name, None)
        return (
            believed(environ, start_response) if peer_is_trusted else app(environ, start_response)
        )

    return wrapped


def is_in(address: str, networks: Networks) -> bool:
    """Whether an address as a socket has it lies in one of the networks."""
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return False
    found = getattr(found, "ipv4_mapped", None) or found
    return any(found in network for network in networks)
