"""Ingest publishes what ``bsread.Source`` reads of a message, or reports why it does not."""

import json
import struct
from collections.abc import Sequence
from typing import Any

import bsread
import lz4.block
import numpy as np
import pytest
from bsread.cli.simulate import simulated_channels
from bsread.data.helpers import get_value_bytes

from tests.support.bsread_reference import (
    Parts,
    is_image_of,
    is_same,
    read_by_ingest,
    read_by_source,
    sent_by,
)
from tests.support.messages import GOOD_IMAGE, Wired, channel, data_header, main_header, message

DTYPES = ["?", "i1", "u1", "i2", "u2", "i4", "u4", "i8", "u8", "f4", "f8"]
COMPRESSIONS = [None, "lz4", "bitshuffle_lz4"]
Messages = Sequence[Parts]


def simulated(**options: Any) -> Messages:
    sender = bsread.Sender(**options)
    for each in simulated_channels:
        sender.add_channel(each["name"], each["function"], dict(each.get("metadata", {})))
    return sent_by(sender, 8)


def generated(dtype: str, order: str, compression: str | None) -> Messages:
    """Channels whose functions give arrays of a type, as described by their metadata."""
    kind = np.dtype(dtype).newbyteorder(order)
    sender = bsread.Sender(data_compression=compression)
    for shape in ((1,), (13,), (5, 4), (2, 3, 4), (2, 1, 3, 2, 5)):
        about = {"type": kind.name, "shape": list(shape[::-1])}
        about["encoding"] = "big" if order == ">" else "little"
        value = (np.arange(np.prod(shape)).reshape(shape) % 7).astype(kind)
        sender.add_channel(f"c{shape}", lambda pulse, value=value: value, about)
    return sent_by(sender, 2)


def valued(**options: Any) -> Messages:
    """Python's and numpy's own values, some of which come and go."""
    sender = bsread.Sender(**options)
    numbers = {"int": -3, "float": 1.5, "nan": float("nan"), "inf": float("inf"), "bool": True}
    numpy = {"u64": np.uint64(2**64 - 1), "i64": np.int64(-(2**63)), "flag": np.bool_(False)}
    others = {"text": "grün µ", "empty": "", "list": [1, 2, 3], "none": np.zeros(0)}
    images = {"list2": [[1.0, 2.0]] * 2, "row": GOOD_IMAGE[:1], "column": GOOD_IMAGE[:, :1].copy()}
    values = numbers | numpy | others | images
    return sent_by(sender, 1, data=values) + sent_by(sender, 2, data=values | {"int": None})


def with_modulo() -> Messages:
    """A channel that comes with every third pulse."""
    sender = bsread.Sender()
    about = {"type": "int32", "modulo": 3, "offset": 1}
    sender.add_channel("slow", lambda pulse: pulse if pulse % 3 == 1 else None, about)
    sender.add_channel("fast", lambda pulse: 2.0 * pulse)
    return sent_by(sender, 7)


def with_headers(main: bytes, *channels: Wired) -> Messages:
    return [[main, *message(1, *channels)[1:]]]


def described(entry: Any, data: bytes = struct.pack("<d", 2.5)) -> Messages:
    """A channel ``x`` described by ``entry``, and a good one."""
    if isinstance(entry, dict):
        entry = {"name": "x", **entry}
    parts = [main_header(1), data_header(entry, N.entry), data, bytes(16), N.data, bytes(16)]
    return [parts]


def header_of(text: str) -> Messages:
    """A data header of this text, and the data of ``x`` and ``n``."""
    return [[main_header(1), text.encode(), b"\5", bytes(16), N.data, bytes(16)]]


def with_hashes(*headers: tuple[str, bytes | None]) -> Messages:
    """Messages with this hash and data header, None standing for the good one."""
    return [
        [
            main_header(number, hash=hash),
            data_header(N.entry) if header is None else header,
            *(N.data, bytes(16)),
        ]
        for number, (hash, header) in enumerate(headers)
    ]


def words(text: bytes, **entry: Any) -> Messages:
    return described({"type": "string", "shape": [1]} | entry, text)


