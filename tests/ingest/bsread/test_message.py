"""The bsread message, read part by part: from a real Sender, and invalid ones."""

import hashlib
import json
import logging
import re
import struct
import tracemalloc
from collections.abc import Iterator
from typing import Any

import bitshuffle
import bsread
import lz4.block
import numpy as np
import pytest
import zmq
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.bsread.channel import MAX_STRING_BYTES, Channel
from ingest.bsread.error_text import format_value
from ingest.bsread.message import (
    MAX_FRAME_ARRAY_BYTES,
    MAX_OTHER_IMAGE_BYTES,
    MAX_PULSE_TEXT_CHARS,
    MAX_WAVEFORM_BYTES,
    BadMessage,
    DataHeader,
    Pulse,
    TooLarge,
    read_data_header,
    read_main_header,
)
from tests.support.processes import free_port

DTYPES = ["?", "i1", "u1", "i2", "u2", "i4", "u4", "i8", "u8", "f4", "f8"]
COMPRESSIONS = [None, "lz4", "bitshuffle_lz4"]


class Connection:
    """A real bsread.Sender connected to a real PULL socket."""

    def __init__(self, **options: Any) -> None:
        port = free_port()
        self._sender = bsread.Sender(port=port, address="tcp://127.0.0.1", **options)
        self._sender.open()
        self._context = zmq.Context()
        self._socket = self._context.socket(zmq.PULL)
        self._socket.setsockopt(zmq.RCVTIMEO, 20_000)
        self._socket.connect(f"tcp://127.0.0.1:{port}")

    def parts(self, data: dict[str, Any], copy: bool = True) -> list[Any]:
        """The parts of the message that carries this data; zmq.Frames without ``copy``."""
        self._sender.send(data=data, pulse_id=7)
        return self._socket.recv_multipart(copy=copy)

    def pulse(self, data: dict[str, Any]) -> Pulse:
        """The message that carries this data, undecoded."""
        parts = self.parts(data, copy=False)
        header = read_main_header(parts[0].bytes)
        data_header = read_data_header(parts[1].bytes, header.compression)
        return Pulse(header.pulse_id, header.t_source, 0.0, data_header, parts[2::2])

    def close(self) -> None:
        self._sender.close()
        self._socket.close(0)
        self._context.term()


@pytest.fixture(scope="module", params=COMPRESSIONS, ids=str)
def connection(request: pytest.FixtureRequest) -> Iterator[Connection]:
    """Senders of all three compressions."""
    connection = Connection(data_compression=request.param)
    yield connection
    connection.close()


def no_errors(kind: str, text: str) -> None:
    raise AssertionError(f"{kind}: {text}")


class Faults(list[tuple[str, str]]):
    """Collects reported faults."""

    def __call__(self, kind: str, text: str) -> None:
        self.append((kind, text))


def header(*channels: Any) -> bytes:
    return json.dumps({"htype": "bsr_d-1.1", "channels": list(channels)}).encode()


def pulse_of(channels: list[Any], *data: bytes, image: str = "") -> Pulse:
    return Pulse(1, None, 0.0, read_data_header(header(*channels), None, image), data)


def entry(name: str, type: str = "float64", shape: Any = (1,), **more: Any) -> dict[str, Any]:
    return {"name": name, "type": type, "shape": shape, "encoding": "little", **more}


def some_values(dtype: np.dtype, shape: tuple[int, ...]) -> np.ndarray:
    raw = np.random.default_rng(3).integers(0, 120, shape)
    return (raw % 2 if dtype.kind == "b" else raw).astype(dtype)


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("dtype", DTYPES)
def test_every_type_byte_order_and_compression_arrives_as_sent(
    connection: Connection, dtype: str, order: str
) -> None:
    kind = np.dtype(dtype).newbyteorder(order)
    sent = {
        "one": some_values(kind, (1,)),
        "wave": some_values(kind, (13,)),
        "picture": some_values(kind, (35, 20)),
        "cube": some_values(kind, (2, 3, 4)),
    }

    pulse = connection.pulse(sent)

    assert pulse.scalars(no_errors) == {"one": sent["one"].item()}
    arrays = pulse.arrays(no_errors)
    assert list(arrays) == ["wave", "cube"]
    for name, array in arrays.items():
        assert isinstance(array, np.ndarray)
        assert array.dtype.name == kind.name
        np.testing.assert_array_equal(array, sent[name])
    np.testing.assert_array_equal(pulse.image(no_errors), sent["picture"])


