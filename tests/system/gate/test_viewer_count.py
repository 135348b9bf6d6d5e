"""The gate: ingest publishes only for viewers, and their count is right after every failure."""

import time

from tests.support.beamcast import Beamcast
from tests.support.camera import Camera
from tests.support.camera_images import noise
from tests.support.frame_listener import FrameListener
from tests.support.mjpeg_reader import MjpegReader
from tests.support.raw_viewer import RawViewer, more, pump
from tests.support.viewer_churn import churn
from tests.support.waiting import until


def received(beamcast: Beamcast) -> int:
    return int(beamcast.status().get("received", 0))


def test_nothing_is_published_without_viewers(beamcast: Beamcast) -> None:
    with Camera(rate_hz=100) as camera, FrameListener(beamcast.redis) as ear:
        beamcast.ingest(camera.address)
        beamcast.worker()
        until(lambda: received(beamcast) > 0, "ingest receives")
        before = beamcast.status()
        until(lambda: received(beamcast) >= int(before["received"]) + 200, "it receives on")
        after = beamcast.status()

    assert ear.messages == 0
    assert int(after["received_bytes"]) > int(before["received_bytes"])
    assert int(after["pulse_id"]) > int(before["pulse_id"])
    assert after["published"] == "0"


def test_the_first_viewer_opens_the_gate(beamcast: Beamcast, async_mode: str) -> None:
    with Camera(rate_hz=100) as camera:
        beamcast.ingest(camera.address)
        worker = beamcast.worker()
        until(lambda: received(beamcast) > 0, "ingest receives")

        viewer = RawViewer(worker.port)
        viewer.watch()
        pump([viewer], lambda: viewer.frames, "the first frame")

        assert viewer.seqs[0] == 0
        assert beamcast.viewers() == 1


def test_the_gate_closes_behind_the_last_viewer(beamcast: Beamcast, async_mode: str) -> None:
    with Camera(rate_hz=100) as camera, FrameListener(beamcast.redis) as ear:
        beamcast.ingest(camera.address)
        worker = beamcast.worker()
        first, last = RawViewer(worker.port), RawViewer(worker.port)
        for viewer in (first, last):
            viewer.watch()
        pump([first, last], lambda: first.frames and last.frames, "both get frames")

        first.unwatch()
        pump([last], lambda: beamcast.viewers() == 1, "one is left")
        pump([last], more(last), "it gets more")
        last.abort()

        until(lambda: beamcast.broker.exists("beamcast:camera:viewers") == 0, "nobody is left")
        start = time.monotonic()
        until(lambda: time.monotonic() > start + 1, "a second passes")
        heard, counted = ear.messages, received(beamcast)
        until(lambda: received(beamcast) > counted + 50, "ingest receives on")
        assert ear.messages == heard
        assert not beamcast.broker.exists("beamcast:camera:leases")


def test_viewers_of_a_killed_worker_are_removed_and_the_others_stay(beamcast: Beamcast) -> None:
    with Camera() as camera:
        beamcast.ingest(camera.address)
        killed, other = beamcast.worker(), beamcast.worker()
        viewers = [RawViewer(worker.port) for worker in (killed, killed, other, other, other)]
        for viewer in viewers:
            viewer.watch()
        pump(viewers, lambda: all(viewer.frames for viewer in viewers), "all get frames")
        assert beamcast.viewers() == 5

        killed.process.kill()

        pump(
            viewers,
            lambda: beamcast.viewers() != 5,
            "the viewers of the killed worker are removed",
            timeout_s=6,
        )
        assert beamcast.viewers() == 3
        pump(viewers, more(viewers[4]), "more")


def test_the_count_ends_at_zero_after_comings_and_goings_at_random(beamcast: Beamcast) -> None:
    with Camera() as camera:
        beamcast.ingest(camera.address)
        workers = [beamcast.worker() for _ in range(3)]

        ways = churn([worker.port for worker in workers], sessions=500, seed=2)

        until(lambda: not beamcast.broker.exists("beamcast:camera:leases"), "no lease is left")
        assert min(ways.values()) > 60, "every way of leaving was taken"
        assert not beamcast.broker.exists("beamcast:camera:viewers")