N = channel("n", np.float64(5.25))
WAVE = np.arange(13.0)
CUBE = np.arange(120, dtype="u1").reshape(2, 3, 4, 5)
STAMP = '"global_timestamp": {"sec": 1700000000, "ns": 5}, "hash": "h"'
CASES: dict[str, Messages] = {
    "bsread.simulate": simulated(),
    "bsread.simulate, lz4": simulated(data_compression="lz4"),
    "bsread.simulate, bitshuffle": simulated(
        data_compression="bitshuffle_lz4", data_header_compression="bitshuffle_lz4"
    ),
    **{
        f"Sender.add_channel {dtype} {order} {compression}": generated(dtype, order, compression)
        for dtype in DTYPES
        for order in "<>"
        for compression in COMPRESSIONS
    },
    **{
        f"Sender.send {compression}": valued(
            data_compression=compression, data_header_compression=compression
        )
        for compression in COMPRESSIONS
    },
    "modulo and offset": with_modulo(),
    # the main header
    "main header: pulse_id above 2^53": with_headers(main_header(2**53 + 1), N),
    "main header: pulse_id of 2^63 - 1": with_headers(main_header(2**63 - 1), N),
    "main header: pulse_id of 2^63": with_headers(main_header(2**63), N),
    "main header: pulse_id of 31 digits": with_headers(main_header(10**30), N),
    "main header: negative pulse_id": with_headers(main_header(-5), N),
    "main header: pulse_id as text": with_headers(main_header("1234"), N),
    "main header: pulse_id as words": with_headers(main_header("word"), N),
    "main header: pulse_id 5.0": with_headers(main_header(5.0), N),
    "main header: pulse_id 5.5": with_headers(main_header(5.5), N),
    "main header: pulse_id null": with_headers(main_header(None), N),
    "main header: pulse_id true": with_headers(main_header(True), N),
    "main header: pulse_id a list": with_headers(main_header([1]), N),
    "main header: no pulse_id": with_headers(f"{{{STAMP}}}".encode(), N),
    "main header: NaN": with_headers(f'{{"pulse_id": 1, "x": NaN, {STAMP}}}'.encode(), N),
    "main header: Infinity": with_headers(
        f'{{"pulse_id": 1, "x": -Infinity, {STAMP}}}'.encode(), N
    ),
    "main header: NaN as pulse_id": with_headers(f'{{"pulse_id": NaN, {STAMP}}}'.encode(), N),
    "main header: half a surrogate": with_headers(main_header(1, x="\ud800"), N),
    "main header: another htype": with_headers(main_header(1, htype="dimage-1.0"), N),
    "main header: no htype": with_headers(f'{{"pulse_id": 1, {STAMP}}}'.encode(), N),
    "main header: no hash": with_headers(b'{"pulse_id": 1}', N),
    "main header: empty object": with_headers(b"{}", N),
    "main header: a list": with_headers(b"[1]", N),
    "main header: not JSON": with_headers(b"{", N),
    "main header: timestamp null": with_headers(main_header(1, global_timestamp=None), N),
    "main header: timestamp as text": with_headers(
        main_header(1, global_timestamp={"sec": "1700000000", "ns": "5"}), N
    ),
    "main header: timestamp of words": with_headers(
        main_header(1, global_timestamp={"sec": "x", "ns": None}), N
    ),
    "main header: timestamp before 1970": with_headers(
        main_header(1, global_timestamp={"sec": -5, "ns": 0}), N
    ),
    "main header: unknown dh_compression": with_headers(main_header(1, dh_compression="zip"), N),
    "main header: dh_compression a list": with_headers(main_header(1, dh_compression=[1]), N),
    # the data header
    "data header: empty, hash unchanged": with_hashes(("h", None), *[("h", b"")] * 7),
    "data header: empty, hash changed": with_hashes(("h", None), ("i", b""), ("h", None)),
    "data header: empty from the start": with_hashes(("h", b""), ("h", None)),
    "data header: corrupt, hash unchanged": with_hashes(("h", None), ("h", b"{"), ("h", b"")),
    "data header: corrupt, then whole": with_hashes(("h", b"{"), ("h", None)),
    "data header: unknown dh_compression, hash unchanged": [
        *with_hashes(("h", None)),
        [main_header(2, hash="h", dh_compression="zip"), b"?", N.data, bytes(16)],
    ],
    "data header: NaN": header_of(
        '{"channels": [{"name": "x", "type": "int8", "low": NaN}, {"name": "n"}]}'
    ),
    "data header: half a surrogate in a name": header_of(
        '{"channels": [{"name": "x\\ud800", "type": "int8"}, {"name": "n"}]}'
    ),
    "data header: another htype": header_of(
        '{"htype": "bsr_m-1.1", "channels": [{"name": "x", "type": "int8"}, {"name": "n"}]}'
    ),
    "data header: no channels": [[main_header(1), data_header()]],
    "data header: channels null": [[main_header(1), b'{"channels": null}']],
    "data header: channels missing": header_of("{}"),
    "data header: a list": header_of("[1]"),
    "data header: alone": [[main_header(1), data_header(N.entry)]],
    "main header alone": [[main_header(1)]],
    "too few parts": [[main_header(1), data_header(N.entry, {"name": "x"}), N.data, bytes(16)]],
    "too many parts": [[*message(1, N), N.data, bytes(16)]],
    "a timestamp of 5 bytes": [[*message(1, N)[:3], bytes(5)]],
    "no timestamps": [[*message(1, N)[:3], b""]],
    "10,001 channels": [message(1, *[channel(f"n{i}", np.int8(1)) for i in range(10_001)])],
    # the channels' entries
    'name ""': [message(1, channel("", np.float64(1)), N)],
    "name of 300 characters": [message(1, channel("x" * 300, np.float64(1)), N)],
    "name of 5000 characters": [message(1, channel("x" * 5000, np.float64(1)), N)],
    "name of control characters": [message(1, channel("a\n\0b", np.float64(1)), N)],
    "name 5": described({"name": 5}),
    "name null": described({"name": None}),
    "name true": described({"name": True}),
    "name a list": described({"name": []}),
    "no name": described([]) + header_of('{"channels": [{"type": "int8"}, {"name": "n"}]}'),
    "entry a number": described(5),
    "name twice": [message(1, channel("n", np.int8(1)), N)],
    "type missing": described({}),
    "type null": described({"type": None}),
    "type in capitals": described({"type": "FLOAT64"}),
    "type unknown": described({"type": "complex128"}),
    "type a number": described({"type": 5}),
    "type a list": described({"type": []}),
    "encoding missing": described({"type": "int16"}, b"\1\0"),
    "encoding in capitals": described({"type": "int16", "encoding": "BIG"}, b"\1\0"),
    "encoding unknown": described({"type": "int16", "encoding": "middle"}, b"\1\0"),
    "encoding a list": described({"type": "int16", "encoding": ["big"]}, b"\1\0"),
    "compression null": described({"compression": None}),
    "compression in capitals": described({"compression": "NONE"}),
    "compression unknown": described({"compression": "zip"}),
    "compression a list": described({"compression": []}),
    "unit a number": described({"unit": 5}),
    # shapes
    **{
        f"shape {json.dumps(shape)} of 13 numbers, {compression}": described(
            {"shape": shape, "compression": compression}, get_value_bytes(WAVE, compression)
        )
        for shape in ([1], [13], [12], [14], [-1], [0], [], None, 13, "13", [13.0], [1.0], [True])
        for compression in COMPRESSIONS
    },
    **{
        f"no shape of 13 numbers, {compression}": described(
            {"compression": compression}, get_value_bytes(WAVE, compression)
        )
        for compression in COMPRESSIONS
    },
    **{
        f"shape {shape} of 120 bytes, {compression}": described(
            {"shape": shape, "type": "uint8", "compression": compression},
            get_value_bytes(CUBE, compression),
        )
        for shape in (
            *([120], [5, 24], [5, -1], [-1, 5], [7, -1], [5, 4, 3, 2], [5, 2, 2, 3, 2]),
            *([1, 5, 24], [5, 24, 1], [5, 1, 24], [1] * 30 + [120]),
            *([5, 4], [120, 2], [-2, -60], [None], [[120]], ["120"]),
        )
        for compression in COMPRESSIONS
    },
    "32 dimensions": described({"shape": [1] * 31 + [13]}, WAVE.tobytes()),
    "shape [1] of 2 MB": described({"type": "uint8", "shape": [1]}, bytes(2_000_000)),
    "shape [1] of no whole number": described({"shape": [1]}, bytes(12)),
    "shape [1, 1]": described({"shape": [1, 1]}),
    "shape [] of one number": described({"shape": []}),
    "no shape, big-endian lz4": described(
        {"type": "uint16", "encoding": "big", "compression": "lz4"},
        get_value_bytes(np.arange(99, dtype=">u2"), "lz4"),
    ),
    # values
    "number of no whole length": described({}, b"123"),
    "lz4 cut off": described({"compression": "lz4"}, get_value_bytes(WAVE, "lz4")[:-3]),
    "lz4 of a wrong size": described(
        {"compression": "lz4"}, struct.pack("<I", 99) + lz4.block.compress(b"x", store_size=False)
    ),
    "lz4 of fewer bytes than it declares": described(
        {"type": "uint8", "compression": "lz4"},
        struct.pack("<I", 64) + lz4.block.compress(b"x", store_size=False),
    ),
    "lz4 of nothing": described({"compression": "lz4"}, bytes(4)),
    "bitshuffle cut off": described(
        {"compression": "bitshuffle_lz4"}, get_value_bytes(WAVE, "bitshuffle_lz4")[:-3]
    ),
    "bool of 2": described({"type": "bool"}, b"\2"),
    "text padded with NUL": words(b"OPEN" + bytes(36)),
    "text padded with NUL, of shape [40]": words(b"OPEN" + bytes(36), shape=[40]),
    "text padded with NUL, lz4": words(
        get_value_bytes("OPEN" + "\0" * 36, "lz4"), compression="lz4"
    ),
    "text of NUL alone": words(bytes(40)),
    "text with NUL inside": words(b"a\0b"),
    "text of a wrong shape": words(b"OPEN", shape=[7]),
    "text, not UTF-8": words(b"\xff\xfe"),
    "text of 70,000 bytes": words(b"x" * 70_000),
}
LIMITS = {
    "lz4 of fewer bytes than it declares": ("x", "declares 64 bytes and contains 1"),
    "10,001 channels": ("n10000", "10001 channels"),
    "name of 5000 characters": ("x" * 5000, "5000 characters"),
    "32 dimensions": ("x", "at most 31"),
    "text of 70,000 bytes": ("x", "allowed are 65536"),
}
"""values that ``Source`` reads and ingest does not: channel, and words of the fault"""