def test_python_and_numpy_scalars_and_text_are_ready_for_json(connection: Connection) -> None:
    sent = {"f": 1.5, "i": -3, "b": True, "n": np.uint16(9), "x": np.bool_(False), "s": "grün µ"}

    received = connection.pulse(sent).scalars(no_errors)

    assert received == {"f": 1.5, "i": -3, "b": True, "n": 9, "x": False, "s": "grün µ"}
    assert {name: type(value) for name, value in received.items()} == {
        "f": float,
        "i": int,
        "b": bool,
        "n": int,
        "x": bool,
        "s": str,
    }


def test_channels_without_data_are_none_and_no_fault(connection: Connection) -> None:
    connection.pulse({"a": 1.0})  # a channel needs a value once

    pulse = connection.pulse({"a": None, "text": "", "wave": np.zeros(0), "b": 2.0})

    assert pulse.scalars(no_errors) == {"a": None, "text": None, "b": 2.0}
    assert pulse.arrays(no_errors) == {"wave": None}


@pytest.mark.parametrize("compression", COMPRESSIONS, ids=str)
def test_the_data_header_may_be_compressed(compression: str | None) -> None:
    connection = Connection(data_header_compression=compression)
    try:
        parts = connection.parts({"energy": 3.0})
    finally:
        connection.close()

    main = read_main_header(parts[0])
    data_header = read_data_header(parts[1], main.compression)

    assert main.compression == compression
    assert data_header.hash == json.loads(parts[0])["hash"] == hashlib.md5(parts[1]).hexdigest()
    assert [channel.name for channel in data_header.channels] == ["energy"]


def test_main_header_gives_pulse_and_time(connection: Connection) -> None:
    sent = {"htype": "bsr_m-1.1", "pulse_id": 12, "hash": "?"}
    stamp = {"global_timestamp": {"sec": 1_700_000_000, "ns": 250_000_000}}
    old = {"global_timestamp": {"epoch": 1_600_000_000, "ns": 0}}

    new = read_main_header(json.dumps(sent | stamp).encode())

    assert (new.pulse_id, new.t_source, new.compression) == (12, 1_700_000_000.25, None)
    assert read_main_header(json.dumps(sent | old).encode()).t_source == 1_600_000_000


@pytest.mark.parametrize(
    "stamp",
    [5, [], {}, {"ns": 1}, {"sec": "x", "ns": 2}, {"sec": True}, {"sec": -1}, {"sec": 1e300}],
)
def test_an_invalid_timestamp_is_none_and_reported(stamp: Any) -> None:
    part = json.dumps({"pulse_id": 1, "global_timestamp": stamp}).encode()

    header = read_main_header(part)

    assert header.t_source is None
    assert [kind for kind, _ in header.faults] == ["bad_timestamp"]
    assert "allowed" in header.faults[0][1]


def test_a_missing_timestamp_is_none_and_no_fault() -> None:
    for part in (b'{"pulse_id": 1}', b'{"pulse_id": 1, "global_timestamp": null}'):
        assert read_main_header(part) == (1, None, None, None, ())


@pytest.mark.parametrize(
    ("part", "kind"),
    [
        (b"", "bad_main_header"),
        (b"\xff\x00", "bad_main_header"),
        (b"[" * 100_000, "bad_main_header"),
        (b"[]", "bad_main_header"),
        (b" " * (16 * 1024 * 1024 + 1), "bad_main_header"),
    ],
)
def test_an_invalid_main_header_is_reported(part: bytes, kind: str) -> None:
    with pytest.raises(BadMessage, match=r"allowed|JSON") as caught:
        read_main_header(part)

    assert caught.value.kind == kind
    assert len(str(caught.value)) < 300


