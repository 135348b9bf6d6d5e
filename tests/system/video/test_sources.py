"""Video sources: shown, opened once and only for viewers; faults are reported."""

import itertools
import json
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.support import video
from tests.support.beamcast import Beamcast, Worker
from tests.support.fake_servers import Forwarder, SilentServer
from tests.support.processes import free_port
from tests.support.rtsp import RtspServer
from tests.support.tls import Authority, TlsForwarder
from tests.support.viewer import Frame, Viewer
from tests.support.waiting import until


class Scene:
    """An ingest of its own in a shared Beamcast."""

    numbers = itertools.count(1)

    def __init__(self, beamcast: Beamcast, worker: Worker) -> None:
        self.beamcast = beamcast
        self.worker = worker
        self.stream = f"video-{next(self.numbers)}"
        self.viewers: list[Viewer] = []

    def start(self, address: str, *options: str) -> None:
        """Start ingest."""
        self.ingest = self.beamcast.ingest(address, "--stream", self.stream, *options)
        until(self.status, "a status")

    def watch(self) -> Viewer:
        """Connect another viewer that watches."""
        viewer = self.beamcast.viewer(self.worker)
        self.viewers.append(viewer)
        assert "error" not in viewer.watch(self.stream)
        return viewer

    def status(self) -> dict[str, str]:
        return self.beamcast.status(self.stream)

    def wait_for_state(self, state: str, words: str = "") -> str:
        """Wait until the status has this state and this text in its message; return the message."""

        def has_state() -> bool:
            status = self.status()
            return status.get("state") == state and words in status["message"]

        try:
            until(has_state, f"{state}: {words}")
        except AssertionError as error:
            raise AssertionError(f"{error}\n{self.status()}\n{self.ingest.output}") from None
        return self.status()["message"]

    def stop(self) -> None:
        for viewer in self.viewers:
            viewer.close()
        self.ingest.stop()


@pytest.fixture
def scene(shared_beamcast: Beamcast, shared_worker: Worker) -> Iterator[Scene]:
    scene = Scene(shared_beamcast, shared_worker)
    yield scene
    scene.stop()


def picture(frame: Frame) -> np.ndarray:
    """Return the image that a viewer sees."""
    image = frame.header["image"]
    jpeg = frame.body[image["offset"] : image["offset"] + image["length"]]
    return np.asarray(Image.open(BytesIO(jpeg)))


def connections_to(port: int) -> int:
    """Return the number of open client connections of this machine to a port."""
    rows = [row.split() for row in Path("/proc/net/tcp").read_text().splitlines()]
    return sum(row[2].endswith(f":{port:04X}") and row[3] == "01" for row in rows)


def test_a_video_file_is_shown_in_colour_with_its_metadata(scene: Scene, tmp_path: Path) -> None:
    scene.start(video.write(tmp_path / "film.mp4"))

    frames = scene.watch().wait_for(5)

    assert all(video.is_pattern(picture(frame)) for frame in frames)
    values = frames[-1].header["values"]
    assert (values["codec"], values["nominal_rate"]) == ("h264", 25)
    assert 0 <= values["presentation_time"] < 1
    until(lambda: scene.status().get("image") == "image", "the status names the image")
    assert scene.status()["mode"] == "video"
    assert [scene.status()[side] for side in ("width", "height")] == ["320", "240"]


def test_a_video_file_repeats_at_its_own_rate_with_increasing_pulse_ids(
    scene: Scene, tmp_path: Path
) -> None:
    scene.start(video.write(tmp_path / "film.mkv", frames=10, rate=20), "--max-fps", "100")
    viewer = scene.watch()

    frames = viewer.wait_for(40)

    pulses = [pulse for frame in frames for pulse in frame.header["pulses"]["pulse_id"]]
    assert pulses == list(range(1, len(pulses) + 1))
    took_s = frames[39].arrived - frames[0].arrived
    assert took_s > 0.5 * 39 / 20


