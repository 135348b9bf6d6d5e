"""Which layout a message has, and under which hash."""

import hashlib
import json
from collections.abc import Sequence

import numpy as np
import pytest
import zmq

from ingest.bsread.data_header import DataHeader
from ingest.bsread.data_header_cache import DataHeaderCache
from ingest.bsread.main_header import BadMessage, read_main_header
from tests.support.messages import GOOD_IMAGE, Wired, channel, main_header, message
from tests.support.parity import read_by_ingest

N = channel("n", np.float64(5.25))


def layout_of(layouts: DataHeaderCache, parts: Sequence[bytes]) -> tuple[DataHeader, str]:
    return layouts.of(read_main_header(parts[0]), [zmq.Frame(part) for part in parts])


def hashes(*messages: Sequence[Wired]) -> list[str]:
    layouts = DataHeaderCache()
    return [layout_of(layouts, message(1, *wired))[0].hash for wired in messages]


def test_the_first_layout_has_the_hash_of_its_data_header() -> None:
    parts = message(1, N)

    assert layout_of(DataHeaderCache(), parts)[0].hash == hashlib.md5(parts[1]).hexdigest()


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


def test_all_else_that_changes_makes_another_schema() -> None:
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


def test_a_data_header_that_came_while_nobody_watched_counts_for_what_lacks_one() -> None:
    whole = message(1, N)
    bare = [whole[0], b"", *whole[2:]]

    read = read_by_ingest([whole, bare, bare], watched=[False, False, True])

    assert [each.values for each in read] == [None, None, {"n": 5.25}]
    assert [list(each.faults) for each in read] == [[], [], []]


def test_a_corrupt_data_header_of_a_known_hash_is_named_and_the_message_read() -> None:
    layouts, parts = DataHeaderCache(), message(1, N)
    layout, fault = layout_of(layouts, parts)
    assert fault == ""

    again, fault = layout_of(layouts, [parts[0], b"{corrupt", *parts[2:]])

    assert again is layout
    assert "not JSON" in fault


@pytest.mark.parametrize("hash", ["other", None])
def test_a_data_header_that_is_missing_and_of_another_hash_is_refused(hash: str | None) -> None:
    layouts, parts = DataHeaderCache(), message(1, N)
    layout_of(layouts, parts)

    with pytest.raises(BadMessage, match="empty, and none had its hash before"):
        layout_of(layouts, [main_header(2, hash=hash), b"", *parts[2:]])


def test_a_layout_says_which_of_its_channels_are_faulty() -> None:
    layout, _ = layout_of(
        DataHeaderCache(),
        message(1, N, channel("x", np.zeros(3), shape="3"), channel("u", "", unit="\ud800")),
    )

    described = {entry["name"]: entry for entry in layout.describe()}

    assert "fault" not in described["n"]
    assert described["x"]["fault"] == "shape is '3'; allowed are at most 31 integers from 0"
    assert json.dumps(described["u"], ensure_ascii=False).encode()
