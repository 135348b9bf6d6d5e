"""Pushed images: each card has a stream like a camera's, however the image was pushed."""

import base64
import io
import json
import socket
from typing import Any

import numpy as np
import pytest
import requests
from PIL import Image

from shared.envelope import blob
from tests.support.beamcast import Beamcast
from tests.support.push import Push
from tests.support.viewer import Frame, Viewer
from tests.support.waiting import until

GREY = np.arange(200 * 300, dtype=np.uint16).reshape(200, 300)
RED = np.zeros((20, 30, 3), np.uint8) + np.array([255, 0, 0], np.uint8)


@pytest.fixture
def viewer(beamcast: Beamcast, push: Push) -> Viewer:
    """A viewer of the card ``cam``."""
    push.post({"id": "cam", "type": "image", "value": [[1]]}).raise_for_status()
    made = beamcast.viewer(beamcast.worker())
    until(lambda: "error" not in made.watch("board.cam"), "the picture's stream is known")
    until(lambda: beamcast.viewers("board.cam") == 1, "the gate is open")
    return made


def png(pixels: np.ndarray) -> bytes:
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    return file.getvalue()


def shown(viewer: Viewer, again: Any) -> tuple[dict[str, Any], np.ndarray]:
    """Push until it is shown, as the gate may still be closed; return the image and its pixels."""
    count = len(viewer.frames)

    def image_frames() -> list[Frame]:
        again()
        return [frame for frame in viewer.frames[count:] if frame.header["image"]]

    frame = until(image_frames, "the picture comes")[-1]
    image = frame.header["image"]
    return image, np.asarray(Image.open(io.BytesIO(blob(image, frame.body))))


def test_an_array_can_be_sent_as_raw_bytes(push: Push, viewer: Viewer) -> None:
    text = json.dumps({"id": "cam", "dtype": "uint16", "shape": [200, 300]}).encode()

    image, _ = shown(
        viewer,
        lambda: requests.post(
            push.url,
            data=text + b"\n" + GREY.tobytes(),
            headers={"Content-Type": "application/octet-stream"},
            timeout=10,
        ).raise_for_status(),
    )

    assert (image["width"], image["height"], image["dtype"]) == (300, 200, "uint16")
    assert (image["data_min"], image["data_max"]) == (0, 59999)


def test_an_image_file_can_be_sent_as_base64_as_a_form_and_over_tcp(
    push: Push, viewer: Viewer
) -> None:
    file = png(GREY)
    text = json.dumps({"id": "cam", "length": len(file)}).encode() + b"\n"
    form = {"message": (None, '{"id": "cam"}'), "data": ("a.png", file)}
    for way in (
        lambda: push.post({"id": "cam", "value": base64.b64encode(file).decode()}),
        lambda: requests.post(push.url, files=form, timeout=10),
        lambda: push.send(text + file),
    ):
        image, _ = shown(viewer, way)
        assert (image["width"], image["dtype"], image["data_max"]) == (300, "uint16", 59999)


def test_colour_images_keep_their_colours(push: Push, viewer: Viewer) -> None:
    value = "data:image/png;base64," + base64.b64encode(png(RED)).decode()

    _, pixels = shown(viewer, lambda: push.post({"id": "cam", "value": value}))

    assert pixels.shape == (20, 30, 3)
    assert np.abs(pixels.astype(int) - RED).max() < 8


def test_rows_of_numbers_are_a_heat_map(beamcast: Beamcast, push: Push, viewer: Viewer) -> None:
    rows = [[0, 1, None], [3, 4, 5]]

    image, _ = shown(viewer, lambda: push.post({"id": "cam", "value": rows}))

    assert (image["width"], image["height"], image["dtype"]) == (3, 2, "float64")
    assert (image["data_max"], image["n_bad"]) == (5, 1)


