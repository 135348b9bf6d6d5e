"""A file has the camera's exact values, in a form that other programs read."""

import io
import json
import struct
import zlib
from typing import Any

import h5py
import numpy as np
import pytest
from PIL import Image, TiffImagePlugin

from shared.envelope import BadEnvelope
from tests.support.precise_frames import WAVE, message, noise
from web.fanout.messages import Frame
from web.fanout.tiles import TileMosaic
from web.image_files import FILE_TYPES, UnsupportedPixels, file_name, write_file

T = TiffImagePlugin
SHAPES = [(300, 517), (1, 700), (7, 5), (258, 3, 3)]
TYPES = ["bool", "int8", "uint8", "uint16", "int32", "uint64", "float32", "float64"]


def precise(pixels: np.ndarray | None, *values: dict[str, Any], **header: Any) -> Frame:
    """Return a frame with all tiles."""
    return Frame("camera", message(pixels, *values, **header))


def file(ending: str, frame: Frame, *channels: dict[str, Any]) -> bytes:
    """Return the file of a frame whose schema has these channels."""
    mosaic = TileMosaic(frame) if frame.header["image"] else None
    return write_file(FILE_TYPES[ending], frame, mosaic, {"channels": list(channels)})


def same_bits(found: np.ndarray, pixels: np.ndarray) -> bool:
    """Return whether all bits are equal, in the same type of either byte order."""
    plain = pixels.astype(pixels.dtype.newbyteorder("<"))
    alike = (found.dtype.newbyteorder("<"), found.shape) == (plain.dtype, plain.shape)
    return alike and found.astype(plain.dtype).tobytes() == plain.tobytes()


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("dtype", [*TYPES, ">u2", ">f8"])
def test_numpy_reads_the_cameras_own_array(dtype: str, shape: tuple[int, ...]) -> None:
    pixels = noise(dtype, shape)

    assert same_bits(np.load(io.BytesIO(file("npy", precise(pixels)))), pixels)


def tags(data: bytes) -> T.ImageFileDirectory_v2:
    """Return the tags of a TIFF's picture, which Pillow reads even for 64 bits."""
    stream = io.BytesIO(data)
    directory = T.ImageFileDirectory_v2(stream.read(8))
    stream.seek(directory.next)
    directory.load(stream)
    return directory


def strip(data: bytes, dtype: np.dtype, shape: tuple[int, ...]) -> np.ndarray:
    """Return the pixels in a TIFF's only strip."""
    found = tags(data)
    (offset,), (count,) = found[T.STRIPOFFSETS], found[T.STRIPBYTECOUNTS]
    return np.frombuffer(data[offset : offset + count], dtype).reshape(shape)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("dtype", ["uint8", "int16", "uint16", ">u2", "int32", "float32"])
def test_a_tiff_holds_the_picture_bit_for_bit(dtype: str, shape: tuple[int, ...]) -> None:
    pixels = noise(dtype, shape)

    data = file("tif", precise(pixels))

    assert same_bits(strip(data, pixels.dtype.newbyteorder("<"), shape), pixels)


@pytest.mark.parametrize(
    ("dtype", "bits", "form"),
    [("bool", 8, 1), ("int8", 16, 2), ("uint16", 16, 1), ("int32", 32, 2), ("float32", 32, 3)],
)
def test_a_tiff_names_the_type_of_its_values(dtype: str, bits: int, form: int) -> None:
    found = tags(file("tif", precise(noise(dtype, (7, 5)))))

    assert (found[T.BITSPERSAMPLE], found[T.SAMPLEFORMAT]) == ((bits,), (form,))


def pillow(data: bytes) -> np.ndarray:
    """Return the pixels that Pillow reads."""
    with Image.open(io.BytesIO(data)) as image:
        return np.asarray(image)


@pytest.mark.parametrize("dtype", ["bool", "int8", "uint8", "uint16", "int32", "float32"])
def test_pillow_reads_a_tiff(dtype: str) -> None:
    pixels = noise(dtype, (300, 517))

    found = pillow(file("tif", precise(pixels)))

    assert np.array_equal(found, pixels, equal_nan=dtype == "float32")