@pytest.mark.parametrize(
    ("part", "kind"),
    [
        (b'{"htype": "dimage-1.0", "pulse_id": 1}', "bad_main_header"),
        (b'{"htype": 1, "pulse_id": 1}', "bad_main_header"),
        (b"{}", "bad_pulse_id"),
        (b'{"pulse_id": null}', "bad_pulse_id"),
        (b'{"pulse_id": "word"}', "bad_pulse_id"),
        (b'{"pulse_id": "' + b"1" * 10**6 + b'"}', "bad_pulse_id"),
        (b'{"pulse_id": 1.5}', "bad_pulse_id"),
        (b'{"pulse_id": true}', "bad_pulse_id"),
        (b'{"pulse_id": NaN}', "bad_pulse_id"),
        (b'{"pulse_id": 9223372036854775808}', "bad_pulse_id"),
        (b'{"pulse_id": 1' + b"0" * 30 + b"}", "bad_pulse_id"),
    ],
)
def test_an_invalid_field_of_the_main_header_is_reported(part: bytes, kind: str) -> None:
    header = read_main_header(part)

    assert header.pulse_id == (None if kind == "bad_pulse_id" else 1)
    assert [fault for fault, _ in header.faults] == [kind]
    assert len(header.faults[0][1]) < 300


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("9007199254740993", 2**53 + 1),
        ("-9223372036854775807", 1 - 2**63),
        ('"1234"', 1234),
        ('"-5"', -5),
        ("7.0", 7),
        ("1e3", 1000),
    ],
)
def test_a_pulse_id_is_any_integer_of_64_bits_or_its_text(text: str, number: int) -> None:
    header = read_main_header(f'{{"pulse_id": {text}, "x": NaN}}'.encode())

    assert (header.pulse_id, header.faults) == (number, ())


@pytest.mark.parametrize(
    ("part", "words"),
    [
        (b"", "not JSON"),
        (b'{"channels": [{"name": "a"}', "not JSON"),
        (b"7", "JSON object"),
        (b"{}", "allowed is a list"),
        (b'{"channels": {}}', "allowed is a list"),
        (b'{"channels": 0}', "allowed is a list"),
    ],
)
def test_an_invalid_data_header_is_reported(part: bytes, words: str) -> None:
    with pytest.raises(BadMessage, match=words) as caught:
        read_data_header(part, None)

    assert caught.value.kind == "bad_data_header"


@pytest.mark.parametrize("depth", [900, 1020])
def test_headers_nested_deeper_than_python_can_print_are_reported(depth: int) -> None:
    deep = b"[" * depth + b"]" * depth
    for key in (b"pulse_id", b"global_timestamp", b"htype"):
        assert "a list of 1" in str(read_main_header(b'{"%b": %b}' % (key, deep)).faults)
    assert read_main_header(b'{"dh_compression": %b}' % deep).compression == "a list of 1"
    with pytest.raises(BadMessage, match="a list of 1"):
        read_data_header(deep, None)
    for key in (b"name", b"type", b"shape", b"compression"):
        data_header = read_data_header(
            b'{"channels": [{"name": "a", "%b": %b}]}' % (key, deep), None
        )
        assert "a list of 1" in data_header.channels[0].fault


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ([-1, 2.5, None], "[-1, 2.5, None]"),
        (["x" * 10**6], "a list of 1"),
        ([1] * 9, "a list of 9"),
        ({"a": {}}, "a dict of 1"),
        ("x" * 10**6, "'" + "x" * 79 + "…"),
    ],
)
def test_the_value_in_an_error_text_is_short(value: Any, words: str) -> None:
    assert format_value(value) == words


@pytest.mark.parametrize(
    ("part", "compression"),
    [
        (b"", "lz4"),
        (b"123456789", "lz4"),
        (b"123456789012345678901234567890", "bitshuffle_lz4"),
        (struct.pack("<I", 16 * 1024 * 1024 + 1) + bytes(100_000), "lz4"),
        (struct.pack("<I", 2**31) + bytes(8), "lz4"),
        (struct.pack(">qi", 2**62, 8192) + bytes(99), "bitshuffle_lz4"),
    ],
)
def test_a_data_header_that_does_not_decompress_is_reported(part: bytes, compression: str) -> None:
    with pytest.raises(BadMessage, match="data header") as caught:
        read_data_header(part, compression)

    assert caught.value.kind == "bad_data_header"


def test_missing_fields_of_a_header_have_bsreads_defaults() -> None:
    pulse = pulse_of([{"name": "bare"}, {"name": "null", "type": None, "shape": None}])

    assert [(c.type, c.shape, c.encoding, c.compression) for c in pulse.data_header.channels] == [
        ("float64", (1,), "little", "none")
    ] * 2


def test_types_are_known_in_any_case_of_letters() -> None:
    assert pulse_of([entry("a", "UInt16")], b"\x01\x02").scalars(no_errors) == {"a": 513}


