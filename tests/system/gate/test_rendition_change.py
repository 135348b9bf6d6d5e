"""A viewer changes to another rendition of the stream that it watches, without losing frames."""

import pytest
import requests

from shared import envelope
from shared.redis_keys import RedisKeys
from shared.renditions import ALLOWED
from tests.support.beamcast import Beamcast
from tests.support.waiting import until

names = RedisKeys()


def publish(beamcast: Beamcast, seq: int, *renditions: str) -> None:
    seconds, microseconds = beamcast.broker.time()
    for rendition in renditions:
        header = {"rendition": rendition, "seq": seq, "t_received": seconds + microseconds / 1e6}
        message = envelope.pack({"stream": "camera", **header}, envelope.Blobs())
        beamcast.broker.publish(names.frames("camera", rendition), message)


def counts(beamcast: Beamcast) -> dict[str, int]:
    return {
        rendition: int(beamcast.broker.get(f"beamcast:camera:viewers{rendition}") or 0)
        for rendition in ("", ":full", ":half", ":quarter")
    }


def test_a_viewer_changes_the_rendition_without_a_gap(beamcast: Beamcast, async_mode: str) -> None:
    viewer = beamcast.viewer(beamcast.worker())
    assert viewer.watch()["rendition"] == "full"
    publish(beamcast, 0, "full", "half")
    viewer.wait_for(1)

    assert viewer.watch(rendition="half")["rendition"] == "half"
    publish(beamcast, 1, "full", "half")
    publish(beamcast, 2, "full", "half")
    frames = viewer.wait_for(3)

    seen = [(frame.header["rendition"], frame.header["seq"]) for frame in frames]
    assert seen == [("full", 0), ("half", 1), ("half", 2)]


def test_each_rendition_counts_its_own_viewers(beamcast: Beamcast, async_mode: str) -> None:
    worker = beamcast.worker()
    first, second, third = (beamcast.viewer(worker) for _ in range(3))
    first.watch()
    second.watch(rendition="half")
    third.watch(rendition="half")
    assert counts(beamcast) == {"": 3, ":full": 1, ":half": 2, ":quarter": 0}

    second.watch(rendition="quarter")
    assert counts(beamcast) == {"": 3, ":full": 1, ":half": 1, ":quarter": 1}

    third.watch()
    assert counts(beamcast) == {"": 3, ":full": 2, ":half": 0, ":quarter": 1}

    for viewer in (first, second, third):
        viewer.call("unwatch")
    assert counts(beamcast) == {"": 0, ":full": 0, ":half": 0, ":quarter": 0}


def test_a_viewer_that_disconnects_during_a_change_is_removed_from_all_counts(
    beamcast: Beamcast,
) -> None:
    worker = beamcast.worker()
    viewers = [beamcast.viewer(worker) for _ in range(10)]
    for viewer in viewers:
        viewer.watch()

    for viewer in viewers:
        viewer.client.emit("watch", {"stream": "camera", "rendition": "half"})
        viewer.close()

    until(lambda: not any(counts(beamcast).values()), "no viewer is counted")


@pytest.mark.parametrize("rendition", ["huge", 2, ["half"], ""])
def test_an_unknown_rendition_is_rejected(beamcast: Beamcast, rendition: object) -> None:
    answer = beamcast.viewer(beamcast.worker()).watch(rendition=rendition)

    assert answer == {"error": "no such rendition", "hint": f"allowed: {ALLOWED}"}


@pytest.mark.parametrize("path", ["frame.jpg", "stream.mjpg"])
def test_an_unknown_rendition_is_rejected_over_http(beamcast: Beamcast, path: str) -> None:
    worker = beamcast.worker()

    answer = requests.get(f"{worker.url}/api/streams/camera/{path}?rendition=huge", timeout=20)

    assert answer.status_code == 400
    assert answer.json() == {"error": "no such rendition", "hint": f"allowed: {ALLOWED}"}
