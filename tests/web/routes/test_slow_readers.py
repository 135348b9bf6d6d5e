"""The memory that slow HTTP readers of pictures use is bounded, as that of Socket.IO viewers is."""

import socket
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask

from shared.envelope import Blobs, pack
from shared.settings import WebSettings
from web.fanout.backlog import Backlog
from web.fanout.messages import Frame
from web.fanout.send_queue import Delivery
from web.routes import api, mjpeg

PICTURE_BYTES = 600


def frame(seq: int) -> Frame:
    blobs = Blobs()
    place = blobs.add(bytes([seq]) * PICTURE_BYTES)
    image = {"format": "jpeg", **place}
    return Frame("camera", pack({"t_received": 1.0, "seq": seq, "image": image}, blobs))


class Scene:
    """An application whose relays deliver the frames of a test."""

    def __init__(self, backlog: Backlog) -> None:
        self.backlog = backlog
        self.viewers: list[Any] = []
        self.newest = frame(1)
        relays: Any = SimpleNamespace(watch=self.watch, unwatch=lambda *_: None)
        self.app = Flask("test")
        for routes in (api.api, mjpeg.mjpeg):
            self.app.register_blueprint(routes(relays, Any, WebSettings().stream))  # type: ignore[arg-type]

    def watch(self, stream: str, rendition: object, viewer: Any) -> Any:
        self.viewers.append(viewer)
        viewer.offer(Delivery(self.newest, 0.0))
        return SimpleNamespace(error=None, status={})

    def reader(self, file: str) -> tuple[Iterator[bytes], socket.socket]:
        """Return the chunks of the answer, and the client's socket."""
        client, server = socket.socketpair()
        environ = {"werkzeug.socket": server}
        context = self.app.test_request_context(
            f"/api/streams/camera/{file}", environ_overrides=environ
        )
        with context:
            answer = self.app.full_dispatch_request()
        client.setblocking(False)
        return answer.response, client


@pytest.fixture
def scene(monkeypatch: pytest.MonkeyPatch) -> Scene:
    backlog = Backlog(2 * PICTURE_BYTES)
    for module in (api, mjpeg):
        monkeypatch.setattr(module, "BACKLOG", backlog)
    return Scene(backlog)


def begin(chunks: Iterator[bytes]) -> None:
    """Read the answer until its first picture has been sent."""
    for _ in range(4):
        if len(next(chunks)) == PICTURE_BYTES:
            return
    raise AssertionError("no picture was sent")


def is_disconnected(client: socket.socket) -> bool:
    try:
        return client.recv(1) == b""
    except BlockingIOError:
        return False


def test_a_picture_counts_once_for_all_its_readers_until_it_is_sent(scene: Scene) -> None:
    readers = [scene.reader("stream.mjpg") for _ in range(5)]
    for chunks, _ in readers:
        begin(chunks)

    assert scene.backlog.bytes == PICTURE_BYTES
    second = frame(2)
    for (chunks, _), viewer in zip(readers, scene.viewers, strict=True):
        viewer.offer(Delivery(second, 0.0))
        begin(chunks)
    assert scene.backlog.bytes == PICTURE_BYTES
    for chunks, _ in readers:
        chunks.close()  # type: ignore[attr-defined]
    assert scene.backlog.bytes == 0
    assert not any(is_disconnected(client) for _, client in readers)


def test_beyond_the_limit_the_slowest_readers_are_disconnected(scene: Scene) -> None:
    readers = []
    for seq in range(1, 6):
        scene.newest = frame(seq)
        readers.append(scene.reader("stream.mjpg"))
        begin(readers[-1][0])

    assert scene.backlog.bytes == 2 * PICTURE_BYTES
    assert [is_disconnected(client) for _, client in readers] == [True, True, True, False, False]


def test_a_single_picture_counts_until_its_answer_is_closed(scene: Scene) -> None:
    client, server = socket.socketpair()
    with client, server:
        answer = scene.app.test_client().get(
            "/api/streams/camera/frame.jpg", environ_overrides={"werkzeug.socket": server}
        )
        assert scene.backlog.bytes == PICTURE_BYTES
        answer.close()
    assert scene.backlog.bytes == 0
