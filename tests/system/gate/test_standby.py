"""A standby takes a stream over from an ingest that died, ended or hangs; never do two publish in
one epoch, and what is old reaches nobody."""

import re
import signal
import time
from collections.abc import Iterator

import pytest
import requests
from bsread import PUB

from deploy.local import is_ingesting
from shared import envelope
from tests.support.beamcast import Beamcast
from tests.support.camera import Camera
from tests.support.channel_listener import ChannelListener
from tests.support.processes import Process, python
from tests.support.viewer import Viewer
from tests.support.waiting import until


def started(beamcast: Beamcast, source: str, *options: str) -> Process:
    """Start an ingest that becomes a standby if the stream is claimed."""
    command = (
        "ingest",
        "--source",
        source,
        "--redis",
        beamcast.ingest_url,
        "--standby",
        "1",
    )
    return beamcast.add(python(*command, *options))


def standing_by(process: Process, times: int = 1) -> None:
    """Wait until it logs that it is a standby."""
    until(lambda: process.output.count("standing by") == times, "it is a standby")


def epoch(ingest: Process) -> int:
    """Return the epoch of an ingest."""
    found = until(lambda: re.search(r"epoch (\d+)", ingest.output), "it has its claim")
    return int(found[1])


def frames_of(viewer: Viewer, ingest: Process) -> list[float]:
    """Return the times of arrival of this ingest's frames."""
    return [f.arrived for f in tuple(viewer.frames) if f.header["epoch"] == epoch(ingest)]


def check_order(listener: ChannelListener, *publishers: Process) -> None:
    """Check that each frame was published once, by these ingests in this order."""
    listener.poll()
    headers = [envelope.read_header(message) for message in listener.messages["full"]]
    order = [(header["epoch"], header["seq"]) for header in headers]
    assert order == sorted(set(order))
    assert [*dict.fromkeys(epoch for epoch, _ in order)] == [epoch(each) for each in publishers]
    assert len({epoch(each) for each in publishers}) == len(publishers)


@pytest.fixture
def camera() -> Iterator[Camera]:
    with Camera(mode=PUB) as camera:
        yield camera


@pytest.fixture
def pair(beamcast: Beamcast, camera: Camera) -> tuple[Process, Process]:
    """Start an ingest and its standby."""
    first = started(beamcast, camera.address)
    until(lambda: beamcast.status().get("state") == "live", "the first ingests")
    second = started(beamcast, camera.address)
    standing_by(second)
    return first, second


@pytest.fixture
def listener(beamcast: Beamcast) -> Iterator[ChannelListener]:
    """A listener for all published frames."""
    made = ChannelListener(beamcast.redis.port)
    yield made
    made.close()


@pytest.fixture
def viewer(beamcast: Beamcast, pair: tuple[Process, Process], listener: ChannelListener) -> Viewer:
    """A viewer that has frames of the first ingest."""
    made = beamcast.viewer(beamcast.worker())
    made.watch()
    made.wait_for(5)
    return made


def test_a_standby_takes_over_from_an_ingest_that_was_killed(
    beamcast: Beamcast, pair: tuple[Process, Process], viewer: Viewer, listener: ChannelListener
) -> None:
    first, second = pair
    until(lambda: f"is ingested by pid {first.pid} on " in second.output, "it says by whom")

    killed = time.time()
    first.kill()
    arrivals = until(lambda: frames_of(viewer, second), "frames of the second")
    print(f"frames again {arrivals[0] - killed:.2f} s after the kill")
    viewer.wait_for_more(5)

    assert f"taking stream 'camera' over from pid {first.pid} on " in second.output
    epochs = [frame.header["epoch"] for frame in viewer.frames]
    assert epochs == sorted(epochs)
    check_order(listener, first, second)


def test_one_of_two_standbys_takes_over_and_the_other_keeps_waiting(
    beamcast: Beamcast, camera: Camera, pair: tuple[Process, Process], listener: ChannelListener
) -> None:
    first, *others = *pair, started(beamcast, camera.address)
    standing_by(others[1])
    beamcast.write_lease()
    listener.wait_for("full")

    first.kill()
    until(lambda: any("epoch" in other.output for other in others), "one takes over")
    second, third = sorted(others, key=lambda other: "epoch" not in other.output)
    standing_by(third, 2)
    listener.wait_for("full")
    second.kill()

    until(lambda: "epoch" in third.output, "the last one takes over")
    listener.wait_for("full")
    assert f"is ingested by pid {second.pid} on " in third.output
    check_order(listener, first, second, third)