def test_description_is_as_received_and_names_units() -> None:
    data_header = read_data_header(
        header(entry("a", "uint16", [640, 480], unit="counts"), entry("b", unit=5)), None
    )

    assert data_header.describe() == [
        {
            "name": "a",
            "type": "uint16",
            "shape": [640, 480],
            "encoding": "little",
            "unit": "counts",
        },
        {"name": "b", "type": "float64", "shape": [1], "encoding": "little"},
    ]


@pytest.mark.parametrize(
    ("channels", "image"),
    [
        ([("wave", [9]), ("line", [9, 1]), ("rgb", [3, 4, 5]), ("full", [4, 5])], "full"),
        ([("wave", [9]), ("line", [9, 1]), ("rgb", [3, 4, 5])], "rgb"),
        ([("wave", [9]), ("line", [9, 1])], "line"),
        ([("first", [8, 8]), ("second", [9, 9])], "first"),
        ([("stack", [5, 6, 7]), ("line", [9, 1])], "line"),
        ([("stack", [5, 6, 7]), ("planar", [5, 6, 3]), ("rgba", [4, 5, 6])], "planar"),
        ([("rgb", [3, 4, 5]), ("full", [4, 5, 1])], "full"),
        ([("one", [1, 1]), ("none", [0, 4]), ("wave", [9]), ("cube", [5, 5, 5])], "cube"),
        ([("one", [1, 1, 1]), ("none", [0, 4]), ("wave", [9]), ("long", [9, 1, 1])], None),
        ([], None),
    ],
)
def test_the_image_is_found_by_its_shape(channels: list[Any], image: str | None) -> None:
    data_header = read_data_header(header(*(entry(name, "uint8", s) for name, s in channels)), None)

    found = None if data_header.image is None else data_header.channels[data_header.image].name
    assert found == image


def test_text_and_faulty_channels_are_not_images() -> None:
    data_header = read_data_header(
        header(entry("text", "string", [4, 4]), entry("odd", "complex", [4, 4])), None
    )

    assert data_header.image is None


def test_a_requested_image_has_priority_and_a_wrong_name_lists_the_candidates() -> None:
    part = header(
        entry("a", "uint8", [4, 4]), entry("b", "uint8", [5, 5]), entry("wave", shape=[9])
    )

    assert read_data_header(part, None, "b").image == 1
    for name, words in (
        ("c", "'c' is not in the stream"),
        ("wave", "it is float64 [9]; allowed"),
    ):
        faults, data_header = Faults(), read_data_header(part, None, name)
        assert Pulse(1, None, 0.0, data_header, [b""] * 3).image(faults) is None
        assert faults == [("bad_image", data_header.image_fault)]
        assert words in data_header.image_fault
        assert data_header.image_fault.endswith("; images are: 'a', 'b'")


def test_names_in_a_fault_are_few_and_harmless() -> None:
    evil = [entry(f"\x1b[31m\n{n}\u202e" + "x" * 90, "uint8", [4, 4]) for n in range(10_000)]

    fault = read_data_header(header(*evil), None, "c").image_fault

    assert fault.isprintable()
    assert fault.endswith(" and 9990 more")
    assert len(fault) < 1000


def test_a_one_row_and_a_colour_image_have_rows_first(connection: Connection) -> None:
    row = np.arange(12, dtype=np.uint16).reshape(1, 12)
    column = row.reshape(12, 1)
    colour = np.arange(4 * 5 * 3, dtype=np.uint8).reshape(4, 5, 3)

    for picture in (row, column, colour):
        pixels = connection.pulse({"picture": picture}).image(no_errors)
        assert pixels is not None
        np.testing.assert_array_equal(pixels, picture)


def test_of_channels_with_one_name_the_last_counts() -> None:
    channels = [entry("a", "uint8"), entry("b", "uint8"), entry("a", "uint8", [2, 2])]

    pulse = pulse_of(channels, b"1", b"\x02", b"abcd")

    assert pulse.scalars(no_errors) == {"b": 2}
    assert pulse.data_header.image == 2
    assert [channel["name"] for channel in pulse.data_header.describe()] == ["a", "b"]


def test_scalars_cost_no_image_and_a_bad_image_no_scalars() -> None:
    channels = [entry("a", "uint8"), entry("image", "uint8", [100, 100], compression="lz4")]
    pulse, faults = pulse_of(channels, b"\x05", b"garbage"), Faults()

    assert pulse.scalars(no_errors) == {"a": 5}
    assert pulse.image(faults) is None
    assert [kind for kind, _ in faults] == ["bad_channel"]
    assert "'image'" in faults[0][1]


