"""Random messages to push: of all types, valid or with a few errors; their binary data; and the
requests and lines that contain them."""

import base64
import io
import struct
import zlib
from random import Random
from typing import Any

import numpy as np
from PIL import Image

from tests.fuzz.mutate import RAW_JSON, changed, damaged, json_bytes, plain_json, value

IDS = (*(f"card {number}" for number in range(12)), *(f"p{number}" for number in range(8)))
"""the last ones are for image cards, which are also made with other ids"""
MARKUP = (
    *("<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "javascript:alert(1)"),
    *('"><svg onload=alert(1)>', "</script><b>", "{{7*7}}", "${7*7}", "&lt;b&gt;", "<!--"),
)
PASSWORD = "a-long-word-of-passage"


def png(array: np.ndarray) -> bytes:
    """Return an array as a PNG file."""
    file = io.BytesIO()
    Image.fromarray(array).save(file, "PNG")
    return file.getvalue()


SMALL = png(np.arange(64, dtype=np.uint8).reshape(8, 8))
COLOURS = png(np.zeros((5, 7, 3), np.uint8))


def bomb(width: int, height: int) -> bytes:
    """Return a PNG file whose header claims this size, with few pixels."""

    def part(kind: bytes, data: bytes) -> bytes:
        check = struct.pack(">I", zlib.crc32(kind + data))
        return struct.pack(">I", len(data)) + kind + data + check

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    parts = part(b"IHDR", head) + part(b"IDAT", zlib.compress(bytes(10_000))) + part(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + parts


BOMBS = tuple(
    bomb(*size) for size in ((30_000, 30_000), (2**31 - 1, 2**31 - 1), (0, 0), (10**6, 1))
)
FILES = (SMALL, COLOURS, *BOMBS, b"GIF89a", b"", b"BM", b"II*\0", b"RIFF\0\0\0\0WEBPVP8 ")
CONFIGURATION = {
    "type": "bar",
    "data": {"labels": ["a", "b"], "datasets": [{"label": "x", "data": [1, 2]}]},
    "options": {"plugins": {"legend": {"display": False}}},
}
GOOD: tuple[dict[str, Any], ...] = (
    {"value": 401.2},
    {"value": [1, 2], "legend": ["a", "b"], "borderColor": ["red", "#0af"]},
    {"value": {"ring": 401.2, "linac": None}, "active_points": 500, "fill": True, "name": "A"},
    {"type": "bar", "value": 3, "label": "Monday", "backgroundColor": "navy", "width": 300},
    {"type": "horizontalBar", "value": [1, 2], "label": ["a", "b"], "height": 200},
    {"type": "pie", "value": {"a": 1, "b": 2}},
    {"type": "doughnut", "value": [1, 2], "label": ["a", "b"]},
    {"type": "radar", "value": {"x": 1, "y": 2, "z": 3}},
    {"type": "polarArea", "value": {"x": 1, "y": 2}},
    {"type": "bubble", "value": {"x": 1, "y": 2, "r": 10}},
    {"type": "scatter", "value": [{"x": 1, "y": 2}, {"x": 2, "y": 1}]},
    {"type": "custom", "value": CONFIGURATION},
    {"type": "text", "value": "a line\nanother", "time": "12:00"},
    {"type": "map", "value": {"lat": 47.54, "lon": 8.22, "name": "PSI"}},
    {"type": "video", "value": "hall"},
    {"type": "heatmap", "value": [[1, 2], [3, None]]},
    {"type": "image", "value": base64.b64encode(SMALL).decode()},
    {"type": "image", "dtype": "uint16", "shape": [4, 4]},
)
"""every type; the last one needs binary data"""


def message(chance: Random) -> Any:
    """Return a valid message, or one with a few errors."""
    made: dict[str, Any] = {"id": chance.choice(IDS), **chance.choice(GOOD)}
    kind = chance.random()
    if kind < 0.2:
        return made
    if kind < 0.35:
        return marked_up(chance, made)
    if kind < 0.4:
        return {**made, "value": base64.b64encode(chance.choice(FILES)).decode(), "type": "image"}
    if kind < 0.45:
        return {**made, "type": chance.choice(GOOD).get("type", "line")}
    if kind < 0.5:
        return value(chance)
    return changed(chance, made, 3)


def marked_up(chance: Random, inside: Any) -> Any:
    """Return the same with markup in every text except ``type``."""
    if isinstance(inside, dict):
        return {
            key: value if key == "type" else marked_up(chance, value)
            for key, value in inside.items()
        }
    if isinstance(inside, list):
        return [marked_up(chance, value) for value in inside]
    return chance.choice(MARKUP) if isinstance(inside, str) else inside


def text(chance: Random) -> bytes:
    """Return JSON of a message or a list of some; sometimes deeply nested, with duplicate keys, or
    invalid."""
    kind = chance.random()
    if kind < 0.02:
        deep = chance.choice((100, 1023, 1025, 100_000))
        return b'{"id": "a", "value": ' + b"[" * deep + b"]" * deep + b"}"
    if kind < 0.04:
        return b'{"id": "a", "value": ' + chance.choice((*RAW_JSON, b"1e400", b"-Infinity")) + b"}"
    if kind < 0.06:
        return b'{"id": "a", "id": "b", "value": 1, "value": "x", "value": 2}'
    if kind < 0.2:
        several = [message(chance) for _ in range(chance.randrange(20))]
        return json_bytes(chance, several)
    return json_bytes(chance, message(chance))


def attached(chance: Random) -> bytes:
    """Return binary data for a message."""
    if chance.random() < 0.4:
        return bytes(chance.choice((32, 31, 0, 33, 64, 8, 5000)))
    file = chance.choice(FILES)
    return file if chance.random() < 0.4 else damaged(chance, file)


def line(chance: Random, password: str) -> bytes:
    """Return a line for TCP, with as many bytes as its ``length`` says, or not."""
    made = message(chance)
    if password and isinstance(made, dict) and chance.random() < 0.9:
        made["api_crypt"] = password
    if not isinstance(made, dict) or chance.random() < 0.7:
        return (json_bytes(chance, made) if chance.random() < 0.8 else text(chance)) + b"\n"
    data = attached(chance)
    odd = chance.choice((0, -1, 10**9, 2**64 - 1, 10**30, "5", None, True, 1.5, len(data) + 1))
    made["length"] = len(data) if chance.random() < 0.8 else odd
    return plain_json(made).replace(b"\n", b" ") + b"\n" + data


def request(chance: Random, password: str) -> bytes:
    """Return a POST request, sometimes malformed."""
    kind = chance.random()
    lines = ["POST /push HTTP/1.1", "Host: localhost"]
    if password and chance.random() < 0.85:
        lines.append(f"Authorization: Bearer {password}")
    if kind < 0.2:
        lines.append("Content-Type: application/octet-stream")
        separator = b"\n" if chance.random() < 0.9 else b""
        body = json_bytes(chance, message(chance)) + separator + attached(chance)
    elif kind < 0.4:
        boundary = chance.choice(("x", "x", "x", "y", "", '"x"', "x" * 200))
        lines.append(f"Content-Type: multipart/form-data; boundary={boundary}")
        body = form(chance)
    elif kind < 0.6:
        lines.append("Content-Type: application/x-ndjson")
        body = b"\n".join(text(chance) for _ in range(chance.randrange(8)))
    else:
        if chance.random() < 0.5:
            lines.append("Content-Type: application/json")
        body = text(chance)
    if chance.random() < 0.1:
        lines.append(f"Origin: {chance.choice(('null', 'http://evil.example', 'https://a.b'))}")
    if chance.random() < 0.05:
        lines.append(f"Content-Encoding: {chance.choice(('gzip', 'deflate', 'br', 'identity'))}")
    if chance.random() < 0.2:
        lines.append("Transfer-Encoding: chunked")
        body = chunks(chance, body)
    elif chance.random() < 0.95:
        odd = chance.choice((-1, 1, 1000, 10**9, -len(body)))
        size = len(body) if chance.random() < 0.9 else len(body) + odd
        lines.append(f"Content-Length: {size}")
    data = "\r\n".join([*lines, "", ""]).encode() + body
    return damaged(chance, data) if chance.random() < 0.1 else data


def form(chance: Random) -> bytes:
    """Return a multipart form, sometimes malformed."""
    made = b""
    for _ in range(chance.choice((0, 1, 2, 2, 2, 3, 40))):
        name = chance.choice((b"message", b"message", b"data", b"data", b"x", b'a"b', b""))
        data = json_bytes(chance, message(chance)) if name == b"message" else attached(chance)
        head = b'--x\r\nContent-Disposition: form-data; name="' + name + b'"'
        if chance.random() < 0.5:
            head += b'; filename="' + chance.choice((b"a.png", b"../../x", b'name="data"')) + b'"'
        made += head + b"\r\n\r\n" + data + b"\r\n"
    made += chance.choice((b"--x--\r\n", b"--x--\r\n", b"--x--\r\n", b"--x\r\n", b""))
    return damaged(chance, made) if chance.random() < 0.2 else made


def chunks(chance: Random, body: bytes) -> bytes:
    """Return a chunked body; some chunks have a wrong size."""
    made = b""
    while body:
        size = chance.choice((1, 10, 100, 5000))
        piece, body = body[:size], body[size:]
        claimed = len(piece) if chance.random() < 0.95 else chance.choice((0, 5, 2**31, 2**64))
        made += b"%x\r\n" % claimed + piece + b"\r\n"
    return made + chance.choice((b"0\r\n\r\n", b"0\r\n\r\n", b"", b"zz\r\n"))
