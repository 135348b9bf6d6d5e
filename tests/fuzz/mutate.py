"""Random damage to bytes, to JSON values, and to lists of parts."""

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
"""what is spliced into JSON's text"""


def value(chance: Random, depth: int = 0) -> Any:
    """Anything that JSON can hold."""
    kind = chance.random()
    if kind < 0.3:
        return chance.choice(NUMBERS)
    if kind < 0.4:
        return chance.choice(FRACTIONS)
    if kind < 0.7 or depth > 3:
        return chance.choice(TEXTS)
    if kind < 0.8:
        return chance.choice((None, True, False))
    if kind < 0.9:
        return [value(chance, depth + 1) for _ in range(chance.randrange(5))]
    if kind < 0.905:
        return f"deep {chance.choice((50, 500, 1000, 1023))}"
    return {chance.choice(TEXTS): value(chance, depth + 1) for _ in range(chance.randrange(4))}


def changed(chance: Random, whole: Any, times: int = 2) -> Any:
    """The same with other values, or without some, at places anywhere in it."""
    holder = [copy.deepcopy(whole)]
    for _ in range(chance.randint(1, times)):
        places = list(_places(holder))
        inside, key = chance.choice(places)
        what = chance.random()
        if what < 0.15 and inside is not holder:
            del inside[key]
        elif what < 0.25 and isinstance(inside, list) and len(inside) < 1000:
            inside.insert(chance.randrange(len(inside) + 1), copy.deepcopy(inside[key]))
        elif what < 0.35:
            other, at = chance.choice(places)
            inside[key] = copy.deepcopy(other[at]) if other is not inside else value(chance)
        elif what < 0.45 and isinstance(inside, dict):
            inside[chance.choice(TEXTS)] = value(chance)
        elif isinstance(inside[key], int) and what < 0.7:
            inside[key] = inside[key] + chance.choice((-1, 1, -inside[key] * 2, 2**31, 255))
        else:
            inside[key] = value(chance)
    return holder[0]


def _places(inside: Any) -> Any:
    pairs = inside.items() if isinstance(inside, dict) else enumerate(inside)
    for key, child in list(pairs):
        yield inside, key
        if isinstance(child, dict | list) and len(child) < 200:
            yield from _places(child)


def plain_json(whole: Any, ascii_only: bool = False) -> bytes:
    """As JSON; ``deep 500`` becomes a list in a list in a list."""
    text = json.dumps(whole, ensure_ascii=ascii_only)
    deep = re.sub(r'"deep (\d+)"', lambda found: "[" * int(found[1]) + "]" * int(found[1]), text)
    return deep.encode("utf-8", "surrogatepass")


def json_bytes(chance: Random, whole: Any) -> bytes:
    """As JSON, now and then with something in it that JSON does not know."""
    text = plain_json(whole, chance.random() < 0.5)
    if chance.random() < 0.1:
        at = chance.randrange(len(text) + 1)
        return text[:at] + chance.choice(RAW_JSON) + text[at:]
    return damaged(chance, text) if chance.random() < 0.1 else text


def damaged(chance: Random, data: bytes, times: int = 4) -> bytes:
    """Bytes flipped, cut off, doubled, left out, overwritten by numbers that matter."""
    made = bytearray(data)
    for _ in range(chance.randint(1, times)):
        at = chance.randrange(len(made) + 1)
        match chance.randrange(8):
            case 0 | 1 if at < len(made):
                made[at] ^= 1 << chance.randrange(8)
            case 2 if at < len(made):
                made[at] = chance.choice((0, 1, 0x7F, 0x80, 0xFF))
            case 3:
                del made[at : at + chance.choice((1, 2, 4, 8, len(made)))]
            case 4:
                made[at:at] = chance.randbytes(chance.choice((1, 2, 4, 8, 50)))
            case 5:
                made[at:at] = made[at : at + chance.choice((1, 4, 12, 100))]
            case 6:
                number = chance.choice(NUMBERS) & (2**64 - 1)
                form = chance.choice(("<I", ">I", "<Q", ">Q", "<H", ">H"))
                size = struct.calcsize(form)
                at = chance.choice((0, 0, 4, 8, at))
                made[at : at + size] = struct.pack(form, number & (2 ** (8 * size) - 1))
            case _:
                del made[at:]
    return bytes(made)


def reordered(chance: Random, parts: list[bytes]) -> list[bytes]:
    """Parts lost, doubled, swapped, emptied, or more of them."""
    made = list(parts)
    for _ in range(chance.randint(1, 2)):
        at = chance.randrange(len(made)) if made else 0
        match chance.randrange(6):
            case 0 if made:
                del made[at]
            case 1 if made:
                made.insert(at, chance.choice(made))
            case 2 if made:
                other = chance.randrange(len(made))
                made[at], made[other] = made[other], made[at]
            case 3 if made:
                made[at] = b""
            case 4:
                del made[at:]
            case _:
                made += [chance.randbytes(chance.randrange(20))] * chance.choice((1, 2, 300))
    return made