def test_scalars_only_releases_the_arrays() -> None:
    channels = [entry("a", "uint8"), entry("image", "uint8", [2, 2]), entry("wave", "uint8", [3])]
    pulse = pulse_of(channels, b"\x05", b"1234", b"123")

    light = pulse.scalars_only()

    assert sum(len(part) for part in light.parts) == 1
    assert light.scalars(no_errors) == {"a": 5}
    assert pulse.has_image
    assert not light.has_image


def test_scalars_only_releases_values_too_long_for_a_scalar() -> None:
    channels = [entry("a", "uint8"), entry("n"), entry("t", "string")]
    pulse = pulse_of(channels, b"\x05", bytes(MAX_STRING_BYTES + 1), b"x" * 10**7)

    assert sum(len(part) for part in pulse.scalars_only().parts) == 1


def test_a_stream_without_image_has_none() -> None:
    pulse = pulse_of([entry("a", "uint8")], b"\x05")

    assert not pulse.has_image
    assert pulse.image(no_errors) is None


def test_a_pulse_may_lack_its_image() -> None:
    pulse = pulse_of([entry("image", "uint8", [2, 2])], b"")

    assert not pulse.has_image
    assert pulse.image(no_errors) is None


def test_large_waveforms_are_described_not_decoded() -> None:
    channels = [
        entry("just", "uint8", [MAX_WAVEFORM_BYTES]),
        entry("w", "uint16", [MAX_WAVEFORM_BYTES]),
    ]

    arrays = pulse_of(channels, bytes(MAX_WAVEFORM_BYTES), b"not decoded").arrays(no_errors)

    assert isinstance(arrays["just"], np.ndarray)
    assert arrays["w"] == TooLarge("uint16", (MAX_WAVEFORM_BYTES,))


def test_a_second_image_is_described_not_decoded() -> None:
    channels = [entry(name, "uint8", [MAX_OTHER_IMAGE_BYTES, 2]) for name in ("shown", "other")]
    pulse = pulse_of(channels, bytes(2 * MAX_OTHER_IMAGE_BYTES), b"not decoded")

    assert pulse.arrays(no_errors) == {"other": TooLarge("uint8", (2, MAX_OTHER_IMAGE_BYTES))}


def test_arrays_that_together_are_too_many_are_described_and_counted_once() -> None:
    faults, room = Faults(), MAX_FRAME_ARRAY_BYTES // MAX_WAVEFORM_BYTES
    channels = [entry(f"w{n}", "uint8", [MAX_WAVEFORM_BYTES]) for n in range(room + 3)]
    channels.append(entry("large by itself", "uint8", [MAX_WAVEFORM_BYTES + 1]))

    arrays = pulse_of(channels, *[bytes(MAX_WAVEFORM_BYTES)] * (room + 4)).arrays(faults)

    whole = [name for name, array in arrays.items() if isinstance(array, np.ndarray)]
    assert whole == [f"w{n}" for n in range(room)]
    assert arrays[f"w{room}"] == TooLarge("uint8", (MAX_WAVEFORM_BYTES,))
    assert [kind for kind, _ in faults] == ["too_large"]
    assert f"'w{room}'" in faults[0][1]


def test_texts_that_together_are_too_long_are_missing_and_counted_once() -> None:
    faults, room = Faults(), MAX_PULSE_TEXT_CHARS // MAX_STRING_BYTES
    channels = [entry(f"t{n}", "string") for n in range(room + 2)]

    values = pulse_of(channels, *[b"x" * MAX_STRING_BYTES] * (room + 2)).scalars(faults)

    assert [name for name, value in values.items() if value is None] == [
        f"t{room}",
        f"t{room + 1}",
    ]
    assert [kind for kind, _ in faults] == ["too_large"]


def test_integers_that_javascript_cannot_represent_are_sent_as_text() -> None:
    values = [2**53, -(2**53), 2**53 + 1, -(2**53) - 1]
    channels = [entry(str(number), "int64") for number in range(4)]

    received = pulse_of(channels, *(struct.pack("<q", v) for v in values)).scalars(no_errors)

    assert list(received.values()) == [2**53, -(2**53), "9007199254740993", "-9007199254740993"]