@pytest.mark.parametrize("dtype", ["<f8", ">f8"])
def test_pillow_reads_a_tiff_of_long_floats_as_the_nearest_short_ones(dtype: str) -> None:
    pixels = np.random.default_rng(1).normal(0, 1e6, (7, 5)).astype(dtype)
    pixels[0] = np.nan, np.inf, -np.inf, 0, 1e-300

    found = pillow(file("tif", precise(pixels)))

    assert np.array_equal(found, pixels.astype(np.float32), equal_nan=True)


@pytest.mark.parametrize(
    ("dtype", "least", "largest"),
    [("int64", -(2**31), 2**31 - 1), ("uint64", 0, 2**31 - 1), (">i8", 0, 5)],
)
def test_pillow_reads_a_tiff_of_long_integers_that_are_short(
    dtype: str, least: int, largest: int
) -> None:
    pixels = np.array([[least, largest], [1, 2]], dtype)

    assert np.array_equal(pillow(file("tif", precise(pixels))), pixels)


def test_a_tiff_holds_integers_of_32_bits_without_a_sign() -> None:
    pixels = np.array([[0, 2**32 - 1], [1, 2]], np.uint64)

    data = file("tif", precise(pixels))

    assert np.array_equal(strip(data, np.dtype("<u4"), (2, 2)), pixels)


@pytest.mark.parametrize("pixels", [np.full((2, 2), 2**40), np.full((2, 2), 1e39)], ids=str)
def test_values_beyond_the_types_of_tiff_are_rejected(pixels: np.ndarray) -> None:
    with pytest.raises(UnsupportedPixels, match="TIFF stores"):
        file("tif", precise(pixels))


@pytest.mark.parametrize("ending", ["tif", "png"])
def test_pillow_reads_colours(ending: str) -> None:
    pixels = noise("uint8", (7, 5, 3))

    with Image.open(io.BytesIO(file(ending, precise(pixels)))) as image:
        assert np.array_equal(np.asarray(image), pixels)


@pytest.mark.parametrize("ending", ["tif", "png"])
def test_the_description_identifies_the_frame(ending: str) -> None:
    with Image.open(io.BytesIO(file(ending, precise(noise("uint8", (7, 5)))))) as image:
        image.load()
        text = image.tag_v2[T.IMAGEDESCRIPTION] if ending == "tif" else image.info["Description"]

    about = json.loads(text)
    assert (about["stream"], about["channel"], about["pulse_id"]) == ("camera", "CAM", 1234)
    assert (about["epoch"], about["seq"]) == (3, 17)
    assert (about["t_source"], about["t_received"]) == (1_700_000_000.25, 1_700_000_001.5)


@pytest.mark.parametrize("dtype", ["bool", "uint8", "uint16", ">u2"])
def test_pillow_reads_a_png(dtype: str) -> None:
    pixels = noise(dtype, (300, 517))

    with Image.open(io.BytesIO(file("png", precise(pixels)))) as image:
        assert np.array_equal(np.asarray(image), pixels)


def test_a_png_keeps_sixteen_bits_of_each_colour() -> None:
    pixels = noise("uint16", (7, 5, 3))

    data = file("png", precise(pixels))

    width, height, depth, kind = struct.unpack(">IIBB", data[16:26])
    start = data.index(b"IDAT")
    lines = zlib.decompress(data[start + 4 :][: struct.unpack(">I", data[start - 4 : start])[0]])
    rows = np.frombuffer(lines, np.uint8).reshape(height, 1 + 6 * width)
    assert (depth, kind, not rows[:, 0].any()) == (16, 2, True)
    assert np.array_equal(rows[:, 1:].copy().view(">u2").reshape(pixels.shape), pixels)


