"""A client that watches with its connection, which saves a round trip to the first frame."""

from collections.abc import Iterator
from typing import Any

import pytest
import socketio

from tests.support.beamcast import Beamcast
from tests.support.camera import Camera
from tests.support.waiting import until


class EarlyViewer:
    """A plain Socket.IO client that requests nothing after it has connected."""

    def __init__(self, url: str, auth: Any, transport: str = "websocket") -> None:
        self.events: list[tuple[str, Any]] = []
        self.client = socketio.Client(reconnection=False)
        self.client.on("*", lambda event, payload=None: self.events.append((event, payload)))
        self.client.connect(url, auth=auth, transports=[transport], wait_timeout=10)

    @property
    def names(self) -> list[str]:
        return [name for name, _ in self.events]

    @property
    def answer(self) -> Any:
        until(lambda: "watched" in self.names, "the answer")
        return dict(self.events)["watched"]


@pytest.fixture
def url(beamcast: Beamcast, async_mode: str) -> Iterator[str]:
    with Camera() as camera:
        beamcast.ingest(camera.address)
        yield beamcast.worker().url


@pytest.mark.parametrize("transport", ["websocket", "polling"])
def test_a_client_may_watch_with_its_connection(
    beamcast: Beamcast, url: str, transport: str
) -> None:
    viewer = EarlyViewer(url, {"watch": {"stream": "camera"}}, transport)
    try:
        answer = viewer.answer
        until(lambda: viewer.names.count("frame") >= 3, "frames")
        assert (answer["stream"], answer["rendition"]) == ("camera", "full")
        assert answer["status"]["stream"] == "camera"
        # A worker that has just met the stream may learn its schema after the answer.
        assert answer["schema"] or "schema" in viewer.names
        assert beamcast.viewers() == 1
    finally:
        viewer.client.disconnect()
    until(lambda: beamcast.viewers() == 0, "the viewer is not counted any more")


@pytest.mark.parametrize("async_mode", ["eventlet"], indirect=True)  # threading has no flow control
def test_a_client_that_announces_reports_gets_one_frame_until_it_reports(url: str) -> None:
    """As many as flow control sends ahead, so that the rest of a page has the connection."""
    viewer = EarlyViewer(url, {"drawn": {}, "watch": {"stream": "camera"}})
    other = EarlyViewer(url, {"watch": {"stream": "camera"}})
    try:
        until(lambda: other.names.count("frame") >= 30, "frames of a viewer without reports")
        assert 1 <= viewer.names.count("frame") < 30
    finally:
        viewer.client.disconnect()
        other.client.disconnect()


@pytest.mark.parametrize(
    ("watch", "error"),
    [
        ({"stream": "nosuch"}, "stream"),
        ({"stream": 5}, "stream"),
        ("camera", "invalid request"),
        (None, "invalid request"),
    ],
    ids=str,
)
def test_a_wrong_watch_is_answered_as_always(url: str, watch: Any, error: str) -> None:
    viewer = EarlyViewer(url, {"watch": watch})
    try:
        assert error in viewer.answer["error"]
        assert viewer.answer["hint"]
        assert viewer.client.call("watch", {"stream": "camera"}, timeout=10)["status"]
    finally:
        viewer.client.disconnect()


@pytest.mark.parametrize("auth", [None, {}, {"token": "x"}, [1], "watch", 5], ids=str)
def test_other_auth_is_ignored(beamcast: Beamcast, url: str, auth: Any) -> None:
    viewer = EarlyViewer(url, auth)
    try:
        assert viewer.client.call("watch", {"stream": "camera"}, timeout=10)["status"]
        assert "watched" not in viewer.names
    finally:
        viewer.client.disconnect()
