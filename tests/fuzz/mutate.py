"""Random changes of bytes, of JSON values, and of lists of parts."""

import copy
import json
import re
import struct
from random import Random
from typing import Any

NUMBERS = (
    *(0, 1, -1, 2, 3, 7, 8, 9, 63, 64, 127, 128, 255, 256, 1000, 65535, 65536),
    *(2**31 - 1, 2**31, 2**32 - 1, 2**32, 2**53, 2**53 + 1, 2**63 - 1, 2**63, 2**64 - 1, -(2**63)),
    *(10**6, 10**11, 10**18, 10**30),
)
FRACTIONS = (0.5, -0.5, 1e-320, 1e300, 1.7e308, -1e308, 1e17, 0.1)
TEXTS = (
    *("", "0", "1", "a", "camera", "image", "x" * 65, "x" * 300, "x" * 5000),
    *("\0", "a\0b", "\n", "a\r\nb: c", "\x1b[31m", "\x7f", "é", "\u2028", "\ufffe", "💥" * 70),
    *("../../etc/passwd", "<script>alert(1)</script>", "%s%n", "{0}", "$(id)", "' OR 1=1--"),
    *("__proto__", "constructor", "NaN", "Infinity", "-0", "1e999", "null", "true"),
    *("full", "half@image", "precise:0,0,1,1", "precise:0,0,9999,9999@image", "@", "full@"),
    *("int8", "uint16", "float64", "string", "bool", "object", "lz4", "bitshuffle_lz4", "big"),
    *("live", "broker_lost", "no_ingest", "bsr_m-1.1", "bsr_d-1.1"),
)
RAW_JSON = (
    b"NaN",
    b"1e999",
    b"-",
    b"[" * 2000,
    b'{"a":' * 500,
    b'"\\ud800"',
    b"9" * 5000,
    b'"\xff"',
)
"""Inserted into the text of JSON."""


def random_value(rng: Random, depth: int = 0) -> Any:
    """Return a random JSON value."""
    kind = rng.random()
    if kind < 0.3:
        return rng.choice(NUMBERS)
    if kind < 0.4:
        return rng.choice(FRACTIONS)
    if kind < 0.7 or depth > 3:
        return rng.choice(TEXTS)
    if kind < 0.8:
        return rng.choice((None, True, False))
    if kind < 0.9:
        return [random_value(rng, depth + 1) for _ in range(rng.randrange(5))]
    if kind < 0.905:
        return f"deep {rng.choice((50, 500, 1000, 1023))}"
    return {rng.choice(TEXTS): random_value(rng, depth + 1) for _ in range(rng.randrange(4))}


def mutate_json(rng: Random, whole: Any, times: int = 2) -> Any:
    """Return a copy with some values replaced, removed, added or changed anywhere in it."""
    root = [copy.deepcopy(whole)]
    for _ in range(rng.randint(1, times)):
        places = list(_places(root))
        container, key = rng.choice(places)
        kind = rng.random()
        if kind < 0.15 and container is not root:
            del container[key]
        elif kind < 0.25 and isinstance(container, list) and len(container) < 1000:
            container.insert(rng.randrange(len(container) + 1), copy.deepcopy(container[key]))
        elif kind < 0.35:
            other, at = rng.choice(places)
            container[key] = (
                copy.deepcopy(other[at]) if other is not container else random_value(rng)
            )
        elif kind < 0.45 and isinstance(container, dict):
            container[rng.choice(TEXTS)] = random_value(rng)
        elif isinstance(container[key], int) and kind < 0.7:
            container[key] = container[key] + rng.choice((-1, 1, -container[key] * 2, 2**31, 255))
        else:
            container[key] = random_value(rng)
    return root[0]


def _places(container: Any) -> Any:
    pairs = container.items() if isinstance(container, dict) else enumerate(container)
    for key, child in list(pairs):
        yield container, key
        if isinstance(child, dict | list) and len(child) < 200:
            yield from _places(child)


def to_json(whole: Any, ascii_only: bool = False) -> bytes:
    """Return JSON; a text like ``deep 500`` becomes that many nested lists."""
    text = json.dumps(whole, ensure_ascii=ascii_only)
    deep = re.sub(r'"deep (\d+)"', lambda found: "[" * int(found[1]) + "]" * int(found[1]), text)
    return deep.encode("utf-8", "surrogatepass")


def to_damaged_json(rng: Random, whole: Any) -> bytes:
    """Return JSON, sometimes with invalid content."""
    text = to_json(whole, rng.random() < 0.5)
    if rng.random() < 0.1:
        at = rng.randrange(len(text) + 1)
        return text[:at] + rng.choice(RAW_JSON) + text[at:]
    return damage_bytes(rng, text) if rng.random() < 0.1 else text


def damage_bytes(rng: Random, data: bytes, times: int = 4) -> bytes:
    """Return a copy with bits flipped, and bytes removed, inserted, repeated or overwritten."""
    result = bytearray(data)
    for _ in range(rng.randint(1, times)):
        at = rng.randrange(len(result) + 1)
        match rng.randrange(8):
            case 0 | 1 if at < len(result):
                result[at] ^= 1 << rng.randrange(8)
            case 2 if at < len(result):
                result[at] = rng.choice((0, 1, 0x7F, 0x80, 0xFF))
            case 3:
                del result[at : at + rng.choice((1, 2, 4, 8, len(result)))]
            case 4:
                result[at:at] = rng.randbytes(rng.choice((1, 2, 4, 8, 50)))
            case 5:
                result[at:at] = result[at : at + rng.choice((1, 4, 12, 100))]
            case 6:
                number = rng.choice(NUMBERS) & (2**64 - 1)
                form = rng.choice(("<I", ">I", "<Q", ">Q", "<H", ">H"))
                size = struct.calcsize(form)
                at = rng.choice((0, 0, 4, 8, at))
                result[at : at + size] = struct.pack(form, number & (2 ** (8 * size) - 1))
            case _:
                del result[at:]
    return bytes(result)


def reorder_parts(rng: Random, parts: list[bytes]) -> list[bytes]:
    """Return a copy with parts removed, repeated, swapped, emptied or added."""
    result = list(parts)
    for _ in range(rng.randint(1, 2)):
        at = rng.randrange(len(result)) if result else 0
        match rng.randrange(6):
            case 0 if result:
                del result[at]
            case 1 if result:
                result.insert(at, rng.choice(result))
            case 2 if result:
                other = rng.randrange(len(result))
                result[at], result[other] = result[other], result[at]
            case 3 if result:
                result[at] = b""
            case 4:
                del result[at:]
            case _:
                result += [rng.randbytes(rng.randrange(20))] * rng.choice((1, 2, 300))
    return result
