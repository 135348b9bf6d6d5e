"""Snapshots from the camera to a file: of a fresh frame, with exact values."""

import io
import itertools
import re
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import h5py
import numpy as np
import pytest
import requests
from PIL import Image

from tests.support.beamcast import Beamcast
from tests.support.camera import Camera, RawSource
from tests.support.messages import GOOD_IMAGE, Wired, channel, message
from tests.support.processes import Process
from tests.support.waiting import until

ENDINGS = {
    "h5": "application/x-hdf5",
    "npy": "application/octet-stream",
    "png": "image/png",
    "tif": "image/tiff",
}
NAME = r'attachment; filename="camera_pulse(\d+)_\d{8}T\d{6}\.\d{3}Z\.(\w+)"'
SHAPES = {"CAM1": (300, 517), "CAM2": (40, 50), "CAM3": (7, 5, 3)}


def pictures(pulse_id: int) -> dict[str, Any]:
    """Return three images whose pixels encode the pulse, and other values."""
    images = {
        name: (np.arange(np.prod(shape)).reshape(shape) * 7 + 1000 * number + pulse_id).astype(
            "<u2"
        )
        for number, (name, shape) in enumerate(SHAPES.items())
    }
    wave = np.arange(9.0) + pulse_id
    return {**images, "wave": wave, "pulse": pulse_id, "energy": 5.25, "name": "größe"}


class Scene:
    """This camera, and a worker without other clients."""

    def __init__(self, beamcast: Beamcast) -> None:
        self.beamcast = beamcast
        self.camera = Camera(25, pictures)
        beamcast.ingest(self.camera.address)
        self.worker = beamcast.worker()
        until(lambda: beamcast.status().get("state") == "live", "it is live")

    def get(self, ending: str, **query: str) -> requests.Response:
        url = f"{self.worker.url}/api/streams/camera/snapshot.{ending}"
        return requests.get(url, params=query, timeout=30)

    def good(self, ending: str, **query: str) -> tuple[int, io.BytesIO]:
        """Return the pulse of a snapshot, and its file."""
        answer = self.get(ending, **query)
        assert answer.status_code == 200, answer.text
        return int(answer.headers["X-Beamcast-Pulse-Id"]), io.BytesIO(answer.content)


@pytest.fixture(scope="module")
def scene() -> Iterator[Scene]:
    beamcast = Beamcast()
    scene = Scene(beamcast)
    yield scene
    scene.camera.close()
    beamcast.stop()


def test_every_async_mode_serves_the_cameras_image(beamcast: Beamcast, async_mode: str) -> None:
    scene = Scene(beamcast)
    try:
        for ending in ENDINGS:
            scene.good(ending)
        pulse_id, file = scene.good("npy")

        assert np.array_equal(np.load(file), pictures(pulse_id)["CAM1"])
    finally:
        scene.camera.close()


@pytest.mark.parametrize("name", SHAPES)
def test_any_image_of_the_stream_can_be_had(scene: Scene, name: str) -> None:
    scene.good("h5")  # the schema is known from now on

    pulse_id, file = scene.good("npy", image=name)

    assert np.array_equal(np.load(file), pictures(pulse_id)[name])


def test_a_tiff_contains_the_image_of_its_pulse(scene: Scene) -> None:
    pulse_id, file = scene.good("tif")

    assert np.array_equal(np.asarray(Image.open(file)), pictures(pulse_id)["CAM1"])


def test_a_png_contains_the_image_of_its_pulse(scene: Scene) -> None:
    pulse_id, file = scene.good("png")

    assert np.array_equal(np.asarray(Image.open(file)), pictures(pulse_id)["CAM1"])


def test_hdf5_contains_all_values_of_its_pulse(scene: Scene) -> None:
    pulse_id, file = scene.good("h5")

    sent = pictures(pulse_id)
    with h5py.File(file) as saved:
        entry = saved["entry"]
        assert entry["pulses/pulse_id"][0] == pulse_id
        assert np.array_equal(entry["instrument/CAM1/data"][0], sent["CAM1"])
        assert np.array_equal(entry["channels/wave"][0], sent["wave"])
        assert entry["channels/energy"][0] == 5.25
        assert entry["channels/name"].asstr()[0] == "größe"


@pytest.mark.parametrize(("ending", "mimetype"), ENDINGS.items())
def test_a_file_has_a_name_a_type_and_headers_of_its_frame(
    scene: Scene, ending: str, mimetype: str
) -> None:
    answer = scene.get(ending)

    named = re.fullmatch(NAME, answer.headers["Content-Disposition"])
    assert named
    assert named.groups() == (answer.headers["X-Beamcast-Pulse-Id"], ending)
    assert answer.headers["Content-Type"] == mimetype
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_snapshot_shows_a_pulse_from_after_the_request(scene: Scene) -> None:
    before = scene.camera.pulse_id - 1

    pulse_id, _ = scene.good("npy")

    assert pulse_id > before


