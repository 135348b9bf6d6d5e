"""Precise tiles from the camera to a viewer: exact, encoded once, and only on demand."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
import requests

from shared import envelope
from tests.support.beamcast import Beamcast
from tests.support.camera import Camera
from tests.support.channel_listener import ChannelListener
from tests.support.messages import Wired, channel, message
from tests.support.step_by_step import StepByStep
from tests.support.tiles import is_same, read_tiles
from tests.support.viewer import Frame, Viewer
from tests.support.waiting import until

WHOLE = "precise:0,0,9999,9999"
SHAPE = (700, 600)
"""three rows of three tiles, the last ones smaller"""
ALL = {(column, row) for row in range(3) for column in range(3)}


def noise(dtype: str, shape: tuple[int, ...]) -> np.ndarray:
    """Return values over the whole range of a type."""
    kind = np.dtype(dtype)
    random = np.random.default_rng(3)
    if kind.kind == "b":
        return random.integers(0, 2, shape) > 0
    if kind.kind == "f":
        return (random.normal(0, 1e3, shape)).astype(kind)
    bounds = np.iinfo(kind)
    return random.integers(bounds.min, bounds.max, shape, kind.newbyteorder("="), True).astype(kind)


def tiles(frame: Frame) -> dict[tuple[int, int], np.ndarray]:
    return read_tiles(frame.header, frame.body)


@pytest.fixture(scope="module")
def stepped() -> Iterator[StepByStep]:
    """A scene whose viewer watches all tiles."""
    stepped = StepByStep()
    stepped.viewer.watch(rendition=WHOLE)
    yield stepped
    stepped.stop()


def show(stepped: StepByStep, *channels: Wired) -> Frame:
    """The viewer's first frame of these channels, which are sent until then: the limit may leave
    some of them out."""
    first = stepped.next()

    def shown() -> Frame | None:
        stepped.source.send(*message(stepped.next(), *channels))
        frames = [f for f in stepped.viewer.frames if f.header["rendition"] == "precise"]
        return next((f for f in reversed(frames) if f.header["pulse_id"] > first), None)

    return until(shown, "its tiles come")


@pytest.mark.parametrize("compression", ["none", "bitshuffle_lz4"])
@pytest.mark.parametrize("shape", [(300, 517), (1, 700), (258, 3, 3)])
@pytest.mark.parametrize("encoding", ["little", "big"])
@pytest.mark.parametrize(
    "dtype", ["bool", "uint8", "int16", "uint16", "int32", "float32", "float64"]
)
def test_tiles_equal_the_image_bit_for_bit(
    stepped: StepByStep, dtype: str, encoding: str, shape: tuple[int, ...], compression: str
) -> None:
    pixels = noise(dtype, shape)

    frame = show(stepped, channel("image", pixels, encoding, compression))

    about = frame.header["image"]
    assert (about["dtype"], about["height"], about["width"]) == (dtype, *shape[:2])
    found = tiles(frame)
    assert len(found) == -(-shape[0] // 256) * -(-shape[1] // 256)
    assert all(is_same(tile, pixels, *place) for place, tile in found.items())


def test_integers_beyond_the_precision_of_a_float_are_exact(stepped: StepByStep) -> None:
    pixels = (np.arange(4096, dtype=np.uint64) + 2**63).reshape(64, 64)

    frame = show(stepped, channel("image", pixels, "big"))

    assert is_same(tiles(frame)[0, 0], pixels, 0, 0)


def test_infinity_and_every_nan_arrive_as_they_were(stepped: StepByStep) -> None:
    bits = np.full((20, 20), 0x7FF8_0000_0000_0000, np.uint64) + np.arange(20, dtype=np.uint64)
    pixels = bits.view(np.float64).copy()
    pixels[0, :4] = [np.inf, -np.inf, -0.0, 5e-324]

    frame = show(stepped, channel("image", pixels))

    assert is_same(tiles(frame)[0, 0], pixels, 0, 0)
    assert frame.header["image"]["n_bad"] == 398


def test_a_precise_frame_has_the_same_image_metadata_as_a_jpeg_frame(stepped: StepByStep) -> None:
    pixels = noise("uint16", (300, 300))

    about = show(stepped, channel("image", pixels)).header["image"]

    assert (about["channel"], about["format"], about["reduced"]) == ("image", "tiles", 1)
    assert (about["data_min"], about["data_max"]) == (pixels.min(), pixels.max())
    assert about["n_saturated"] == np.count_nonzero(pixels == 65535)
    assert about["min"] < about["max"]
    assert (about["encoding"], about["tile"], about["tiles_left"]) == ("bitshuffle_lz4", 256, 0)
    assert {"offset", "length"}.isdisjoint(about)


def test_values_and_waveforms_come_beside_the_tiles(stepped: StepByStep) -> None:
    wave = np.arange(13, dtype=np.float32)

    frame = show(
        stepped,
        channel("image", noise("uint8", (600, 600))),
        channel("wave", wave),
        channel("n", np.int8(5)),
    )

    assert frame.header["values"]["n"] == 5
    assert np.array_equal(envelope.array(frame.header["values"]["wave"], frame.body), wave)
    assert set(tiles(frame)) == ALL


def test_a_stream_that_loses_its_image_has_precise_frames_without_one(
    stepped: StepByStep,
) -> None:
    frame = show(stepped, channel("n", np.int8(5)))

    assert (frame.header["image"], frame.header["values"]["n"]) == (None, 5)


class Scene:
    """A camera of noise at 50 Hz, ingest, a worker, and a listener for all published frames."""

    def __init__(self, beamcast: Beamcast) -> None:
        self.picture = noise("uint16", SHAPE)
        self.camera = Camera(50, lambda pulse_id: {"image": self.picture, "n": pulse_id})
        self.beamcast = beamcast
        beamcast.ingest(self.camera.address)
        self.worker = beamcast.worker()
        self._listener = ChannelListener(beamcast.redis.port)

    def viewer(self, **query: Any) -> Viewer:
        """Connect a viewer that watches."""
        viewer = self.beamcast.viewer(self.worker)
        answer = viewer.watch(**query)
        assert "error" not in answer, answer
        return viewer

    def published(self) -> list[dict[str, Any]]:
        """Return the headers of the precise frames so far."""
        self._listener.poll()
        return [envelope.read_header(message) for message in self._listener.messages["precise"]]

    def close(self) -> None:
        self.camera.close()
        self._listener.close()


@pytest.fixture
def scene(beamcast: Beamcast) -> Iterator[Scene]:
    scene = Scene(beamcast)
    yield scene
    scene.close()


def places_of(tiles: list[list[int]]) -> list[tuple[int, int]]:
    return [(column, row) for column, row, _, _ in tiles]


def settled(viewer: Viewer, places: set[tuple[int, int]]) -> Frame:
    """Return a condition: a frame has exactly these tiles."""
    return until(
        lambda: next((f for f in reversed(viewer.frames) if set(tiles(f)) == places), None),
        f"tiles {places} come",
    )


def test_viewers_of_overlapping_regions_cost_one_encoding(scene: Scene) -> None:
    scene.viewer(rendition="precise:0,0,2,2")
    scene.viewer(rendition="precise:1,1,3,3")

    joined = ALL - {(2, 0), (0, 2)}
    published = until(
        lambda: [h for h in scene.published() if len(h["image"]["tiles"]) >= 7],
        "the regions are joined",
    )

    assert sorted(places_of(published[0]["image"]["tiles"])) == sorted(joined)
    frames = [header["seq"] for header in scene.published()]
    assert len(frames) == len(set(frames)), "one message a frame"


def test_a_viewer_gets_the_tiles_of_its_region_alone(scene: Scene) -> None:
    one = scene.viewer(rendition="precise:0,0,2,1")
    other = scene.viewer(rendition="precise:1,0,3,9")
    until(
        lambda: any(len(h["image"]["tiles"]) == 7 for h in scene.published()),
        "the regions are joined",
    )

    for viewer, places in (
        (one, {(0, 0), (1, 0)}),
        (other, {(c, r) for c in (1, 2) for r in range(3)}),
    ):
        settled(viewer, places)
        for frame in viewer.wait_for_more(3):
            found = tiles(frame)
            assert set(found) == places
            assert all(is_same(tile, scene.picture, *place) for place, tile in found.items())


def test_viewers_of_regions_count_together(scene: Scene) -> None:
    scene.viewer(rendition="precise:0,0,2,1")
    scene.viewer(rendition="precise:1,0,3,9")
    scene.viewer()

    broker = scene.beamcast.broker
    assert broker.get("beamcast:camera:viewers:precise") == b"2"
    assert broker.get("beamcast:camera:viewers:full") == b"1"
    assert scene.beamcast.viewers() == 3


def test_another_region_is_served_immediately(scene: Scene) -> None:
    viewer = scene.viewer(rendition="precise:0,0,1,1")
    settled(viewer, {(0, 0)})

    assert viewer.watch(rendition="precise:2,2,3,3")["rendition"] == "precise:2,2,3,3"

    settled(viewer, {(2, 2)})
    assert scene.beamcast.broker.hkeys("beamcast:camera:asked") == [b"precise:2,2,3,3"]


def test_precise_frames_are_published_only_on_demand(scene: Scene) -> None:
    viewer = scene.viewer(rendition="precise:0,0,1,1")
    settled(viewer, {(0, 0)})
    viewer.watch(rendition="full")
    until(lambda: viewer.frames[-1].header["rendition"] == "full", "full frames come")
    until(
        lambda: not scene.beamcast.broker.exists("beamcast:camera:viewers:precise"), "nobody asks"
    )
    viewer.wait_for_more(3)  # what was under way
    before = len(scene.published())

    viewer.wait_for_more(20)

    assert len(scene.published()) == before


def test_a_lease_by_hand_brings_the_tiles_of_its_region(scene: Scene) -> None:
    now, _ = scene.beamcast.broker.time()
    lease = f"1 {now + 60} precise:1,1,2,2"
    scene.beamcast.broker.hset("beamcast:camera:leases", "my-program", lease)

    header = until(lambda: scene.published(), "precise frames come")[0]

    assert places_of(header["image"]["tiles"]) == [(1, 1)]
    assert header["rendition"] == "precise"


def test_every_async_mode_serves_tiles(beamcast: Beamcast, async_mode: str) -> None:
    scene = Scene(beamcast)
    try:
        viewer = scene.viewer(rendition="precise:1,1,3,2")

        frame = settled(viewer, {(1, 1), (2, 1)})

        assert is_same(tiles(frame)[1, 1], scene.picture, 1, 1)
    finally:
        scene.close()


@pytest.mark.parametrize("path", ["frame.jpg", "stream.mjpg"])
def test_tiles_are_rejected_where_a_jpeg_is_requested(beamcast: Beamcast, path: str) -> None:
    worker = beamcast.worker()

    answer = requests.get(
        f"{worker.url}/api/streams/camera/{path}?rendition=precise:0,0,1,1", timeout=20
    )

    assert answer.status_code == 400
    assert answer.json()["error"] == "precise tiles are not a picture"
    assert "full, half, quarter" in answer.json()["hint"]
