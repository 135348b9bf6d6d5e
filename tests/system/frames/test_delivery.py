"""The path of a frame: source, ingest, Redis, worker, viewer."""

import socket
from collections.abc import Iterator

import pytest

from tests.support.beamcast import Beamcast
from tests.support.camera import Camera, RawSource
from tests.support.frame_listener import FrameListener
from tests.support.mjpeg_reader import MjpegReader
from tests.support.raw_viewer import RawViewer, more, pump
from tests.support.waiting import until
from web.routes import mjpeg
from web.server.http_server import listen

BROWSERS_SHOW_IT_NOW = b"\r\n--beamcast-frame\r\n"
IMAGE = {"name": "image", "type": "uint8", "shape": [4, 4]}


def test_a_viewer_gets_the_frames_of_a_push_source(beamcast: Beamcast, async_mode: str) -> None:
    with Camera() as camera:
        beamcast.ingest(camera.address)
        viewer = beamcast.viewer(beamcast.worker())

        answer = viewer.watch()
        frames = viewer.wait_for(5)

    assert answer["status"]["stream"] == "camera"
    numbers = [f.header["seq"] for f in frames]
    assert numbers == sorted(set(numbers)), "each once, in their order"
    assert all(f.header["image"]["channel"] == "image" for f in frames)


def test_a_viewer_without_websocket_gets_frames(beamcast: Beamcast, async_mode: str) -> None:
    with Camera() as camera:
        beamcast.ingest(camera.address)
        viewer = beamcast.viewer(beamcast.worker(), transports=["polling"])

        viewer.watch()
        frames = viewer.wait_for(10)
        assert beamcast.viewers() == 1
        viewer.call("unwatch")

    assert [f.header["seq"] for f in frames] == sorted({f.header["seq"] for f in frames})
    assert beamcast.viewers() == 0


def test_watch_alone_is_enough_and_unwatch_ends_it(beamcast: Beamcast) -> None:
    """The client requests no acknowledgement and sends nothing else."""
    with Camera() as camera:
        beamcast.ingest(camera.address)
        worker = beamcast.worker()
        viewer, other = RawViewer(worker.port), RawViewer(worker.port)
        viewer.watch()
        other.watch()
        pump([viewer, other], lambda: len(viewer.frames) >= 10 and other.frames, "frames")
        assert viewer.extensions == [], "messages would be deflated"

        viewer.call("unwatch")
        viewer.frames.clear()
        viewer.events.clear()
        pump([viewer, other], more(other, 10), "others")

    assert viewer.frames == []
    assert viewer.events == []


@pytest.fixture
def steps() -> Iterator[RawSource]:
    """A source that sends on request."""
    with RawSource() as source:
        yield source


def test_each_image_of_an_mjpeg_stream_is_sent_immediately(
    beamcast: Beamcast, steps: RawSource, async_mode: str
) -> None:
    """Small images too: a server that buffers them would show each one late."""

    def published() -> bool:
        steps.send_message(0, [IMAGE], bytes(16))
        return ear.messages > 0

    beamcast.ingest(steps.address)
    beamcast.write_lease()
    with FrameListener(beamcast.redis) as ear:
        until(published, "the gate is open")
    reader = MjpegReader(beamcast.worker())
    until(lambda: beamcast.viewers() == 2, "the reader counts as a viewer")

    for pulse in range(1, 4):
        steps.send_message(pulse, [IMAGE], bytes(range(16)))
        reader.read_until(lambda: reader.image_count() == pulse)  # noqa: B023
        reader.read_until(
            lambda: BROWSERS_SHOW_IT_NOW in reader.received.rpartition(b"\xff\xd9")[2]
        )
        assert reader.image_count() == pulse

    reader.close()
    until(lambda: published() and beamcast.viewers() == 1, "the next picture shows that it left")


def test_an_idle_worker_ends_on_a_signal(beamcast: Beamcast, async_mode: str) -> None:
    worker = beamcast.worker()

    assert worker.process.stop() == 0


def test_a_workers_connections_send_immediately_and_end_when_not_read() -> None:
    listener = listen("127.0.0.1", 0)
    with listener, socket.create_connection(listener.getsockname()):
        accepted, _ = listener.accept()
        with accepted:
            # Otherwise a small packet waits 40 ms for the acknowledgement of the one before.
            assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
            assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT) < 10_000


def test_an_mjpeg_stream_reports_missing_images_and_closes_for_its_reader(
    beamcast: Beamcast, async_mode: str
) -> None:
    with Camera() as camera:
        beamcast.ingest(camera.address)
        reader = MjpegReader(beamcast.worker())
        reader.read_until(lambda: reader.image_count() >= 2)
    assert reader.widths()[0] == 64

    reader.read_until(lambda: reader.widths()[-1] == mjpeg.WIDTH)
    reader.close()

    until(lambda: beamcast.viewers() == 0, "the reader has left the count", 12)