def test_any_byte_is_a_bool() -> None:
    channels = [entry("flag", "bool"), entry("flags", "bool", [3])]

    pulse = pulse_of(channels, b"\x02", b"\x00\x02\xff")

    assert pulse.scalars(no_errors) == {"flag": True}
    assert np.asarray(pulse.arrays(no_errors)["flags"]).view(np.uint8).tolist() == [0, 1, 1]


def test_a_wrong_number_of_values_is_reported_once() -> None:
    channels = [entry("a", "uint8"), entry("b", "uint8"), entry("c", "uint8")]
    few, many = Faults(), Faults()

    assert pulse_of(channels, b"\x01").scalars(few) == {"a": 1, "b": None, "c": None}
    assert pulse_of(channels, *[b"\x01"] * 5).scalars(many) == {"a": 1, "b": 1, "c": 1}
    assert few == [("bad_parts", "received 1 values for the 3 channels of the data header")]
    assert many == [("bad_parts", "received 5 values for the 3 channels of the data header")]


GOOD = entry("good", "uint8")


@pytest.mark.parametrize(
    ("channel", "data", "words"),
    [
        (entry("x", "complex128"), b"12345678", "type is 'complex128'; allowed is bool, "),
        (entry("x", 5), b"12345678", "type is 5"),
        (entry("x", ["f"]), b"12345678", "type is"),
        (entry("x", compression="zip"), b"12345678", "compression is 'zip'; allowed is none, lz4"),
        (entry("x", shape=5), b"12345678", "shape is 5; allowed are at most 31 integers"),
        (entry("x", shape=[-2]), b"12345678", "shape is"),
        (entry("x", shape=[-1, -1]), b"12345678", "shape is"),
        (entry("x", shape=[-1, 0]), b"12345678", "shape is"),
        (entry("x", shape=[1.5]), b"12345678", "shape is"),
        (entry("x", shape=[1] * 32), b"12345678", "shape is a list of 32"),
        (entry("x", shape=[10**5, 10**6]), b"12345678", "larger than the 268435456 bytes"),
        (entry("x", shape=[2**63, 2**63]), b"12345678", "larger than"),
        (entry("x"), b"1234", "received 4 bytes; float64 \\[1\\] has a multiple of 8"),
        (entry("x", shape=[1, 1]), b"1234567890123456", "received 16 bytes; float64 .* has 8"),
        (entry("x", compression="lz4"), b"123", "too few for lz4"),
        (entry("x", shape=[1, 1], compression="lz4"), bytes(8), "declares 0 bytes, 8 were"),
        (entry("x", compression="lz4"), b"123456789", "declares .* bytes; allowed are 1 to"),
        (entry("x", compression="lz4"), struct.pack("<I", 8) + b"12345", "lz4 data is corrupt"),
        (entry("x", compression="bitshuffle_lz4"), b"12345678901", "too few for bitshuffle_lz4"),
        (
            entry("x", compression="bitshuffle_lz4"),
            struct.pack(">qi", 9, 64) + b"1234",
            "declares 9 bytes; allowed are 1 to",
        ),
        (
            entry("x", compression="bitshuffle_lz4"),
            struct.pack(">qi", 8, 0) + b"12345678",
            "block of 0 bytes; allowed are multiples of 64",
        ),
        (entry("x", "string"), b"\xff\xfe", "not UTF-8"),
        (entry("x", "string"), b"x" * 70_000, "70000 bytes; allowed are 65536"),
        (
            entry("x", "string", compression="lz4"),
            struct.pack("<I", 70_000) + lz4.block.compress(b"x" * 70_000, store_size=False),
            "allowed are 1 to 65536",
        ),
    ],
)
def test_a_faulty_scalar_is_none_and_reported_and_the_others_are_read(
    channel: dict[str, Any], data: bytes, words: str
) -> None:
    faults = Faults()

    received = pulse_of([channel, GOOD], data, b"\x05").scalars(faults)

    assert received == {"x": None, "good": 5}
    assert [kind for kind, _ in faults] == ["bad_channel"]
    assert re.match(f"channel 'x': .*{words}", faults[0][1])


def shuffled(array: np.ndarray, block: int = 4096) -> bytes:
    """As Sender sends it, but with blocks of ``block`` items."""
    packed = bitshuffle.compress_lz4(array, block).tobytes()
    return struct.pack(">qi", array.nbytes, block * array.itemsize) + packed


