"""Ingests that reduce the frame rate publish the same pulses."""

import contextlib

from tests.support.beamcast import Beamcast
from tests.support.camera import Camera
from tests.support.viewer import Viewer
from tests.support.waiting import until

STRIDE = 5
FRAMES = 8


def latest(viewer: Viewer) -> list[int]:
    return [frame.header["pulse_id"] for frame in viewer.frames[-FRAMES:]]


def test_two_ingests_with_one_limit_publish_the_same_pulses(beamcast: Beamcast) -> None:
    """The ingests get the pulses of a machine at 50 Hz, one of them with other phases."""
    viewers = []
    with contextlib.ExitStack() as cameras:
        worker = None
        for stream, first_pulse in (("one", 1000), ("two", 1003)):
            camera = cameras.enter_context(Camera(50, first_pulse=first_pulse))
            beamcast.ingest(camera.address, "--stream", stream, "--max-fps", "10")
            worker = worker or beamcast.worker()
            viewers.append(beamcast.viewer(worker))
            viewers[-1].watch(stream)

        until(
            lambda: all(
                len(latest(viewer)) == FRAMES
                and {pulse_id % STRIDE for pulse_id in latest(viewer)} == {0}
                for viewer in viewers
            ),
            "both publish each pulse whose id is a multiple of five",
            60,
        )
