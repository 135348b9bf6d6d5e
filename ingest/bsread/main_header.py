"""The main header of a bsread message, and the JSON that both headers are made of."""

import json
import re
from typing import Any, NamedTuple

import orjson

from ingest.bsread.error_text import format_value

MAX_HEADER_BYTES = 16 * 1024 * 1024
HTYPE_PREFIX = "bsr_m-"


class BadMessage(ValueError):
    """A message that cannot be used; it is counted under ``kind``, and the text says why."""

    def __init__(self, kind: str, text: str) -> None:
        super().__init__(text)
        self.kind = kind


class MainHeader(NamedTuple):
    """The first part of a message."""

    pulse_id: int | None
    """within ±2^63; None when it cannot be read as an integer"""
    t_source: float | None
    """Unix seconds"""
    compression: str | None
    """of the data header"""
    hash: Any = None
    """of the data header, as the sender states it"""
    faults: tuple[tuple[str, str], ...] = ()
    """kind and text of everything in the header that cannot be used"""


def read_main_header(part: bytes) -> MainHeader:
    """Parse the first part; raises :class:`BadMessage` when it is not a JSON object."""
    kind = "bad_main_header"
    header = read_json_object(part, kind, "main header")
    faults: tuple[tuple[str, str], ...] = ()
    pulse_id = _to_integer(given := header.get("pulse_id"))
    if pulse_id is None:
        text = f"pulse_id is {format_value(given)}; allowed is an integer within ±2^63"
        faults += (("bad_pulse_id", text),)
    stamp = header.get("global_timestamp")
    t_source = None if stamp is None else _to_seconds(stamp)
    if stamp is not None and t_source is None:
        text = f"global_timestamp is {format_value(stamp)}; allowed are sec since 1970, and ns"
        faults += (("bad_timestamp", text),)
    htype = header.get("htype", HTYPE_PREFIX)
    if not isinstance(htype, str) or not htype.startswith(HTYPE_PREFIX):
        text = f"main header has htype {format_value(htype)}; expected is {HTYPE_PREFIX}1.1"
        faults += ((kind, text),)
    compression = header.get("dh_compression")
    if compression is not None and not isinstance(compression, str):
        compression = format_value(compression)
    return MainHeader(pulse_id, t_source, compression, header.get("hash"), faults)


def read_json_object(part: bytes, kind: str, name: str) -> dict[str, Any]:
    """Parse the header in a part; raises :class:`BadMessage` of this kind."""
    if len(part) > MAX_HEADER_BYTES:
        raise BadMessage(kind, f"{name} has {len(part)} bytes; allowed are {MAX_HEADER_BYTES}")
    try:
        header = orjson.loads(part)
    except orjson.JSONDecodeError as error:
        header = _read_lenient_json(part, BadMessage(kind, f"{name} is not JSON: {error}"))
    if not isinstance(header, dict):
        raise BadMessage(kind, f"{name} is {format_value(header)}; allowed is a JSON object")
    return header


def _read_lenient_json(part: bytes, error: BadMessage) -> Any:
    """Parse JSON with NaN, infinity and lone surrogates, which ``bsread.Source`` accepts; raises
    ``error`` when it is not even that."""
    try:
        return json.loads(part.decode())
    except (ValueError, RecursionError):
        raise error from None


def _to_integer(value: Any) -> int | None:
    """Return an integer within ±2^63 from a number or its text; None for anything else."""
    if type(value) is int:
        return value if -(2**63) < value < 2**63 else None
    is_text = isinstance(value, str) and re.fullmatch("-?[0-9]{1,19}", value)
    if is_text or (isinstance(value, float) and value.is_integer()):
        return _to_integer(int(value))
    return None


def _to_seconds(timestamp: Any) -> float | None:
    """Return the Unix seconds of a global timestamp; None when it is invalid."""
    if not isinstance(timestamp, dict):
        return None
    seconds, ns = timestamp.get("sec", timestamp.get("epoch")), timestamp.get("ns", 0)
    seconds = seconds if isinstance(seconds, float) else _to_integer(seconds)
    ns = ns if isinstance(ns, float) else _to_integer(ns)
    if seconds is None or ns is None:
        return None
    value = seconds + ns * 1e-9
    return value if 0 <= value < 1e11 else None
