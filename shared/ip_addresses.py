"""IP addresses as sockets and proxies write them, and the key under which limits count them."""

import re
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

Address = IPv4Address | IPv6Address

UNKNOWN = "?"
"""the key of everything that is no address"""
MAX_LENGTH = 64
"""characters: an IPv6 address, a zone and a port"""
_WRITTEN = re.compile(r"\[([0-9A-Fa-f:.]+)(?:%[^\]]*)?\](?::\d{1,5})?|([0-9.]+)(?::\d{1,5})?")


def parse_address(text: str) -> Address | None:
    """The address in ``10.0.0.1``, ``10.0.0.1:80``, ``2001:db8::1``, ``[2001:db8::1]:80`` or
    ``fe80::1%eth0``; None where there is none. An IPv4 address in IPv6 form (``::ffff:10.0.0.1``)
    is the IPv4 address; a zone is local to a machine, and is dropped."""
    text = text.strip()[: MAX_LENGTH + 1]
    if len(text) > MAX_LENGTH:
        return None
    written = _WRITTEN.fullmatch(text)
    plain = written[1] or written[2] if written else text.partition("%")[0]
    try:
        address = ip_address(plain)
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


def address_key(text: str) -> str:
    """What limits count an address as. It is the address itself for IPv4 and loopback, and the /64
    network for IPv6, since a single machine chooses any address in that."""
    address = parse_address(text)
    if address is None:
        return UNKNOWN
    if address.version == 4 or address.is_loopback:
        return str(address)
    return str(ip_network((address, 64), strict=False))
