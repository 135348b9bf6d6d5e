"""Parse the URL of a Redis behind sentinels: ``redis+sentinel://…``."""

import re
from typing import NamedTuple
from urllib.parse import unquote

SENTINEL_PORT = 26379

_URL = re.compile(
    r"redis(?P<secure>s?)\+sentinel://"
    r"(?:(?P<username>[^:@/]*)(?::(?P<password>[^@/]*))?@)?"
    r"(?P<hosts>[^@/]+)"
    r"/(?P<service>[A-Za-z0-9._-]+)(?:/(?P<db>[0-9]{1,5}))?"
)
_HOST = re.compile(r"(?P<name>[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::(?P<port>[0-9]{1,5}))?")


class SentinelUrl(NamedTuple):
    """The sentinels and the name of the master; user and password are those of Redis."""

    secure: bool
    hosts: tuple[tuple[str, int], ...]
    service: str
    db: int
    username: str | None
    password: str | None

    @classmethod
    def parse(cls, url: str) -> "SentinelUrl":
        """Parse ``redis[s]+sentinel://[user:password@]host[:port],…/service[/db]``; raises
        ValueError."""
        found = _URL.fullmatch(url)
        if not found:
            raise ValueError(f"not redis+sentinel://HOST:PORT,…/NAME: {without_password(url)}")
        return cls(
            secure=bool(found["secure"]),
            hosts=tuple(map(_host, found["hosts"].split(","))),
            service=found["service"],
            db=int(found["db"] or 0),
            username=unquote(found["username"] or "") or None,
            password=unquote(found["password"] or "") or None,
        )


def is_sentinel(url: str) -> bool:
    """Whether this is the address of sentinels, not of a Redis."""
    return url.startswith(("redis+sentinel:", "rediss+sentinel:"))


def without_password(url: str) -> str:
    """Return an address without its password, for display."""
    return re.sub(r"^([a-z+]+://[^:@/]*):.*@", r"\1:…@", url)


def _host(text: str) -> tuple[str, int]:
    found = _HOST.fullmatch(text)
    port = int(found["port"] or SENTINEL_PORT) if found else 0
    if not found or not 0 < port < 65536:
        raise ValueError(f"not HOST:PORT: {text}")
    return found["name"].strip("[]"), port
