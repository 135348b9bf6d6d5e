"""h5py reads what was written into an HDF5 file."""

import io
from contextlib import closing
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared import hdf5_series
from shared.hdf5 import MAX_DATASETS, Recording
from shared.hdf5_row import COLUMN_BYTES, pack_row
from tests.support.hdf5 import PICTURE, entry, row, write

DTYPES = ["?", "u1", "i1", "<u2", ">u2", "<i4", ">u4", "<i8", "<u8", "<f4", ">f4", "<f8", ">f8"]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "out.h5"


@pytest.mark.parametrize("compress", [True, False])
@pytest.mark.parametrize("dtype", DTYPES)
def test_an_image_is_stored_bit_for_bit(path: Path, dtype: str, compress: bool) -> None:
    bits = np.random.default_rng(1).integers(0, 256, (13, 17 * np.dtype(dtype).itemsize), np.uint8)
    picture = (bits > 127) if dtype == "?" else bits.view(dtype)

    write(path, row(1, image=picture), compress=compress)

    with entry(path) as file:
        data = file["instrument/image/data"]
        assert data.dtype == picture.dtype
        assert data[0].tobytes() == picture.tobytes()


def test_an_image_that_is_not_contiguous_is_stored(path: Path) -> None:
    write(path, row(1, image=PICTURE[::2, ::-1]))

    with entry(path) as file:
        np.testing.assert_array_equal(file["instrument/image/data"][0], PICTURE[::2, ::-1])


def test_a_colour_image_keeps_its_three_values(path: Path) -> None:
    colour = np.arange(60, dtype=np.uint8).reshape(4, 5, 3)

    write(path, row(1, image=colour))

    with entry(path) as file:
        np.testing.assert_array_equal(file["instrument/image/data"][0], colour)


def test_images_are_compressed_with_filters_that_every_reader_has(path: Path) -> None:
    write(path, row(1, image=np.zeros((1000, 1000), np.uint16)))

    with entry(path) as file:
        data = file["instrument/image/data"]
        assert (data.compression, data.shuffle, data.chunks) == ("gzip", True, (1, 1000, 1000))
    assert path.stat().st_size < 100_000


@pytest.mark.parametrize(
    "value",
    [
        np.float32(0.1),
        np.float64(0.1),
        np.int64(2**63 - 1),
        np.uint64(2**64 - 1),
        np.int8(-5),
        np.bool_(True),
        5,
        0.1,
        True,
    ],
    ids=repr,
)
def test_a_number_keeps_its_type_and_value(path: Path, value: Any) -> None:
    write(path, row(1, x=value))

    with entry(path) as file:
        assert file["channels/x"].dtype == np.asarray(value).dtype
        assert file["channels/x"][0] == value


