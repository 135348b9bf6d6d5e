"""numpy and Pillow read the files that the page saves."""

import json
import subprocess
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from PIL import Image, TiffImagePlugin

from tests.support.processes import ROOT

MAKE_FILES = Path(__file__).with_name("make_files.mjs")
SIZE = (7, 5)
TYPES = (
    "int8",
    "uint8",
    "int16",
    "uint16",
    "int32",
    "uint32",
    "int64",
    "uint64",
    "float32",
    "float64",
)
UNKNOWN_TO_TIFF = {"int8": "int16", "int64": "int32", "uint64": "uint32", "float64": "float32"}
DESCRIPTION = {"stream": "camera", "pulse_id": 1234}
T = TiffImagePlugin


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The directory of the files."""
    directory = tmp_path_factory.mktemp("saved")
    node = ROOT / ".venv" / "bin" / "node"
    subprocess.run([node, MAKE_FILES, directory], check=True)
    return directory


@pytest.fixture(scope="module")
def stretch(saved: Path) -> Any:
    with np.load(saved / "stretch.npz") as arrays:
        yield dict(arrays)


def values(saved: Path, dtype: str, ending: str = "raw") -> np.ndarray:
    """The picture as the page had it in memory."""
    return np.fromfile(saved / f"{dtype}.{ending}", np.dtype(dtype)).reshape(SIZE[::-1])


def tags(path: Path) -> Any:
    """A TIFF's tags."""
    with path.open("rb") as file:
        directory = T.ImageFileDirectory_v2(file.read(8))
        file.seek(directory.next)
        directory.load(file)
        return directory


def strip(path: Path, dtype: str) -> np.ndarray:
    """What stands in a TIFF's only strip."""
    (offset,), (count,) = tags(path)[T.STRIPOFFSETS], tags(path)[T.STRIPBYTECOUNTS]
    return np.frombuffer(path.read_bytes()[offset : offset + count], dtype).reshape(SIZE[::-1])


@pytest.mark.parametrize("dtype", TYPES)
def test_numpy_reads_a_picture_bit_for_bit(saved: Path, dtype: str) -> None:
    read = np.load(saved / f"{dtype}.npy")
    assert read.dtype == dtype
    assert read.tobytes() == values(saved, dtype).tobytes()
    assert read.shape == SIZE[::-1]


@pytest.mark.parametrize("dtype", TYPES)
def test_a_tiff_holds_the_values_in_a_type_that_is_read(saved: Path, dtype: str) -> None:
    held = UNKNOWN_TO_TIFF.get(dtype, dtype)
    read = strip(saved / f"{dtype}.tiff", held)
    assert read.tobytes() == values(saved, dtype, "fitting").astype(held).tobytes()


@pytest.mark.parametrize("dtype", TYPES)
def test_a_tiff_says_the_type_of_its_values(saved: Path, dtype: str) -> None:
    held = np.dtype(UNKNOWN_TO_TIFF.get(dtype, dtype))
    told = tags(saved / f"{dtype}.tiff")
    assert told[T.BITSPERSAMPLE] == (8 * held.itemsize,)
    assert told[T.SAMPLEFORMAT] == ({"u": 1, "i": 2, "f": 3}[held.kind],)


@pytest.mark.parametrize("dtype", [dtype for dtype in TYPES if dtype not in ("uint32", "uint64")])
def test_pillow_reads_a_tiff(saved: Path, dtype: str) -> None:
    held = values(saved, dtype, "fitting").astype(UNKNOWN_TO_TIFF.get(dtype, dtype))
    with Image.open(saved / f"{dtype}.tiff") as image:
        assert_array_equal(np.asarray(image), held)


def test_a_tiff_of_levels_holds_the_values_they_stand_for(saved: Path) -> None:
    with Image.open(saved / "levels.tiff") as image:
        assert_array_equal(np.asarray(image), values(saved, "uint8") * np.float32(0.5) - 10)


def test_a_tiff_tells_stream_and_pulse(saved: Path) -> None:
    with Image.open(saved / "uint16.tiff") as image:
        assert json.loads(image.tag_v2[T.IMAGEDESCRIPTION]) == DESCRIPTION


def test_a_zip_is_sound(saved: Path) -> None:
    with zipfile.ZipFile(saved / "stretch.npz") as file:
        assert file.testzip() is None


def test_no_name_in_a_zip_is_a_path(saved: Path) -> None:
    with zipfile.ZipFile(saved / "stretch.npz") as file:
        assert [name for name in file.namelist() if "/" in name or "\\" in name] == []


def test_each_frame_has_its_pulse_to_the_last_digit(stretch: dict[str, np.ndarray]) -> None:
    assert_array_equal(stretch["pulse_id"], np.array([1000, 1001, 2**53 + 1]))
    assert stretch["pulse_id"].dtype == np.int64


def test_each_frame_has_its_times(stretch: dict[str, np.ndarray]) -> None:
    assert_array_equal(stretch["t_source"], 1.7e9 + np.arange(3) / 8)


def test_pictures_are_stacked_and_say_of_which_frames(stretch: dict[str, np.ndarray]) -> None:
    first = np.arange(35, dtype=np.uint8).reshape(SIZE[::-1])
    assert_array_equal(stretch["image"], np.stack([first, first + 20]))
    assert stretch["image"].dtype == np.uint8
    assert_array_equal(stretch["image_index"], [0, 2])


def test_the_values_of_pictures_follow_from_levels_and_range(
    stretch: dict[str, np.ndarray],
) -> None:
    low, high = stretch["image_min"], stretch["image_max"]
    read = low + stretch["image"][:, 0, 1] / 255 * (high - low)
    np.testing.assert_allclose(read, [1, 221])


def test_pictures_tell_channel_and_place(stretch: dict[str, np.ndarray]) -> None:
    assert stretch["image_channel"].item() == "CAM:FPICTURE"
    assert_array_equal(stretch["image_place"], [0, 0, 2])


def test_scalars_are_columns_with_nan_where_one_is_missing(stretch: dict[str, np.ndarray]) -> None:
    assert_array_equal(stretch["energy"], [np.nan, 11.3, 11.3])
    assert_array_equal(stretch["locked"], [0.0, 1.0, 0.0])


def test_texts_are_read_whatever_letters_they_have(stretch: dict[str, np.ndarray]) -> None:
    assert stretch["größe 😀"].tolist() == ["Strahl", "größe", "😀"]


def test_waveforms_are_stacked(stretch: dict[str, np.ndarray]) -> None:
    assert stretch["wave"].shape == (3, 4)
    assert stretch["matrix"].shape == (3, 2, 3)


def test_booleans_in_arrays_stay_booleans(stretch: dict[str, np.ndarray]) -> None:
    assert stretch["mask"].dtype == np.bool_
    assert stretch["mask"][0].tolist() == [True, False]


def test_an_array_that_changed_its_shape_goes_on_under_another_name(
    stretch: dict[str, np.ndarray],
) -> None:
    assert (stretch["grown"].shape, stretch["grown_2"].shape) == ((2, 2), (1, 3))
    assert_array_equal(stretch["grown_2_index"], [2])


def test_a_channel_whose_name_is_taken_gets_another(stretch: dict[str, np.ndarray]) -> None:
    assert_array_equal(stretch["pulse_id_2"], [0, 1, 2])