BAD = [
    ({"value": "xx"}, b"", "value is not valid base64"),
    ({"value": base64.b64encode(b"GIF89a").decode()}, b"", "the 6 bytes are not an image file"),
    ({"value": [[1, 2], [3]]}, b"", "the rows of value have different lengths"),
    ({}, b"", "value: Field required"),
    ({"dtype": "uint8", "shape": [2, 2]}, b"123", "3 bytes of binary data"),
    ({"dtype": "uint8", "shape": [2, 2, 4]}, b"1" * 16, "dtype uint8 and shape [2, 2, 4]"),
    ({"dtype": "object", "shape": [2, 2]}, b"1234", "dtype: "),
    ({"dtype": "uint8", "shape": [-1, -1]}, b"1", "shape: "),
    ({"dtype": "uint8", "shape": [100_000, 100_000]}, b"1", "100000 × 100000 pixels"),
    ({"value": [[1]]}, b"1", "both value and binary data were sent"),
    ({}, png(np.zeros((4, 4), np.uint8))[:20], "the 20 bytes are not an image file"),
    ({"type": "line", "value": 1}, b"1", "unexpected binary data"),
]


@pytest.mark.parametrize(("message", "data", "error"), BAD)
def test_an_invalid_image_is_rejected_with_a_reason(
    push: Push, message: dict[str, Any], data: bytes, error: str
) -> None:
    text = json.dumps({"id": "cam", "type": "image", **message}).encode()
    body = text + b"\n" + data if data else text
    kind = "application/octet-stream" if data else "application/json"

    answer = requests.post(push.url, body, headers={"Content-Type": kind}, timeout=10)

    assert answer.status_code == 400
    assert answer.json()["problems"][0]["error"].startswith(error)


def test_an_undecodable_image_is_counted_and_the_next_one_shown(
    beamcast: Beamcast, push: Push, viewer: Viewer
) -> None:
    value = base64.b64encode(png(GREY)[:-200]).decode()

    def counted() -> bool:
        push.post({"id": "cam", "value": value}).raise_for_status()
        return sum(beamcast.errors("board.cam").values()) > 0

    until(counted, "it is counted")
    image, _ = shown(viewer, lambda: push.post({"id": "cam", "value": [[1, 2]]}))
    assert image["width"] == 2


def test_an_image_card_names_its_stream(beamcast: Beamcast, push: Push) -> None:
    push.post({"id": "a/b <c>", "type": "heatmap", "value": [[1]]})

    until(lambda: beamcast.broker.hlen("beamcast:board:cards") == 1, "the card is there")
    (card,) = map(json.loads, beamcast.broker.hgetall("beamcast:board:cards").values())
    assert card["stream"].startswith("board.a-b-c-")
    until(lambda: beamcast.status(card["stream"]).get("state") == "live", "its stream lives")


def test_missing_bytes_do_not_delay_other_clients(push: Push) -> None:
    with socket.create_connection(("127.0.0.1", push.tcp_port), 10) as connection:
        connection.sendall(b'{"id": "cam", "type": "image", "length": 1000}\nhalf')
        assert push.send(b'{"id": "a", "value": 1}\n') == [{"accepted": 1, "refused": 0}]
    assert push.post({"id": "a", "value": 1}).status_code == 200
    answer = push.send(b'{"id": "cam", "type": "image", "length": 99999999999}\n')
    assert answer == [
        {
            "error": "length is 99999999999",
            "hint": "at most 16777216 (BEAMCAST_PUSH_MAX_BYTES)",
        }
    ]


def test_an_image_whose_stream_is_claimed_by_another_is_rejected_and_the_board_continues(
    beamcast: Beamcast, push: Push
) -> None:
    owner = "beamcast:board.cam:owner"
    picture = {"id": "cam", "type": "image", "value": [[1]]}

    def refused() -> str:
        beamcast.broker.set(owner, "somebody else", px=2000)
        answer = push.post(picture)
        return answer.json()["error"] if answer.status_code == 400 else ""

    assert "somebody else" in until(refused, "it is refused")
    assert push.post({"id": "a", "value": 1}).status_code == 200

    def is_live() -> bool:
        return push.post(picture).ok and beamcast.status("board.cam").get("state") == "live"

    until(is_live, "the name is free again", 30)