def test_a_png_holds_wider_integers_that_fit() -> None:
    pixels = noise("uint16", (7, 5)).astype(np.int64)

    with Image.open(io.BytesIO(file("png", precise(pixels)))) as image:
        assert np.array_equal(np.asarray(image), pixels)


@pytest.mark.parametrize("pixels", [[[-1, 5]], [[5, 65536]], [[1.0, 2.0]]])
def test_values_outside_the_range_of_png_are_rejected(pixels: list[list[float]]) -> None:
    with pytest.raises(UnsupportedPixels, match="from 0 to 65535"):
        file("png", precise(np.array(pixels)))


CHANNELS = [
    {"name": "CAM", "type": "uint16", "shape": [5, 7], "unit": "counts"},
    {"name": "energy", "type": "float32", "shape": [1], "unit": "MeV"},
    {"name": "wave", "type": "float32", "shape": [5], "unit": "mA"},
    {"name": "count", "type": "int8", "shape": [1]},
    {"name": "ticks", "type": "uint64", "shape": [1]},
    {"name": "open", "type": "bool", "shape": [1]},
    {"name": "name", "type": "string", "shape": [1]},
]
VALUES = {"energy": 5.25, "count": 3, "ticks": str(2**64 - 1), "open": True, "name": "größe 😀"}
PIXELS = noise("uint16", (7, 5))


def h5(frame: Frame, *channels: Any) -> h5py.File:
    return h5py.File(io.BytesIO(file("h5", frame, *channels)))


def channel(saved: h5py.File, name: str) -> h5py.Dataset:
    """Return the dataset of a channel, anywhere in the file."""

    def found(_: str, item: Any) -> h5py.Dataset | None:
        return item if item.attrs.get("channel") == name else None

    return saved["entry"].visititems(found)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("dtype", [*TYPES, ">u2"])
def test_hdf5_holds_the_picture_bit_for_bit(dtype: str, shape: tuple[int, ...]) -> None:
    pixels = noise(dtype, shape)

    with h5(precise(pixels)) as saved:
        assert same_bits(channel(saved, "CAM")[0], pixels)


def test_hdf5_has_the_pulse_id_and_time() -> None:
    with h5(precise(PIXELS)) as saved:
        assert saved["entry/pulses/pulse_id"][:].tolist() == [1234]
        assert saved["entry/pulses/global_timestamp"][:].tolist() == [1_700_000_000.25]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("energy", np.float32(5.25)),
        ("count", np.int8(3)),
        ("ticks", np.uint64(2**64 - 1)),
        ("open", np.bool_(True)),
    ],
)
def test_hdf5_holds_scalars_as_the_camera_sent_them(name: str, value: Any) -> None:
    with h5(precise(PIXELS, VALUES), *CHANNELS) as saved:
        found = channel(saved, name)[0]

    assert (found, found.dtype) == (value, value.dtype)


def test_hdf5_holds_texts() -> None:
    with h5(precise(PIXELS, VALUES), *CHANNELS) as saved:
        assert channel(saved, "name").asstr()[0] == "größe 😀"


def test_hdf5_holds_waveforms() -> None:
    with h5(precise(PIXELS, VALUES), *CHANNELS) as saved:
        assert same_bits(channel(saved, "wave")[0], WAVE)


@pytest.mark.parametrize(("name", "unit"), [("CAM", "counts"), ("energy", "MeV"), ("wave", "mA")])
def test_hdf5_has_the_known_units(name: str, unit: str) -> None:
    with h5(precise(PIXELS, VALUES), *CHANNELS) as saved:
        assert channel(saved, name).attrs["units"] == unit


def test_hdf5_has_only_the_image_fields_that_hold_for_the_raw_pixels() -> None:
    with h5(precise(PIXELS)) as saved:
        about = dict(channel(saved, "CAM").attrs)

    assert (about["data_min"], about["data_max"]) == (1.5, 4000)
    assert (about["n_saturated"], about["n_bad"]) == (7, 3)
    assert about.keys().isdisjoint({"format", "encoding", "tiles_left", "left_out", "min"})


