"""Envelopes survive packing and unpacking, and anything else is rejected."""

import json

import numpy as np
import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from shared.envelope import BadEnvelope, Blobs, array, blob, pack, unpack

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=10,
).filter(lambda value: "Infinity" not in json.dumps(value))

DEEP = orjson.loads("[" * 1000 + "]" * 1000)

ARRAYS = hnp.arrays(
    dtype=st.sampled_from(
        ["i1", "u1", "<i2", ">i2", "<u4", ">u4", "<i8", "<f4", ">f4", "<f8", ">f8", "?"]
    ),
    shape=hnp.array_shapes(min_dims=1, max_dims=3, min_side=0, max_side=5),
)


@given(
    st.dictionaries(st.text().filter(lambda key: key != "v"), JSON, max_size=5),
    st.lists(st.binary(max_size=40), max_size=5),
)
def test_header_and_blobs_survive_packing_and_unpacking(header: dict, parts: list[bytes]) -> None:
    blobs = Blobs()
    places = [blobs.add(part) for part in parts]

    read, body = unpack(pack(header, blobs))

    assert read == {"v": 1, **header}
    assert [bytes(blob(place, body)) for place in places] == parts


@given(ARRAYS)
def test_an_array_survives_packing_in_little_endian_order(values: np.ndarray) -> None:
    blobs = Blobs()
    blobs.add(b"odd")
    place = blobs.add_array(values)

    read = array(place, unpack(pack({}, blobs))[1])

    assert read.dtype == values.dtype.newbyteorder("<")
    np.testing.assert_array_equal(read, values)


@given(st.text(max_size=50), st.lists(st.binary(max_size=20), max_size=3))
def test_every_blob_begins_at_a_multiple_of_eight_bytes(text: str, parts: list[bytes]) -> None:
    blobs = Blobs()
    places = [blobs.add(part) for part in parts]
    message = pack({"text": text}, blobs)
    _, body = unpack(message)

    assert (len(message) - len(body)) % 8 == 0
    assert all(place["offset"] % 8 == 0 for place in places)


def test_nan_and_infinity_become_null() -> None:
    header, _ = unpack(pack({"values": [float("nan"), np.float32("inf"), np.float64(2)]}, Blobs()))

    assert header["values"] == [None, None, 2]


@given(st.binary(max_size=200))
def test_random_bytes_are_rejected_with_a_message(message: bytes) -> None:
    with pytest.raises(BadEnvelope, match=r"\w+"):
        unpack(message)


@given(st.data())
def test_a_truncated_message_never_returns_missing_bytes(data: st.DataObject) -> None:
    blobs = Blobs()
    place = blobs.add_array(np.arange(10.0))
    message = pack({"x": 1}, blobs)
    cut = message[: data.draw(st.integers(0, len(message) - 1))]

    with pytest.raises(BadEnvelope):
        array(place, unpack(cut)[1])


@pytest.mark.parametrize(
    "place",
    [
        {},
        {"offset": -8, "length": 8},
        {"offset": 0, "length": 10**9},
        {"offset": "0", "length": 8},
        {"offset": 0, "length": 7, "dtype": "float64", "shape": [1]},
        {"offset": 0, "length": 8, "dtype": "object", "shape": [1]},
        {"offset": 0, "length": 8, "dtype": "float64", "shape": [3]},
        {"offset": 0, "length": 8, "dtype": "nonsense", "shape": [1]},
        {"offset": 0, "length": 8, "dtype": "<U2", "shape": [1]},
        {"offset": 0, "length": 8, "dtype": "datetime64[s]", "shape": [1]},
        {"offset": 0, "length": 8, "dtype": "i4,i4", "shape": [1]},
        {"offset": 0, "length": 8, "dtype": ["float64"], "shape": [1]},
        {"offset": 0, "length": 8, "dtype": "float64", "shape": [-1]},
        {"offset": DEEP, "length": 8, "dtype": "float64", "shape": [1]},
        {"offset": 0, "length": 8, "dtype": DEEP, "shape": [1]},
        {"offset": 0, "length": 8, "dtype": "float64", "shape": [DEEP]},
    ],
    ids=lambda place: str(len(place)),
)
def test_an_impossible_place_is_rejected(place: dict) -> None:
    with pytest.raises(BadEnvelope):
        array(place, memoryview(bytes(8)))
