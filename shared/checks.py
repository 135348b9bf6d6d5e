"""What a setting's text may be: how it becomes a value, and the words for what is allowed."""

import math
import re
from collections.abc import Callable
from typing import Any, NamedTuple
from urllib.parse import urlsplit


class Check(NamedTuple):
    """How a text becomes a value (``parse`` raises ValueError), and what is allowed, in words."""

    parse: Callable[[str], Any]
    allowed: str


def number(low: float, high: float, unit: str = "") -> Check:
    """A finite float within [low, high]."""

    def parse(text: str) -> float:
        value = float(text)
        if not math.isfinite(value) or not low <= value <= high:
            raise ValueError
        return value

    return Check(parse, f"a number from {low:g} to {high:g}{unit and ' ' + unit}")


def integer(low: int, high: int) -> Check:
    """An integer within [low, high]."""

    def parse(text: str) -> int:
        value = int(text)
        if not low <= value <= high:
            raise ValueError
        return value

    return Check(parse, f"an integer from {low} to {high}")


def choice(*names: str) -> Check:
    """One of a few words."""

    def parse(text: str) -> str:
        if text not in names:
            raise ValueError
        return text

    return Check(parse, ", ".join(names[:-1]) + " or " + names[-1])


def matching(pattern: str, allowed: str) -> Check:
    """A text that matches the whole regular expression."""

    def parse(text: str) -> str:
        if not re.fullmatch(pattern, text):
            raise ValueError
        return text

    return Check(parse, allowed)


def _tcp_address(text: str) -> str:
    found = re.fullmatch(r"tcp://(?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\]):([0-9]{1,5})", text)
    if not found or not 0 < int(found[1]) < 65536:
        raise ValueError
    return text


def _redis_url(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in ("redis", "rediss") or not parts.hostname or parts.port == 0:
        raise ValueError
    if not re.fullmatch(r"/?|/[0-9]{1,5}", parts.path) or parts.query or parts.fragment:
        raise ValueError
    return text


def or_empty(check: Check) -> Check:
    return Check(lambda text: check.parse(text) if text else "", f"{check.allowed}, or empty")


STREAM_NAME = re.compile(r"[A-Za-z0-9._-]{1,64}")
FLAG = Check(lambda text: {"0": False, "1": True, "": False}[text], "0 or 1")
TCP_ADDRESS = Check(_tcp_address, "tcp://HOST:PORT")
REDIS_URL = Check(_redis_url, "redis://HOST:PORT/DB or rediss://HOST:PORT/DB")
STREAM = matching(STREAM_NAME.pattern, "1 to 64 of A-Z a-z 0-9 . _ -")
PORT = integer(1, 65535)
HOST = matching(r"[A-Za-z0-9.:_-]{1,253}", "a host name or an IP address")