@pytest.mark.parametrize("length", [1, 7, COLUMN_BYTES // 8, COLUMN_BYTES // 8 + 1])
def test_a_waveform_of_any_length_is_stored(path: Path, length: int) -> None:
    waves = [np.arange(length, dtype=float) + start for start in range(3)]

    write(path, *(row(start, wave=wave) for start, wave in enumerate(waves)))

    with entry(path) as file:
        np.testing.assert_array_equal(file["channels/wave"], waves)


@pytest.mark.parametrize(("sent", "read"), [("Höhe ±1 µm", "Höhe ±1 µm"), ("a\0b", "a\ufffdb")])
def test_a_text_is_stored_except_for_nul_which_hdf5_does_not_support(
    path: Path, sent: str, read: str
) -> None:
    write(path, row(1, text=sent))

    with entry(path) as file:
        assert file["channels/text"].asstr()[0] == read


def test_every_row_has_its_pulse_id_and_times(path: Path) -> None:
    write(path, *(row(pulse_id, x=1.0) for pulse_id in (7, 8, 2**53)))

    with entry(path) as file:
        pulses = file["pulses"]
        assert list(pulses["pulse_id"]) == [7, 8, 2**53]
        assert list(pulses["global_timestamp"])[:2] == [7.25, 8.25]
        assert list(pulses["receive_time"])[:2] == [7.5, 8.5]


def test_a_missing_number_is_nan_and_marked(path: Path) -> None:
    write(path, row(1, x=1.5), row(2, x=None), row(3), row(4, x=4.5))

    with entry(path) as file:
        x = file["channels/x"]
        np.testing.assert_array_equal(x, [1.5, np.nan, np.nan, 4.5])
        assert list(file["channels"][x.attrs["valid"]]) == [True, False, False, True]


def test_a_missing_image_leaves_its_row_empty_and_marked(path: Path) -> None:
    write(path, row(1, image=PICTURE), row(2, image=None), row(3, image=PICTURE + 1))

    with entry(path) as file:
        detector = file["instrument/image"]
        np.testing.assert_array_equal(detector["data"], [PICTURE, 0 * PICTURE, PICTURE + 1])
        assert list(detector[detector["data"].attrs["valid"]]) == [True, False, True]


def test_a_missing_image_of_floats_is_nan(path: Path) -> None:
    write(path, row(1, image=PICTURE.astype(float)), row(2))

    with entry(path) as file:
        assert np.isnan(file["instrument/image/data"][1]).all()


def test_a_channel_without_missing_values_has_no_mark(path: Path) -> None:
    write(path, row(1, x=1.0, image=PICTURE), row(2, x=np.nan, image=PICTURE))

    with entry(path) as file:
        assert list(file["channels"]) == ["x"]
        assert list(file["instrument/image"]) == ["data"]


def test_a_channel_that_starts_late_has_its_earlier_rows_marked(path: Path) -> None:
    with closing(Recording(str(path), "A title", {})) as recording:
        for pulse_id in range(5):
            late = {"x": pulse_id} if pulse_id > 2 else {}
            recording.append(pack_row(row(pulse_id, y=0.0, **late)))
            recording.flush()

    with entry(path) as file:
        assert list(file["channels/x"]) == [0, 0, 0, 3, 4]
        assert list(file["channels/x_valid"]) == [False, False, False, True, True]


def test_an_image_of_another_shape_goes_to_another_dataset_and_returns(
    path: Path,
) -> None:
    wide = np.ones((4, 9), np.uint16)

    write(path, row(1, image=PICTURE), row(2, image=wide), row(3, image=PICTURE))

    with entry(path) as file:
        first, second = file["instrument/image"], file["instrument/image_2"]
        assert list(first["data_valid"]) == [True, False, True]
        np.testing.assert_array_equal(first["data"][2], PICTURE)
        assert list(second["data_valid"]) == [False, True, False]
        np.testing.assert_array_equal(second["data"][1], wide)


def test_a_channel_whose_type_changes_goes_to_another_dataset(path: Path) -> None:
    write(path, row(1, x=1.5), row(2, x="off"), row(3, x=np.arange(3)))

    with entry(path) as file:
        channels = file["channels"]
        assert channels["x"][0] == 1.5
        assert channels["x_2"].asstr()[1] == "off"
        assert list(channels["x_3"][2]) == [0, 1, 2]
        assert {channels[name].attrs["channel"] for name in ("x", "x_2", "x_3")} == {"x"}


def read_waveforms(group: h5py.Group, name: str) -> list[np.ndarray]:
    """Return each row with its original length."""
    data, length = group[name], group[f"{name}_length"]
    assert data.attrs["length"] == f"{name}_length"
    return [values[:n] for values, n in zip(data[:], length[:], strict=True)]


LENGTHS = {
    "sixty lengths": [100 + (37 * pulse) % 60 for pulse in range(200)],
    "ever longer": list(range(1, 400, 3)),
    "shorter once": [500] * 20 + [3] + [500] * 20,
    "empty at first": [0, 7, 0, 9],
    "chunks of their own": [10_000, 9_999, 10_000, 20_000, 10_000, 1, 30_000],
}


@pytest.mark.parametrize("flush_every", [1, 7, 1000])
@pytest.mark.parametrize("compress", [True, False])
@pytest.mark.parametrize("lengths", LENGTHS.values(), ids=LENGTHS)
def test_waveforms_of_all_lengths_are_stored(
    path: Path, lengths: list[int], compress: bool, flush_every: int
) -> None:
    sent = [np.arange(length) + 1000.0 * pulse for pulse, length in enumerate(lengths)]
    with closing(Recording(str(path), "A title", {})) as recording:
        for pulse, wave in enumerate(sent):
            assert recording.append(pack_row(row(pulse, x=wave), compress)) == []
            if pulse % flush_every == 0:
                recording.flush()

    with entry(path) as file:
        assert set(file["channels"]) == {"x", "x_length"}
        found = read_waveforms(file["channels"], "x")
    assert all(map(np.array_equal, found, sent))


@pytest.mark.parametrize("dtype", DTYPES)
def test_waveforms_of_two_lengths_keep_their_type(path: Path, dtype: str) -> None:
    sent = [np.ones(5, dtype), np.zeros(8, dtype)]

    write(path, *(row(pulse, x=wave) for pulse, wave in enumerate(sent)))

    with entry(path) as file:
        assert file["channels/x"].dtype == np.dtype(dtype)
        assert all(map(np.array_equal, read_waveforms(file["channels"], "x"), sent))


def test_a_missing_waveform_has_length_zero(path: Path) -> None:
    waves = [np.ones(4), None, np.ones(4), np.ones(6), None]

    write(path, *(row(pulse, x=wave) for pulse, wave in enumerate(waves)))

    with entry(path) as file:
        assert list(file["channels/x_length"]) == [4, 0, 4, 6, 0]
        assert list(file["channels/x_valid"]) == [True, False, True, True, False]


def test_waveforms_of_one_length_have_no_dataset_of_lengths(path: Path) -> None:
    write(path, *(row(pulse, x=np.ones(4)) for pulse in range(3)))

    with entry(path) as file:
        assert set(file["channels"]) == {"x"}
        assert file["channels/x"].shape == (3, 4)


def test_the_size_of_waiting_waveforms_is_bounded(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hdf5_series, "MAX_WAITING_BYTES", 10_000)
    with closing(Recording(str(path), "A title", {})) as recording:
        for length in (1000, 999, 1000):
            recording.append(pack_row(row(length, x=np.zeros(length))))

        assert [s.dataset.shape[0] for s in recording._series.values()] == [2]


@pytest.mark.parametrize("flush_every", [1, 7, 1000])
def test_one_long_waveform_among_short_ones_takes_its_own_size(
    path: Path, flush_every: int
) -> None:
    lengths = [1_000_000 if pulse == 50 else 3 for pulse in range(100)]
    sent = [np.arange(length, dtype=np.uint8) for length in lengths]
    with closing(Recording(str(path), "A title", {})) as recording:
        for pulse, wave in enumerate(sent):
            assert recording.append(pack_row(row(pulse, x=wave), compress=False)) == []
            if pulse % flush_every == 0:
                recording.flush()
        size = recording.n_bytes

    assert size < 3_000_000
    with entry(path) as file:
        short, long = file["channels/x"], file["channels/x_2"]
        assert list(file["channels/x_valid"]) == [length == 3 for length in lengths]
        assert np.array_equal(long[50], sent[50])
        assert all(np.array_equal(short[i], sent[i]) for i in range(100) if i != 50)


def test_the_size_of_waiting_waveforms_is_bounded_when_one_is_long(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hdf5_series, "MAX_WAITING_BYTES", 100_000)
    blocks: list[np.ndarray] = []
    block = hdf5_series.Series._block

    def note(series: Any, first: int, last: int) -> np.ndarray:
        blocks.append(block(series, first, last))
        return blocks[-1]

    monkeypatch.setattr(hdf5_series.Series, "_block", note)

    write(path, *(row(pulse, x=np.zeros(6000 if pulse == 99 else 100)) for pulse in range(100)))

    assert max(each.nbytes for each in blocks if each.ndim == 2) <= 100_000
    assert sum(len(each) for each in blocks if each.ndim == 2) == 100


def test_an_image_whose_shape_keeps_changing_is_left_out_and_reported(path: Path) -> None:
    with closing(Recording(str(path), "A title", {})) as recording:
        left_out = [
            recording.append(pack_row(row(side, x=np.zeros((2, side)), y=1.0)))
            for side in range(1, MAX_DATASETS + 3)
        ]

    assert left_out == [[]] * MAX_DATASETS + [["x"]] * 2
    with entry(path) as file:
        assert len(file["channels/y"]) == MAX_DATASETS + 2


@pytest.mark.parametrize(
    ("channel", "name"),
    [
        ("CAM:X/1", "CAM:X_1"),
        (".", "_"),
        ("", "_"),
        ("..", ".."),
        ("a\0b", "a\ufffdb"),
        ("ä b<i>", "ä b<i>"),
    ],
)
def test_any_channel_name_can_be_stored(path: Path, channel: str, name: str) -> None:
    write(path, row(1, **{channel: 1.5}))

    with entry(path) as file:
        assert list(file["channels"]) == [name]
        assert file["channels"].get(name)[0] == 1.5


def test_channels_whose_names_collide_in_the_file_stay_separate(path: Path) -> None:
    values = {"a/b": 1.0, "a_b": 2.0, "a_b_2": 3.0}

    write(path, row(1, **values))

    with entry(path) as file:
        found = {each.attrs["channel"]: each[0] for each in file["channels"].values()}
        assert found == values


def test_the_attributes_of_a_channel_are_stored(path: Path) -> None:
    write(path, row(1, {"x": {"units": "mm"}}, x=1.0))

    with entry(path) as file:
        assert dict(file["channels/x"].attrs) == {"channel": "x", "units": "mm"}


def test_a_nul_in_an_attribute_is_replaced(path: Path) -> None:
    known = {"units": "mm\0", "max": 9.5}

    write(path, row(1, {"x": known, "image": known}, x=1.0, image=PICTURE))

    with entry(path) as file:
        for dataset in (file["channels/x"], file["instrument/image/data"]):
            assert (dataset.attrs["units"], dataset.attrs["max"]) == ("mm\ufffd", 9.5)


def test_the_default_plot_is_the_first_image(path: Path) -> None:
    write(path, row(1, x=1.0, image=PICTURE, other=PICTURE))

    with h5py.File(path) as file:
        data = file[file.attrs["default"]]["data"]
        assert data.attrs["NX_class"] == "NXdata"
        assert data[data.attrs["signal"]] == file["entry/instrument/image/data"]
        assert list(data.attrs["axes"]) == ["pulse_id", ".", "."]
        assert data["pulse_id"] == file["entry/pulses/pulse_id"]


def test_the_default_plot_without_an_image_is_the_first_number(path: Path) -> None:
    write(path, row(1, name="spot", x=1.5, y=2.5))

    with entry(path) as file:
        assert file["data/data"] == file["channels/x"]


def test_the_groups_are_nexus_classes(path: Path) -> None:
    write(path, row(1, x=1.0, image=PICTURE))

    with h5py.File(path) as file:
        classes = {name: file[name].attrs["NX_class"] for name in ("/", "entry", "entry/data")}
        classes |= {name: file["entry"][name].attrs["NX_class"] for name in ("instrument",)}
        classes["image"] = file["entry/instrument/image"].attrs["NX_class"]
    assert classes == {
        "/": "NXroot",
        "entry": "NXentry",
        "entry/data": "NXdata",
        "instrument": "NXinstrument",
        "image": "NXdetector",
    }


VALUES = st.none() | st.floats() | st.integers(-(2**63), 2**63 - 1) | st.booleans() | st.text()
VALUES |= st.sampled_from([PICTURE, PICTURE[:2], np.arange(3), np.arange(4.0)])


@given(st.lists(st.tuples(st.dictionaries(st.sampled_from("abc"), VALUES), st.booleans())))
def test_values_are_in_their_row_in_whatever_order_they_arrive(
    rows: list[tuple[dict[str, Any], bool]],
) -> None:
    with closing(Recording(None, "A title", {})) as recording:
        for number, (values, flush) in enumerate(rows):
            recording.append(pack_row(row(number, **values)))
            if flush:
                recording.flush()
        image = recording.image()

    with entry(io.BytesIO(image)) as file:
        datasets = list(file["channels"].values())
        datasets += [detector["data"] for detector in file["instrument"].values()]
        datasets = [each for each in datasets if "channel" in each.attrs]
        for number, (values, _) in enumerate(rows):
            found = {
                each.attrs["channel"]: each.asstr()[number] if each.dtype == "O" else each[number]
                for each in datasets
                if "valid" not in each.attrs or each.parent[each.attrs["valid"]][number]
            }
            sent = {name: value for name, value in values.items() if value is not None}
            assert found.keys() == sent.keys()
            for name, value in sent.items():
                want = value.replace("\0", "\ufffd") if isinstance(value, str) else value
                np.testing.assert_array_equal(found[name], want)


def test_two_files_in_memory_with_the_same_name_can_exist() -> None:
    """HDF5 identifies files by name: two snapshots of one pulse had the same."""
    with (
        closing(Recording(None, "camera, pulse 1", {})) as one,
        closing(Recording(None, "camera, pulse 1", {})) as other,
    ):
        assert one.image()[:4] == other.image()[:4] == b"\x89HDF"
