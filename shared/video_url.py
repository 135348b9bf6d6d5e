"""Parse the address of a video: ``rtsp://``, ``rtsps://``, ``udp://``, ``file:`` or ``v4l2:``."""

import re

ALLOWED = (
    "a video's rtsp://HOST/PATH, rtsps://HOST/PATH, udp://HOST:PORT, file:PATH or v4l2:/dev/video0"
)

_HOST = r"(?P<host>[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])"
_KINDS = {
    "rtsp": re.compile(
        rf"rtsps?://(?:[^@/\s]+@)?{_HOST}(?::(?P<port>[0-9]{{1,5}}))?(?:[/?][^\s]*)?"
    ),
    "udp": re.compile(rf"udp://{_HOST}:(?P<port>[0-9]{{1,5}})"),
    "file": re.compile(r"file:.{1,4096}"),
    "v4l2": re.compile(r"v4l2:/dev/(?!.*\.\.)[A-Za-z0-9._:/-]{1,255}"),
}


def kind(address: str) -> str:
    """Return ``rtsp`` (also for TLS), ``udp``, ``file`` or ``v4l2``; empty if it is not a video."""
    scheme = address.partition(":")[0]
    return {"rtsps": "rtsp"}.get(scheme, scheme if scheme in _KINDS else "")


def parse(text: str) -> str:
    """Return the address if it is valid; raises ValueError."""
    pattern = _KINDS.get(kind(text))
    found = pattern.fullmatch(text) if pattern and text.isprintable() else None
    if not found:
        raise ValueError
    port = found.groupdict().get("port")
    if port is not None and not 0 < int(port) < 65536:
        raise ValueError
    return text


def without_login(address: str) -> str:
    """Return the address without user, password and query, for display."""
    if kind(address) != "rtsp":
        return address
    address = re.sub(r"^(rtsps?://).*@", r"\1", address)
    return re.sub(r"\?.*", "?…", address)
