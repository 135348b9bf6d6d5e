"""bsread sources that die, fall silent or are of another kind: reported, and reconnected."""

import itertools
import signal
from collections.abc import Iterator

import pytest
from bsread import PUB, PUSH

from tests.support.beamcast import Beamcast, Worker
from tests.support.camera import Camera, RawSource
from tests.support.fake_servers import DisconnectingServer, Forwarder, SilentServer, WebServer
from tests.support.messages import good
from tests.support.processes import Process, free_port, python
from tests.support.viewer import Viewer
from tests.support.waiting import until

SOON_S = 6.0
"""Time-out for what takes about two seconds on an idle machine."""


class Scene:
    """An ingest of its own in a shared Beamcast, and a viewer that watches."""

    numbers = itertools.count(1)

    def __init__(self, beamcast: Beamcast, worker: Worker) -> None:
        self.beamcast = beamcast
        self.stream = f"stream-{next(self.numbers)}"
        self._worker = worker
        self.viewer: Viewer | None = None

    def start_ingest(self, address: str, *options: str) -> None:
        """Start only ingest."""
        self.ingest = self.beamcast.ingest(address, "--stream", self.stream, *options)
        until(self.status, "a status")

    def start(self, address: str, *options: str) -> None:
        """Start ingest, then the viewer."""
        self.start_ingest(address, *options)
        self.viewer = self.beamcast.viewer(self._worker)
        assert "error" not in self.viewer.watch(self.stream)

    def status(self) -> dict[str, str]:
        return self.beamcast.status(self.stream)

    def wait_for_state(self, *states: str, timeout_s: float = SOON_S) -> str:
        """Wait until the viewer's status has one of the states; return its message."""
        return self.viewer.wait_for_state(*states, timeout_s=timeout_s)["message"]

    def stop(self) -> None:
        if self.viewer:
            self.viewer.close()
        self.ingest.stop()


@pytest.fixture
def scene(shared_beamcast: Beamcast, shared_worker: Worker) -> Iterator[Scene]:
    scene = Scene(shared_beamcast, shared_worker)
    yield scene
    scene.stop()


def simulator(port: int, sender: str) -> Process:
    """Start the simulated camera as a process."""
    return python("ingest.simulator", "-o", str(port), "-d", "0.05", "--sender", sender)


@pytest.mark.parametrize(("kind", "mode"), [(PUSH, "pull"), (PUB, "sub")])
@pytest.mark.parametrize("option", ["auto", "explicit"])
def test_a_source_of_either_kind_is_understood_and_named(
    scene: Scene, kind: str, mode: str, option: str
) -> None:
    with Camera(mode=kind) as camera:
        scene.start(camera.address, "--mode", "auto" if option == "auto" else mode)

        scene.viewer.wait_for(3)
        until(lambda: scene.status().get("mode") == mode, f"the status says {mode}")
        connected = f"connected to {camera.address} as {mode.upper()}"
        until(lambda: connected in scene.ingest.output, "the kind is logged after a look")

    scene.ingest.stop()  # with its log written to the end
    assert ("is a PUSH source" in scene.ingest.output) == (mode == "pull")


@pytest.mark.parametrize(("kind", "wrong"), [(PUSH, "sub"), (PUB, "pull")])
def test_a_mode_that_does_not_match_the_source_is_reported(
    scene: Scene, kind: str, wrong: str
) -> None:
    with Camera(mode=kind) as camera:
        scene.start(camera.address, "--mode", wrong)

        message = scene.wait_for_state("mismatch")

        assert camera.address in message
        assert "--mode" in message
    with Camera(mode=PUB if kind == PUSH else PUSH, port=camera.port):
        scene.viewer.wait_for(1)


@pytest.mark.parametrize("other", [WebServer, DisconnectingServer, SilentServer])
def test_another_kind_of_server_is_reported(scene: Scene, other: type[SilentServer]) -> None:
    stranger = other()
    try:
        scene.start(stranger.address)

        message = scene.wait_for_state("mismatch")

        assert stranger.address in message
        assert "Is this the right port?" in message
    finally:
        stranger.close()
    with Camera(port=stranger.port):
        scene.viewer.wait_for(1)


@pytest.mark.parametrize("host", ["127.0.0.1", "no-such-host.invalid"])
def test_an_address_without_a_server_is_reported(scene: Scene, host: str) -> None:
    address = f"tcp://{host}:{free_port()}"

    scene.start(address)

    assert f"Nothing answers at {address}" in scene.wait_for_state("connecting")


def test_a_source_that_starts_late_is_shown_automatically(scene: Scene) -> None:
    port = free_port()
    scene.start(f"tcp://127.0.0.1:{port}")
    scene.wait_for_state("connecting")

    with Camera(port=port):
        scene.viewer.wait_for(1)
        scene.wait_for_state("live")