@pytest.mark.parametrize("case", CASES)
def test_ingest_publishes_what_source_reads(case: str) -> None:
    ours, theirs = read_by_ingest(CASES[case]), read_by_source(CASES[case])

    for parts, here, there in zip(CASES[case], ours, theirs, strict=True):
        faults = "; ".join(here.faults)
        assert here.values is not None or faults
        if there.values is None:
            continue
        assert here.values is not None, "Source reads it"
        usable = isinstance(there.pulse_id, int | str) and str(there.pulse_id).lstrip("-").isdigit()
        if usable and abs(int(there.pulse_id)) < 2**63 and there.pulse_id is not True:
            assert here.pulse_id == int(there.pulse_id)
        elif there.pulse_id != 5.0:
            assert here.pulse_id is None
            assert "pulse_id" in faults
        for index, (name, value) in enumerate(there.values.items()):
            name = name if isinstance(name, str) else json.dumps(name)
            name = name.encode(errors="backslashreplace").decode()
            if (limited := LIMITS.get(case)) and name == limited[0]:
                assert limited[1] in faults
            elif value is not None:
                published = here.values.get(name)
                same = is_same(published, value) or is_image_of(here.image, value)
                assert same or _is_left_out(published, value), (name, published, value, faults)
            elif len(parts[2 + 2 * index]) > 12 and here.values.get(name, 0) is None:
                assert repr(name) in faults


def _is_left_out(published: Any, value: Any) -> bool:
    """Whether an array is described alone, since it has more bytes than travel."""
    is_large = isinstance(value, np.ndarray) and value.nbytes > 1024 * 1024
    return is_large and published == {"dtype": value.dtype.name, "shape": list(value.shape)}
