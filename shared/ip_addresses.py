"""Parse IP addresses as sockets and proxies write them; make the keys by which limits count."""

import re
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

Address = IPv4Address | IPv6Address

UNKNOWN = "?"
"""the key of every text that is not an address"""
MAX_LENGTH = 64
"""characters; an IPv6 address with a zone and a port is shorter"""
_ADDRESS = re.compile(r"\[([0-9A-Fa-f:.]+)(?:%[^\]]*)?\](?::\d{1,5})?|([0-9.]+)(?::\d{1,5})?")


def parse_address(text: str) -> Address | None:
    """Return the address in ``10.0.0.1``, ``10.0.0.1:80``, ``2001:db8::1``, ``[2001:db8::1]:80`` or
    ``fe80::1%eth0``; None if the text is not an address. An IPv4 address in IPv6 form
    (``::ffff:10.0.0.1``) is returned as IPv4; a zone, which only means something on one machine,
    is dropped."""
    text = text.strip()[: MAX_LENGTH + 1]
    if len(text) > MAX_LENGTH:
        return None
    found = _ADDRESS.fullmatch(text)
    plain = found[1] or found[2] if found else text.partition("%")[0]
    try:
        address = ip_address(plain)
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


def address_key(text: str) -> str:
    """Return the key by which limits count an address: the address itself for IPv4 and loopback,
    the /64 network for IPv6, because a single machine may use any address of it."""
    address = parse_address(text)
    if address is None:
        return UNKNOWN
    if address.version == 4 or address.is_loopback:
        return str(address)
    return str(ip_network((address, 64), strict=False))
