"""A WebSocket ends at a message that engine.io cannot read."""

from typing import Any

import pytest
import socketio
from engineio.socket import Socket

from web.server.packet_limits import check_messages

UNREADABLE = ["", "x", "9", "\N{ARABIC-INDIC DIGIT FOUR}0"]


class FakeClient:
    """The part of simple_websocket's connection that engine.io uses. It sends some messages, and
    then nothing."""

    connected = True

    def __init__(self, *messages: str | bytes) -> None:
        self.messages = list(messages)

    def receive(self) -> str | bytes | None:
        return self.messages.pop(0) if self.messages else None

    def send(self, message: str | bytes) -> None:
        pass

    def close(self) -> None:
        self.connected = False


def serve(*messages: str | bytes, is_upgrade: bool = False) -> tuple[Socket, FakeClient]:
    """Let engine.io serve a client in the threading mode, until its connection has ended."""
    server: Any = socketio.Server(async_mode="threading")
    server.eio.start_service_task = False
    check_messages(server)
    connection = Socket(server.eio, "viewer")
    connection.connected = is_upgrade
    server.eio.sockets["viewer"] = connection
    server._handle_eio_connect("viewer", {})
    client = FakeClient(*messages)
    websocket = server.eio._async["websocket"](connection._websocket_handler, server.eio)
    websocket.ws = client
    websocket.app(websocket)
    return connection, client


@pytest.mark.parametrize("message", UNREADABLE)
def test_an_unreadable_message_ends_the_connection_without_an_exception(message: str) -> None:
    connection, client = serve("40", message, "never read")

    assert connection.closed
    assert not client.connected
    assert client.messages == ["never read"]


@pytest.mark.parametrize("message", UNREADABLE)
def test_an_unreadable_message_instead_of_an_upgrade_refuses_it(message: str) -> None:
    connection, _ = serve(message, is_upgrade=True)

    assert not connection.upgraded
    assert not connection.upgrading


def test_messages_that_can_be_read_are_read() -> None:
    _, client = serve("40", '42["x"]', b"\x00", "3", '421["x"]')

    assert client.messages == []