def test_a_source_that_sends_nothing_is_reported(scene: Scene) -> None:
    with RawSource() as source:
        scene.start(source.address)

        assert "no message has arrived" in scene.wait_for_state("waiting")

        source.send(*good(1))
        scene.viewer.wait_for(1)


@pytest.mark.parametrize(
    ("first", "second"), [("push", "push"), ("pub", "pub"), ("push", "pub"), ("pub", "push")]
)
def test_a_killed_source_is_reported_and_its_successor_shown(
    scene: Scene, first: str, second: str
) -> None:
    port = free_port()
    source = simulator(port, first)
    scene.start(f"tcp://127.0.0.1:{port}")
    scene.viewer.wait_for(2)

    source.kill()
    scene.wait_for_state("lost", "silent")
    successor = simulator(port, second)
    try:
        frames = scene.viewer.wait_for_more(2)
        scene.wait_for_state("live")
    finally:
        successor.stop()

    assert len({frame.header["epoch"] for frame in frames}) == 1
    assert scene.status()["mode"] == {"push": "pull", "pub": "sub"}[second]


@pytest.mark.parametrize("sender", ["push", "pub"])
def test_a_stopped_source_is_silent_until_it_resumes(scene: Scene, sender: str) -> None:
    port = free_port()
    source = simulator(port, sender)
    try:
        scene.start(f"tcp://127.0.0.1:{port}")
        scene.viewer.wait_for(2)

        source.send(signal.SIGSTOP)
        assert "the messages stopped" in scene.wait_for_state("silent")
        source.send(signal.SIGCONT)

        scene.wait_for_state("live")
        scene.viewer.wait_for_more(2)
    finally:
        source.stop()


@pytest.mark.parametrize("kind", [PUSH, PUB])
def test_a_dead_connection_is_reported_and_reopened(scene: Scene, kind: str) -> None:
    with Camera(mode=kind) as camera:
        line = Forwarder(camera.port)
        try:
            scene.start(line.address)
            scene.viewer.wait_for(2)

            line.cut()

            scene.wait_for_state("silent", "lost")
            scene.viewer.wait_for_more(2)
            scene.wait_for_state("live")
        finally:
            line.close()


def test_missed_duplicate_and_reverted_pulses_are_counted_without_viewers(
    scene: Scene,
) -> None:
    with RawSource() as source:
        scene.start_ingest(source.address)
        pulses = [1, 2, 3, 5, 5, 5, 6, 10, 2, 3, 4]  # 4, 7, 8 and 9 are missing
        for pulse_id in pulses:
            source.send(*good(pulse_id))

        until(lambda: scene.status().get("reverted") == "1", "all are received")
        until(lambda: scene.status().get("received") == str(len(pulses)), "all are counted")
    status = scene.status()
    assert [status[key] for key in ("missed", "duplicate", "reverted")] == ["4", "2", "1"]
    assert (status["pulse_id"], status["published"]) == ("4", "0")
    assert int(status["received_bytes"]) == sum(
        len(part) for pulse_id in pulses for part in good(pulse_id)
    )


def test_a_source_that_restarts_its_pulse_ids_continues(scene: Scene) -> None:
    port = free_port()
    with Camera(port=port, first_pulse=5000) as first:
        scene.start(first.address)
        scene.viewer.wait_for(2)
    with Camera(port=port, first_pulse=0):
        until(
            lambda: scene.viewer.frames[-1].header["pulse_id"] < 5000,
            "the pulses of the new source",
        )
        until(lambda: scene.status().get("reverted") == "1", "it is counted")


def test_the_last_frame_of_a_burst_arrives(scene: Scene) -> None:
    with RawSource() as source:
        scene.start(source.address, "--max-fps", "1000")
        until(lambda: source.send(*good(1)) or scene.viewer.frames, "the gate opens")

        for last in range(100, 2100, 100):
            for pulse_id in range(last - 20, last + 1):
                source.send(*good(pulse_id))
            until(
                lambda last=last: scene.viewer.frames[-1].header["pulse_id"] == last,
                f"the last one, {last}",
            )
    ids = [frame.header["pulse_id"] for frame in scene.viewer.frames]
    assert ids == sorted(ids)


def test_a_source_at_an_ipv6_address_is_shown(scene: Scene) -> None:
    with Camera() as camera:
        # IPv4 as IPv6 writes it: a container has no other IPv6 address to itself.
        scene.start(f"tcp://[::ffff:127.0.0.1]:{camera.port}")

        scene.viewer.wait_for(1)
