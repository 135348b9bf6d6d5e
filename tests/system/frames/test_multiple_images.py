"""Streams with several images: each viewer chooses one, and only chosen images are encoded."""

import io
import json
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
import requests
from PIL import Image

from shared import envelope
from tests.support.beamcast import Beamcast
from tests.support.camera import Camera
from tests.support.channel_listener import ChannelListener
from tests.support.viewer import Frame, Viewer
from tests.support.waiting import until

SHAPES = {"CAM1": (40, 60), "CAM2": (50, 70), "CAM3": (30, 20), "CAM4": (64, 64, 3)}
IMAGES = list(SHAPES)


def four(pulse_id: int) -> dict[str, Any]:
    """Return four images of different sizes and ranges, a waveform, a number and a text."""
    pictures = {
        name: np.full(shape, 1000 * number, np.uint16)
        for number, (name, shape) in enumerate(SHAPES.items())
    }
    for name, pixels in pictures.items():
        pixels[: SHAPES[name][0] // 2] += 10 + pulse_id % 5
    return {**pictures, "wave": np.arange(9.0), "n": pulse_id, "name": "four"}


class Scene:
    """Four cameras in one stream, and a worker."""

    def __init__(self, beamcast: Beamcast) -> None:
        self.beamcast = beamcast
        self.camera = Camera(50, four)
        beamcast.ingest(self.camera.address)
        self.worker = beamcast.worker()

    def viewer(self, **query: Any) -> Viewer:
        viewer = self.beamcast.viewer(self.worker)
        answer = viewer.watch(**query)
        assert "error" not in answer, answer
        return viewer

    def get(self, path: str, **query: str) -> requests.Response:
        return requests.get(f"{self.worker.url}/api/streams/camera{path}", params=query, timeout=30)


@pytest.fixture
def scene(beamcast: Beamcast) -> Iterator[Scene]:
    scene = Scene(beamcast)
    yield scene
    scene.camera.close()


def channels(frames: list[Frame]) -> set[tuple[str, str]]:
    """Return (rendition, channel of the image) of each frame."""
    return {(f.header["rendition"], f.header["image"]["channel"]) for f in frames}


def test_two_viewers_of_four_images_each_get_their_own(scene: Scene) -> None:
    listener = ChannelListener(scene.beamcast.redis.port)
    one = scene.viewer(image="CAM2", rendition="half")
    other = scene.viewer(image="CAM4", rendition="precise:0,0,1,1")

    assert channels(one.wait_for(10)) == {("half@CAM2", "CAM2")}
    assert channels(other.wait_for(10)) == {("precise@CAM4", "CAM4")}
    listener.poll()
    assert set(listener.messages) == {"half@CAM2", "precise@CAM4"}
    listener.close()


def test_a_viewer_without_an_image_name_gets_the_streams_default(scene: Scene) -> None:
    assert channels(scene.viewer().wait_for(3)) == {("full", "CAM1")}


@pytest.mark.parametrize("name", IMAGES)
def test_a_chosen_image_is_the_one_that_is_shown(scene: Scene, name: str) -> None:
    frame = scene.viewer(image=name).wait_for(1)[0]

    about = frame.header["image"]
    jpeg = Image.open(io.BytesIO(envelope.blob(about, frame.body)))
    assert (about["channel"], jpeg.size[::-1]) == (name, SHAPES[name][:2])
    assert about["data_min"] == 1000 * IMAGES.index(name)


def test_each_image_has_a_range_of_its_own(scene: Scene) -> None:
    viewers = {name: scene.viewer(image=name) for name in IMAGES}

    for number, viewer in enumerate(viewers.values()):
        for frame in viewer.wait_for(5):
            about = frame.header["image"]
            assert 1000 * number - 100 <= about["min"] < about["max"] <= 1000 * number + 100


def test_a_viewer_changes_to_another_image_of_the_stream(scene: Scene) -> None:
    viewer = scene.viewer(image="CAM2")
    viewer.wait_for(1)

    assert viewer.watch(image="CAM3")["rendition"] == "full@CAM3"

    until(lambda: viewer.frames[-1].header["rendition"] == "full@CAM3", "the other image comes")
    assert channels(viewer.wait_for_more(5)) == {("full@CAM3", "CAM3")}
    assert scene.beamcast.broker.hkeys("beamcast:camera:asked") == [b"full@CAM3"]


def test_the_status_names_the_images_to_choose_from(scene: Scene) -> None:
    viewer = scene.viewer()
    viewer.wait_for(1)

    until(lambda: json.loads(scene.beamcast.status()["images"]) == IMAGES, "all four are named")
    until(lambda: viewer.status.get("images") == IMAGES, "viewers are informed")


def test_a_channel_that_is_not_an_image_is_rejected_with_the_list_of_images(scene: Scene) -> None:
    viewer = scene.viewer()
    viewer.wait_for(1)

    for name in ("wave", "n", "name", "CAM5", "x" * 200):
        answer = viewer.watch(image=name)
        assert answer["error"].endswith("is not an image of this stream")
        assert answer["part"] == "image"
        assert answer["hint"].startswith("images are: CAM1, CAM2, CAM3, CAM4")
    assert channels(viewer.wait_for_more(3)) == {("full", "CAM1")}


@pytest.mark.parametrize(
    ("query", "error"),
    [
        ({"image": "CAM2", "rendition": "half@CAM3"}, "the image is named twice"),
        ({"image": "x" * 300}, "invalid image name"),
        ({"image": "a\nb"}, "invalid image name"),
        ({"rendition": "half@"}, "invalid image name"),
        ({"rendition": "precise:1,1,1,2"}, "invalid region of tiles"),
        ({"rendition": "precise"}, "no such rendition"),
    ],
)
def test_an_invalid_watch_request_is_rejected(
    beamcast: Beamcast, query: dict[str, str], error: str
) -> None:
    answer = beamcast.viewer(beamcast.worker()).watch(**query)

    assert answer["error"] == error
    assert answer["hint"]


def test_a_rendition_may_name_its_image_itself(scene: Scene) -> None:
    frames = scene.viewer(rendition="quarter@CAM3").wait_for(3)

    assert channels(frames) == {("quarter@CAM3", "CAM3")}


def test_a_removed_image_is_reported_and_the_others_are_shown(scene: Scene) -> None:
    one, other = scene.viewer(image="CAM2"), scene.viewer(image="CAM3")
    one.wait_for(1)
    other.wait_for(1)

    scene.camera.content = lambda pulse_id: {
        name: value for name, value in four(pulse_id).items() if name != "CAM2"
    }

    until(lambda: one.frames[-1].header["image"] is None, "frames come without it")
    assert one.wait_for_more(3)[-1].header["values"]["name"] == "four"
    assert other.wait_for_more(3)[-1].header["image"]["channel"] == "CAM3"
    until(lambda: scene.beamcast.errors().get("bad_image"), "it is counted")
    words = "channel 'CAM2' is not in the stream; images are: 'CAM1', 'CAM3', 'CAM4'"
    assert scene.beamcast.status()["last_error"] == words


def test_an_image_that_returns_is_shown_again(scene: Scene) -> None:
    viewer = scene.viewer(image="CAM2")
    viewer.wait_for(1)
    scene.camera.content = lambda pulse_id: {"CAM2": np.arange(9.0), "CAM1": four(pulse_id)["CAM1"]}
    until(lambda: viewer.frames[-1].header["image"] is None, "it is no image")

    scene.camera.content = four

    until(lambda: viewer.frames[-1].header["image"] is not None, "it is one again")


def test_any_image_of_a_stream_is_available_over_http(scene: Scene) -> None:
    answer = scene.get("/frame.jpg", image="CAM2", rendition="half")

    assert answer.status_code == 200
    assert Image.open(io.BytesIO(answer.content)).size == (35, 25)


@pytest.mark.parametrize("path", ["/frame.jpg", "/stream.mjpg"])
def test_a_channel_that_is_not_an_image_is_rejected_over_http(scene: Scene, path: str) -> None:
    scene.viewer().wait_for(1)

    answer = scene.get(path, image="wave")

    assert answer.status_code == 400
    assert answer.json()["error"] == "'wave' is not an image of this stream"
    hint = "images are: CAM1, CAM2, CAM3, CAM4; it is float64 ["
    assert answer.json()["hint"].startswith(hint)
