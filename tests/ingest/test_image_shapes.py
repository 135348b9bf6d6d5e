"""Images of every shape, from the message to every format made of them."""

import io
import re
from collections.abc import Sequence
from typing import Any

import h5py
import numpy as np
import pytest
from PIL import Image

from ingest.bsread.data_header import read_data_header
from ingest.bsread.main_header import read_main_header
from ingest.recorder import RawMessage, read_row
from shared.hdf5 import Recording
from shared.hdf5_row import pack_row
from shared.renditions import Rendition
from tests.support.messages import Wired, channel, message
from tests.support.pipeline_scene import PipelineScene
from web.fanout.messages import Frame
from web.fanout.tiles import TileMosaic
from web.image_files import FILE_TYPES, write_file

W, H = 64, 48
DOT, OTHER = (30, 40), (5, 6)
"""row and column of the bright spots in the first and in the third plane"""


def plane(dot: tuple[int, int] = DOT) -> np.ndarray:
    pixels = np.zeros((H, W), np.uint8)
    pixels[dot[0] - 4 : dot[0] + 4, dot[1] - 4 : dot[1] + 4] = 200
    return pixels


GREY = plane()
RGB = np.stack([plane(), plane(OTHER), 0 * GREY], axis=2)
RGBA = np.concatenate([RGB, np.full((H, W, 1), 255, np.uint8)], axis=2)
STACK = np.stack([plane(), 0 * GREY, plane(OTHER)] + [0 * GREY] * 7).astype(np.uint16)
IMAGES = {
    "[64,48]": (GREY, GREY),
    "[64,48,3]": (RGB.transpose(2, 0, 1), RGB),
    "[64,3,48]": (RGB.transpose(0, 2, 1), RGB),
    "[3,64,48]": (RGB, RGB),
    "[4,64,48]": (RGBA, RGB),
    "[64,48,4]": (RGBA.transpose(2, 0, 1), RGB),
    "[64,48,1]": (GREY[None].astype(np.uint16), GREY),
    "[1,64,48]": (GREY[..., None].astype(np.uint16), GREY),
    "[64,48,10]": (STACK, STACK[0]),
}
"""shape in the message → the array sent (rows first), and the image shown"""


def frames_of(wired: Sequence[Wired], *renditions: str, image: str = "") -> dict[str, Frame]:
    """Return the frames that the pipeline publishes of one message, by rendition."""
    scene = PipelineScene()
    demand = [Rendition.parse(f"{size}@{image}" if image else size) for size in renditions]
    scene.gate.set(demand)
    try:
        scene.put_parts(message(7, *wired), scene.gate.demand.images)
        scene.start()
        scene.headers(len(renditions))
    finally:
        scene.stop()
    return {
        (f := Frame("camera", each)).header["rendition"].partition("@")[0]: f
        for each in scene.publisher.messages
    }


@pytest.mark.parametrize("compression", ["none", "lz4", "bitshuffle_lz4"])
@pytest.mark.parametrize("shape", IMAGES)
def test_an_image_of_any_shape_is_shown_and_saved_with_its_own_numbers(
    shape: str, compression: str
) -> None:
    sent, seen = IMAGES[shape]
    wired = channel("CAM", np.ascontiguousarray(sent), compression=compression)
    assert str(wired.entry["shape"]).replace(" ", "") == shape

    frames = frames_of([wired], "full", "half", "precise:0,0,9,9")

    jpeg = np.asarray(Image.open(io.BytesIO(frames["full"].jpeg or b"")))
    assert jpeg.shape == seen.shape
    assert jpeg[DOT].max() > 150 and jpeg[0, 0].max() < 50  # noqa: PT018
    half = frames["half"].header["image"]
    assert (half["width"], half["height"], half["channel"]) == (32, 24, "CAM")
    precise = frames["precise"]
    assert precise.header["image"]["samples"] == (3 if seen.ndim == 3 else 1)
    np.testing.assert_array_equal(TileMosaic(precise).pixels(), seen)
    for kind in ("npy", "png", "tif", "h5"):
        file = write_file(FILE_TYPES[kind], precise, TileMosaic(precise), {})
        np.testing.assert_array_equal(np.squeeze(_read(kind, file)), seen)


