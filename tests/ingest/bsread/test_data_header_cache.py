"""The data header that describes a message, and its hash."""

import hashlib
import json
from collections.abc import Sequence

import numpy as np
import pytest
import zmq

from ingest.bsread.data_header import DataHeader
from ingest.bsread.data_header_cache import DataHeaderCache
from ingest.bsread.main_header import BadMessage, read_main_header
from tests.support.bsread_reference import read_by_ingest
from tests.support.messages import GOOD_IMAGE, Wired, channel, main_header, message

N = channel("n", np.float64(5.25))


def data_header_of(cache: DataHeaderCache, parts: Sequence[bytes]) -> tuple[DataHeader, str]:
    return cache.find(read_main_header(parts[0]), [zmq.Frame(part) for part in parts])


def hashes(*messages: Sequence[Wired]) -> list[str]:
    cache = DataHeaderCache()
    return [data_header_of(cache, message(1, *wired))[0].hash for wired in messages]


def test_the_first_data_header_has_its_own_hash() -> None:
    parts = message(1, N)

    assert data_header_of(DataHeaderCache(), parts)[0].hash == hashlib.md5(parts[1]).hexdigest()


def test_a_waveform_whose_length_changes_with_each_pulse_keeps_the_schema() -> None:
    lengths = [60, 1, 0, *range(2, 200)]

    found = hashes(*([N, channel("wave", np.zeros(n)), channel("t", "x")] for n in lengths))

    assert len(set(found)) == 1


def test_so_does_a_table_beside_the_image_and_one_of_more_dimensions() -> None:
    image = channel("image", GOOD_IMAGE)

    found = hashes(
        *(
            [image, channel("t", np.zeros((n, 2))), channel("c", np.zeros((n, 2, n)))]
            for n in (5, 6)
        )
    )

    assert len(set(found)) == 1


def test_any_other_change_gives_another_schema() -> None:
    image, wave = channel("image", GOOD_IMAGE), channel("wave", np.zeros(9))
    others = [
        [channel("image", GOOD_IMAGE[:4]), wave],
        [channel("image", GOOD_IMAGE.astype(float)), wave],
        [image, channel("wave", np.zeros(9, np.float32))],
        [image, channel("wave", np.zeros(9), encoding="big")],
        [image, channel("wave", np.zeros(9), unit="mm")],
        [image, channel("wave", np.zeros((3, 3)))],
        [image, channel("other", np.zeros(9))],
        [image, wave, N],
        [wave, image],
        [image],
    ]

    assert len(set(hashes([image, wave], *others))) == 1 + len(others)


def test_two_senders_in_turn_whose_waveforms_change_keep_their_two_schemas() -> None:
    found = hashes(*([channel(f"w{n % 2}", np.zeros(n))] for n in range(2, 100)))

    assert len(set(found)) == 2


def test_a_data_header_received_without_viewers_serves_later_messages_without_one() -> None:
    whole = message(1, N)
    bare = [whole[0], b"", *whole[2:]]

    read = read_by_ingest([whole, bare, bare], watched=[False, False, True])

    assert [each.values for each in read] == [None, None, {"n": 5.25}]
    assert [list(each.faults) for each in read] == [[], [], []]


def test_a_corrupt_data_header_of_a_known_hash_is_reported_and_the_message_read() -> None:
    cache, parts = DataHeaderCache(), message(1, N)
    data_header, fault = data_header_of(cache, parts)
    assert fault == ""

    again, fault = data_header_of(cache, [parts[0], b"{corrupt", *parts[2:]])

    assert again is data_header
    assert "not JSON" in fault


@pytest.mark.parametrize("hash", ["other", None])
def test_an_empty_data_header_of_an_unknown_hash_is_rejected(hash: str | None) -> None:
    cache, parts = DataHeaderCache(), message(1, N)
    data_header_of(cache, parts)

    with pytest.raises(BadMessage, match="empty, and none had its hash before"):
        data_header_of(cache, [main_header(2, hash=hash), b"", *parts[2:]])


def test_the_description_names_the_faults_of_channels() -> None:
    data_header, _ = data_header_of(
        DataHeaderCache(),
        message(1, N, channel("x", np.zeros(3), shape="3"), channel("u", "", unit="\ud800")),
    )

    described = {entry["name"]: entry for entry in data_header.describe()}

    assert "fault" not in described["n"]
    assert described["x"]["fault"] == "shape is '3'; allowed are at most 31 integers from 0"
    assert json.dumps(described["u"], ensure_ascii=False).encode()
