"""Every bsread format arrives unchanged, and may change while a stream runs."""

import io
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import requests
from PIL import Image

from shared import envelope
from tests.support.beamcast import Beamcast
from tests.support.camera import RawSource
from tests.support.messages import GOOD_IMAGE, channel, message
from tests.support.step_by_step import StepByStep
from tests.support.viewer import Frame
from tests.support.waiting import until

INTEGERS = [f"{sign}int{bits}" for bits in (8, 16, 32, 64) for sign in ("", "u")]
NUMBERS = [*INTEGERS, "float32", "float64"]
COMPRESSIONS = ("none", "lz4", "bitshuffle_lz4")


@pytest.fixture(scope="module")
def stepped() -> Iterator[StepByStep]:
    scene = StepByStep()
    yield scene
    scene.stop()


def picture(frame: Frame) -> np.ndarray:
    """Return the pixels of the frame's JPEG."""
    data = envelope.blob(frame.header["image"], frame.body)
    return np.asarray(Image.open(io.BytesIO(data))).astype(float)


def check_that_it_shows(frame: Frame, pixels: np.ndarray) -> None:
    """Check that the JPEG shows the pixels, scaled as in the header."""
    about = frame.header["image"]
    shown = picture(frame)
    assert shown.shape == pixels.shape
    assert (about["height"], about["width"]) == pixels.shape[:2]
    assert about["dtype"] == pixels.dtype.name
    scaled = (pixels.astype(float) - about["min"]) / (about["max"] - about["min"]) * 255
    assert np.abs(np.clip(scaled, 0, 255) - shown).max() < 16


def waveform(frame: Frame, name: str) -> np.ndarray:
    return envelope.array(frame.header["values"][name], frame.body)


