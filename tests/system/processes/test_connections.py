"""A connection stays open as long as its viewer answers, and is closed when it does not."""

import itertools
import os
import socket
import time

from tests.support.beamcast import Beamcast, Worker
from tests.support.raw_viewer import RawViewer, pump
from tests.support.waiting import until

PINGS_S = 3.0
LONG_S = 4 * PINGS_S + 1
"""longer than any time-out of the server's: its interval and its patience are 7 s together"""


def test_a_viewer_that_only_answers_pings_stays_connected(
    beamcast: Beamcast, async_mode: str
) -> None:
    viewer = RawViewer(beamcast.worker().port)

    pump([viewer], lambda: viewer.closed, timeout_s=LONG_S)

    assert not viewer.closed
    assert viewer.call("watch", {"stream": "camera"})["stream"] == "camera"


def test_messages_in_any_fragmentation_are_all_answered(beamcast: Beamcast) -> None:
    """Reports and pongs have their own code path; here they are mixed with other messages."""
    viewer = RawViewer(beamcast.worker().port)
    pump([viewer], lambda: viewer.connected, "it is connected")
    pieces: list[bytes] = []
    real, viewer._socket = viewer._socket, Pieces(pieces)  # type: ignore[assignment]
    for number in range(1, 41):
        viewer.send("3")
        viewer.emit("drawn", {})
        viewer.emit("drawn", {"stream": "camera", "epoch": 1, "seq": number, "more": "x" * 200})
        viewer.send(f'42{number}["drawn",{{}}]')
    viewer._socket = real
    data = b"".join(pieces)

    cuts = [0, 1, 7, 8, *range(20, len(data), 97), len(data)]
    for start, end in itertools.pairwise(cuts):
        real.sendall(data[start:end])
        time.sleep(0.002)

    pump([viewer], lambda: len(viewer.answers) == 40, "each question is answered")
    assert not viewer.closed


class Pieces:
    """A socket that records sent data."""

    def __init__(self, pieces: list[bytes]) -> None:
        self._pieces = pieces

    def sendall(self, data: bytes) -> None:
        self._pieces.append(data)


def files_of(worker: Worker) -> int:
    """Return the number of a worker's open descriptors."""
    return len(os.listdir(f"/proc/{worker.process.pid}/fd"))


def test_an_unresponsive_viewer_is_disconnected_although_it_keeps_its_socket(
    beamcast: Beamcast,
) -> None:
    """The viewer neither reads nor answers pings, but its kernel keeps the connection."""
    worker = beamcast.worker()
    first = RawViewer(worker.port)
    pump([first], lambda: first.connected, "it is connected")
    first.close()
    time.sleep(0.5)
    before = files_of(worker)

    hanging = RawViewer(worker.port)
    until(lambda: files_of(worker) > before, "it is there")

    until(lambda: files_of(worker) <= before, "it is disconnected")
    assert not hanging.closed
    assert "Traceback" not in worker.process.output


def test_a_viewer_that_disconnects_during_a_read_is_removed(beamcast: Beamcast) -> None:
    worker = beamcast.worker()
    viewers = [RawViewer(worker.port) for _ in range(20)]
    pump(viewers, lambda: all(viewer.connected for viewer in viewers), "all are connected")
    for viewer in viewers:
        viewer.call("watch", {"stream": "camera"})
    assert beamcast.viewers() == 20

    for number, viewer in enumerate(viewers):
        viewer.emit("drawn", {})
        viewer._socket.send(b"\x81\xbf" + bytes(number))  # the beginning of a message
        if number % 3 == 0:
            viewer.abort()
        elif number % 3 == 1:
            viewer._socket.shutdown(socket.SHUT_WR)
        else:
            viewer.close()

    until(lambda: beamcast.viewers() == 0, "they are no longer counted")
    assert "Traceback" not in worker.process.output
