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

from tests.fuzz.mutate import (
    RAW_JSON,
    damage_bytes,
    mutate_json,
    random_value,
    to_damaged_json,
    to_json,
)

IDS = (*(f"card {number}" for number in range(12)), *(f"p{number}" for number in range(8)))
"""The last ones are for image cards, which are also made with other ids."""
MARKUP = (
    *("<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "javascript:alert(1)"),
    *('"><svg onload=alert(1)>', "</script><b>", "{{7*7}}", "${7*7}", "&lt;b&gt;", "<!--"),
)
PASSWORD = "a-long-word-of-passage"


def to_png(array: np.ndarray) -> bytes:
    """Return an array as a PNG file."""
    file = io.BytesIO()
    Image.fromarray(array).save(file, "PNG")
    return file.getvalue()


SMALL = to_png(np.arange(64, dtype=np.uint8).reshape(8, 8))
COLOURS = to_png(np.zeros((5, 7, 3), np.uint8))


def create_png_bomb(width: int, height: int) -> bytes:
    """Return a PNG file whose header claims this size, with few pixels."""

    def part(kind: bytes, data: bytes) -> bytes:
        check = struct.pack(">I", zlib.crc32(kind + data))
        return struct.pack(">I", len(data)) + kind + data + check

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    parts = part(b"IHDR", head) + part(b"IDAT", zlib.compress(bytes(10_000))) + part(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + parts


BOMBS = tuple(
    create_png_bomb(*size)
    for size in ((30_000, 30_000), (2**31 - 1, 2**31 - 1), (0, 0), (10**6, 1))
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
"""Messages of every type; the last one needs binary data."""


def random_message(rng: Random) -> Any:
    """Return a valid message, or one with a few errors."""
    made: dict[str, Any] = {"id": rng.choice(IDS), **rng.choice(GOOD)}
    kind = rng.random()
    if kind < 0.2:
        return made
    if kind < 0.35:
        return add_markup(rng, made)
    if kind < 0.4:
        return {**made, "value": base64.b64encode(rng.choice(FILES)).decode(), "type": "image"}
    if kind < 0.45:
        return {**made, "type": rng.choice(GOOD).get("type", "line")}
    if kind < 0.5:
        return random_value(rng)
    return mutate_json(rng, made, 3)


def add_markup(rng: Random, message: Any) -> Any:
    """Return the same with markup in every text except ``type``."""
    if isinstance(message, dict):
        return {
            key: value if key == "type" else add_markup(rng, value)
            for key, value in message.items()
        }
    if isinstance(message, list):
        return [add_markup(rng, value) for value in message]
    return rng.choice(MARKUP) if isinstance(message, str) else message


def random_text(rng: Random) -> bytes:
    """Return JSON of a message or a list of some; sometimes deeply nested, with duplicate keys, or
    invalid."""
    kind = rng.random()
    if kind < 0.02:
        deep = rng.choice((100, 1023, 1025, 100_000))
        return b'{"id": "a", "value": ' + b"[" * deep + b"]" * deep + b"}"
    if kind < 0.04:
        return b'{"id": "a", "value": ' + rng.choice((*RAW_JSON, b"1e400", b"-Infinity")) + b"}"
    if kind < 0.06:
        return b'{"id": "a", "id": "b", "value": 1, "value": "x", "value": 2}'
    if kind < 0.2:
        several = [random_message(rng) for _ in range(rng.randrange(20))]
        return to_damaged_json(rng, several)
    return to_damaged_json(rng, random_message(rng))


def random_attachment(rng: Random) -> bytes:
    """Return binary data for a message."""
    if rng.random() < 0.4:
        return bytes(rng.choice((32, 31, 0, 33, 64, 8, 5000)))
    file = rng.choice(FILES)
    return file if rng.random() < 0.4 else damage_bytes(rng, file)


def random_line(rng: Random, password: str) -> bytes:
    """Return a line for TCP, with as many bytes as its ``length`` says, or not."""
    made = random_message(rng)
    if password and isinstance(made, dict) and rng.random() < 0.9:
        made["api_crypt"] = password
    if not isinstance(made, dict) or rng.random() < 0.7:
        return (to_damaged_json(rng, made) if rng.random() < 0.8 else random_text(rng)) + b"\n"
    data = random_attachment(rng)
    wrong_length = rng.choice(
        (0, -1, 10**9, 2**64 - 1, 10**30, "5", None, True, 1.5, len(data) + 1)
    )
    made["length"] = len(data) if rng.random() < 0.8 else wrong_length
    return to_json(made).replace(b"\n", b" ") + b"\n" + data


def random_request(rng: Random, password: str) -> bytes:
    """Return a POST request, sometimes malformed."""
    kind = rng.random()
    lines = ["POST /push HTTP/1.1", "Host: localhost"]
    if password and rng.random() < 0.85:
        lines.append(f"Authorization: Bearer {password}")
    if kind < 0.2:
        lines.append("Content-Type: application/octet-stream")
        separator = b"\n" if rng.random() < 0.9 else b""
        body = to_damaged_json(rng, random_message(rng)) + separator + random_attachment(rng)
    elif kind < 0.4:
        boundary = rng.choice(("x", "x", "x", "y", "", '"x"', "x" * 200))
        lines.append(f"Content-Type: multipart/form-data; boundary={boundary}")
        body = random_form(rng)
    elif kind < 0.6:
        lines.append("Content-Type: application/x-ndjson")
        body = b"\n".join(random_text(rng) for _ in range(rng.randrange(8)))
    else:
        if rng.random() < 0.5:
            lines.append("Content-Type: application/json")
        body = random_text(rng)
    if rng.random() < 0.1:
        lines.append(f"Origin: {rng.choice(('null', 'http://evil.example', 'https://a.b'))}")
    if rng.random() < 0.05:
        lines.append(f"Content-Encoding: {rng.choice(('gzip', 'deflate', 'br', 'identity'))}")
    if rng.random() < 0.2:
        lines.append("Transfer-Encoding: chunked")
        body = chunk_body(rng, body)
    elif rng.random() < 0.95:
        difference = rng.choice((-1, 1, 1000, 10**9, -len(body)))
        size = len(body) if rng.random() < 0.9 else len(body) + difference
        lines.append(f"Content-Length: {size}")
    data = "\r\n".join([*lines, "", ""]).encode() + body
    return damage_bytes(rng, data) if rng.random() < 0.1 else data


def random_form(rng: Random) -> bytes:
    """Return a multipart form, sometimes malformed."""
    made = b""
    for _ in range(rng.choice((0, 1, 2, 2, 2, 3, 40))):
        name = rng.choice((b"message", b"message", b"data", b"data", b"x", b'a"b', b""))
        data = (
            to_damaged_json(rng, random_message(rng))
            if name == b"message"
            else random_attachment(rng)
        )
        head = b'--x\r\nContent-Disposition: form-data; name="' + name + b'"'
        if rng.random() < 0.5:
            head += b'; filename="' + rng.choice((b"a.png", b"../../x", b'name="data"')) + b'"'
        made += head + b"\r\n\r\n" + data + b"\r\n"
    made += rng.choice((b"--x--\r\n", b"--x--\r\n", b"--x--\r\n", b"--x\r\n", b""))
    return damage_bytes(rng, made) if rng.random() < 0.2 else made


def chunk_body(rng: Random, body: bytes) -> bytes:
    """Return a chunked body; some chunks have a wrong size."""
    made = b""
    while body:
        size = rng.choice((1, 10, 100, 5000))
        piece, body = body[:size], body[size:]
        claimed = len(piece) if rng.random() < 0.95 else rng.choice((0, 5, 2**31, 2**64))
        made += b"%x\r\n" % claimed + piece + b"\r\n"
    return made + rng.choice((b"0\r\n\r\n", b"0\r\n\r\n", b"", b"zz\r\n"))