def test_grey_pictures_stay_grey(scene: Scene, tmp_path: Path) -> None:
    scene.start(video.write(tmp_path / "grey.mkv", "ffv1", "gray", size=(131, 77)))

    frame = scene.watch().wait_for(1)[0]

    assert picture(frame).shape == (77, 131)
    (channel, *_) = json.loads(scene.beamcast.broker.get(f"beamcast:{scene.stream}:schema"))[
        "channels"
    ]
    assert (channel["type"], channel["shape"]) == ("uint8", [131, 77])


def test_a_stream_over_udp_is_shown_and_healed(scene: Scene) -> None:
    with video.UdpSender() as sender:
        scene.start(sender.address)
        viewer = scene.watch()
        frames = viewer.wait_for(3)
        assert video.is_pattern(picture(frames[-1]))
    scene.wait_for_state("silent")

    with video.UdpSender(sender.port):
        viewer.wait_for_more(3)
        scene.wait_for_state("live")


def test_a_camera_is_shown(scene: Scene) -> None:
    with RtspServer() as camera:
        scene.start(camera.address)

        frames = scene.watch().wait_for(3)

        assert video.is_pattern(picture(frames[-1]))


def test_a_camera_is_connected_only_while_it_has_viewers(scene: Scene) -> None:
    with RtspServer() as camera:
        scene.start(camera.address)
        assert "no viewers" in scene.wait_for_state("closed")
        assert camera.connections == 0

        viewer = scene.watch()
        viewer.wait_for(1)
        scene.wait_for_state("live")
        viewer.call("unwatch", {"stream": scene.stream})

        until(lambda: camera.playing == 0, "it is closed")
        assert "no viewers" in scene.wait_for_state("closed")
        assert camera.connections == 1
        viewer.watch(scene.stream)
        viewer.wait_for_more(1)
        assert camera.connections == 2


def test_a_reloaded_page_finds_the_camera_still_connected(scene: Scene) -> None:
    with RtspServer() as camera:
        scene.start(camera.address)
        viewer = scene.watch()
        viewer.wait_for(1)

        viewer.call("unwatch", {"stream": scene.stream})
        until(lambda: scene.beamcast.viewers(scene.stream) == 0, "nobody watches")
        viewer.watch(scene.stream)

        viewer.wait_for_more(2)
        assert camera.connections == 1


def test_a_killed_camera_is_reported_and_its_successor_shown(scene: Scene) -> None:
    with RtspServer() as camera:
        scene.start(camera.address)
        viewer = scene.watch()
        viewer.wait_for(2)
    assert camera.address in scene.wait_for_state("lost")

    with RtspServer(camera.port):
        frames = viewer.wait_for_more(2)
        scene.wait_for_state("live")

    pulses = [frame.header["pulse_id"] for frame in viewer.frames]
    assert pulses == sorted(set(pulses))
    assert len({frame.header["epoch"] for frame in frames}) == 1


def test_a_silent_camera_is_reported_and_shown_when_it_resumes(scene: Scene) -> None:
    with RtspServer() as camera:
        scene.start(camera.address)
        viewer = scene.watch()
        viewer.wait_for(2)

        camera.paused.set()
        assert "images stopped" in scene.wait_for_state("silent", "stopped")
        camera.paused.clear()

        viewer.wait_for_more(2)
        scene.wait_for_state("live")


def test_a_dead_connection_to_a_camera_is_reopened(scene: Scene) -> None:
    with RtspServer() as camera:
        line = Forwarder(camera.port)
        try:
            scene.start(camera.address.replace(str(camera.port), str(line.port)))
            viewer = scene.watch()
            viewer.wait_for(2)

            line.cut()

            scene.wait_for_state("silent")
            viewer.wait_for_more(2)
            assert camera.connections == 2
        finally:
            line.close()


def test_a_missing_camera_is_reported_until_it_answers(scene: Scene) -> None:
    port = free_port()
    scene.start(f"rtsp://127.0.0.1:{port}/pattern")
    viewer = scene.watch()
    assert "Nothing listens at" in scene.wait_for_state("connecting", "Nothing")

    with RtspServer(port):
        viewer.wait_for(1)
        scene.wait_for_state("live")


def test_a_silent_udp_source_is_reported(scene: Scene) -> None:
    address = f"udp://127.0.0.1:{free_port()}"
    scene.start(address)
    scene.watch()

    assert f"Nothing arrives at {address}" in scene.wait_for_state("connecting", "MPEG-TS")


