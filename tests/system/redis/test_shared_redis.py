"""Other programs, and other installations of Beamcast, on the same Redis."""

import time

import pytest
from flask_socketio import SocketIO

from tests.support.beamcast import Beamcast
from tests.support.camera import Camera
from tests.support.viewer import Viewer
from tests.support.waiting import until


@pytest.mark.parametrize("apart", ["another database", "another installation"])
def test_installations_on_one_redis_are_independent(beamcast: Beamcast, apart: str) -> None:
    at = beamcast.redis
    ingest, web, *more = {
        "another database": (at.url_of("ingest", 3), at.url_of("web", 3)),
        "another installation": (at.url, at.url, "--installation", "alpha"),
    }[apart]
    with Camera() as ours, Camera() as theirs:
        beamcast.ingest(ours.address)
        beamcast.ingest(theirs.address, "--redis", ingest, *more)
        viewer = beamcast.viewer(beamcast.worker())
        neighbour = beamcast.viewer(beamcast.worker("--redis", web, *more))
        epochs = [each.watch()["status"]["epoch"] for each in (viewer, neighbour)]
        for each in (viewer, neighbour):
            each.wait_for(10)

    assert [{f.header["epoch"] for f in v.frames} for v in (viewer, neighbour)] == [
        {epoch} for epoch in epochs
    ]
    assert epochs[0] != epochs[1]


def test_of_foreign_socketio_events_only_notices_reach_viewers(beamcast: Beamcast) -> None:
    worker = beamcast.worker()
    viewer = Viewer(worker.url)
    heard: list[str] = []
    viewer.client.on("*", lambda event, *_: heard.append(event))
    url = beamcast.redis.url
    until(lambda: beamcast.broker.pubsub_numsub("beamcast:socketio")[0][1] == 1, "it listens")

    for channel in ("flask-socketio", "beamcast:socketio"):
        queue = SocketIO(message_queue=url, channel=channel, async_mode="threading")
        queue.emit("status", {"stream": "camera", "state": "lost"})
        queue.emit("frame", b"nonsense")
        queue.emit("schema", {"stream": "camera"})
        queue.emit("anything", 1)
        queue.emit("notice", {"text": 5})
    SocketIO(message_queue=url, async_mode="threading").emit("notice", {"text": "foreign"})
    queue.emit("notice", {"text": "ours"})

    until(lambda: viewer.notices, "the notice comes")
    time.sleep(0.2)
    viewer.close()
    assert viewer.notices == [{"text": "ours"}]
    assert (heard, viewer.statuses, viewer.schemas, viewer.frames) == ([], [], [], [])
