"""A frame's whole way: source, ingest, Redis, worker, viewer."""

from tests.support.beamcast import Beamcast
from tests.support.camera import Camera


def test_a_viewer_gets_the_frames_of_a_push_source(beamcast: Beamcast, async_mode: str) -> None:
    with Camera() as camera:
        beamcast.ingest(camera.address)
        viewer = beamcast.viewer(beamcast.worker())

        answer = viewer.watch()
        frames = viewer.wait_for(5)

    assert answer["status"]["stream"] == "camera"
    assert [f.header["seq"] for f in frames] == list(range(len(frames)))
    assert all(f.header["image"]["channel"] == "image" for f in frames)
