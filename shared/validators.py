"""Parse and check the texts of settings, and describe the allowed values."""

import contextlib
import ipaddress
import math
import re
import socket
import ssl
from collections.abc import Callable
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from shared import video_url
from shared.redis_url import SentinelUrl, is_sentinel

MAX_PULSE_ID = 2**53
"""larger ones are not exact in every program"""


class Validator(NamedTuple):
    """A parser, which raises ValueError, and a description of the allowed values. The text of a
    ``secret`` option appears in no message."""

    parse: Callable[[str], Any]
    allowed: str
    secret: bool = False


def number(low: float, high: float, unit: str = "") -> Validator:
    """Return a validator for finite numbers within [low, high]."""

    def parse(text: str) -> float:
        value = float(text)
        if not math.isfinite(value) or not low <= value <= high:
            raise ValueError
        return value

    return Validator(parse, f"a number from {low:g} to {high:g}{unit and ' ' + unit}")


def integer(low: int, high: int) -> Validator:
    """Return a validator for integers within [low, high]."""

    def parse(text: str) -> int:
        value = int(text)
        if not low <= value <= high:
            raise ValueError
        return value

    return Validator(parse, f"an integer from {low} to {high}")


def choice(*names: str) -> Validator:
    """Return a validator for one of these words."""

    def parse(text: str) -> str:
        if text not in names:
            raise ValueError
        return text

    return Validator(parse, ", ".join(names[:-1]) + " or " + names[-1])


def matching(pattern: str, allowed: str) -> Validator:
    """Return a validator for texts that match the whole regular expression."""

    def parse(text: str) -> str:
        if not re.fullmatch(pattern, text):
            raise ValueError
        return text

    return Validator(parse, allowed)


def _tcp_address(text: str) -> str:
    found = re.fullmatch(r"tcp://(?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\]):([0-9]{1,5})", text)
    if not found or not 0 < int(found[1]) < 65536:
        raise ValueError
    return text


def _source(text: str) -> str:
    return video_url.parse(text) if video_url.kind(text) else _tcp_address(text)


def _redis_url(text: str) -> str:
    if is_sentinel(text):
        SentinelUrl.parse(text)
        return text
    parts = urlsplit(text)  # accepts capitals and invisible characters, therefore the next check
    if not re.match(r"rediss?://", text) or not text.isprintable():
        raise ValueError
    if not parts.hostname or parts.port == 0:
        raise ValueError
    if not re.fullmatch(r"/?|/[0-9]{1,5}", parts.path) or parts.query or parts.fragment:
        raise ValueError
    return text


def _networks(text: str) -> tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...]:
    return tuple(ipaddress.ip_network(part.strip()) for part in text.split(",") if part.strip())


def _origins(text: str) -> tuple[str, ...]:
    origins = tuple(part.strip().rstrip("/") for part in text.split(",") if part.strip())
    if not all(re.fullmatch(r"https?://[A-Za-z0-9.:\[\]_-]+", origin) for origin in origins):
        raise ValueError
    return origins


def _hosts(text: str) -> tuple[str, ...]:
    hosts = tuple(part.strip().lower().rstrip(".") for part in text.split(",") if part.strip())
    if not all(re.fullmatch(r"[a-z0-9._-]{1,253}", host) for host in hosts):
        raise ValueError
    return hosts


def _passwords(text: str) -> tuple[str, ...]:
    passwords = tuple(part.strip() for part in text.split(",") if part.strip())
    if not all(re.fullmatch(r"[!-+\--~]{1,1024}", password) for password in passwords):
        raise ValueError
    return passwords


def is_address(host: str) -> bool:
    """Whether this is an IP address or ``localhost``, not a name that DNS resolves."""
    name = host.lower().strip("[]")
    with contextlib.suppress(ValueError):
        ipaddress.ip_address(name)
        return True
    return name == "localhost"


def is_loopback(host: str) -> bool:
    """Whether a host name or address, as used by a server or a browser, is a loopback address."""
    name = host.lower().strip("[]")
    with contextlib.suppress(ValueError):
        return ipaddress.ip_address(name).is_loopback
    return name == "localhost" or name.endswith(".localhost")


def is_own_host(header: str) -> bool:
    """Whether a Host header has an IP address or a name of this machine, not some other name, whose
    owner could make it resolve to this machine (DNS rebinding)."""
    found = re.fullmatch(r"(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)(?::[0-9]+)?", header)
    if not found:
        return False
    name = found[1]
    return is_address(name) or is_loopback(name) or name.lower() == socket.gethostname().lower()


def _first_pulse(text: str) -> int | str:
    return text if text == "clock" else integer(0, MAX_PULSE_ID).parse(text)


def _certificates(text: str) -> str:
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(cafile=text)
    except OSError:
        raise ValueError from None
    return text


def or_empty(validator: Validator) -> Validator:
    """Return a validator that also accepts an empty text."""
    return Validator(
        lambda text: validator.parse(text) if text else "", f"{validator.allowed}, or empty"
    )


STREAM_NAME = re.compile(r"[A-Za-z0-9._-]{1,64}")
FLAG = Validator(lambda text: {"0": False, "1": True, "": False}[text], "0 or 1")
TCP_ADDRESS = Validator(_tcp_address, "tcp://HOST:PORT")
SOURCE = Validator(_source, f"{TCP_ADDRESS.allowed} (bsread), or {video_url.ALLOWED}")
REDIS_URL = Validator(
    _redis_url,
    "redis://HOST:PORT/DB, with sentinels redis+sentinel://HOST:PORT,HOST:PORT,…/NAME/DB; "
    "with TLS rediss:// and rediss+sentinel://",
)
CERTIFICATES = Validator(_certificates, "a readable file with certificates (PEM)")
INSTALLATION = matching(r"[A-Za-z0-9_.-]{1,32}", "1 to 32 of A-Z a-z 0-9 . _ -")
STREAM = matching(STREAM_NAME.pattern, "1 to 64 of A-Z a-z 0-9 . _ -")
PORT = integer(1, 65535)
HOST = matching(r"[A-Za-z0-9.:_-]{1,253}", "a host name or an IP address")
PATH = matching(r"[^\0]{0,4096}", "a path")
NETWORKS = Validator(
    _networks, "comma-separated addresses and networks, such as 127.0.0.1,10.1.0.0/16"
)
ORIGINS = Validator(_origins, "comma-separated origins, such as https://elog.example")
HOSTS = Validator(_hosts, "comma-separated host names, such as beamcast.example")
PASSWORDS = Validator(
    _passwords,
    "comma-separated passwords of 1 to 1024 letters, digits and signs each",
    secret=True,
)
CONTACT = matching(
    r"[^\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]{0,120}",
    "one line of at most 120 characters",
)
HEADER = matching(r"[A-Za-z0-9-]{1,64}", "the name of an HTTP header")
FIRST_PULSE = Validator(_first_pulse, f"an integer from 0 to {MAX_PULSE_ID}, or clock")
PAGE = matching(r"https?://[A-Za-z0-9.:\[\]_-]+/?", "an address such as http://HOST:PORT")
