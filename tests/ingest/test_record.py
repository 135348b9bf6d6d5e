"""Plain h5py reads from a recording exactly what a real source sent."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from shared.hdf5 import MAX_DATASETS
from tests.support.camera import Camera, spot
from tests.support.hdf5 import entry, record, recorded
from tests.support.messages import GOOD_IMAGE, Wired, channel, good, main_header, message

MANY = {f"cam{number}": np.full((3 + number, 4), number, np.uint16) for number in range(4)}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "out.h5"


def test_every_pulse_is_recorded_in_order_with_its_image_bit_for_bit(path: Path) -> None:
    images = [spot(pulse_id)["image"] for pulse_id in range(60)]

    recorded(path, *(message(i, channel("image", image)) for i, image in enumerate(images)))

    with entry(path) as file:
        assert list(file["pulses/pulse_id"]) == list(range(60))
        np.testing.assert_array_equal(file["instrument/image/data"], images)


def test_every_value_of_a_camera_is_recorded(path: Path) -> None:
    with Camera(rate_hz=100) as camera:
        process = record(path, camera.address, "-n", "20")
        assert process.wait() == 0, process.output

    with entry(path) as file:
        channels = file["channels"]
        for number, pulse_id in enumerate(file["pulses/pulse_id"]):
            sent = spot(int(pulse_id))
            assert channels["pulse"][number] == sent["pulse"]
            assert channels["energy"][number] == sent["energy"]
            assert channels["name"].asstr()[number] == sent["name"]
            np.testing.assert_array_equal(channels["profile"][number], sent["profile"])


@pytest.mark.parametrize("compression", [None, "lz4", "bitshuffle_lz4"])
def test_a_compressed_stream_is_recorded_as_it_was_before(
    path: Path, compression: str | None
) -> None:
    noise = np.random.default_rng(1).integers(0, 4096, (50, 70), np.uint16)
    wired = channel("image", noise, compression=compression or "none")

    recorded(path, message(1, wired))

    with entry(path) as file:
        np.testing.assert_array_equal(file["instrument/image/data"][0], noise)


@pytest.mark.parametrize("compress_fast", [True, False])
def test_big_endian_pixels_stay_big_endian(path: Path, compress_fast: bool) -> None:
    compression = "bitshuffle_lz4" if compress_fast else "none"

    recorded(path, message(1, channel("image", GOOD_IMAGE, "big", compression)))

    with entry(path) as file:
        assert file["instrument/image/data"].dtype == ">u2"
        np.testing.assert_array_equal(file["instrument/image/data"][0], GOOD_IMAGE)


@pytest.mark.parametrize(
    "value",
    [
        *(np.dtype(kind).type(-5) for kind in ("int8", "int16", "int32", "int64")),
        *(np.dtype(kind).type(250) for kind in ("uint8", "uint16", "uint32", "uint64")),
        np.float32(0.1),
        np.float64(0.1),
        np.bool_(True),
        np.int64(-(2**63)),
        np.uint64(2**64 - 1),
    ],
    ids=repr,
)
def test_a_scalar_keeps_the_type_in_which_it_was_sent(path: Path, value: Any) -> None:
    recorded(path, message(1, channel("x", value)))

    with entry(path) as file:
        assert file["channels/x"].dtype == value.dtype
        assert file["channels/x"][0] == value


def test_each_of_four_images_has_a_dataset_of_its_own(path: Path) -> None:
    recorded(path, message(1, *(channel(name, image) for name, image in MANY.items())))

    with entry(path) as file:
        assert set(file["instrument"]) == set(MANY)
        for name, image in MANY.items():
            np.testing.assert_array_equal(file["instrument"][name]["data"][0], image)


def test_an_image_whose_shape_changes_continues_in_another_dataset(path: Path) -> None:
    recorded(path, good(1), message(2, channel("image", GOOD_IMAGE[:2])), good(3))

    with entry(path) as file:
        first, second = file["instrument/image"], file["instrument/image_2"]
        assert list(first["data_valid"]) == [True, False, True]
        np.testing.assert_array_equal(second["data"][1], GOOD_IMAGE[:2])


def test_pulses_whose_data_header_is_empty_are_read_by_the_one_with_their_hash(path: Path) -> None:
    first, *others = [good(pulse_id) for pulse_id in range(1, 9)]

    recorded(path, first, *([parts[0], b"", *parts[2:]] for parts in others))

    with entry(path) as file:
        assert list(file["pulses/pulse_id"]) == list(range(1, 9))


def test_a_stack_is_an_image_and_colour_is_colour(path: Path) -> None:
    stack, colour = np.zeros((4, 5, 6), np.uint16), np.zeros((5, 6, 3), np.uint8)

    recorded(path, message(1, channel("stack", stack), channel("colour", colour)))

    with entry(path) as file:
        kinds = {name: file["instrument"][name]["data"].attrs for name in ("stack", "colour")}
        assert kinds["stack"]["interpretation"] == "image"
        assert kinds["colour"]["interpretation"] == "rgb-image"


def test_a_waveform_of_sixty_lengths_loses_no_row(path: Path) -> None:
    waves = [np.arange(100 + (7 * pulse) % 60) * 1.0 for pulse in range(200)]

    process = recorded(path, *(message(i, channel("x", wave)) for i, wave in enumerate(waves)))

    assert "left_out 0" in process.output
    with entry(path) as file:
        data, lengths = file["channels/x"][:], file["channels/x_length"][:]
    assert all(np.array_equal(data[i, : lengths[i]], wave) for i, wave in enumerate(waves))


def test_images_of_too_many_shapes_are_counted_and_change_the_exit_status(path: Path) -> None:
    images = [np.ones((2, 2 + pulse), np.uint16) for pulse in range(MAX_DATASETS + 3)]
    messages = [message(i, channel("image", image)) for i, image in enumerate(images)]

    process = recorded(path, *messages, status=3)

    assert "left_out 3" in process.output
    assert "Some received pulses or values are not in the file" in process.output
    with entry(path) as file:
        assert file.attrs["left_out"] == 3


def test_a_missing_value_is_marked(path: Path) -> None:
    def sent(pulse_id: int, energy: bytes) -> list[bytes]:
        wired = channel("energy", np.float64(5.0))
        return message(pulse_id, Wired(wired.entry, energy), channel("x", np.int32(pulse_id)))

    data = channel("energy", np.float64(5.0)).data
    recorded(path, sent(1, data), sent(2, b""), sent(3, data))

    with entry(path) as file:
        assert list(file["channels/energy_valid"]) == [True, False, True]
        np.testing.assert_array_equal(file["channels/energy"], [5, np.nan, 5])


def test_a_value_that_cannot_be_read_is_marked_and_its_fault_counted(path: Path) -> None:
    wired = channel("energy", np.float64(5.0))

    recorded(
        path, message(1, wired), message(2, Wired(wired.entry, b"odd")), message(3, wired), status=3
    )

    with entry(path) as file:
        assert list(file["channels/energy_valid"]) == [True, False, True]
        assert json.loads(file.attrs["faults"]) == {"bad_channel": 1}


def test_a_unit_stands_beside_its_channel(path: Path) -> None:
    recorded(path, message(1, channel("x", np.float64(1), unit="mm")))

    with entry(path) as file:
        assert file["channels/x"].attrs["units"] == "mm"


def test_missed_pulses_are_counted_in_the_file_and_reported(path: Path) -> None:
    process = recorded(path, *(good(pulse_id) for pulse_id in (1, 2, 3, 6, 7)))

    with entry(path) as file:
        assert file.attrs["missed"] == 2
    assert "5 of 5 pulses" in process.output
    assert "missed 2" in process.output


def test_messages_that_cannot_be_read_are_counted_and_the_others_recorded(path: Path) -> None:
    junk = [b"junk", b"junk"]

    recorded(
        path,
        good(1),
        junk,
        [main_header(2)],
        [main_header(3, hash="other"), b"{}"],
        good(4),
        n_pulses=2,
        status=3,
    )

    with entry(path) as file:
        assert list(file["pulses/pulse_id"]) == [1, 4]
        assert file.attrs["unreadable"] == 3


def test_the_file_names_its_source(path: Path) -> None:
    recorded(path, good(1))

    with entry(path) as file:
        assert file.attrs["source"].startswith("tcp://127.0.0.1:")
        assert file.attrs["source"] in file["title"].asstr()[()]