def test_a_missing_camera_password_is_reported_without_the_credentials(scene: Scene) -> None:
    with RtspServer(login="operator:s3cret") as camera:
        wrong = camera.address.replace("//", "//operator:wr0ng@")
        scene.start(wrong, "--log-level", "debug")
        scene.watch()

        assert "password in the source's address" in scene.wait_for_state("mismatch")
        everything = json.dumps(scene.status()) + scene.ingest.output
        assert "wr0ng" not in everything
        assert "operator" not in everything


def test_a_camera_with_a_password_is_shown_without_revealing_the_password(scene: Scene) -> None:
    with RtspServer(login="operator:s3cret") as camera:
        port = free_port()
        scene.start(
            camera.address.replace("//", "//operator:s3cret@"),
            *("--log-level", "debug", "--metrics-port", str(port)),
        )
        scene.watch().wait_for(2)

        metrics = subprocess.run(
            ["curl", "-s", f"http://127.0.0.1:{port}/metrics"], capture_output=True, text=True
        )
        assert "beamcast_ingest_received" in metrics.stdout
        everything = json.dumps(scene.status()) + scene.ingest.output + metrics.stdout
        assert "s3cret" not in everything
        assert "operator" not in everything
        assert scene.status()["source"] == camera.address


def test_a_wrong_path_is_reported(scene: Scene) -> None:
    with RtspServer() as camera:
        scene.start(camera.address.replace("pattern", "other"))
        scene.watch()

        assert "Is the path right?" in scene.wait_for_state("mismatch")


def test_a_camera_with_tls_is_shown_if_its_certificate_is_trusted(
    scene: Scene, tmp_path: Path
) -> None:
    authority = Authority(tmp_path, "lab")
    with RtspServer() as camera:
        line = TlsForwarder(camera.port, authority.certificate())
        try:
            scene.start(f"rtsps://127.0.0.1:{line.port}/pattern", "--source-ca", str(authority.ca))
            scene.watch().wait_for(1)
        finally:
            line.close()


def test_a_camera_with_an_untrusted_certificate_is_not_shown(scene: Scene, tmp_path: Path) -> None:
    with RtspServer() as camera:
        line = TlsForwarder(camera.port, Authority(tmp_path, "somebody").certificate())
        try:
            scene.start(f"rtsps://127.0.0.1:{line.port}/pattern")
            scene.watch()

            assert "--source-ca" in scene.wait_for_state("connecting", "certificate")
            assert camera.requests == 0
        finally:
            line.close()


def test_a_silent_server_is_reported_and_does_not_delay_the_end(scene: Scene) -> None:
    server = SilentServer()
    try:
        scene.start(server.address.replace("tcp:", "rtsp:") + "/")
        scene.watch()
        assert "No answer from" in scene.wait_for_state("connecting", "No answer")
        most = 0

        def is_tried_again() -> bool:
            nonlocal most
            most = max(most, connections_to(server.port))
            return server.connections >= 3

        until(is_tried_again, "it is tried again")
        assert most == 1

        began = time.monotonic()
        scene.ingest.send(signal.SIGTERM)
        assert scene.ingest.wait() == 0
        assert time.monotonic() - began < 3
    finally:
        server.close()


def test_a_silent_camera_does_not_delay_the_end(scene: Scene) -> None:
    with RtspServer() as camera:
        scene.start(camera.address)
        scene.watch().wait_for(1)
        camera.paused.set()
        scene.wait_for_state("silent")

        began = time.monotonic()
        scene.ingest.send(signal.SIGTERM)
        assert scene.ingest.wait() == 0
        assert time.monotonic() - began < 3


def test_no_other_machine_can_send_to_a_port_that_is_for_this_one(scene: Scene) -> None:
    port = free_port()
    scene.start(f"udp://127.0.0.1:{port}")
    scene.watch()

    def bound() -> list[str]:
        lines = Path("/proc/net/udp").read_text().splitlines()
        return [line.split()[1] for line in lines if f":{port:04X} " in line]

    assert until(bound, "it is open") == [
        f"{socket.inet_aton('127.0.0.1')[::-1].hex()}:{port:04X}".upper()
    ]
