"""A client that disconnects is noticed while it waits for a response."""

import socket
import struct
from types import SimpleNamespace
from typing import Any

import pytest

from web.client_connection import disconnect_check
from web.fanout.viewers import HttpViewer


@pytest.fixture
def ends() -> Any:
    """Return both ends of a connection: the client's, the server's."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        client = socket.create_connection(listener.getsockname())
        server, _ = listener.accept()
        with client, server:
            yield client, server


def environs(server: socket.socket) -> list[dict[str, Any]]:
    """Return the WSGI environments of eventlet's server and of werkzeug's."""
    green = SimpleNamespace(fd=server)
    return [
        {"eventlet.input": SimpleNamespace(get_socket=lambda: green)},
        {"werkzeug.socket": server},
    ]


def test_a_client_that_waits_is_connected(ends: tuple[socket.socket, socket.socket]) -> None:
    client, server = ends

    assert [disconnect_check(environ)() for environ in environs(server)] == [False, False]
    client.send(b"GET / HTTP/1.1\r\n")
    assert [disconnect_check(environ)() for environ in environs(server)] == [False, False]
    assert server.recv(100) == b"GET / HTTP/1.1\r\n", "the data is still there"


@pytest.mark.parametrize("resets", [True, False])
def test_a_client_that_has_disconnected_is_noticed(
    ends: tuple[socket.socket, socket.socket], resets: bool
) -> None:
    client, server = ends
    if resets:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    client.close()

    assert disconnect_check(environs(server)[0])()
    assert disconnect_check(environs(server)[1])()


def test_with_an_unknown_server_the_client_counts_as_connected() -> None:
    assert not disconnect_check({})()


def test_a_viewer_that_has_disconnected_is_not_waited_for() -> None:
    viewer = HttpViewer(lambda: True)

    assert viewer.take(3600) is None
