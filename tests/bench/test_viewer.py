"""The load generator's viewer counts frames in any fragmentation."""

import contextlib
import socket
import threading
from collections.abc import Iterator

import pytest

from bench.contenders.handshake import greet
from bench.viewer import Viewer
from shared.envelope import Blobs, pack
from tests.support.waiting import until
from web.fanout.messages import Frame


def packed(seq: int, size: int = 5000) -> bytes:
    """A frame as a worker sends it."""
    blobs = Blobs()
    image = {"format": "jpeg", **blobs.add(bytes(size))}
    header = {"stream": "camera", "rendition": "full", "epoch": 7, "seq": seq, "t_received": 1.0}
    return b"".join(Frame("camera", pack(header | {"image": image}, blobs)).packed.parts)


@pytest.fixture
def line() -> Iterator[tuple[Viewer, socket.socket]]:
    """A reporting viewer that watches, and the server's end of its line."""
    with contextlib.ExitStack() as open_ends:
        listener = open_ends.enter_context(socket.create_server(("127.0.0.1", 0)))
        accepted: list[socket.socket] = []
        server = threading.Thread(target=lambda: accepted.append(greet(listener.accept()[0])))
        server.start()
        viewer = Viewer(listener.getsockname()[1], frame_bytes=5000, reports=True)
        open_ends.enter_context(viewer.socket)
        viewer.say_hello()
        viewer.watch("camera")
        viewer.settle()
        server.join()
        open_ends.enter_context(accepted[0])
        yield viewer, accepted[0]


def read_until(viewer: Viewer, frames: int) -> None:
    def has_them() -> bool:
        viewer.read()
        return viewer.frames >= frames

    until(has_them, f"{frames} frames")


def test_every_frame_and_every_byte_is_counted(line):
    viewer, server = line
    before = viewer.bytes
    data = b"".join(packed(seq) for seq in range(1, 21))
    server.sendall(data)
    read_until(viewer, 20)
    assert (viewer.frames, viewer.bytes - before, viewer.lost) == (20, len(data), 0)


def test_frames_in_pieces_of_any_size_are_the_same_frames(line):
    viewer, server = line
    data = packed(1) + packed(2)
    for start in range(0, len(data), 97):
        server.sendall(data[start : start + 97])
        viewer.read()
    read_until(viewer, 2)
    assert viewer.lost == 0


def test_a_gap_is_counted_as_lost(line):
    viewer, server = line
    server.sendall(packed(1) + packed(4))
    read_until(viewer, 2)
    assert viewer.lost == 2


def test_data_too_small_for_a_frame_is_not_a_frame(line):
    viewer, server = line
    server.sendall(packed(1, size=100) + packed(2))
    read_until(viewer, 1)
    assert viewer.frames == 1


def test_the_first_frame_is_reported_at_once_and_then_few(line):
    viewer, server = line
    server.settimeout(5)
    server.sendall(b"".join(packed(seq) for seq in range(1, 13)))
    read_until(viewer, 12)
    viewer.send("end")
    received = b""
    while not received.endswith(b"end"):
        received += server.recv(4096)
    assert b'"seq":1}' in received
    assert received.count(b'"drawn"') < 12


def test_a_ping_is_answered(line):
    viewer, server = line
    server.settimeout(5)
    server.sendall(b"\x81\x012" + packed(1))
    read_until(viewer, 1)
    received = b""
    while not received.endswith(b"}]"):
        received += server.recv(4096)
    assert b"\x81\x81\x00\x00\x00\x003" in received
