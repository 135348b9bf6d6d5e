"""Test that numpy and Pillow read the files that the page saves."""

import json
import struct
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
    """Return the directory of the files."""
    directory = tmp_path_factory.mktemp("saved")
    node = ROOT / ".venv" / "bin" / "node"
    subprocess.run([node, MAKE_FILES, directory], check=True)
    return directory


@pytest.fixture(scope="module")
def clip(saved: Path) -> Any:
    with np.load(saved / "clip.npz") as arrays:
        yield dict(arrays)


def values(saved: Path, dtype: str, ending: str = "raw") -> np.ndarray:
    """Return the picture as the page had it in memory."""
    return np.fromfile(saved / f"{dtype}.{ending}", np.dtype(dtype)).reshape(SIZE[::-1])


def tags(path: Path) -> Any:
    """Return a TIFF's tags."""
    with path.open("rb") as file:
        directory = T.ImageFileDirectory_v2(file.read(8))
        file.seek(directory.next)
        directory.load(file)
        return directory


def strip(path: Path, dtype: str) -> np.ndarray:
    """Return the values in a TIFF's only strip."""
    (offset,), (count,) = tags(path)[T.STRIPOFFSETS], tags(path)[T.STRIPBYTECOUNTS]
    return np.frombuffer(path.read_bytes()[offset : offset + count], dtype).reshape(SIZE[::-1])


@pytest.mark.parametrize("dtype", TYPES)
def test_numpy_reads_a_picture_bit_for_bit(saved: Path, dtype: str) -> None:
    read = np.load(saved / f"{dtype}.npy")
    assert read.dtype == dtype
    assert read.tobytes() == values(saved, dtype).tobytes()
    assert read.shape == SIZE[::-1]


@pytest.mark.parametrize("dtype", TYPES)
def test_a_tiff_has_the_values_in_a_supported_type(saved: Path, dtype: str) -> None:
    dtype_in_file = UNKNOWN_TO_TIFF.get(dtype, dtype)
    read = strip(saved / f"{dtype}.tiff", dtype_in_file)
    assert read.tobytes() == values(saved, dtype, "fitting").astype(dtype_in_file).tobytes()


@pytest.mark.parametrize("dtype", TYPES)
def test_a_tiff_has_the_type_of_its_values(saved: Path, dtype: str) -> None:
    dtype_in_file = np.dtype(UNKNOWN_TO_TIFF.get(dtype, dtype))
    entries = tags(saved / f"{dtype}.tiff")
    assert entries[T.BITSPERSAMPLE] == (8 * dtype_in_file.itemsize,)
    assert entries[T.SAMPLEFORMAT] == ({"u": 1, "i": 2, "f": 3}[dtype_in_file.kind],)


@pytest.mark.parametrize("dtype", [dtype for dtype in TYPES if dtype not in ("uint32", "uint64")])
def test_pillow_reads_a_tiff(saved: Path, dtype: str) -> None:
    expected = values(saved, dtype, "fitting").astype(UNKNOWN_TO_TIFF.get(dtype, dtype))
    with Image.open(saved / f"{dtype}.tiff") as image:
        assert_array_equal(np.asarray(image), expected)


def test_a_tiff_of_levels_has_the_camera_values(saved: Path) -> None:
    with Image.open(saved / "levels.tiff") as image:
        assert_array_equal(np.asarray(image), values(saved, "uint8") * np.float32(0.5) - 10)


def test_a_tiff_has_stream_and_pulse(saved: Path) -> None:
    with Image.open(saved / "uint16.tiff") as image:
        assert json.loads(image.tag_v2[T.IMAGEDESCRIPTION]) == DESCRIPTION


def test_a_png_has_its_texts_and_stays_valid(saved: Path) -> None:
    with Image.open(saved / "texts.png") as image:
        image.load()
        assert image.size == (1, 1)
        assert image.text == {"Stream": "camera", "Range": "−1 … 5 µm"}


def test_a_zip_is_valid(saved: Path) -> None:
    with zipfile.ZipFile(saved / "clip.npz") as file:
        assert file.testzip() is None


def test_no_name_in_a_zip_is_a_path(saved: Path) -> None:
    with zipfile.ZipFile(saved / "clip.npz") as file:
        assert [name for name in file.namelist() if "/" in name or "\\" in name] == []


def test_readers_that_ignore_a_zips_directory_find_each_array(saved: Path) -> None:
    # cnpy (C++), for example, goes from one local header to the next.
    data = (saved / "clip.npz").read_bytes()
    names, at = [], 0
    while data.startswith(b"PK\x03\x04", at):
        size, name_bytes, extra_bytes = struct.unpack_from("<I4x2H", data, at + 18)
        names.append(data[at + 30 : at + 30 + name_bytes].decode())
        at += 30 + name_bytes + extra_bytes + size
    with zipfile.ZipFile(saved / "clip.npz") as file:
        assert names == file.namelist()


def test_each_frame_has_its_exact_pulse(clip: dict[str, np.ndarray]) -> None:
    assert_array_equal(clip["pulse_id"], np.array([1000, 1001, 2**53 + 1]))
    assert clip["pulse_id"].dtype == np.int64


def test_each_frame_has_its_times(clip: dict[str, np.ndarray]) -> None:
    assert_array_equal(clip["t_source"], 1.7e9 + np.arange(3) / 8)


def test_pictures_are_stacked_with_an_index_of_frames(clip: dict[str, np.ndarray]) -> None:
    first = np.arange(35, dtype=np.uint8).reshape(SIZE[::-1])
    assert_array_equal(clip["image"], np.stack([first, first + 20]))
    assert clip["image"].dtype == np.uint8
    assert_array_equal(clip["image_index"], [0, 2])


def test_the_values_of_pictures_follow_from_levels_and_range(
    clip: dict[str, np.ndarray],
) -> None:
    low, high = clip["image_min"], clip["image_max"]
    read = low + clip["image"][:, 0, 1] / 255 * (high - low)
    np.testing.assert_allclose(read, [1, 221])


def test_pictures_have_channel_and_place(clip: dict[str, np.ndarray]) -> None:
    assert clip["image_channel"].item() == "CAM:FPICTURE"
    assert_array_equal(clip["image_place"], [0, 0, 2])


def test_scalars_are_columns_with_nan_where_one_is_missing(clip: dict[str, np.ndarray]) -> None:
    assert_array_equal(clip["energy"], [np.nan, 11.3, 11.3])
    assert_array_equal(clip["locked"], [0.0, 1.0, 0.0])


def test_texts_of_any_characters_are_read(clip: dict[str, np.ndarray]) -> None:
    assert clip["größe 😀"].tolist() == ["Strahl", "größe", "😀"]


def test_waveforms_are_stacked(clip: dict[str, np.ndarray]) -> None:
    assert clip["wave"].shape == (3, 4)
    assert clip["matrix"].shape == (3, 2, 3)


def test_booleans_in_arrays_stay_booleans(clip: dict[str, np.ndarray]) -> None:
    assert clip["mask"].dtype == np.bool_
    assert clip["mask"][0].tolist() == [True, False]


def test_an_array_that_changed_its_shape_has_another_name(
    clip: dict[str, np.ndarray],
) -> None:
    assert (clip["grown"].shape, clip["grown_2"].shape) == ((2, 2), (1, 3))
    assert_array_equal(clip["grown_2_index"], [2])


def test_a_channel_with_a_reserved_name_gets_another(clip: dict[str, np.ndarray]) -> None:
    assert_array_equal(clip["pulse_id_2"], [0, 1, 2])