def test_no_viewer_is_counted_after_a_snapshot(scene: Scene) -> None:
    scene.good("npy")

    until(lambda: scene.beamcast.viewers() == 0, "no viewer is counted")


@pytest.mark.parametrize("name", ["wave", "energy", "name", "CAM4"])
def test_a_channel_that_is_not_an_image_is_rejected_with_the_list_of_images(
    scene: Scene, name: str
) -> None:
    scene.good("h5")

    answer = scene.get("h5", image=name)

    assert answer.status_code == 400
    assert answer.json()["error"] == f"{name!r} is not an image of this stream"
    assert answer.json()["hint"].startswith("images are: CAM1, CAM2, CAM3")


def test_snapshots_do_not_affect_a_viewer(scene: Scene) -> None:
    viewer = scene.beamcast.viewer(scene.worker)
    viewer.watch()
    viewer.wait_for(1)

    for ending in ENDINGS:
        scene.good(ending)

    frames = viewer.wait_for_more(3)
    assert viewer.connects == 1
    assert frames[-1].header["rendition"] == "full"
    viewer.call("unwatch")


class Raw:
    """A source that sends given channels until a snapshot is answered."""

    def __init__(self, beamcast: Beamcast) -> None:
        self.source = RawSource()
        beamcast.ingest(self.source.address, "--max-fps", "1000")
        self._url = f"{beamcast.worker().url}/api/streams/camera/snapshot."
        self._pulse_ids = itertools.count(1000)

    def snapshot(self, ending: str, *channels: Wired) -> requests.Response:
        """Return the response to a request while these channels are sent."""
        with ThreadPoolExecutor(1) as requests_pool:
            pending = requests_pool.submit(requests.get, self._url + ending, timeout=30)
            until(
                lambda: (
                    self.source.send(*message(next(self._pulse_ids), *channels)) or pending.done()
                ),
                "an answer",
            )
            return pending.result()


@pytest.fixture
def raw(beamcast: Beamcast) -> Iterator[Raw]:
    raw = Raw(beamcast)
    yield raw
    raw.source.close()


@pytest.mark.parametrize("ending", ["npy", "tif", "h5"])
def test_a_picture_of_a_big_endian_camera_has_its_numbers(raw: Raw, ending: str) -> None:
    pixels = np.arange(259 * 3, dtype=np.uint16).reshape(259, 3) * 80

    file = io.BytesIO(raw.snapshot(ending, channel("CAM", pixels, "big")).content)

    if ending == "npy":
        found = np.load(file)
    elif ending == "tif":
        found = np.asarray(Image.open(file))
    else:
        found = h5py.File(file)["entry/instrument/CAM/data"][0]
    assert np.array_equal(found, pixels)


def test_hdf5_contains_the_units_of_the_stream(raw: Raw) -> None:
    channels = channel("CAM", GOOD_IMAGE, unit="counts"), channel("I", np.float64(5), unit="mA")
    raw.snapshot("h5", *channels)  # the schema is known from now on

    answer = raw.snapshot("h5", *channels)

    with h5py.File(io.BytesIO(answer.content)) as saved:
        assert saved["entry/instrument/CAM/data"].attrs["units"] == "counts"
        assert saved["entry/channels/I"].attrs["units"] == "mA"


def test_a_snapshot_of_a_stream_without_an_image_has_only_its_values(raw: Raw) -> None:
    answer = raw.snapshot("h5", channel("energy", np.float64(5.25)), channel("name", "spot"))

    with h5py.File(io.BytesIO(answer.content)) as saved:
        assert saved["entry/channels/energy"][0] == 5.25
        assert saved["entry/channels/name"].asstr()[0] == "spot"


def test_an_image_request_to_a_stream_without_images_explains_this(raw: Raw) -> None:
    answer = raw.snapshot("npy", channel("energy", np.float64(5.25)))

    assert (answer.status_code, answer.json()["error"]) == (404, "the frame has no picture")


APART = """
from web.server import eventlet_setup
eventlet_setup.prepare("eventlet")
import eventlet
done = eventlet.patcher.original("threading").Event()
eventlet.spawn(done.set)
print(eventlet_setup.thread_pool_runner("eventlet", 2)(done.wait, 20))
"""


def test_work_in_a_thread_pool_does_not_block_green_threads() -> None:
    """The work ends only after another green thread of the same worker has run."""
    work = Process(sys.executable, "-W", "ignore", "-c", APART)
    assert (work.wait(), work.output.strip()) == (0, "True")