@pytest.mark.parametrize("compression", COMPRESSIONS)
@pytest.mark.parametrize("encoding", ["little", "big"])
@pytest.mark.parametrize("dtype", NUMBERS)
def test_every_number_arrives_unchanged(
    stepped: StepByStep, dtype: str, encoding: str, compression: str
) -> None:
    ramp = np.arange(16 * 24).reshape(16, 24)
    pixels = (ramp // 4).astype(dtype)
    bounds = np.iinfo(dtype) if "int" in dtype else np.finfo(dtype)
    edges = np.array([bounds.min, 0, 1, bounds.max], dtype)

    frame = stepped.show(
        channel("image", pixels, encoding, compression),
        channel("edges", edges, encoding, compression),
        channel("n", np.array(101, dtype), encoding, compression),
    )

    check_that_it_shows(frame, pixels)
    assert frame.header["values"]["edges"]["dtype"] == dtype
    assert waveform(frame, "edges").tolist() == edges.tolist()
    assert frame.header["values"]["n"] == 101
    assert frame.header["pulses"]["values"] == {"n": [101]}


@pytest.mark.parametrize("compression", COMPRESSIONS)
@pytest.mark.parametrize("encoding", ["little", "big"])
def test_bools_and_texts_arrive_unchanged(
    stepped: StepByStep, encoding: str, compression: str
) -> None:
    checks = np.indices((16, 16)).sum(axis=0) // 8 % 2 == 0
    bits = np.array([True, False, True])

    frame = stepped.show(
        channel("image", checks, encoding, compression),
        channel("bits", bits, encoding, compression),
        channel("yes", np.array(True), encoding, compression),
        channel("no", np.array(False), encoding, compression),
        channel("text", "Grüße, 光 " * 20, encoding, compression),
        channel("letter", "x", encoding, compression),
    )

    values = frame.header["values"]
    assert (values["yes"], values["no"]) == (True, False)
    assert values["text"] == "Grüße, 光 " * 20
    assert values["letter"] == "x"
    assert waveform(frame, "bits").tolist() == bits.tolist()
    assert (picture(frame) > 128).tolist() == checks.tolist()


@pytest.mark.parametrize(
    ("value", "sent"),
    [
        (np.int64(2**53), 2**53),
        (np.int64(2**53 + 1), str(2**53 + 1)),
        (np.int64(-(2**63)), str(-(2**63))),
        (np.uint64(2**64 - 1), str(2**64 - 1)),
        (np.float64("nan"), None),
        (np.float32("inf"), None),
        (np.float64("-inf"), None),
        (np.float64(1e308), 1e308),
        (np.float64(0.1), 0.1),
    ],
)
def test_a_number_that_browsers_cannot_hold_travels_as_text_or_null(
    stepped: StepByStep, value: np.generic, sent: object
) -> None:
    frame = stepped.show(channel("n", value))

    assert frame.header["values"] == {"n": sent}
    assert frame.header["pulses"]["values"] == {"n": [sent]}
    assert frame.header["image"] is None


def test_nan_and_infinity_in_a_picture_are_counted_and_drawn_black(stepped: StepByStep) -> None:
    pixels = np.arange(32 * 32, dtype=np.float32).reshape(32, 32) + 100
    pixels[8:16, 8:16] = np.nan
    pixels[0, 0], pixels[0, 1] = np.inf, -np.inf

    frame = stepped.show(channel("image", pixels), channel("line", pixels[0]))

    image = frame.header["image"]
    assert (image["n_bad"], image["data_min"], image["data_max"]) == (66, 102, 1123)
    assert picture(frame)[10:14, 10:14].max() < 30
    assert np.array_equal(waveform(frame, "line"), pixels[0], equal_nan=True)


@pytest.mark.parametrize("shape", [(1, 64), (64, 1), (1, 1024), (3, 2)])
def test_a_picture_of_one_row_or_one_column_is_a_picture(
    stepped: StepByStep, shape: tuple[int, int]
) -> None:
    pixels = np.linspace(0, 1000, shape[0] * shape[1]).astype(np.uint16).reshape(shape)

    frame = stepped.show(channel("image", pixels))

    about = frame.header["image"]
    assert (about["height"], about["width"]) == shape
    shown = picture(frame).ravel()
    assert shown[0] < 64 < 192 < shown[-1]


def test_a_colour_picture_keeps_its_colours(stepped: StepByStep) -> None:
    pixels = np.zeros((32, 48, 3), np.uint8)
    pixels[:, :16, 0] = pixels[:, 16:32, 1] = pixels[:, 32:, 2] = 250

    frame = stepped.show(channel("rgb", pixels), channel("n", np.int8(1)))

    about = frame.header["image"]
    assert (about["channel"], about["width"], about["height"]) == ("rgb", 48, 32)
    for third in range(3):
        colour = picture(frame)[16, 8 + 16 * third]
        assert colour[third] > 200
        assert np.delete(colour, third).max() < 60


def test_the_first_picture_is_shown_and_the_others_travel_as_arrays(stepped: StepByStep) -> None:
    first, second = GOOD_IMAGE, GOOD_IMAGE[::-1, :4].copy()

    frame = stepped.show(
        channel("line", GOOD_IMAGE[0]), channel("one", first), channel("two", second)
    )

    assert frame.header["image"]["channel"] == "one"
    assert waveform(frame, "two").tolist() == second.tolist()


def test_an_array_too_large_to_travel_is_described(stepped: StepByStep) -> None:
    frame = stepped.show(channel("image", GOOD_IMAGE), channel("big", np.zeros((1024, 1025))))

    assert frame.header["values"]["big"] == {"dtype": "float64", "shape": [1024, 1025]}


def test_forty_waveforms_of_a_megabyte_do_not_disconnect_viewers(stepped: StepByStep) -> None:
    many = [channel(f"w{n}", np.zeros(2**20, np.uint8)) for n in range(40)]

    for _ in range(2):
        frame = stepped.show(channel("image", GOOD_IMAGE), *many)

        carried = [name for name, value in frame.header["values"].items() if "offset" in value]
        assert carried == [f"w{n}" for n in range(8)]
        assert frame.header["values"]["w39"] == {"dtype": "uint8", "shape": [2**20]}
    until(lambda: stepped.beamcast.errors().get("too_large") == 2, "it is counted once a frame")
    assert "broker_lost" not in [status["state"] for status in stepped.viewer.statuses]


def test_500_channels_are_described_once_and_valued_each_time(stepped: StepByStep) -> None:
    many = [channel(f"SINEG01-CHANNEL-{n:03}:VALUE", np.float64(n)) for n in range(500)]

    frames = [stepped.show(channel("image", GOOD_IMAGE), *many) for _ in range(3)]

    for frame in frames:
        assert list(frame.header["values"].values()) == list(range(500))
    schemas = [s for s in stepped.viewer.schemas if s["hash"] == frames[0].header["schema"]]
    assert [len(schema["channels"]) for schema in schemas] == [501]


def test_a_changed_format_is_announced_and_shown(stepped: StepByStep) -> None:
    formats = [
        [channel("image", GOOD_IMAGE), channel("n", np.int8(1))],
        [channel("image", GOOD_IMAGE[:4]), channel("n", np.int8(1))],
        [channel("image", GOOD_IMAGE.astype(np.float32)), channel("n", np.int8(1))],
        [channel("image", GOOD_IMAGE), channel("n", np.int8(1)), channel("m", np.float64(2))],
        [channel("m", np.float64(2))],
        [channel("image", GOOD_IMAGE), channel("n", np.int8(1))],
    ]
    for channels in formats:
        before = len(stepped.viewer.schemas)
        frame = stepped.show(*channels)
        schemas = until(lambda before=before: stepped.viewer.schemas[before:], "the new schema")

        assert [schema["hash"] for schema in schemas] == [frame.header["schema"]]
        described = {c["name"]: (c["type"], c["shape"]) for c in schemas[0]["channels"]}
        sent = {c.entry["name"]: (c.entry["type"], c.entry["shape"]) for c in channels}
        assert described == sent
        about = frame.header["image"]
        if "image" in sent:
            assert (about["dtype"], [about["width"], about["height"]]) == sent["image"]
        else:
            assert about is None
            until(lambda: "image" not in stepped.beamcast.status(), "no picture in the status")


def test_a_hot_pixel_leaves_the_beam_its_grey_levels(stepped: StepByStep) -> None:
    chance = np.random.default_rng(6)
    row, column = np.indices((480, 640))
    beam = 500 * np.exp(-((row - 240) ** 2 + (column - 320) ** 2) / (2 * 60**2))
    pixels = (beam + chance.normal(20, 3, beam.shape)).clip(0).astype(np.uint16)
    top = int(pixels.max())
    pixels[37, 501] = 65535

    frame = stepped.show(channel("image", pixels))

    about = frame.header["image"]
    levels = np.unique(picture(frame)[180:300, 200:440])
    assert len(levels) >= 200
    assert (about["data_max"], about["n_saturated"]) == (65535, 1)
    assert about["n_high"] >= 1
    assert about["max"] < 1.5 * top


def test_a_missing_configured_image_is_reported_and_the_values_are_shown() -> None:
    stepped = StepByStep("--image", "camera-2")
    try:
        frame = stepped.show(channel("image", GOOD_IMAGE), channel("n", np.int8(5)))

        assert (frame.header["image"], frame.header["values"]["n"]) == (None, 5)
        words = "channel 'camera-2' is not in the stream; images are: 'image'"
        statuses = stepped.viewer.statuses
        until(lambda: any(s.get("message") == words for s in statuses), "the viewer is informed")
        until(lambda: stepped.beamcast.errors().get("bad_image"), "it is counted")
        assert stepped.beamcast.status()["last_error"] == words
    finally:
        stepped.stop()


def test_an_unsupported_image_is_reported_to_viewers_and_programs() -> None:
    beamcast = Beamcast()
    worker, source = beamcast.worker(), RawSource()
    try:
        beamcast.ingest(source.address)
        viewer = beamcast.viewer(worker)
        viewer.watch()
        empty = channel("CAM", np.zeros((0, 64), np.uint16))
        until(lambda: source.send(*message(1, empty)) or viewer.frames, "a frame comes")
        words = "channel 'CAM' cannot be shown as an image: its shape is [64, 0]; allowed are two"
        until(lambda: str(beamcast.status().get("message")).startswith(words), "the status says it")
        assert viewer.frames[-1].header["image_fault"].startswith(words)
        path = f"{worker.url}/api/streams/camera/frame.jpg"
        with ThreadPoolExecutor(1) as other:
            pending = other.submit(requests.get, path, timeout=20)
            until(lambda: source.send(*message(2, empty)) or pending.done(), "it is answered")
        answer, named = pending.result(), requests.get(path, {"image": "CAM"}, timeout=20)
        assert (answer.status_code, answer.json()["error"]) == (404, "the frame has no picture")
        assert answer.json()["hint"].startswith(words)
        assert named.status_code == 400
        assert "images are: none; it is uint16 [64, 0], allowed are two" in named.json()["hint"]
    finally:
        source.close()
        beamcast.stop()


def test_the_picture_may_be_chosen_by_its_name() -> None:
    stepped = StepByStep("--image", "two")
    try:
        frame = stepped.show(channel("one", GOOD_IMAGE), channel("two", GOOD_IMAGE[:3]))

        assert (frame.header["image"]["channel"], frame.header["image"]["height"]) == ("two", 3)
        until(lambda: stepped.beamcast.status().get("image") == "two", "the status names it")
        assert waveform(frame, "one").shape == GOOD_IMAGE.shape
    finally:
        stepped.stop()
