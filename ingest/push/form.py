"""The parts of a form, ``multipart/form-data``; RFC 7578."""

import re
from email.message import Message

from ingest.push.message import Refused

NAME = re.compile(rb'(?:^|[;\s])name=(?:"([^"]*)"|([^\s;]+))', re.I)
MOST_PARTS = 16


def parts(content_type: str, body: bytes) -> dict[bytes, bytes]:
    """Name → content; the last one of a name. Raises Refused."""
    boundary = _boundary(content_type)
    if not boundary:
        raise Refused("Content-Type names no boundary", "multipart/form-data; boundary=…")
    pieces = (b"\r\n" + body).split(b"\r\n--" + boundary, MOST_PARTS + 2)
    found: dict[bytes, bytes] = {}
    for piece in pieces[1:]:
        if piece.startswith(b"--"):
            return found
        head, _, content = piece.partition(b"\r\n\r\n")
        if name := NAME.search(head):
            found[name[1] or name[2] or b""] = content
    if len(pieces) > MOST_PARTS + 2:
        raise Refused("the form has too many parts", f"at most {MOST_PARTS}")
    raise Refused("the form does not end", f"--{boundary.decode('latin-1')}-- at its end")


def _boundary(content_type: str) -> bytes:
    told = Message()
    told["Content-Type"] = re.sub(r"[^\x20-\x7e]", "", content_type)
    return (told.get_boundary() or "").encode("ascii", "replace")