def test_bitshuffle_blocks_that_pass_the_end_never_reach_the_decoder() -> None:
    image = np.arange(64 * 64, dtype=np.uint16).reshape(64, 64)
    whole = shuffled(image, 512)
    channels = [entry("image", "uint16", [64, 64], compression="bitshuffle_lz4")]
    first_length = struct.unpack(">I", whole[12:16])[0]
    far = whole[:12] + struct.pack(">I", 2**31) + whole[16:]
    longer = whole[:12] + struct.pack(">I", first_length + 9) + whole[16:]

    np.testing.assert_array_equal(pulse_of(channels, whole).image(no_errors), image)
    for broken in (whole[:-1], whole[: len(whole) // 2], whole + b"1", far, longer):
        faults = Faults()
        assert pulse_of(channels, broken).image(faults) is None
        assert "bitshuffle_lz4" in faults[0][1]


@pytest.mark.parametrize("items", [1, 7, 8, 9, 21, 4096, 4097, 9001])
@pytest.mark.parametrize("dtype", ["u1", "u2", "f8"])
def test_bitshuffle_of_any_length_passes_the_check(items: int, dtype: str) -> None:
    sent = some_values(np.dtype(dtype), (items,))
    name = np.dtype(dtype).name
    channel = entry("a", name, [items], compression="bitshuffle_lz4")

    pulse = pulse_of([channel], shuffled(sent, 1024))

    received = {**pulse.scalars(no_errors), **pulse.arrays(no_errors)}["a"]
    np.testing.assert_array_equal(np.atleast_1d(np.asarray(received)), sent)


def test_data_that_only_claims_to_be_large_costs_nothing() -> None:
    channels = [
        entry("giga", "uint8", [400_000, 250_000]),
        entry("lz4", "uint8", [16_000, 16_000], compression="lz4"),
        entry("bits", "uint8", [16_000, 16_000], compression="bitshuffle_lz4"),
    ]
    size = 16_000 * 16_000
    data = [
        b"x",
        struct.pack("<I", size) + bytes(1000),
        struct.pack(">qi", size, 8192) + bytes(999),
    ]
    faults = Faults()

    tracemalloc.start()
    for name in ("lz4", "bits"):
        assert pulse_of(channels, *data, image=name).image(faults) is None
    assert pulse_of(channels, *data).scalars(faults) == {"giga": None}
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert [text.split(":")[0] for _, text in faults] == [
        "channel 'lz4'",
        "channel 'bits'",
        "channel 'giga'",
    ]
    assert peak < 1_000_000


def test_faults_are_reported_by_us_alone(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    faults = Faults()

    pulse_of([entry("x", "string"), entry("y", "odd")], b"\xff", b"1").scalars(faults)

    assert len(faults) == 2
    assert caplog.records == []


# Any bytes from the network give values or BadMessage, nothing else.


def read_any(part_0: bytes, part_1: bytes, data: list[bytes]) -> None:
    try:
        main = read_main_header(part_0)
        compression = main.compression
    except BadMessage:
        compression = None
    try:
        data_header = read_data_header(part_1, compression)
    except BadMessage:
        return
    pulse = Pulse(1, None, 0.0, data_header, data)
    read_all(pulse)
    read_all(pulse.scalars_only())


def read_all(pulse: Pulse) -> None:
    faults = Faults()
    for value in pulse.scalars(faults).values():
        assert value is None or type(value) in (int, float, bool, str)
    for array in pulse.arrays(faults).values():
        assert array is None or isinstance(array, np.ndarray | TooLarge)
    pixels = pulse.image(faults)
    assert pixels is None or pixels.ndim in (2, 3)
    assert {kind for kind, _ in faults} <= {"bad_channel", "bad_parts", "bad_image"}
    json.dumps(pulse.data_header.describe())


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=9), inner),
    max_leaves=12,
)
ENTRY = st.fixed_dictionaries(
    {},
    optional={
        "name": st.sampled_from(["a", "b", "c"]) | JSON,
        "type": st.sampled_from(["string", "bool", "uint8", "uint16", "int64", "float64"]) | JSON,
        "shape": st.lists(st.integers(0, 9), max_size=4) | JSON,
        "encoding": st.sampled_from(["little", "big"]) | JSON,
        "compression": st.sampled_from([None, "none", "lz4", "bitshuffle_lz4"]) | JSON,
        "unit": JSON,
        "modulo": JSON,
        "offset": JSON,
    },
)


