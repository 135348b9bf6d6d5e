"""The main header of a bsread message, and what both of its headers have in common: JSON."""

import json
import re
from typing import Any, NamedTuple

import orjson

from ingest.bsread.channel import shown

MAX_HEADER_BYTES = 16 * 1024 * 1024
HTYPE = "bsr_m-"


class BadMessage(ValueError):
    """A message that cannot be used; ``kind`` counts it, the text says what is wrong."""

    def __init__(self, kind: str, text: str) -> None:
        super().__init__(text)
        self.kind = kind


class MainHeader(NamedTuple):
    """The first part; ``faults`` has kind and words of what in it cannot be used."""

    pulse_id: int | None
    """within ±2^63; None when it cannot be read as an integer"""
    t_source: float | None
    """Unix seconds"""
    compression: str | None
    """the data header's"""
    hash: Any = None
    """the data header's, as the sender has it"""
    faults: tuple[tuple[str, str], ...] = ()


def read_main_header(part: bytes) -> MainHeader:
    """The first part; raises :class:`BadMessage` for what is no JSON object."""
    kind = "bad_main_header"
    header = json_object(part, kind, "main header")
    faults: tuple[tuple[str, str], ...] = ()
    pulse_id = _integer(given := header.get("pulse_id"))
    if pulse_id is None:
        what = f"pulse_id is {shown(given)}; allowed is an integer within ±2^63"
        faults += (("bad_pulse_id", what),)
    stamp = header.get("global_timestamp")
    t_source = None if stamp is None else _seconds(stamp)
    if stamp is not None and t_source is None:
        what = f"global_timestamp is {shown(stamp)}; allowed are sec from 1970 on, and ns"
        faults += (("bad_timestamp", what),)
    htype = header.get("htype", HTYPE)
    if not isinstance(htype, str) or not htype.startswith(HTYPE):
        faults += ((kind, f"main header has htype {shown(htype)}; {HTYPE}1.1 is usual"),)
    compression = header.get("dh_compression")
    if compression is not None and not isinstance(compression, str):
        compression = shown(compression)
    return MainHeader(pulse_id, t_source, compression, header.get("hash"), faults)


def json_object(part: bytes, kind: str, what: str) -> dict[str, Any]:
    """The header in a part; raises :class:`BadMessage` of this kind."""
    if len(part) > MAX_HEADER_BYTES:
        raise BadMessage(kind, f"{what} has {len(part)} bytes; allowed are {MAX_HEADER_BYTES}")
    try:
        header = orjson.loads(part)
    except orjson.JSONDecodeError as problem:
        header = _as_python_reads(part, BadMessage(kind, f"{what} is not JSON: {problem}"))
    if not isinstance(header, dict):
        raise BadMessage(kind, f"{what} is {shown(header)}; allowed is a JSON object")
    return header


def _as_python_reads(part: bytes, problem: BadMessage) -> Any:
    """JSON with NaN, infinity and halves of surrogates, which ``Source`` reads; raises the problem
    when it is not even that."""
    try:
        return json.loads(part.decode())
    except (ValueError, RecursionError):
        raise problem from None


def _integer(value: Any) -> int | None:
    """An integer within ±2^63, as a number or its text; None for anything else."""
    if type(value) is int:
        return value if -(2**63) < value < 2**63 else None
    is_text = isinstance(value, str) and re.fullmatch("-?[0-9]{1,19}", value)
    if is_text or (isinstance(value, float) and value.is_integer()):
        return _integer(int(value))
    return None


def _seconds(timestamp: Any) -> float | None:
    """Unix seconds of a global timestamp; None where it makes no sense."""
    if not isinstance(timestamp, dict):
        return None
    seconds, ns = timestamp.get("sec", timestamp.get("epoch")), timestamp.get("ns", 0)
    seconds = seconds if isinstance(seconds, float) else _integer(seconds)
    ns = ns if isinstance(ns, float) else _integer(ns)
    if seconds is None or ns is None:
        return None
    value = seconds + ns * 1e-9
    return value if 0 <= value < 1e11 else None
