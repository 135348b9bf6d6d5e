"""A video is captured once and encoded once for any number of viewers."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support import video
from tests.support.beamcast import Beamcast
from tests.support.frame_listener import FrameListener
from tests.support.raw_viewer import RawViewer, pump
from tests.support.rtsp import RtspServer
from tests.support.waiting import until

ENOUGH = 10


class Rtsp(RtspServer):
    """A camera that counts its clients."""

    @property
    def captures(self) -> tuple[int, int]:
        """Number of connections so far, and of clients being played to."""
        return self.connections, self.playing

    def stop(self) -> None:
        """Stop sending; the connection stays open."""
        self.paused.set()


class Udp(video.UdpSender):
    """A sender whose listeners are counted by the kernel."""

    @property
    def captures(self) -> tuple[int, int]:
        """Number of sockets bound to the port, twice."""
        rows = [row.split() for row in Path("/proc/net/udp").read_text().splitlines()]
        sockets = sum(row[1].endswith(f":{self.port:04X}") for row in rows)
        return sockets, sockets

    def stop(self) -> None:
        self.close()


@contextlib.contextmanager
def crowd(count: int, ports: list[int]) -> Iterator[list[RawViewer]]:
    """Connect ``count`` viewers, distributed over the workers."""
    viewers: list[RawViewer] = []
    try:
        for number in range(count):
            viewers.append(RawViewer(ports[number % len(ports)]))
            viewers[-1].watch("video")
        yield viewers
    finally:
        for viewer in viewers:
            viewer.close()


def missing(viewer: RawViewer) -> int:
    """Return the number of missing frames between its first and its last one."""
    return viewer.seqs[-1] - viewer.seqs[0] + 1 - len(viewer.seqs)


@pytest.mark.parametrize("count", [1, 100])
@pytest.mark.parametrize("source", [Rtsp, Udp])
def test_a_video_is_captured_once_and_encoded_once_for_all(
    beamcast: Beamcast, source: type[Rtsp | Udp], count: int
) -> None:
    ports = [beamcast.worker().port for _ in range(2)]
    with (
        source() as sender,
        FrameListener(beamcast.redis, "video") as ear,
    ):
        beamcast.ingest(sender.address, "--stream", "video")
        until(lambda: beamcast.status("video"), "a status")
        with crowd(count, ports) as viewers:
            pump(viewers, lambda: all(len(v.frames) >= ENOUGH for v in viewers), "pictures", 60)
            assert sender.captures == (1, 1)
            assert beamcast.viewers("video") == count
            demand = beamcast.broker.hgetall("beamcast:video:asked")
            assert demand == {b"full": str(count).encode()}

            sender.stop()

            def published() -> int:
                return int(beamcast.status("video")["published"])

            def all_are_informed() -> bool:
                """The last picture has reached all, and each knows what it missed."""
                return published() == ear.messages and all(
                    v.seqs[-1] == published() - 1
                    and missing(v) == (v.last("status") or {}).get("dropped")
                    for v in viewers
                )

            pump(viewers, all_are_informed, "the last picture at each", 60)
            assert sender.captures == (1, 1)

        frames = [header for viewer in viewers for header in viewer.frames]
        made = {(f["seq"], f["t_published"], f["image"]["length"]) for f in frames}
        assert len({f["epoch"] for f in frames}) == 1
        assert len(made) == len({f["seq"] for f in frames}) <= ear.messages
        assert all(v.seqs == sorted(set(v.seqs)) for v in viewers)
