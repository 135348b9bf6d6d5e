"""The load generator's viewer counts frames in any fragmentation."""

import contextlib
import socket
import threading
from collections.abc import Iterator

import pytest

from bench.contenders.handshake import accept_viewer
from bench.viewer import Viewer
from shared.envelope import Blobs, pack
from tests.support.waiting import until
from web.fanout.messages import Frame


def pack_frame(seq: int, size: int = 5000) -> bytes:
    """Return a frame as a worker sends it."""
    blobs = Blobs()
    image = {"format": "jpeg", **blobs.add(bytes(size))}
    header = {"stream": "camera", "rendition": "full", "epoch": 7, "seq": seq, "t_received": 1.0}
    return b"".join(Frame("camera", pack(header | {"image": image}, blobs)).packed.parts)


@pytest.fixture
def connection() -> Iterator[tuple[Viewer, socket.socket]]:
    """A viewer that watches and reports, and the server's end of its connection."""
    with contextlib.ExitStack() as exit_stack:
        listener = exit_stack.enter_context(socket.create_server(("127.0.0.1", 0)))
        accepted: list[socket.socket] = []
        server = threading.Thread(
            target=lambda: accepted.append(accept_viewer(listener.accept()[0]))
        )
        server.start()
        viewer = Viewer(listener.getsockname()[1], frame_bytes=5000, reports=True)
        exit_stack.enter_context(viewer.socket)
        viewer.open_session()
        viewer.watch("camera")
        viewer.finish_watch()
        server.join()
        exit_stack.enter_context(accepted[0])
        yield viewer, accepted[0]


def read_until(viewer: Viewer, frames: int) -> None:
    def has_all() -> bool:
        viewer.read()
        return viewer.frames >= frames

    until(has_all, f"{frames} frames")


def test_every_frame_and_every_byte_is_counted(connection):
    viewer, server = connection
    before = viewer.bytes
    data = b"".join(pack_frame(seq) for seq in range(1, 21))
    server.sendall(data)
    read_until(viewer, 20)
    assert (viewer.frames, viewer.bytes - before, viewer.lost) == (20, len(data), 0)


def test_frames_in_pieces_of_any_size_are_the_same_frames(connection):
    viewer, server = connection
    data = pack_frame(1) + pack_frame(2)
    for start in range(0, len(data), 97):
        server.sendall(data[start : start + 97])
        viewer.read()
    read_until(viewer, 2)
    assert viewer.lost == 0


def test_a_gap_is_counted_as_lost(connection):
    viewer, server = connection
    server.sendall(pack_frame(1) + pack_frame(4))
    read_until(viewer, 2)
    assert viewer.lost == 2


def test_data_too_small_for_a_frame_is_not_a_frame(connection):
    viewer, server = connection
    server.sendall(pack_frame(1, size=100) + pack_frame(2))
    read_until(viewer, 1)
    assert viewer.frames == 1


def test_the_first_frame_is_reported_immediately_and_then_few(connection):
    viewer, server = connection
    server.settimeout(5)
    server.sendall(b"".join(pack_frame(seq) for seq in range(1, 13)))
    read_until(viewer, 12)
    viewer.send("end")
    received = b""
    while not received.endswith(b"end"):
        received += server.recv(4096)
    assert b'"seq":1}' in received
    assert received.count(b'"drawn"') < 12


def test_a_ping_is_answered(connection):
    viewer, server = connection
    server.settimeout(5)
    server.sendall(b"\x81\x012" + pack_frame(1))
    read_until(viewer, 1)
    received = b""
    while not received.endswith(b"}]"):
        received += server.recv(4096)
    assert b"\x81\x81\x00\x00\x00\x003" in received