@given(part=st.binary() | JSON.map(lambda value: json.dumps(value).encode()))
def test_any_main_header_is_read_or_rejected(part: bytes) -> None:
    try:
        pulse_id = read_main_header(part).pulse_id
    except BadMessage:
        return
    assert pulse_id is None or type(pulse_id) is int


@given(
    entries=st.lists(ENTRY, max_size=4).map(lambda entries: header(*entries)),
    data=st.lists(st.binary(max_size=80), max_size=5),
)
@settings(max_examples=300)
def test_any_data_header_and_data_give_values_or_faults(entries: bytes, data: list[bytes]) -> None:
    read_any(b'{"pulse_id": 1}', entries, data)


def real_messages() -> list[list[bytes]]:
    """Messages of real Senders in all compressions."""
    messages = []
    rng = np.random.default_rng(5)
    for compression in COMPRESSIONS:
        connection = Connection(data_compression=compression, data_header_compression=compression)
        content = {
            "image": rng.integers(0, 50, (64, 80)).astype(">u2"),
            "wave": rng.random(300),
            "flag": True,
            "text": "words",
            "count": 5,
        }
        messages.append(connection.parts(content))
        connection.close()
    return messages


MESSAGES = real_messages()
CHANGE = st.tuples(
    st.integers(0, 2), st.integers(0, 11), st.floats(0, 1), st.binary(max_size=12), st.booleans()
)


@given(changes=st.lists(CHANGE, min_size=1, max_size=4), which=st.integers(0, 2))
@settings(max_examples=500)
def test_damaged_messages_give_values_or_faults(changes: list[Any], which: int) -> None:
    parts = list(MESSAGES[which])
    for how, index, where, new, near_the_start in changes:
        index %= len(parts)
        part = parts[index]
        position = int(where * (min(20, len(part)) if near_the_start else len(part)))
        if how == 0:
            parts[index] = part[:position]
        elif how == 1:
            parts[index] = part[:position] + new + part[position:]
        else:
            parts[index] = part[:position] + new + part[position + len(new) :]

    read_any(parts[0], parts[1], parts[2::2])


def test_a_data_header_without_channels_gives_nothing() -> None:
    pulse = Pulse(1, None, 0.0, DataHeader("", []), [])

    assert pulse.scalars(no_errors) == pulse.arrays(no_errors) == {}
    assert not pulse.has_image


def test_a_channel_takes_all_kinds_of_buffers() -> None:
    channel = read_data_header(header(entry("a", "uint16")), None).channels[0]

    assert isinstance(channel, Channel)
    for part in (b"\x01\x00", memoryview(b"\x01\x00"), zmq.Frame(b"\x01\x00")):
        assert channel.value(part) == 1


FOUR = [
    entry("one", "uint8", [2, 2]),
    entry("two", "uint8", [2, 2]),
    entry("wave", "uint8", [4]),
    entry("text", "string"),
]


def test_any_image_of_the_stream_can_be_read_by_its_name() -> None:
    pulse = pulse_of(FOUR, b"\1\1\1\1", b"\2\2\2\2", b"\3\3\3\3", b"text")

    assert pulse.image(no_errors).tolist() == [[1, 1], [1, 1]]
    assert pulse.image(no_errors, "two").tolist() == [[2, 2], [2, 2]]


@pytest.mark.parametrize(
    ("name", "fault"),
    [
        ("wave", "is not an image: it is uint8 [4]; allowed are two sides"),
        ("text", "is not an image: it is string [1]; allowed are two sides"),
        ("five", "is not in the stream"),
        ("one[0]", "is not in the stream"),
    ],
)
def test_the_fault_of_a_channel_that_is_not_an_image_lists_all_images(
    name: str, fault: str
) -> None:
    faults = Faults()

    assert pulse_of(FOUR, b"", b"", b"", b"").image(faults, name) is None

    assert [kind for kind, _ in faults] == ["bad_image"]
    assert faults[0][1].startswith(f"channel {name!r} {fault}")
    assert faults[0][1].endswith("; images are: 'one', 'two'")


@pytest.mark.parametrize(
    ("names", "expected"), [([""], False), (["one"], False), (["two"], True), (["", "two"], True)]
)
def test_a_pulse_has_an_image_when_it_contains_one_of_the_names(
    names: list[str], expected: bool
) -> None:
    pulse = pulse_of(FOUR, b"", b"\2\2\2\2", b"", b"")

    pulse.images = names

    assert pulse.has_image == expected