def test_hanging_viewers_are_removed_from_the_count(beamcast: Beamcast, async_mode: str) -> None:
    """The viewers keep their connections, but neither read nor answer pings."""
    with Camera(content=noise) as camera:
        beamcast.ingest(camera.address)
        worker = beamcast.worker()
        hanging, other = RawViewer(worker.port), RawViewer(worker.port)
        reader = MjpegReader(worker)
        for viewer in (hanging, other):
            viewer.watch()
        reader.read_until(lambda: reader.image_count() > 0)
        pump([hanging, other], lambda: hanging.frames and other.frames, "both get frames")
        assert beamcast.viewers() == 3

        pump(
            [other],
            lambda: beamcast.viewers() == 1,
            "the hanging viewers are removed",
            timeout_s=10,
        )
        pump([other], more(other), "the other continues")
        reader.close()


def test_any_program_can_take_a_lease(beamcast: Beamcast) -> None:
    with Camera() as camera, FrameListener(beamcast.redis) as ear:
        beamcast.ingest(camera.address)
        until(lambda: received(beamcast) > 0, "ingest receives")
        now, _ = beamcast.broker.time()

        beamcast.broker.hset("beamcast:camera:leases", "my-program", f"2 {now + 3}")

        until(lambda: ear.messages > 0, "frames come without a wake-up too")
        assert beamcast.viewers() == 2
        until(lambda: beamcast.viewers() == 0, "it expires")
        assert not beamcast.broker.exists("beamcast:camera:leases")


def test_malformed_leases_are_deleted_and_count_nothing(beamcast: Beamcast) -> None:
    with Camera() as camera:
        beamcast.ingest(camera.address)
        now, _ = beamcast.broker.time()
        wrong = [
            "",
            "1",
            "-1 9999999999",
            f"1.5 {now + 60}",
            f"1 {now * 1000}",
            "1 nan",
            f"0 {now + 60}",
        ]
        wrong += [
            f"9999999 {now + 60}",
            b"\xff\x00",
            f"1 {now - 1}",
            "1e3 1e10",
            f"1 {now + 60} more",
        ]
        leases = {f"program {number}": value for number, value in enumerate(wrong)}

        beamcast.broker.hset("beamcast:camera:leases", mapping=leases)
        beamcast.write_lease(holder="right")

        until(lambda: beamcast.viewers() == 1, "the right one counts")
        assert beamcast.broker.hkeys("beamcast:camera:leases") == [b"right"]


def test_watching_twice_is_one_viewer(beamcast: Beamcast) -> None:
    beamcast.ingest("tcp://127.0.0.1:1")
    viewer = beamcast.viewer(beamcast.worker())

    viewer.watch()
    viewer.watch()
    assert beamcast.viewers() == 1

    assert viewer.call("unwatch", {"stream": "camera"}) == {}
    assert beamcast.viewers() == 0


def test_one_viewer_watches_two_streams(beamcast: Beamcast) -> None:
    with Camera() as one, Camera() as two:
        beamcast.ingest(one.address, "--stream", "one")
        beamcast.ingest(two.address, "--stream", "two")
        until(lambda: beamcast.status("one") and beamcast.status("two"), "both are known")
        viewer = RawViewer(beamcast.worker().port)

        def seen() -> set[str]:
            return {header["stream"] for header in viewer.frames}

        viewer.watch("one")
        viewer.watch("two")
        pump([viewer], lambda: seen() == {"one", "two"}, "frames of both")
        assert (beamcast.viewers("one"), beamcast.viewers("two")) == (1, 1)

        viewer.call("unwatch", {"stream": "one"})
        assert beamcast.viewers("one") == 0
        viewer.frames.clear()
        pump([viewer], lambda: len(viewer.frames) >= 5, "more frames")
        assert seen() == {"two"}
        assert beamcast.viewers("two") == 1