def _read(kind: str, file: bytes) -> np.ndarray:
    if kind == "npy":
        return np.load(io.BytesIO(file))
    if kind == "h5":
        with h5py.File(io.BytesIO(file)) as saved:
            return saved["entry/instrument/CAM/data"][0]
    return np.asarray(Image.open(io.BytesIO(file)))


@pytest.mark.parametrize("shape", IMAGES)
def test_a_recording_has_the_whole_array_as_it_was_sent(shape: str) -> None:
    sent, _ = IMAGES[shape]
    parts = message(7, channel("CAM", np.ascontiguousarray(sent)))
    data_header, frames = read_data_header(parts[1], None), [*map(_frame, parts[2::2])]
    recording = Recording(None, "", {})

    row = read_row(RawMessage(read_main_header(parts[0]), 0.0, data_header, frames, 0), no_errors)
    recording.append(pack_row(row))

    with h5py.File(io.BytesIO(recording.image())) as file:
        np.testing.assert_array_equal(file["entry/instrument/CAM/data"][0], sent)


def _frame(part: bytes) -> Any:
    return memoryview(part)


def no_errors(kind: str, text: str) -> None:
    raise AssertionError(f"{kind}: {text}")


def test_any_plane_of_a_stack_is_an_image_by_its_number_and_the_stack_a_value() -> None:
    wired = [channel("CAM", STACK[:, 20:40, 30:50].copy()), channel("STACK", STACK)]
    frame = frames_of(wired, "precise:0,0,9,9", image="STACK[2]")["precise"]

    np.testing.assert_array_equal(TileMosaic(frame).pixels(), STACK[2])
    assert frame.header["image"]["channel"] == "STACK[2]"
    assert frame.header["values"]["CAM"]["shape"] == [10, 20, 20]
    assert frame.header["values"]["STACK"] == {"dtype": "uint16", "shape": [10, H, W]}


@pytest.mark.parametrize(
    ("wired", "image", "words"),
    [
        (channel("CAM", np.zeros((0, 64), np.uint16)), "", "'CAM' cannot .* shape is \\[64, 0\\]"),
        (
            channel("CAM", GREY, type="complex64"),
            "",
            "'CAM' cannot .* type is 'complex64'; allowed",
        ),
        (
            channel("CAM", GREY, shape=[64, 49]),
            "",
            "'CAM'.*received 3072 bytes; uint8 \\[64, 49\\]",
        ),
        (channel("CAM", GREY, compression="lz4", shape=[64, 9]), "", "'CAM'.*declares 3072"),
        (channel("CAM", np.zeros((1, 70_000), np.uint8)), "", "'CAM' cannot .* 70000 × 1 px"),
        (channel("CAM", STACK), "CAM[10]", "'CAM\\[10\\]' is not in the stream; images are: 'CAM'"),
        (
            channel("CAM", np.zeros(9)),
            "CAM",
            "'CAM' is not an image: it is float64 \\[9\\]; allowed",
        ),
    ],
)
def test_an_image_that_cannot_be_shown_is_named_in_its_frames(
    wired: Wired, image: str, words: str
) -> None:
    frames = frames_of([wired], "full", "precise:0,0,9,9", image=image)

    assert frames["full"].header["image"] is None
    for frame in frames.values():
        assert frame.header["image"] or re.search(words, frame.image_fault), frame.image_fault


def test_a_stream_of_values_alone_has_no_fault() -> None:
    frame = frames_of([channel("WAVE", np.zeros(9))], "full")["full"]

    assert frame.header["image"] is None
    assert "image_fault" not in frame.header