def test_hdf5_can_store_values_without_a_picture() -> None:
    with h5(precise(None, VALUES), *CHANNELS) as saved:
        assert channel(saved, "energy")[0] == 5.25
        assert list(saved["entry/instrument"]) == []


@pytest.mark.parametrize(
    "channels",
    [
        [{"name": 5, "type": "int8"}],
        ["energy"],
        [{"name": "energy"}],
        [{"name": "energy", "type": ["x"], "unit": 7}],
        [{"name": "energy", "type": "string"}],
        [{"name": "name", "type": "int8"}, {"name": "count", "type": "bool"}],
    ],
)
def test_hdf5_holds_the_values_even_with_an_invalid_schema(channels: list[Any]) -> None:
    with h5(precise(None, VALUES), *channels) as saved:
        assert channel(saved, "energy")[0] == 5.25
        assert channel(saved, "name").asstr()[0] == "größe 😀"


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        *(("values", None), ("values", []), ("values", {"a": [1, [2]]}), ("values", {"a": []})),
        *(("pulse_id", "word"), ("pulse_id", "9" * 19), ("pulse_id", True), ("pulse_id", 2**63)),
        *(("seq", None), ("seq", [1]), ("epoch", {}), ("stream", None), ("rendition", [])),
        *(("t_source", "now"), ("t_source", [])),
    ],
)
def test_an_invalid_header_is_rejected(name: str, wrong: Any) -> None:
    frame = precise(PIXELS)
    frame.header[name] = wrong

    for ending in ("npy", "h5"):
        with pytest.raises(BadEnvelope, match="header"):
            file(ending, frame)


@pytest.mark.parametrize(
    ("pulse_id", "row"), [("9007199254740993", 2**53 + 1), ("-12", -12), (None, 0)]
)
def test_hdf5_has_a_pulse_id_of_64_bits_or_marks_it_invalid(pulse_id: Any, row: int) -> None:
    frame = precise(None, VALUES)
    frame.header["pulse_id"] = pulse_id

    with h5(frame) as saved:
        pulses = saved["entry/pulses"]
        assert pulses["pulse_id"][:].tolist() == [row]
        assert ("pulse_id_valid" in pulses) == (pulse_id is None)


def test_an_empty_array_is_skipped() -> None:
    empty = {"offset": 0, "length": 0, "dtype": "float64", "shape": [0]}

    with h5(precise(None, {"energy": 5.25, "empty": empty})) as saved:
        assert channel(saved, "energy")[0] == 5.25
        assert "empty" not in saved["entry/instrument"]


@pytest.mark.parametrize("name", ["stream", "rendition", "epoch", "seq", "t_source"])
def test_an_incomplete_header_is_rejected(name: str) -> None:
    frame = precise(PIXELS)
    del frame.header[name]

    with pytest.raises(BadEnvelope, match="header"):
        file("h5", frame)


def test_a_file_is_named_after_stream_pulse_and_the_cameras_time() -> None:
    name = file_name(precise(PIXELS), "tif")

    assert name == "camera_pulse1234_20231114T221320.250Z.tif"


@pytest.mark.parametrize("t_source", [None, "now", 1e30, -1e30, [5]])
def test_without_a_camera_time_a_file_is_named_after_the_time_of_arrival(t_source: Any) -> None:
    name = file_name(precise(PIXELS, t_source=t_source), "h5")

    assert name == "camera_pulse1234_20231114T221321.500Z.h5"


def test_an_invalid_pulse_id_is_left_out_of_the_name() -> None:
    frame = precise(PIXELS)
    frame.header["pulse_id"] = json.loads("[" * 900 + "]" * 900)

    assert file_name(frame, "h5") == "camera_pulse_20231114T221320.250Z.h5"


def test_a_name_has_only_safe_characters() -> None:
    name = file_name(precise(PIXELS, pulse_id='"\r\n../ö'), "h5")

    assert name == "camera_pulse___..___20231114T221320.250Z.h5"