def test_an_ingest_that_ends_hands_over_without_a_state_change_for_viewers(
    beamcast: Beamcast, pair: tuple[Process, Process], viewer: Viewer, listener: ChannelListener
) -> None:
    first, second = pair

    assert first.stop() == 0
    arrivals = until(lambda: frames_of(viewer, second), "frames of the second")
    viewer.wait_for_more(5)

    print(f"no frame for {arrivals[0] - frames_of(viewer, first)[-1]:.2f} s")
    assert {status["state"] for status in viewer.statuses} <= {"live", "connecting"}
    check_order(listener, first, second)


def test_a_stopped_ingest_publishes_nothing_after_a_takeover_and_becomes_a_standby(
    beamcast: Beamcast, listener: ChannelListener
) -> None:
    # So fast that frames wait when it wakes up.
    with Camera(rate_hz=100, mode=PUB) as camera:
        first = started(beamcast, camera.address, "--max-fps", "1000")
        until(beamcast.status, "the first ingests")
        second = started(beamcast, camera.address)
        standing_by(second)
        beamcast.write_lease()
        listener.wait_for("full")

        slept = time.monotonic()
        first.send(signal.SIGSTOP)
        until(lambda: "epoch" in second.output, "the second takes over")
        listener.wait_for("full")
        print(f"frames again {time.monotonic() - slept:.2f} s after the stop")
        first.send(signal.SIGCONT)

        assert first.wait() == 1
        assert f"'camera' was taken over by pid {second.pid} on " in first.output
        assert "Traceback" not in first.output
        first.start()  # as its supervisor does
        standing_by(first)
        listener.wait_for("full")
        check_order(listener, first, second)


def test_a_stopped_ingest_without_a_standby_continues(
    beamcast: Beamcast, camera: Camera, listener: ChannelListener
) -> None:
    only = started(beamcast, camera.address)
    until(beamcast.status, "it ingests")
    beamcast.write_lease()
    listener.wait_for("full")

    only.send(signal.SIGSTOP)
    until(lambda: not beamcast.broker.exists("beamcast:camera:owner"), "its claim expires")
    only.send(signal.SIGCONT)

    listener.wait_for("full")
    check_order(listener, only)


def test_a_standby_does_not_take_over_after_redis_was_down_or_lost_its_keys(
    beamcast: Beamcast, pair: tuple[Process, Process], viewer: Viewer
) -> None:
    first, second = pair
    for _ in range(3):
        beamcast.broker.flushall()
        until(lambda: beamcast.broker.get("beamcast:camera:owner"), "an ingest holds the claim")
        standby_tells(beamcast, second)

    beamcast.redis.kill()
    until(lambda: "Waiting for it" in second.output, "it logs this")
    beamcast.redis.start()
    until(lambda: "Redis works again" in second.output, "and that it is back")
    standby_tells(beamcast, second)
    viewer.wait_for_more(5)

    assert beamcast.broker.get("beamcast:camera:owner").startswith(f"pid {first.pid} ".encode())
    assert {frame.header["epoch"] for frame in viewer.frames} == {epoch(first)}
    assert second.output.count("Waiting for it") == second.output.count("Redis works again") == 1

    first.kill()
    until(lambda: frames_of(viewer, second), "it still takes over")


def standby_tells(beamcast: Beamcast, ingest: Process) -> None:
    """Wait until Redis lists this standby."""
    prefix = f"pid {ingest.pid} on ".encode()
    key = "beamcast:camera:standby"
    until(lambda: (beamcast.broker.get(key) or b"").startswith(prefix), "it is a standby")


def test_the_api_and_viewers_see_the_standby(
    beamcast: Beamcast, pair: tuple[Process, Process]
) -> None:
    _, second = pair
    worker = beamcast.worker()
    viewer = beamcast.viewer(worker)

    def standby_text() -> str:
        answer = requests.get(f"{worker.url}/api/streams/camera", timeout=5).json()
        return answer["status"].get("standby", "")

    until(lambda: standby_text().startswith(f"pid {second.pid} on "), "it is informed")
    assert viewer.watch()["status"]["standby"].startswith(f"pid {second.pid} on ")
    assert is_ingesting(beamcast.ingest_url, "", "", "camera", second.pid)

    assert second.stop() == 0
    until(lambda: not standby_text(), "there is no standby")


def test_a_waiting_standby_takes_no_message_of_a_push_source(beamcast: Beamcast) -> None:
    with Camera() as camera:
        started(beamcast, camera.address)
        until(lambda: beamcast.status().get("state") == "live", "the first ingests")
        standing_by(started(beamcast, camera.address))
        before = int(beamcast.status()["received"])

        until(lambda: int(beamcast.status()["received"]) > before + 25, "messages")

        assert beamcast.status()["missed"] == "0"
